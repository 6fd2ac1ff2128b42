"""Distances on the map, good enough for a list: flat around where they are measured."""

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
"""Latitude and longitude in degrees."""
ROUNDING = 2e-6
"""Degrees: polylines have six decimals."""
DEGREE_M = 111_195.0
"""Metres of a degree of latitude on a sphere of 6371 km."""


def metres(one: Point, other: Point) -> float:
    """Between two places not too far from each other."""
    north = (other[0] - one[0]) * DEGREE_M
    east = (other[1] - one[1]) * DEGREE_M * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


def lengths(line: Sequence[Point], places: Sequence[Point]) -> list[float]:
    """Metres along a line from each of some of its points, in their order, to the one before; the first: to the start.

    0 for a place that the line does not have.
    """
    found, at = [], 0
    for place in places:
        ahead = next((i for i in range(at, len(line)) if same_point(line[i], place)), None)
        if ahead is None:
            found.append(0.0)
            continue
        found.append(sum(metres(one, other) for one, other in pairwise(line[at : ahead + 1])))
        at = ahead
    return found


def same_point(one: Point, other: Point) -> bool:
    """Whether two points are the same but for rounding."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) < ROUNDING


def along(line: Sequence[Point], place: Point) -> tuple[float, float]:
    """Where a line of two points or more passes a place: metres from its start, and metres beside it."""
    best, done = (0.0, math.inf), 0.0
    squeeze = math.cos(math.radians(place[0]))
    for start, end in pairwise(line):
        across, up = (end[1] - start[1]) * squeeze, end[0] - start[0]
        squared = across**2 + up**2
        dot = (place[1] - start[1]) * squeeze * across + (place[0] - start[0]) * up
        share = min(1.0, max(0.0, dot / squared)) if squared else 0.0
        foot = (start[0] + up * share, start[1] + (end[1] - start[1]) * share)
        length = metres(start, end)
        if (beside := metres(place, foot)) < best[1]:
            best = (done + length * share, beside)
        done += length
    return best
