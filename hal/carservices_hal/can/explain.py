"""Frames in the words of their database: message, signals with unit and text, of chosen messages or signals only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carservices_hal.can.codec import Decoder, raw_decoder
from carservices_hal.can.dbc import DbcSignal, Message
from carservices_hal.can.names import find_message, find_signal


@dataclass(frozen=True, slots=True)
class Decoded:
    """One signal as its frame has it; ``text`` is that of its value table."""

    signal: DbcSignal
    value: float
    text: str | None

    def __str__(self) -> str:
        number = f"{self.value:.7g}" if isinstance(self.value, float) else str(self.value)
        return f"{self.signal.name}={self.text or number}{self.signal.unit and f' {self.signal.unit}'}"

    @property
    def in_range(self) -> bool:
        """Whether the database's own limits hold."""
        return self.signal.allows(self.value)


class Explainer:
    """Decodes any frame of the databases. Raises UnknownName for a name that is not in them."""

    def __init__(
        self,
        messages: Mapping[int, Message],
        only_messages: Iterable[str] = (),
        only_signals: Iterable[str] = (),
    ) -> None:
        self._messages = messages
        self._decoders: dict[int, tuple[list[DbcSignal], Decoder]] = {}
        self._signals: dict[int, list[DbcSignal]] = {}
        for name in only_messages:
            message = find_message(messages, name)
            self._signals[message.key] = list(message.signals.values())
        for name in only_signals:
            message, signal = find_signal(messages, name)
            self._signals.setdefault(message.key, []).append(signal)

    @property
    def chosen(self) -> frozenset[int]:
        """The messages that were asked for; empty for all."""
        return frozenset(self._signals)

    def wants(self, key: int) -> bool:
        """Whether frames of this message were asked for: all, if nothing was chosen."""
        return not self._signals or key in self._signals

    def message(self, key: int) -> Message | None:
        return self._messages.get(key)

    def readings(self, key: int, payload: bytes | bytearray) -> list[Decoded]:
        """Its chosen signals; none for a message that is in no database. Raises ShortFrame."""
        message = self._messages.get(key)
        if message is None:
            return []
        if key not in self._decoders:
            signals = self._signals.get(key) or list(message.signals.values())
            self._decoders[key] = (signals, raw_decoder(message, [signal.name for signal in signals]))
        signals, decode = self._decoders[key]
        found = []
        for signal, raw in zip(signals, decode(payload), strict=True):
            if raw is not None:
                text = signal.values.get(int(raw)) if signal.values else None
                found.append(Decoded(signal, raw * signal.factor + signal.offset, text))
        return found
