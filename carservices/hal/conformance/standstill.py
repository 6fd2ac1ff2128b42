"""Interrupts code that blocks the event loop, and says where it stands; a blocking HAL would stop the kit."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from carservices.hal.fault import place_of

STILL_SECONDS = 10.0
"""Without a turn of the loop: far more than a busy machine needs."""


class Standstill(AssertionError):
    """The event loop did not turn; the message says where and what to do."""


@contextlib.contextmanager
def interrupted(package: str) -> Iterator[None]:
    """Raise `Standstill` in whatever blocks the running loop; ``package`` is the one whose place is told.

    It needs the alarm of a Unix process, which only its main thread can take; whose alarm it was has it back.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def turn() -> None:
        signal.setitimer(signal.ITIMER_REAL, STILL_SECONDS)
        timers[:] = [loop.call_later(STILL_SECONDS / 10, turn)]

    def ring(_number: int, frame: FrameType | None) -> None:
        raise Standstill(
            f"the event loop stood still for {STILL_SECONDS:g} s{place_of(frame, package)}: "
            "await, or put what blocks into asyncio.to_thread"
        )

    began, (left, _) = time.monotonic(), signal.getitimer(signal.ITIMER_REAL)
    before = signal.signal(signal.SIGALRM, ring)
    turn()
    try:
        yield
    finally:
        timers[0].cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001))
