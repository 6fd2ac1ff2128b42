"""When a process that ended may start again: exponential back-off, and an end to it."""

import random
from collections import deque

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 10.0
SPREAD = 0.2
"""Delays vary by this share, so that processes that died together do not come back together."""
HEALTHY_SECONDS = 30.0
"""A run at least this long starts the back-off anew."""
MOST_RESTARTS = 5
WINDOW_SECONDS = 60.0
"""More than `MOST_RESTARTS` in this time, and the process has failed."""


class Restarts:
    """The restarts of one process; times are seconds of a monotonic clock."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self.total = 0
        self._chance = chance or random.Random()
        self._delay = FIRST_SECONDS
        self._recent: deque[float] = deque()

    def ended(self, now: float, ran_for: float) -> float | None:
        """How long to wait before the next start; None when there will be none."""
        if ran_for >= HEALTHY_SECONDS:
            self._delay = FIRST_SECONDS
        while self._recent and self._recent[0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        if len(self._recent) >= MOST_RESTARTS:
            return None
        self._recent.append(now)
        self.total += 1
        delay = self._delay
        self._delay = min(2 * delay, LONGEST_SECONDS)
        return delay * self._chance.uniform(1 - SPREAD, 1 + SPREAD)

    def forgive(self) -> None:
        """Somebody asked for a start: the past does not count."""
        self._delay = FIRST_SECONDS
        self._recent.clear()
