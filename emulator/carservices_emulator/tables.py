"""Piecewise-linear curves: how every measured characteristic of the car is stored."""

from bisect import bisect_right
from collections.abc import Iterable


class Curve:
    """y(x) through breakpoints, constant beyond the first and last one.

    Raises ValueError unless the x are strictly increasing and there are at least two.
    """

    __slots__ = ("_slopes", "x", "y")

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        pairs = list(points)
        self.x = [float(x) for x, _ in pairs]
        self.y = [float(y) for _, y in pairs]
        if len(pairs) < 2 or any(b <= a for a, b in zip(self.x, self.x[1:], strict=False)):
            raise ValueError("a curve needs at least two points with strictly increasing x")
        self._slopes = [(self.y[i + 1] - self.y[i]) / (self.x[i + 1] - self.x[i]) for i in range(len(pairs) - 1)]

    def __call__(self, x: float) -> float:
        if x <= self.x[0]:
            return self.y[0]
        if x >= self.x[-1]:
            return self.y[-1]
        i = bisect_right(self.x, x) - 1
        return self.y[i] + self._slopes[i] * (x - self.x[i])

    def integral(self, upper: float) -> float:
        """∫ y dx from the first breakpoint to ``upper``, which must not lie before it."""
        area = 0.0
        for i, slope in enumerate(self._slopes):
            right = min(upper, self.x[i + 1])
            if right <= self.x[i]:
                return area
            width = right - self.x[i]
            area += self.y[i] * width + 0.5 * slope * width * width
        return area + self.y[-1] * max(0.0, upper - self.x[-1])


def clamp(value: float, low: float, high: float) -> float:
    """``value``, or the bound it passes."""
    return low if value < low else min(value, high)
