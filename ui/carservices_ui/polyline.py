"""Reads polylines with six decimals (Google's encoded polyline algorithm at Valhalla's precision)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from carservices.api.polyline import PRECISION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LatLon = tuple[float, float]


@lru_cache(maxsize=8)
def points(text: str) -> "NDArray[np.float64]":
    """The (n, 2) latitudes and longitudes of a polyline in degrees; a point that is cut off at the end is left out."""
    import numpy as np  # the first picture does not wait for it

    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8).astype(np.int64) - 63
    ends = np.flatnonzero(codes < 0x20)
    ends = ends[: len(ends) - len(ends) % 2]
    if not len(ends):
        return np.empty((0, 2))
    codes = codes[: ends[-1] + 1] & 0x1F
    starts = np.concatenate(((0,), ends[:-1] + 1))
    places = np.arange(len(codes)) - np.repeat(starts, np.diff(np.append(starts, len(codes))))
    values = np.add.reduceat(codes << 5 * places, starts)
    steps = np.where(values & 1, ~(values >> 1), values >> 1).reshape(-1, 2)
    degrees: NDArray[np.float64] = np.cumsum(steps, axis=0) / PRECISION
    return degrees


def decode(text: str) -> list[LatLon]:
    """The (lat, lon) points of a polyline in degrees."""
    return [(lat, lon) for lat, lon in points(text).tolist()]
