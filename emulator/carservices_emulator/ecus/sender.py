"""Messages a control unit sends again and again: encoded from what its sensors show, guarded, each in its cycle."""

from collections.abc import Callable, Sequence

from carservices.hal import HalError
from carservices.signals import Datum, Status
from carservices_emulator.ecus.disturbance import Disturbance
from carservices_hal.can.checksums import Protection
from carservices_hal.can.dbc import DbcSignal, Message
from carservices_hal.can.encode import put, to_raw
from carservices_hal.can.mapping import Reading
from carservices_hal.can.transform import BROKEN, UNAVAILABLE, marked, outgoing

Observe = Callable[[str], tuple[Datum | None, Status]]
"""Path → what its sensor shows now."""


class _Field:
    """One signal of a message: a value of its sensor as the bits of the frame."""

    def __init__(self, reading: Reading) -> None:
        self.path = reading.config.path
        self._signal: DbcSignal = reading.signal
        self._convert = outgoing(reading.config, reading.signal, None, reading.signal.line, _complain)
        self._unavailable, self._error = (self._mark(reading, text) for text in (UNAVAILABLE, BROKEN))

    @property
    def name(self) -> str:
        return self._signal.name

    def raw(self, value: Datum | None, status: Status) -> int:
        """Marked as unavailable or broken where there is no value, or none that the field is for."""
        if status is Status.UNAVAILABLE:
            return self._unavailable
        if status is Status.ERROR or value is None:
            return self._error
        number = self._convert(value)
        if not self._signal.minimum <= number <= self._signal.maximum:
            return self._error
        return to_raw(self._signal, number)

    def _mark(self, reading: Reading, text: str) -> int:
        number = marked(reading.config, reading.signal, text)
        if number is None:
            raise HalError(f"line {reading.signal.line}: the value table of {reading.signal.name} has no {text}")
        return to_raw(reading.signal, number)


class CyclicMessage:
    """A message with its cycle; ``due`` is a time of the event loop's clock."""

    def __init__(self, message: Message, readings: Sequence[Reading], guard: Protection | None) -> None:
        self.message = message
        self.due = 0.0
        self._fields = [_Field(reading) for reading in readings]
        self._guard = guard
        self._seen: list[tuple[Datum | None, Status] | None] = [None] * len(self._fields)
        self._plain = bytes(message.length)
        self._count = 0

    @property
    def paths(self) -> list[str]:
        """The signals it carries."""
        return [field.path for field in self._fields]

    def next_frame(self, observe: Observe, disturbances: set[Disturbance]) -> bytes:
        """What goes onto the bus now."""
        changed: dict[str, int] = {}
        for index, field in enumerate(self._fields):
            shown = observe(field.path)
            if shown != self._seen[index]:
                self._seen[index] = shown
                changed[field.name] = field.raw(*shown)
        if changed:
            self._plain = put(self.message, self._plain, changed)
        payload = self._plain
        if self._guard is not None:
            if Disturbance.COUNTER not in disturbances:
                self._count += 1
            payload = self._guard.seal(self.message, payload, self._count)
            if Disturbance.CHECKSUM in disturbances:
                payload = payload[:-1] + bytes([payload[-1] ^ 0xFF])
        return payload[: len(payload) // 2] if Disturbance.SHORT in disturbances else payload

    def sent(self, now: float) -> None:
        """Wait for the next cycle; cycles that were missed are not made up for."""
        period = self.message.period
        self.due = self.due + period if self.due + period > now else now + period


def _complain(line: int, cause: str) -> None:
    raise HalError(f"line {line}: {cause}")
