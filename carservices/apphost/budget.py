"""How much an app may ask of the car, and what it may do beyond that before it is ended."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

CALLS: Final = (50.0, 100.0)
"""Gets, sets, calls and subscriptions: per second, and at once."""
MESSAGES: Final = (200.0, 400.0)
"""Records of any kind; beyond, the link is not read for a while and the kernel holds the app back."""
PIXELS: Final = (2_000_000.0, 8_000_000.0)
"""Of images, which have to be inflated."""
NOTIFICATIONS: Final = (0.2, 5.0)
MEDIA_SECONDS: Final = 0.2
"""Between two states of a media app that are looked at; only the newest of those in between counts."""
LOG_LINES: Final = (20.0, 200.0)
AUDIT_LINES: Final = (1.0, 100.0)
"""Of what an app was denied, set and did against the rules; it must not wash older entries out of the log."""
MAX_OUTSTANDING: Final = 16
"""Requests that have not been answered yet."""
MAX_SIGNALS: Final = 200
"""Signals and streams an app may watch at a time."""
MAX_SUBSCRIPTIONS: Final = 200
"""Also those that brought nothing."""
MAX_VIOLATIONS: Final = 20
WINDOW_SECONDS: Final = 10.0
"""More violations in this time, and the app is ended."""


def cost_of_subscription(globs: Sequence[str]) -> float:
    """In calls. A path is looked up; a glob is compiled and held against every signal (20 ms for 200 letters)."""
    stars = [glob for glob in globs if "*" in glob]
    return 1.0 + (len(globs) - len(stars)) / 20 + sum(4 + len(glob) / 25 for glob in stars)


class Bucket:
    """A token bucket: full at first, it gets ``rate`` tokens a second up to ``burst``."""

    __slots__ = ("_burst", "_clock", "_left", "_rate", "_then")

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._then = clock()

    def take(self, amount: float = 1.0) -> bool:
        """False, with nothing taken, when there is not enough."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class Patience:
    """Counts violations; it is over when too many come in a short time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = 0
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=MAX_VIOLATIONS + 1)

    def violate(self) -> bool:
        """One more; True when the app has to be ended."""
        self.total += 1
        now = self._clock()
        self._recent.append(now)
        return len(self._recent) > MAX_VIOLATIONS and now - self._recent[0] <= WINDOW_SECONDS
