"""Whether the road graph tells the turns that Valhalla tells, along the same roads."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from carservices.api.routes import Mode
from carservices.services.navigation.engine.base import Engine, Maneuver, Route, RouteError, RouteRequest, Via
from carservices.services.navigation.engine.chain import Chain, assemble
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.engine.trace import match_trace
from carservices.services.navigation.geo import Point, metres
from carservices.services.navigation.guide.announcer import SILENT
from carservices.services.navigation.guide.sentences import ENDS

STEP_M, GAP_M = 12.0, 120.0
NEAR_M = 35.0
"""Two instructions this near to each other are the same one."""


class Agreement(NamedTuple):
    """Of the road graph with another engine."""

    routes: int
    """How many were compared."""
    told: float | None
    """Percent of the other's instructions that the road graph gives too."""
    extra: float | None
    """Percent of its own that the other does not give."""
    lanes: float | None
    """Percent of the other's lanes, as many and the same ones right, that the road graph gives too."""


async def agreement(roads: RoadEngine, other: Engine, pairs: Sequence[tuple[Point, Point]]) -> Agreement:
    """Along the routes that can be laid on the road graph."""
    told = missed = own = extra = compared = laned = alike = 0
    for a, b in pairs:
        try:
            (theirs, *_) = await other.route(RouteRequest((Via(*a), Via(*b))))
        except RouteError:
            continue
        arcs = _arcs(roads, theirs)
        if len(arcs) < 2:
            continue
        compared += 1
        lines = roads.lines
        chain = Chain(roads.roads.at(arcs[0], 0.0), roads.roads.at(arcs[-1], 1e9), tuple(arcs))
        ours = assemble(lines, [chain], b, "", ())
        laned += len(lanes := _lanes(theirs))
        alike += sum(any(metres(p, q) <= NEAR_M and a == b for q, b in _lanes(ours)) for p, a in lanes)
        said, heard = _places(theirs), _places(ours)
        told += len(said)
        own += len(heard)
        missed += sum(all(metres(p, q) > NEAR_M for q in heard) for p in said)
        extra += sum(all(metres(p, q) > NEAR_M for q in said) for p in heard)
    return Agreement(compared, _percent(told - missed, told), _percent(extra, own), _percent(alike, laned))


def _percent(some: int, of: int) -> float | None:
    return 100.0 * some / of if of else None


def _places(route: Route) -> list[Point]:
    return [route.geometry[one.at_index] for one in route.maneuvers if _real(one)]


def _lanes(route: Route) -> list[tuple[Point, list[bool]]]:
    """Where lanes are shown for something to do, and which are right."""
    shown = [one for one in route.maneuvers if one.lanes and _real(one)]
    return [(route.geometry[one.at_index], [lane.valid for lane in one.lanes]) for one in shown]


def _real(maneuver: Maneuver) -> bool:
    return maneuver.kind not in (*SILENT, *ENDS)


def _arcs(roads: RoadEngine, route: Route) -> list[int]:
    """The route on our graph; none where it uses roads that the graph lacks."""
    points: list[Point] = []
    for a, b in itertools.pairwise(route.geometry):
        pieces = max(1, int(metres(a, b) / STEP_M))
        points += [(a[0] + (b[0] - a[0]) * i / pieces, a[1] + (b[1] - a[1]) * i / pieces) for i in range(pieces)]
    lines, arcs = roads.lines, list[int]()
    for snap in match_trace(lines, points):
        if snap is None or (arcs and arcs[-1] == snap.arc):
            continue
        if not arcs or snap.arc in lines.followers(arcs[-1]):
            arcs.append(snap.arc)
            continue
        reach = GAP_M + float(roads.roads.length[snap.arc])  # a way leads to the end of an arc
        cost, before = lines.tree([(arcs[-1], 0.0)], lines.costs(Mode.SHORTEST), limit=reach)
        if not cost[snap.arc] <= reach:
            return []
        arcs += lines.path(before, snap.arc)[1]
    return arcs
