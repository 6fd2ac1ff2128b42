"""Drives on file: every value that was sent, as lines of JSON, written and played back."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carservices.hal import HalError
from carservices.signals import Datum, InvalidValue, Status, Value, check
from carservices_emulator.signals import ENTRIES

LAST_MOMENT = 1e9
"""s; a line beyond is no moment of a drive."""
FORMAT = {"format": "carservices-recording", "version": 1}
"""First line of a recording; each other line is [seconds, path, value, status]."""


class Recorder:
    """Writes batches as they are sent; where the world goes back in time, the tape's own time goes on from there.

    Raises HalError when the file cannot be written.
    """

    def __init__(self, file: str) -> None:
        self.path = Path(file)
        self.lines = 0
        self._time = self._shift = 0.0
        try:
            self._file = self.path.open("w", encoding="utf-8")
        except OSError as error:
            raise HalError(f"{file}: cannot be written ({error.strerror}); choose another file") from None
        self._file.write(json.dumps(FORMAT) + "\n")

    def write(self, time: float, batch: Sequence[Value]) -> None:
        """Add a batch sent at ``time`` s of simulation."""
        self._shift = max(self._shift, self._time - time)
        self._time = time + self._shift
        try:
            for value in batch:
                self._file.write(json.dumps([round(self._time, 3), value.path, value.value, int(value.status)]) + "\n")
        except OSError as error:
            self._file.close()
            raise HalError(f"{self.path}: recording ended ({error.strerror}); make room and start again") from None
        self.lines += len(batch)

    def close(self) -> None:
        self._file.close()


class Replay:
    """A recording as a world; signals it does not hold are unavailable. Raises HalError for a broken file."""

    def __init__(self, file: str) -> None:
        self.path = Path(file)
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise HalError(f"{file}: cannot be read ({error}); give a file that `record` wrote") from None
        self._events = [self._parse(number, line) for number, line in enumerate(lines[1:], start=2)]
        if not lines or not self._events or _json(lines[0]) != FORMAT:
            raise HalError(f"{file}:1: not a recording; give a file that `record` wrote")
        for number, (before, after) in enumerate(itertools.pairwise(self._events), start=3):
            if after[0] < before[0]:
                raise HalError(f"{file}:{number}: the time runs backwards; sort the lines by their first number")
        self.start, self.end = self._events[0][0], self._events[-1][0]
        self.rewind()

    def rewind(self) -> None:
        """Back to the first line."""
        self.time = self.start
        self._next = 0
        self._state: dict[str, tuple[Datum | None, Status]] = {}
        self.run(0.0)

    @property
    def done(self) -> bool:
        return self._next >= len(self._events)

    def observe(self, path: str) -> tuple[Datum | None, Status]:
        return self._state.get(path, (None, Status.UNAVAILABLE))

    def run(self, seconds: float) -> None:
        """Go ``seconds`` ahead; at the end the last values stay."""
        self.time = min(self.time + seconds, self.end)
        while not self.done and self._events[self._next][0] <= self.time:
            _, path, value, status = self._events[self._next]
            self._state[path] = (value, status)
            self._next += 1

    def seek(self, time: float) -> None:
        """Go to ``time`` s of the recorded simulation."""
        self.rewind()
        self.run(max(0.0, time - self.start))

    def _parse(self, number: int, line: str) -> tuple[float, str, Datum | None, Status]:
        match _json(line):
            case [int() | float() as time, str(path), value, int(code)] if (
                0 <= time < LAST_MOMENT and path in ENTRIES and code in (0, 1, 2)
            ):
                status = Status(code)
                try:
                    datum = check(ENTRIES[path].config, value) if status is Status.AVAILABLE else None
                except InvalidValue as error:
                    raise HalError(f"{self.path}:{number}: {error}") from None
                return float(time), path, datum, status
        raise HalError(f"{self.path}:{number}: not a line of a recording; give a file that `record` wrote")


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
