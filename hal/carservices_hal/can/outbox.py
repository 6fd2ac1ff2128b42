"""What is to be told: changes at once, samples at their subscribed rate, timestamps that always increase."""

import math
from collections.abc import Mapping, Sequence

from carservices.signals import ChangeMode, Datum, SignalConfig, Status, Value

SLACK = 0.1
"""The part of its period by which a sample may come early: frames jitter."""


class Outbox:
    """Collects readings and gives them out as batches; times are monotonic ns."""

    def __init__(self, configs: Mapping[str, SignalConfig]) -> None:
        self._configs = configs
        self._told: dict[str, tuple[Datum | None, Status]] = {}
        self._stamps: dict[str, int] = {}
        self._now: dict[str, Value] = {}
        self._waiting: dict[str, Value] = {}
        self._latest: dict[str, Value] = {}
        self._due: dict[str, int] = {}
        self._periods: dict[str, int] = {}
        self._wanted: dict[str, tuple[Datum, float]] = {}
        self._settled: dict[str, tuple[Datum, Datum]] = {}

    def subscribe(self, path: str, rate: float) -> None:
        """Samples of a continuous signal at ``rate`` Hz; none at 0."""
        config = self._configs.get(path)
        if config is None or config.change_mode is not ChangeMode.CONTINUOUS:
            return
        self._due.pop(path, None)
        if rate:
            self._periods[path] = round(1e9 / min(max(rate, config.min_rate), config.max_rate))
            if latest := self._latest.pop(path, None):  # the newest sample, taken while nobody listened
                self._waiting[path] = latest
        else:
            self._periods.pop(path, None)
            self._waiting.pop(path, None)

    def expect(self, path: str, value: Datum, tolerance: float = 0.0) -> None:
        """A command is on its way: the reading that agrees is told, changed or not, as the very value of the command.

        ``tolerance`` is half the step of the frame: what lies within it is the same to the car.
        """
        self._wanted[path] = (value, tolerance)

    def forget(self, path: str) -> None:
        """The command was refused: nothing confirms it."""
        self._wanted.pop(path, None)

    def put(self, path: str, value: Datum | None, status: Status, at: int) -> None:
        """A reading was made."""
        echo, value = self._echo(path, value)
        told = self._told.get(path)
        if self._configs[path].change_mode is ChangeMode.CONTINUOUS and not echo and told and told[1] is status:
            if status is Status.AVAILABLE:
                waiting = self._waiting if path in self._periods else self._latest
                waiting[path] = Value(path, value, at, status)
        elif echo or told != (value, status):
            self._tell(Value(path, value, at, status))

    def collect(self, now: int) -> Sequence[Value]:
        """The batch of this moment: each path once."""
        for path, reading in list(self._waiting.items()):
            period, due = self._periods[path], self._due.get(path, now)
            if now + SLACK * period >= due:
                self._due[path] = max(due, now - period) + period
                self._tell(reading)
        batch, self._now = list(self._now.values()), {}
        for reading in batch:
            path = reading.path
            reading.timestamp = self._stamps[path] = max(reading.timestamp, self._stamps.get(path, 0) + 1)
        return batch

    def next_due(self) -> float:
        """When the next batch is due: 0, at once, for a change; never (infinity) when nothing waits."""
        if self._now:
            return 0.0
        return min((self._due.get(path, 0) - SLACK * self._periods[path] for path in self._waiting), default=math.inf)

    def _tell(self, reading: Value) -> None:
        self._waiting.pop(reading.path, None)
        self._latest.pop(reading.path, None)
        self._now[reading.path] = reading
        self._told[reading.path] = (reading.value, reading.status)

    def _echo(self, path: str, value: Datum | None) -> tuple[bool, Datum | None]:
        """Whether this reading confirms a command, and the value to tell."""
        if value is None:
            return False, None
        if path in self._wanted and _agree(value, *self._wanted[path]):
            wanted, _ = self._wanted.pop(path)
            self._settled[path] = (value, wanted)
            return True, wanted
        if path in self._settled:
            settled, wanted = self._settled[path]
            if value == settled:
                return False, wanted
            del self._settled[path]
        return False, value


def _agree(value: Datum, wanted: Datum, tolerance: float) -> bool:
    if tolerance and isinstance(value, int | float) and isinstance(wanted, int | float):
        return abs(value - wanted) <= tolerance
    return value == wanted
