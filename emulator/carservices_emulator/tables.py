"""Piecewise-linear curves and maps: how every measured characteristic of the car is stored."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence


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


class Map:
    """z(x, y) on a grid, linear in x and in y between its points, constant beyond them; ``rows`` are z over x, one a y.

    Raises ValueError unless x and y are strictly increasing, two or more each, and each row has a z for each x.
    """

    __slots__ = ("_rows", "_y")

    def __init__(self, x: Sequence[float], y: Sequence[float], rows: Sequence[Sequence[float]]) -> None:
        if len(rows) != len(y) or any(len(row) != len(x) for row in rows):
            raise ValueError(f"a map of {len(x)} by {len(y)} points needs {len(y)} rows of {len(x)} numbers")
        self._rows = [Curve(zip(x, row, strict=True)) for row in rows]
        self._y = Curve((value, index) for index, value in enumerate(y))

    def __call__(self, x: float, y: float) -> float:
        place = self._y(y)
        lower = min(int(place), len(self._rows) - 2)
        low, high = self._rows[lower](x), self._rows[lower + 1](x)
        return low + (high - low) * (place - lower)


def clamp(value: float, low: float, high: float) -> float:
    """``value``, or the bound it passes."""
    return low if value < low else min(value, high)
