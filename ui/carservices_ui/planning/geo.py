"""Distances on the map, good enough for a list: flat around where they are measured."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carservices.api.routes import Box, Place
from carservices.signals.earth import DEGREE_M

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point = tuple[float, float]
"""Latitude and longitude in degrees."""
MARGIN = 0.05
"""Degrees around a map within which a place still counts as on it: the service leads as near as roads do."""


def metres(one: Point, other: Point) -> float:
    """Between two places not too far from each other."""
    north = (other[0] - one[0]) * DEGREE_M
    east = (other[1] - one[1]) * DEGREE_M * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


def inside(box: Box, place: Place) -> bool:
    """Whether a place lies in a box, or so near to it that its roads may lead there."""
    return box.south - MARGIN <= place.lat <= box.north + MARGIN and box.west - MARGIN <= place.lon <= box.east + MARGIN


def along(line: "NDArray[np.float64]", place: Point) -> Point:
    """Where a line of (n, 2) degrees, n ≥ 2, comes nearest to a place: metres from its start, and metres beside it."""
    import numpy as np  # the first picture does not wait for it

    flat = _flat(line, place[0])
    start, step = flat[:-1], np.diff(flat, axis=0)
    length = np.hypot(*step.T)
    to = _flat(np.array([place]), place[0]) - start
    share = np.clip((to * step).sum(axis=1) / np.maximum(length, 1e-9) ** 2, 0.0, 1.0)
    beside = np.hypot(*(to - step * share[:, None]).T)
    nearest = int(np.argmin(beside))
    return float(length[:nearest].sum() + share[nearest] * length[nearest]), float(beside[nearest])


def legs(line: "NDArray[np.float64]", places: Sequence[Point]) -> list[float]:
    """Metres along a line to each of some places on it, in order, from the one before; the first from the start."""
    import numpy as np

    if len(line) < 2 or not places:
        return [0.0] * len(places)
    flat = _flat(line, places[0][0])
    done = np.concatenate(((0.0,), np.cumsum(np.hypot(*np.diff(flat, axis=0).T))))
    found, at = [], 0
    for place in places:
        ahead = at + int(np.argmin(np.hypot(*(flat[at:] - _flat(np.array([place]), places[0][0])).T)))
        found.append(float(done[ahead] - done[at]))
        at = ahead
    return found


def _flat(degrees: "NDArray[np.float64]", latitude: float) -> "NDArray[np.float64]":
    """Metres north and east, as on a plane that touches at a latitude."""
    import numpy as np

    flat: NDArray[np.float64] = degrees * (DEGREE_M, DEGREE_M * np.cos(np.radians(latitude)))
    return flat
