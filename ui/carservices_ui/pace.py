"""How often a window's loop turns: with each picture while something moves or is touched, seldom while nothing is."""

from collections.abc import Callable
from threading import Event
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window

QUIET_HZ = 25.0
"""Turns a second while nothing moves: a first touch waits 40 ms at most; a turn costs a third of a millisecond."""
TOUCHED_SECONDS = 0.5
"""After a touch or a key the next one is looked for as often as there are pictures."""


class Pace:
    """In kivy's clock, until closed. What the clock has to do is done in time; `waking` does it for other threads.

    ``lax`` is for a window that few look at: what the clock has to do there may wait for the next quiet turn.
    """

    def __init__(self, quiet_hz: float = QUIET_HZ, lax: bool = False) -> None:
        self._longest = 1 / quiet_hz
        self._slack = self._longest if lax else 0.0
        self._stirred = Event()
        self._touched = float("-inf")
        self._next_picture: Callable[[], float] = Clock.idle
        Clock.idle = self._idle
        Window.bind(on_motion=self._touch, on_key_down=self._touch)

    def close(self) -> None:
        Clock.idle = self._next_picture
        Window.unbind(on_motion=self._touch, on_key_down=self._touch)

    def waking(self, trigger: Callable[[], Any]) -> Callable[[], None]:
        """What another thread calls to have a trigger of the clock run at once."""

        def wake() -> None:
            trigger()
            self._stirred.set()

        return wake

    def _idle(self) -> float:
        """Wait for the next turn; returns its time."""
        now = Clock.time()
        if now - self._touched > TOUCHED_SECONDS:
            due = Clock.get_min_timeout()
            until = min(due + self._slack, Clock.get_time() + self._longest)
            if until > now < due:
                self._stirred.wait(until - now)
        self._stirred.clear()
        return self._next_picture()  # which waits for the rest of a picture's time

    def _touch(self, *_: Any) -> None:
        self._touched = Clock.time()
