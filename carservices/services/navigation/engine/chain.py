"""A chain of arcs made into a route: geometry, metres, seconds, legs, edges and maneuvers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carservices.api.routes import ManeuverKind as Kind
from carservices.services.navigation.engine.base import EdgePart, Leg, Maneuver, Route
from carservices.services.navigation.engine.graph import Snap
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.engine.maneuvers import decisions
from carservices.services.navigation.geo import Point, bearing, metres, turned
from carservices.services.navigation.remarks import Remark

AT_THE_KERB_M = 4.0
"""A destination nearer to the road than this lies on neither side."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One leg: arcs from the start's to the end's, driven from ``start`` to ``end``."""

    start: Snap
    end: Snap
    arcs: tuple[int, ...]


def assemble(lines: LineGraph, chains: Sequence[Chain], target: Point, engine: str, notes: tuple[Remark, ...]) -> Route:
    """The route along chains that follow each other; ``target`` is the place itself, beside the road."""
    writer = _Writer(lines)
    for chain in chains:
        writer.leg(chain)
    return writer.route(target, engine, notes)


class _Writer:
    """Collects a route leg by leg."""

    def __init__(self, lines: LineGraph) -> None:
        self._lines = lines
        self._geometry: list[Point] = []
        self._edges: list[EdgePart] = []
        self._seconds: list[float] = []
        self._legs: list[Leg] = []
        self._marks: list[tuple[int, Kind, dict[str, Any]]] = []

    def leg(self, chain: Chain) -> None:
        roads, arcs = self._lines.roads, list(chain.arcs)
        base = len(self._edges)
        points, at = roads.line(arcs, chain.start.offset_m, chain.end.offset_m)
        shift = max(0, len(self._geometry) - 1)
        self._geometry += points[1:] if self._geometry else points
        lengths = roads.length[arcs]
        driven = lengths.copy()
        driven[-1] = chain.end.offset_m
        driven[0] -= chain.start.offset_m
        np.maximum(driven, 0.0, out=driven)
        stretches = driven.tolist()
        begins = [chain.start.offset_m, *([0.0] * (len(arcs) - 1))]
        slopes = [
            roads.slopes.of(arc, begin, begin + length)
            for arc, begin, length in zip(arcs, begins, stretches, strict=True)
        ]
        columns = (roads.speed, roads.limit, roads.grade, roads.flags)
        parts = zip(
            (shift + first for first in at), arcs, roads.way[arcs].tolist(), stretches,
            *(column[arcs].tolist() for column in columns), roads.streets_of(arcs), slopes, strict=True,
        )  # fmt: skip
        self._edges += map(EdgePart._make, parts)
        waits = [0.0, *map(self._lines.turn_seconds, self._lines.turns(arcs))]
        self._seconds += (roads.seconds[arcs] * driven / lengths + waits).tolist()
        kind = Kind.WAYPOINT if base else Kind.START
        self._marks.append((base, kind, {"streets": roads.streets(arcs[0])}))
        for one in decisions(self._lines, arcs):
            told = {
                "streets": one.streets,
                "exit": one.exit,
                "roundabout_exit": one.roundabout_exit,
                "lanes": one.lanes,
                "sign": one.sign,
            }
            self._marks.append((base + one.at, one.kind, told))
        span = slice(base, len(self._edges))
        self._legs.append(
            Leg(sum(edge.metres for edge in self._edges[span]), sum(self._seconds[span]), len(self._geometry) - 1)
        )

    def route(self, target: Point, engine: str, notes: tuple[Remark, ...]) -> Route:
        """All legs together."""
        self._marks.append((len(self._edges), self._arrival(target), {}))
        starts = [at for at, *_ in self._marks] + [len(self._edges)]
        indices = [edge.at_index for edge in self._edges] + [len(self._geometry) - 1]
        maneuvers = tuple(
            Maneuver(
                kind,
                indices[at],
                metres=sum(edge.metres for edge in self._edges[at:end]),
                seconds=sum(self._seconds[at:end]),
                **told,
            )
            for (at, kind, told), end in zip(self._marks, starts[1:], strict=True)
        )
        return Route(
            tuple(self._geometry),
            sum(leg.metres for leg in self._legs),
            sum(leg.seconds for leg in self._legs),
            tuple(self._legs),
            maneuvers,
            tuple(self._edges),
            engine,
            notes,
        )

    def _arrival(self, target: Point) -> Kind:
        """On which side of the road the place lies."""
        end = self._geometry[-1]
        before = next((point for point in reversed(self._geometry) if point != end), None)
        if before is None or metres(end, target) < AT_THE_KERB_M:
            return Kind.DESTINATION
        side = turned(bearing(before, end), bearing(end, target))
        return Kind.DESTINATION_RIGHT if side > 0 else Kind.DESTINATION_LEFT
