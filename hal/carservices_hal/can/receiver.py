"""From frames to readings: the mapped signals of each message, and which of them are lost because it stays away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from carservices.signals import Datum, Status
from carservices.signals.check import Check, InvalidValue, compile_check
from carservices_hal.can.codec import Decoder, ShortFrame, decoder, raw_decoder
from carservices_hal.can.dbc import Message
from carservices_hal.can.mapping import CarMapping, Reading

PERIODS = 10
"""Periods without a frame after which its signals are unavailable, as in opendbc."""
LEAST_SILENCE = 0.1
"""s: a frame that comes every ms may be late for a moment."""
FIRST_SILENCE = 10.0
"""s without a frame whose period is not known yet."""
LEARNT_AFTER = 3
"""Frames after which the period of a message is the mean of what was seen."""

Found = tuple[str, Datum | None, Status]
"""Path, value, status."""


@dataclass(slots=True)
class _Source:
    """One message and the signals taken from it.

    ``decode`` gives the number of each reading, then the others that formulas take: of each reading those in its slice.
    """

    message: Message
    decode: Decoder
    readings: list[tuple[Reading, Check, slice]]
    opens: Callable[[bytes | bytearray], bool] | None
    counter: Decoder | None
    period: float | None
    payload: bytes = b""
    count: float | None = None
    first: int = 0
    last: int = 0
    frames: int = 0
    lost: bool = False
    seen: dict[str, tuple[Datum | None, Status]] = field(default_factory=dict)

    def silence(self) -> float:
        """s it may stay away; 0 for ever."""
        if self.period == 0:
            return 0.0
        if self.period is not None:
            return max(PERIODS * self.period, LEAST_SILENCE)
        if self.frames < LEARNT_AFTER:
            return FIRST_SILENCE
        return max(PERIODS * (self.last - self.first) / 1e9 / (self.frames - 1), LEAST_SILENCE)


class Receiver:
    """Decodes frames with the mapping; times are ns of the bus's own clock. The counters are for `health`."""

    def __init__(self, messages: dict[int, Message], mapping: CarMapping) -> None:
        self.frames = self.unknown = self.short = self.corrupt = self.invalid = 0
        self._sources: dict[int, _Source] = {}
        by_key: dict[int, list[Reading]] = {}
        for reading in mapping.readings:
            by_key.setdefault(reading.key, []).append(reading)
        for key, readings in by_key.items():
            message, guard = messages[key], mapping.protections.get(key)
            self._sources[key] = _Source(
                message,
                decoder(
                    message, [*(one.signal.name for one in readings), *(name for r in readings for name in r.others)]
                ),
                list(_with_places(readings)),
                guard.opener(message) if guard and guard.checksum else None,
                raw_decoder(message, [guard.counter]) if guard and guard.counter else None,
                mapping.periods.get(key, message.period or None),
            )

    @property
    def keys(self) -> frozenset[int]:
        """The messages that are mapped."""
        return frozenset(self._sources)

    def feed(self, key: int, payload: bytes | bytearray, at: int) -> Iterator[Found]:
        """What a frame says; nothing for one that is unknown, short, corrupt or repeated by a stuck sender."""
        self.frames += 1
        source = self._sources.get(key)
        if source is None:
            self.unknown += 1
            return
        if payload == source.payload and source.counter is None and not source.lost:
            self._came(source, at)
            for reading, *_ in source.readings:
                path = reading.config.path
                yield (path, *source.seen[path])
            return
        try:
            if source.opens is not None and not source.opens(payload):
                self.corrupt += 1
                return
            numbers = source.decode(payload)
            count = source.counter(payload)[0] if source.counter else None
        except ShortFrame:
            self.short += 1
            return
        if count is not None:
            if count == source.count:  # the sender's program hangs while its hardware repeats the frame
                self.corrupt += 1
                return
            source.count = count
        self._came(source, at)
        source.payload = bytes(payload)
        for (reading, check, others), number in zip(source.readings, numbers, strict=False):
            path = reading.config.path
            if number is not None:
                source.seen[path] = self._convert(reading, check, number, numbers[others])
            elif path not in source.seen:
                source.seen[path] = (None, Status.UNAVAILABLE)
            yield (path, *source.seen[path])

    def lost(self, at: int) -> Iterator[Found]:
        """The signals of messages that have stayed away for too long, once."""
        for source in self._sources.values():
            source.last = source.last or at  # never heard: it is missed from the first look on
            silence = source.silence()
            if not source.lost and silence and (at - source.last) / 1e9 > silence:
                yield from self._lose(source)

    def lose_all(self) -> Iterator[Found]:
        """The bus is gone, and every signal with it."""
        for source in self._sources.values():
            if not source.lost:
                yield from self._lose(source)

    def payload(self, key: int) -> bytes:
        """The last frame of this message, empty before the first."""
        source = self._sources.get(key)
        return source.payload if source else b""

    def paths(self) -> Iterator[str]:
        for source in self._sources.values():
            for reading, *_ in source.readings:
                yield reading.config.path

    def _came(self, source: _Source, at: int) -> None:
        if source.lost or not source.frames:
            source.lost, source.first, source.frames = False, at, 0
        source.last = at
        source.frames += 1

    def _lose(self, source: _Source) -> Iterator[Found]:
        source.lost, source.payload = True, b""
        source.seen.clear()
        for reading, *_ in source.readings:
            yield reading.config.path, None, Status.UNAVAILABLE

    def _convert(
        self, reading: Reading, check: Check, number: float, others: tuple[float | None, ...]
    ) -> tuple[Datum | None, Status]:
        """The value, or why there is none: unavailable for a number that means so, error for one that cannot be."""
        try:
            value = None if None in others else reading.convert(number, *others)
            return (None, Status.UNAVAILABLE) if value is None else (check(value), Status.AVAILABLE)
        except (InvalidValue, ArithmeticError, ValueError):
            self.invalid += 1
            return None, Status.ERROR


def _with_places(readings: list[Reading]) -> Iterator[tuple[Reading, Check, slice]]:
    end = len(readings)
    for reading in readings:
        start, end = end, end + len(reading.others)
        yield reading, compile_check(reading.config), slice(start, end)
