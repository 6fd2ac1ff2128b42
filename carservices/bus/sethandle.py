"""A command on its way: accepted already, then confirmed by the car or failed with a reason."""

import asyncio
import math
from collections.abc import Callable

from carservices.bus.errors import SetFailed
from carservices.signals import Code, Datum, Status, Value

GRACE = 1.0
"""Seconds by which the client waits longer than the hub."""


class SetHandle:
    """What `Car.set` returns."""

    def __init__(self, path: str, wanted: Datum, timeout: float) -> None:
        self.path = path
        self.wanted = wanted
        self._done: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._done.add_done_callback(_retrieve)
        late = "sent, but the car did not confirm it in time"
        self._late = asyncio.get_running_loop().call_later(timeout + GRACE, self.fail, Code.TRY_AGAIN, late, None)
        self._done.add_done_callback(lambda _done: self._late.cancel())

    async def confirmed(self) -> Value:
        """Wait for the event that shows that it happened. Raises SetFailed."""
        return await asyncio.shield(self._done)

    def on_done(self, callback: Callable[[], object]) -> None:
        self._done.add_done_callback(lambda _done: callback())

    def confirm(self, value: Datum, timestamp: int) -> None:
        if not self._done.done():
            self._done.set_result(Value(self.path, value, timestamp))

    def fail(self, code: Code, reason: str, blocking: str | None) -> None:
        if not self._done.done():
            self._done.set_exception(SetFailed(self.path, code, reason, blocking))

    def see(self, value: Value) -> None:
        """An update of the signal: it may show that the command happened."""
        if value.status is Status.AVAILABLE and value.value is not None and same(self.wanted, value.value):
            self.confirm(value.value, value.timestamp)


def same(wanted: Datum, value: Datum | None) -> bool:
    """Equal, or equal as single-precision numbers: a HAL may hold a float in 32 bits."""
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(same, wanted, value))
    if isinstance(wanted, float) and isinstance(value, int | float):
        return math.isclose(wanted, value, rel_tol=1e-6, abs_tol=1e-6)
    return wanted == value


def _retrieve(done: "asyncio.Future[Value]") -> None:
    """Nobody has to ask: a failure that is never looked at is not an error of the program."""
    if not done.cancelled():
        done.exception()
