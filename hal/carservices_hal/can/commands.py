"""The frames of commands: made from what was sent or heard last, sealed each time, repeated where the car wants it."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence

from carservices.hal import HalError
from carservices_hal.can.dbc import Message
from carservices_hal.can.encode import encode
from carservices_hal.can.mapping import CarMapping, Command

Send = Callable[[Sequence[tuple[int, bytes]]], Awaitable[None]]
"""Sends frames (key, payload). Raises HalError."""


class CommandFrames:
    """One frame a message, with the last value of each command in it.

    A message with a cycle time (mapping, or `GenMsgCycleTime`) is sent again each period from its first command on,
    with the next counter and checksum, until its hold time without a command has passed, the bus is lost or `stop`.
    """

    def __init__(self, mapping: CarMapping, heard: Callable[[int], bytes], send: Send) -> None:
        self._mapping = mapping
        self._heard = heard
        self._send = send
        self._last: dict[int, tuple[bytes, int]] = {}
        self._repeating: dict[int, asyncio.Task[None]] = {}

    def make(self, command: Command, number: float) -> bytes:
        """The next frame with this number; its other bits as they were sent last, or else as the bus has them.

        Raises EncodeError for a number that the frame cannot carry.
        """
        message = command.message
        payload, count = self._last.get(message.key, (self._heard(message.key), 0))
        return self._sealed(message, encode(message, {command.signal.name: number}, payload), count)

    def repeat(self, message: Message) -> None:
        """The frame was sent: from now on it comes each period, if it has one."""
        self.stop(message.key)
        period = self._mapping.periods.get(message.key, message.period)
        if period:
            hold = self._mapping.holds.get(message.key, math.inf)
            self._repeating[message.key] = asyncio.create_task(self._repeat(message, period, hold))

    def stop(self, key: int | None = None) -> None:
        """Repeat this message no more, or none at all: what was asked for before a loss must not happen after it."""
        for one in [key] if key is not None else list(self._repeating):
            if task := self._repeating.pop(one, None):
                task.cancel()

    async def close(self) -> None:
        """Stop, and wait until nothing is left of it."""
        tasks = list(self._repeating.values())
        self.stop()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _sealed(self, message: Message, payload: bytes, count: int) -> bytes:
        guard = self._mapping.protections.get(message.key)
        if guard is not None:
            payload = guard.seal(message, payload, count)
        self._last[message.key] = (payload, count + 1)
        return payload

    async def _repeat(self, message: Message, period: float, hold: float) -> None:
        now = asyncio.get_running_loop().time
        due, end = now() + period, now() + hold
        while due <= end:
            await asyncio.sleep(due - now())
            try:
                await self._send([(message.key, self._sealed(message, *self._last[message.key]))])
            except HalError:  # the bus says so itself
                return
            due = max(due + period, now())
