"""Drives on file as worlds of their own: what was recorded takes the simulation's place."""

from pathlib import Path

from carservices.hal import HalError
from carservices.hal.recording import entries
from carservices.signals import Datum, Status
from carservices_emulator.signals import ENTRIES

CONFIGS = {path: entry.config for path, entry in ENTRIES.items()}


class Replay:
    """A recording as a world; signals it does not hold are unavailable. Raises HalError for a broken file."""

    def __init__(self, file: str) -> None:
        self.path = Path(file)
        self._events = list(entries(self.path, CONFIGS))
        if not self._events:
            raise HalError(f"{file}: no value in it; give another recording")
        self._start = self._events[0][0]
        self.end = self._events[-1][0] - self._start
        """s from the first value to the last."""
        self.rewind()

    def rewind(self) -> None:
        """Back to the first line."""
        self.time = 0.0
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
        while not self.done and self._events[self._next][0] - self._start <= self.time:
            _, path, value, status = self._events[self._next]
            self._state[path] = (value, status)
            self._next += 1

    def seek(self, time: float) -> None:
        """Go to ``time`` s after the first value."""
        self.rewind()
        self.run(time)
