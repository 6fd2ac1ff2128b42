"""How far along a route the car is."""

import numpy as np
from numpy.typing import NDArray

LOST_M = 60.0
BACK_M, AHEAD_M = (
    60.0,
    400.0,
)  # where the car can be, relative to the last place; avoids jumps where a loop meets itself


class RouteProgress:
    """Metres travelled along a polyline of (n, 2) metres, n >= 2."""

    def __init__(self, xy: NDArray[np.float64]) -> None:
        self._a, self._d = xy[:-1], np.diff(xy, axis=0)
        length = np.hypot(*self._d.T)
        self._length = np.maximum(length, 1e-6)
        self._from = np.concatenate(((0.0,), np.cumsum(length)[:-1]))
        self.passed = 0.0

    def ahead(self, reach: float, step: float) -> NDArray[np.float64]:
        """(n, 2) points every `step` metres of the next `reach` metres."""
        at = np.arange(self.passed, min(self.passed + reach, float(self._from[-1] + self._length[-1])), step)
        where = np.searchsorted(self._from, at, side="right") - 1
        points: NDArray[np.float64] = (
            self._a[where] + self._d[where] * ((at - self._from[where]) / self._length[where])[:, None]
        )
        return points

    def update(self, x: float, y: float) -> float:
        """The metres behind a car at x, y; unchanged while it is further than 60 m from the route."""
        near = np.searchsorted(self._from, (self.passed - BACK_M, self.passed + AHEAD_M))
        for where in (np.arange(max(0, near[0] - 1), near[1]), np.arange(len(self._from))):
            to = np.array((x, y)) - self._a[where]
            along = np.clip((to * self._d[where]).sum(axis=1) / self._length[where] ** 2, 0.0, 1.0)
            distance = np.hypot(*(to - self._d[where] * along[:, None]).T)
            best = int(np.argmin(distance))
            if distance[best] < LOST_M:
                self.passed = float(self._from[where[best]] + along[best] * self._length[where[best]])
                break
        return self.passed
