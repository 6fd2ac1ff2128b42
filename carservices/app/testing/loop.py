"""An event loop in virtual time: it never waits, and it knows when nothing is left to do."""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Selector(selectors.SelectSelector):
    """Asks ``idle(timeout)`` when nothing is ready; True makes it wait for real, for a thread that is at work."""

    def __init__(self, idle: Callable[[float | None], bool]) -> None:
        super().__init__()
        self._idle = idle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        return super().select(None) if self._idle(timeout) else []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its clock moves only from one timer to the next, and no further than `advance` allows."""

    def __init__(self) -> None:
        self._now = 0.0
        self._until = 0.0
        self._threads = 0
        self.errors: list[dict[str, Any]] = []
        """What went wrong in callbacks of the loop itself."""
        super().__init__(_Selector(self._idle))
        self.set_exception_handler(lambda _loop, context: self.errors.append(context))

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Run everything that happens within this time; what is ready already runs even for 0 s."""
        self._until = self._now + seconds
        self.run_forever()

    def _idle(self, timeout: float | None) -> bool:
        if self._threads:
            return True
        if timeout is None or self._now + timeout > self._until:
            self._now = max(self._now, self._until)
            self.stop()
        else:
            self._now += timeout
        return False

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        self._threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: "asyncio.Future[Any]") -> None:
        self._threads -= 1
