"""A chain of arcs made into a route: geometry, metres, seconds, legs, edges and maneuvers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        self._marks: list[tuple[int, Maneuver]] = []

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
        columns = (roads.way, roads.speed, roads.limit, roads.grade, roads.flags)
        rows = zip(*(column[arcs].tolist() for column in columns), strict=True)
        begins = [chain.start.offset_m, *([0.0] * (len(arcs) - 1))]
        for first, arc, begin, length, row in zip(at, arcs, begins, driven.tolist(), rows, strict=True):
            way, speed, limit, grade, flags = row
            street, slopes = roads.street(arc), roads.slopes.of(arc, begin, begin + length)
            self._edges.append(EdgePart(shift + first, arc, way, length, speed, limit, grade, flags, street, slopes))
        waits = [0.0, *map(self._lines.turn_seconds, self._lines.turns(arcs))]
        self._seconds += (roads.seconds[arcs] * driven / lengths + waits).tolist()
        kind = Kind.WAYPOINT if base else Kind.START
        self._mark(base, kind, roads.streets(arcs[0]))
        for one in decisions(self._lines, arcs):
            self._mark(
                base + one.at,
                one.kind,
                one.streets,
                exit=one.exit,
                roundabout_exit=one.roundabout_exit,
                lanes=one.lanes,
                sign=one.sign,
            )
        span = slice(base, len(self._edges))
        self._legs.append(
            Leg(sum(edge.metres for edge in self._edges[span]), sum(self._seconds[span]), len(self._geometry) - 1)
        )

    def route(self, target: Point, engine: str, notes: tuple[Remark, ...]) -> Route:
        """All legs together."""
        self._mark(len(self._edges), self._arrival(target), ())
        starts = [at for at, _ in self._marks] + [len(self._edges)]
        maneuvers = tuple(
            replace(
                mark,
                metres=sum(edge.metres for edge in self._edges[starts[k] : starts[k + 1]]),
                seconds=sum(self._seconds[starts[k] : starts[k + 1]]),
            )
            for k, (_, mark) in enumerate(self._marks)
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

    def _mark(self, edge: int, kind: Kind, streets: tuple[str, ...], **rest: Any) -> None:
        """Keep a maneuver at the beginning of an edge; its length is known at the end."""
        index = self._edges[edge].at_index if edge < len(self._edges) else len(self._geometry) - 1
        self._marks.append((edge, Maneuver(kind, index, 0.0, 0.0, streets, **rest)))

    def _arrival(self, target: Point) -> Kind:
        """On which side of the road the place lies."""
        end = self._geometry[-1]
        before = next((point for point in reversed(self._geometry) if point != end), None)
        if before is None or metres(end, target) < AT_THE_KERB_M:
            return Kind.DESTINATION
        side = turned(bearing(before, end), bearing(end, target))
        return Kind.DESTINATION_RIGHT if side > 0 else Kind.DESTINATION_LEFT
