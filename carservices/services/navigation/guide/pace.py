"""How long the rest takes, from what the map expects and how this car has fared on this trip."""

PRIOR_S = 600.0
"""s for which the map is believed as much as the trip itself."""
SLOWEST, FASTEST = 2.5, 0.7
"""Bounds of the share of the expected time that the rest may take."""


class Pace:
    """The trip's own time against the expected one; a standstill counts, as the driver's does."""

    def __init__(self) -> None:
        self._taken = 0.0
        self._expected = 0.0

    def add(self, taken: float, expected: float) -> None:
        """So many s passed while the map expected so many."""
        self._taken += max(0.0, taken)
        self._expected += max(0.0, expected)

    @property
    def factor(self) -> float:
        """By which to multiply expected times that are ahead."""
        share = (self._taken + PRIOR_S) / (self._expected + PRIOR_S)
        return min(SLOWEST, max(FASTEST, share))
