"""Whether a running app answers: pings, the answer to each tap, and the first template."""

import time
from typing import Final

START_SECONDS: Final = 10.0
"""Until HELLO."""
ANSWER_SECONDS: Final = 5.0
"""For a ping, which follows each tap too, and for the first template once in front (AAOS: 5 s to ANR)."""
PING_SECONDS: Final = 5.0
BACKGROUND_PATIENCE: Final = 30.0
"""How long one in the background, where nobody can decide, may be without an answer."""


class Health:
    """Of one run of one app; times are those of the monotonic clock."""

    def __init__(self) -> None:
        self.greeted = False
        self.trouble: str | None = None
        """What it has failed to do, as a sentence."""
        self._since = time.monotonic()
        self._pings = 0
        self._pinged = 0.0
        self._asked: float | None = None

    @property
    def waits(self) -> bool:
        """A ping has not been answered yet."""
        return self._asked is not None

    def expect(self) -> None:
        """Something new is due from now on: a template, or more time was given."""
        self._since = time.monotonic()
        self.trouble = None
        if self._asked is not None:
            self._asked = self._since

    def ping(self) -> int:
        """The number of one more ping."""
        self._pings += 1
        self._pinged = time.monotonic()
        if self._asked is None:
            self._asked = self._pinged
        return self._pings

    def pong(self, number: int) -> None:
        if number == self._pings:
            self._asked = None

    def wants_ping(self, now: float) -> bool:
        return self.greeted and now - self._pinged >= PING_SECONDS

    def look(self, now: float, *, owes_template: bool) -> bool:
        """Whether `trouble` has come or gone."""
        before = self.trouble
        self.trouble = self._silence(now, owes_template)
        return before != self.trouble

    def _silence(self, now: float, owes_template: bool) -> str | None:
        if not self.greeted:
            return f"it has not said hello for {START_SECONDS:g} s" if now - self._since > START_SECONDS else None
        if self._asked is not None and now - self._asked > ANSWER_SECONDS:
            return f"it has not answered for {ANSWER_SECONDS:g} s"
        if owes_template and now - self._since > ANSWER_SECONDS:
            return f"it has shown nothing for {ANSWER_SECONDS:g} s"
        return None

    def hopeless(self, now: float) -> bool:
        """It has been in trouble for longer than one in the background may be."""
        began = self._asked if self._asked is not None else self._since
        return self.trouble is not None and now - began > BACKGROUND_PATIENCE
