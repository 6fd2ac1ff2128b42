"""By how much a way takes longer over each of some places beside it."""

from collections.abc import Sequence

import numpy as np

from carservices.api.routes import Avoid, Mode
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.trips.corridor import Anchor, Corridor

MOST = 60
"""Places that are looked at, the first ones; half a ms each, beside 20 ms for the corridor of a country."""
ASIDE_KMH = 40.0
"""Assumed on roads that the map lacks, from its nearest road to the place."""


def detours(
    roads: RoadEngine, way: Sequence[Point], places: Sequence[Point], avoid: frozenset[Avoid]
) -> list[float | None]:
    """s of driving for each place: off the way through the points of ``way``, there, and on to the next of them.

    None for a place beside no road, and for those after the first `MOST`. Raises `RouteError` for ``way`` itself.
    """
    costs = roads.lines.costs(Mode.FASTEST, avoid).arc
    corridor = Corridor(roads.roads, costs, [roads.anchor(point) for point in way])
    anchors = [_anchor(roads, place) for place in places[:MOST]]
    longer = [corridor.detour(anchor)[0] + _aside_s(anchor) if anchor else np.inf for anchor in anchors]
    found = [max(0.0, round(s, 1)) if np.isfinite(s) else None for s in longer]
    return found + [None] * (len(places) - len(found))


def _aside_s(anchor: Anchor) -> float:
    """s from the nearest road to the place and back."""
    return 2.0 * min(snap.distance_m for snap in anchor) * 3.6 / ASIDE_KMH


def _anchor(roads: RoadEngine, place: Point) -> Anchor | None:
    try:
        return roads.anchor(place)
    except RouteError:
        return None
