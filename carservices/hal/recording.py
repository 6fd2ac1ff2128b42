"""Recordings of signal values, which any HAL can write and read: a first line that says so, then a line a value."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from carservices.hal.base import HalError
from carservices.signals import Datum, SignalConfig, Status, Value
from carservices.signals.check import InvalidValue, check

FORMAT = {"format": "carservices-recording", "version": 1}
"""First line of a recording; each other line is the JSON list [seconds, path, value, status]."""
LAST_MOMENT = 1e9
"""s; a line beyond is no moment of a drive."""

Entry = tuple[float, str, Datum | None, Status]


class Recorder:
    """Writes batches as they are sent; where the source goes back in time, the tape's own time goes on from there.

    Raises HalError when the file cannot be written.
    """

    def __init__(self, file: str | Path) -> None:
        self.path = Path(file)
        self._time = self._shift = 0.0
        try:
            self._file = self.path.open("w", encoding="utf-8")
            self._file.write(json.dumps(FORMAT) + "\n")
        except OSError as error:
            raise HalError(f"{file}: cannot be written ({error.strerror}); choose another file") from None

    def write(self, time: float, batch: Sequence[Value]) -> None:
        """Add a batch sent at ``time`` s of the source's own clock."""
        self._shift = max(self._shift, self._time - time)
        self._time = time + self._shift
        try:
            for value in batch:
                self._file.write(json.dumps([round(self._time, 3), value.path, value.value, int(value.status)]) + "\n")
        except OSError as error:
            self._file.close()
            raise HalError(f"{self.path}: recording ended ({error.strerror}); make room and start again") from None

    def close(self) -> None:
        self._file.close()


def is_recording(file: Path) -> bool:
    """Whether the file begins as a recording does."""
    try:
        with file.open(encoding="utf-8") as lines:
            return bool(line_of(lines.readline(200)) == FORMAT)
    except (OSError, UnicodeDecodeError):
        return False


def entries(file: Path, configs: Mapping[str, SignalConfig]) -> Iterator[Entry]:
    """The values of a recording as (seconds, path, value, status), in the order of time.

    Raises HalError that names file and line for what is no recording, damaged, or not among ``configs``.
    """
    before = 0.0
    try:
        with file.open(encoding="utf-8") as lines:
            if line_of(next(lines, "")) != FORMAT:
                raise HalError(f"{file}:1: not a recording; give a file that `record` wrote")
            for number, line in enumerate(lines, start=2):
                entry = _entry(f"{file}:{number}", line, configs)
                if entry[0] < before:
                    raise HalError(f"{file}:{number}: the time runs backwards; sort the lines by their first number")
                before = entry[0]
                yield entry
    except (OSError, UnicodeDecodeError) as error:
        raise HalError(f"{file}: cannot be read ({error}); give a file that `record` wrote") from None


def line_of(text: str) -> Any:
    """One line as data; None when it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _entry(place: str, line: str, configs: Mapping[str, SignalConfig]) -> Entry:
    match line_of(line):
        case [int() | float() as time, str(path), value, int(code)] if (
            0 <= time < LAST_MOMENT and path in configs and code in (0, 1, 2)
        ):
            status = Status(code)
            try:
                datum = check(configs[path], value) if status is Status.AVAILABLE else None
            except InvalidValue as error:
                raise HalError(f"{place}: {error}") from None
            return float(time), path, datum, status
    raise HalError(f"{place}: not a line of a recording; give a file that `record` wrote")
