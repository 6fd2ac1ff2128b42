"""How the runs of one app ended, and when it has crashed too often."""

import time
from collections import deque
from typing import Final

CRASHES: Final = 3
CRASH_WINDOW: Final = 300.0
"""s within which so many crashes disable it."""


class Crashes:
    """`disabled` lasts until `enable`; the rest is about the last run."""

    def __init__(self, *, disabled: bool) -> None:
        self.disabled = disabled
        self.crashed = False
        self.how: str | None = None
        """One sentence; None when it ended well."""
        self._times: deque[float] = deque(maxlen=CRASHES)

    def crash(self, how: str) -> None:
        """One more, unless somebody else is to blame."""
        now = time.monotonic()
        self.refuse(how)
        self._times.append(now)
        self.disabled = len(self._times) == CRASHES and now - self._times[0] <= CRASH_WINDOW

    def refuse(self, how: str) -> None:
        """It could not be started: shown as a crash, not counted as one."""
        self.crashed = True
        self.how = how

    def forgive(self) -> None:
        """The person has seen how it ended, or it runs again."""
        self.crashed = False
        self.how = None

    def enable(self) -> None:
        """Forget all of them."""
        self._times.clear()
        self.disabled = False
        self.forgive()
