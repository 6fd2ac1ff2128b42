"""What a replay plays: readings in the order of their time, from a CAN log with its mapping or from a recording."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from carservices.hal import HalError
from carservices.hal.recording import configs_of, entries
from carservices.signals import Access, SignalConfig
from carservices_hal.can.car import Car
from carservices_hal.can.receiver import Found, Receiver
from carservices_hal.replay.logs import frames


@dataclass(slots=True)
class Moment:
    """What happened at ``time`` s after the beginning."""

    time: float
    found: Iterable[Found]


class Track(Protocol):
    """A drive that can be played again and again."""

    configs: dict[str, SignalConfig]

    def play(self) -> Iterator[Moment]:
        """From the beginning. Raises HalError where the file is broken."""

    def lost(self, time: float) -> Iterable[Found]:
        """The signals that have been silent for too long at this moment."""

    def figures(self) -> dict[str, float]:
        """Counters for `health`."""


class LogTrack:
    """A CAN log."""

    def __init__(self, file: Path, dbc: tuple[str, ...], mapping: str | None, bus: int | str | None) -> None:
        if not dbc or not mapping:
            raise HalError(f"{file} is a CAN log: it needs the options dbc and mapping")
        self._file, self._bus = file, bus
        self._car = Car(dbc, mapping)
        sources = {reading.config.path: reading.config for reading in self._car.mapping.readings}
        self.configs = {path: config.model_copy(update={"access": Access.READ}) for path, config in sources.items()}
        self._receiver = Receiver(self._car.messages, self._car.mapping)

    def play(self) -> Iterator[Moment]:
        receiver = self._receiver = Receiver(self._car.messages, self._car.mapping)
        start = None
        for stamp, key, payload in frames(self._file, self._bus, receiver.keys):
            start = stamp if start is None else start
            time = max(stamp - start, 0.0)
            yield Moment(time, receiver.feed(key, payload, round(time * 1e9)))
        if start is None:
            where = "" if self._bus is None else f" of bus {self._bus}"
            raise HalError(f"{self._file}: no frame{where} that is mapped; give another log or bus")

    def lost(self, time: float) -> Iterable[Found]:
        return self._receiver.lost(round(time * 1e9))

    def figures(self) -> dict[str, float]:
        counters = ("frames", "unknown", "short", "corrupt", "invalid")
        return {name: float(getattr(self._receiver, name)) for name in counters}


class RecordingTrack:
    """A recording of signal values."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.configs = configs_of(file)
        if not self.configs:
            raise HalError(f"{file}: no value in it; give another recording")

    def play(self) -> Iterator[Moment]:
        start = None
        for time, path, value, status in entries(self._file, self.configs):
            start = time if start is None else start
            yield Moment(max(time - start, 0.0), [(path, value, status)])

    def lost(self, time: float) -> Iterable[Found]:
        return ()

    def figures(self) -> dict[str, float]:
        return {}
