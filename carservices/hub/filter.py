"""What one topic lets through: AAOS' sample rate, resolution and variable update rate, and nothing else.

A status change always passes. A value passes when its period is over and, with variable update rate, when it
differs from the last one delivered. A value held back is delivered when the period ends, so that a subscriber
never stays on a stale value.
"""

import math

from carservices.signals import Datum, Status

EARLY = 0.05
"""Share of the period by which a sample may come early: clocks of source and hub jitter."""
MIN_INT, MAX_INT = -(2**63), 2**64 - 1
"""What the wire carries; a value at the very end of its type is not rounded out of it."""


class ResolutionError(ValueError):
    """A resolution that is not 0 or an integer power of ten."""


class Filter:
    """Decides, and remembers what was delivered; times are nanoseconds of the hub's clock."""

    __slots__ = ("_digits", "_period", "_shortest", "_variable", "held", "last", "last_ns", "status")

    def __init__(self, rate: float, resolution: float = 0.0, variable_rate: bool = True) -> None:
        self._period = int(1e9 / rate) if rate else 0
        self._shortest = int(self._period * (1 - EARLY))
        self._digits = digits(resolution)
        self._variable = variable_rate
        self.last: Datum | None = None
        self.status: Status | None = None
        self.last_ns = 0
        self.held = False

    def round(self, value: Datum | None) -> Datum | None:
        """The value at the topic's resolution (AAOS rounds to a multiple of an integer power of ten)."""
        if self._digits is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        try:
            rounded = round(value, self._digits)
        except OverflowError:
            return value
        if isinstance(rounded, int) and not MIN_INT <= rounded <= MAX_INT:
            return value
        return rounded

    def offer(self, value: Datum | None, status: Status, now_ns: int) -> bool:
        """Whether to deliver ``value`` now; False may also mean later, see `due_ns`."""
        if self._digits is not None:
            value = self.round(value)
        if status is not self.status:
            self._deliver(value, status, now_ns)
            return True
        if self._variable and value == self.last:
            self.held = False
            return False
        if now_ns - self.last_ns < self._shortest:
            self.held = True
            return False
        self._deliver(value, status, now_ns)
        return True

    @property
    def due_ns(self) -> int:
        """When a value that is held back may go."""
        return self.last_ns + self._period

    def _deliver(self, value: Datum | None, status: Status, now_ns: int) -> None:
        self.last, self.status, self.last_ns, self.held = value, status, now_ns, False


def digits(resolution: float) -> int | None:
    """Decimal places of a resolution: 0.1 → 1, 10 → -1, 0 → None. Raises ResolutionError."""
    if resolution == 0:
        return None
    if resolution > 0 and math.isfinite(resolution):
        exponent = round(math.log10(resolution))
        if math.isclose(resolution, 10.0**exponent, rel_tol=1e-9):
            return -exponent
    raise ResolutionError(f"resolution {resolution!r}: use 0 or a power of ten such as 0.1, 1 or 10")
