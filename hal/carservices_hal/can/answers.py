"""What control units say to commands, where a car has frames for that: done, or why not."""

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from carservices.hal import SetError
from carservices.signals import Code
from carservices_hal.can.codec import Decoder, ShortFrame, raw_decoder
from carservices_hal.can.dbc import Message
from carservices_hal.can.mapping import Answer

PATIENCE = 0.5
"""s a control unit may take for its answer."""
DONE = "OK"
"""The text of the value table for a command that was taken; the number 0 says the same."""
REASONS = {
    Code.TRY_AGAIN: "the car is busy; try again",
    Code.INVALID_ARG: "the car does not know this value",
    Code.NOT_AVAILABLE: "the car cannot do it now",
    Code.ACCESS_DENIED: "the car does not allow it",
    Code.INTERNAL_ERROR: "a control unit is broken",
    Code.NOT_AVAILABLE_DISABLED: "what it needs is switched off",
    Code.NOT_AVAILABLE_SPEED_LOW: "the car is too slow for it",
    Code.NOT_AVAILABLE_SPEED_HIGH: "the car is too fast for it",
    Code.NOT_AVAILABLE_POOR_VISIBILITY: "the car cannot see well enough",
    Code.NOT_AVAILABLE_SAFETY: "it would not be safe now",
}
"""A sentence for each code that a value table may hold by its name; its other texts are sentences themselves."""


class Answers:
    """Commands that are answered go one after the other; answer and command have the same counter."""

    def __init__(self, answers: Mapping[int, Answer], messages: Mapping[int, Message]) -> None:
        self._answers = dict(answers)
        self._turns = {key: asyncio.Lock() for key in answers}
        self._counters = {key: raw_decoder(messages[key], [answer.counter]) for key, answer in answers.items()}
        self._decoders: dict[int, Decoder] = {
            answer.message.key: raw_decoder(answer.message, [answer.counter, answer.result.name])
            for answer in answers.values()
        }
        self._waiting: dict[int, tuple[float | None, asyncio.Future[int]]] = {}

    @property
    def keys(self) -> frozenset[int]:
        """The messages that are answers."""
        return frozenset(self._decoders)

    def turn(self, key: int) -> AbstractAsyncContextManager[None]:
        """Held from the making of a command to its answer."""
        return self._turns.get(key) or contextlib.nullcontext()

    def expect(self, key: int, payload: bytes) -> None:
        """This command is about to be sent."""
        if key in self._answers:
            (count,) = self._counters[key](payload)
            future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._waiting[self._answers[key].message.key] = (count, future)

    def hear(self, key: int, payload: bytes | bytearray) -> None:
        """A frame came; it may be the answer."""
        if key not in self._waiting:
            return
        count, future = self._waiting[key]
        with contextlib.suppress(ShortFrame):
            heard, result = self._decoders[key](payload)
            if heard == count and not future.done():
                future.set_result(int(result or 0))

    async def done(self, key: int) -> None:
        """Wait for the answer to the command. Raises SetError when it is no, or does not come."""
        answer = self._answers.get(key)
        if answer is None:
            return
        _, future = self._waiting[answer.message.key]
        try:
            result = await asyncio.wait_for(future, PATIENCE)
        except TimeoutError:
            raise SetError(Code.TRY_AGAIN, f"sent, but {answer.message.name} did not come in {PATIENCE:g} s") from None
        text = answer.result.values.get(result, DONE if result == 0 else f"{answer.result.name} {result}")
        if text == DONE:
            return
        code = Code.__members__.get(text, Code.NOT_AVAILABLE)
        raise SetError(code, REASONS[code] if text in Code.__members__ else text)
