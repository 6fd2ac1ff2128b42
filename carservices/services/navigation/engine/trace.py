"""Puts a recorded drive on the roads: the most likely chain of roads for all of its points together.

P. Newson, J. Krumm, "Hidden Markov Map Matching Through Noise and Sparseness" (ACM GIS 2009): a road is the more likely
the nearer it lies to a point, and the more alike the way along the roads is to the straight one between two points. The
best chain is Viterbi's. Live matching, which cannot look ahead, is `carservices.services.navigation.position.matching`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carservices.services.navigation.engine.graph import Snap
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.geo import Point, metres

NEAR_M, CHOICE = 40.0, 10
"""A point's road lies within so many m of it, and among so many nearest."""
SIGMA_M, BETA_M = 5.0, 8.0
"""Noise of a point, and of a way against the straight line (4.07 m and about 5 m in the paper, for one receiver)."""
APART_M = 2.0 * SIGMA_M
"""Points nearer to the one before tell nothing of the way between (the paper's section 4.1)."""
DETOUR, DETOUR_M = 3.0, 200.0
"""Up to how many times the straight line, and how many m more, a way between two points is looked for."""


@dataclass(frozen=True, slots=True)
class _State:
    snap: Snap
    score: float
    before: int
    """Index among the states of the point before; -1 where the chain begins."""


def match_trace(lines: LineGraph, points: Sequence[Point]) -> list[Snap | None]:
    """Where each point was driven; None where no road of the map is near. A gap in the chain begins a new one."""
    layers: list[tuple[int, list[_State]]] = []
    for index, point in enumerate(points):
        if layers and metres(points[layers[-1][0]], point) < APART_M:
            continue
        snaps = lines.roads.nearest(*point, radius_m=NEAR_M, limit=CHOICE)
        if snaps:
            last, states = layers[-1] if layers else (index, [])
            layers.append((index, _layer(lines, states, snaps, metres(points[last], point))))
    found: list[Snap | None] = [None] * len(points)
    best = -1
    for index, states in reversed(layers):
        if best < 0:
            best = max(range(len(states)), key=lambda k: states[k].score)
        found[index] = states[best].snap
        best = states[best].before
    return [snap or _between(lines, points, found, k) for k, snap in enumerate(found)]


def _layer(lines: LineGraph, states: Sequence[_State], snaps: Sequence[Snap], straight: float) -> list[_State]:
    """The roads of a point, each with the best of those before it."""
    reach = [lines.reach(state.snap, DETOUR * straight + DETOUR_M) for state in states]
    layer = []
    for snap in snaps:
        come = [
            (state.score - abs(way - straight) / BETA_M, k)
            for k, (state, ways) in enumerate(zip(states, reach, strict=True))
            if (way := _way(state.snap, snap, ways)) is not None
        ]
        score, before = max(come, default=(-math.inf, -1))
        layer.append(_State(snap, score - 0.5 * (snap.distance_m / SIGMA_M) ** 2, before))
    if all(math.isinf(state.score) for state in layer):
        return [_State(snap, -0.5 * (snap.distance_m / SIGMA_M) ** 2, -1) for snap in snaps]
    return layer


def _way(a: Snap, b: Snap, ways: dict[int, float]) -> float | None:
    """m along the roads from one point to another; None: too far, or no way."""
    if a.arc == b.arc and b.offset_m >= a.offset_m - SIGMA_M:
        return abs(b.offset_m - a.offset_m)
    start = ways.get(b.arc)
    return None if start is None else start + b.offset_m


def _between(lines: LineGraph, points: Sequence[Point], found: Sequence[Snap | None], index: int) -> Snap | None:
    """A point that was passed over, on a road of its neighbours in the chain."""
    sides = (range(index - 1, -1, -1), range(index + 1, len(points)))
    near = [next((found[k] for k in side if found[k]), None) for side in sides]
    arcs = {snap.arc for snap in near if snap}
    there = lines.roads.nearest(*points[index], radius_m=NEAR_M, limit=CHOICE) if arcs else []
    return next((snap for snap in there if snap.arc in arcs), None)
