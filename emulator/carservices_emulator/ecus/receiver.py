"""Commands a control unit takes: checked by checksum and counter, handed on as paths and values, and answered."""

from collections.abc import Iterator, Sequence

from carservices.signals import Code, Datum
from carservices_hal.can.checksums import Protection
from carservices_hal.can.codec import ShortFrame, decoder, raw_decoder
from carservices_hal.can.dbc import Message
from carservices_hal.can.encode import put
from carservices_hal.can.mapping import Answer, Command
from carservices_hal.can.transform import Incoming, incoming

SAME = 1e9
"""ns within which a counter that stands still means a sender that hangs; later it may be one that began again."""


class CommandMessage:
    """A message of requests. ``rejected`` counts frames that are short, corrupt, repeated, or say nothing."""

    def __init__(self, message: Message, commands: Sequence[Command], guard: Protection, answer: Answer) -> None:
        self.answer_key = answer.message.key
        self.rejected = 0
        self._answer = answer
        self._opens = guard.opener(message)
        self._counter = raw_decoder(message, [answer.counter])
        self._decode = decoder(message, [command.signal.name for command in commands])
        self._targets: list[tuple[str, Incoming]] = [
            (command.config.path, incoming(command.config, command.signal, None, command.signal.line, _complain))
            for command in commands
        ]
        self._last: tuple[int | None, int] = (None, 0)

    def requests(self, payload: bytes | bytearray, at: int) -> Iterator[tuple[str, Datum]]:
        """What this frame, heard at ``at`` ns, asks for."""
        try:
            count = int(self._counter(payload)[0] or 0)
            if not self._opens(payload):
                self.rejected += 1
                return
            numbers = self._decode(payload)
        except ShortFrame:
            self.rejected += 1
            return
        before, when = self._last
        self._last = (count, at)
        if count == before and at - when < SAME:
            self.rejected += 1
            return
        for (path, convert), number in zip(self._targets, numbers, strict=True):
            if number is not None:
                value = self._value(convert, number)
                if value is not None:
                    yield path, value

    def answer(self, code: Code) -> bytes:
        """The frame that says what became of the last request."""
        count, _ = self._last
        return put(self._answer.message, b"", {self._answer.counter: count or 0, self._answer.result.name: int(code)})

    def _value(self, convert: Incoming, number: float) -> Datum | None:
        try:
            value = convert(number)
        except ValueError:  # marked as broken by whoever asks
            value = None
        self.rejected += value is None
        return value


def _complain(line: int, cause: str) -> None:
    raise ValueError(f"line {line}: {cause}")
