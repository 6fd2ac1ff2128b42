"""The engine that needs nothing but the map's road graph: exact searches over its turns."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from carservices.api.routes import Mode
from carservices.services.navigation.engine.base import (
    NEAR_M,
    Engine,
    Matched,
    Matrix,
    Outline,
    Route,
    RouteError,
    RouteRequest,
    Via,
    ended,
)
from carservices.services.navigation.engine.chain import Chain, assemble
from carservices.services.navigation.engine.graph import RoadGraph, Snap
from carservices.services.navigation.engine.linegraph import Costs, LineGraph
from carservices.services.navigation.engine.trace import match_trace
from carservices.services.navigation.geo import Point
from carservices.services.navigation.remarks import Remark
from carservices.signals.earth import DEGREE_M

AROUND_M = (50.0, 500.0, NEAR_M)
"""m around a point in which a road is looked for, one after the other."""
SAME_ROAD_M = 1.0
"""Arcs whose distance differs by less are the two directions of one road."""
PENALTY, WORST, ALIKE = 1.4, 1.35, 0.75
"""Alternates: by how much used roads are made dearer (the penalty method: de la Barra, Pérez, Añez 1993), how much
more they may cost, and how much of their length they may share with a better one."""


class RoadEngine(Engine):
    """Routes with right distances; guidance as far as the graph knows lanes, exits and signs."""

    name = "roads"
    weighs_energy = True

    def __init__(self, roads: RoadGraph) -> None:
        self.roads = roads
        self.lines = LineGraph(roads)
        self.lines.prepare(Mode.FASTEST)

    async def route(self, request: RouteRequest) -> list[Route]:
        return await asyncio.to_thread(self._route, request)

    async def matrix(self, points: Sequence[Point]) -> Matrix:
        return await asyncio.to_thread(self._matrix, points)

    def anchor(self, point: Point) -> list[Snap]:
        """Where a place lies on the roads that all others can be reached from, in each direction it may be left in.

        Raises `RouteError` when there is none within `NEAR_M`.
        """
        return self._snaps(Via(*point), main=True)

    async def isochrone(self, point: Point, minutes: float) -> list[Outline]:
        return await asyncio.to_thread(self._outlines, point, minutes * 60.0)

    async def match(self, points: Sequence[Point]) -> Matched:
        snaps = await asyncio.to_thread(match_trace, self.lines, points)
        return Matched(
            tuple((snap.lat, snap.lon) if snap else point for snap, point in zip(snaps, points, strict=True)),
            tuple(int(self.roads.way[snap.arc]) if snap else 0 for snap in snaps),
        )

    # -- routes ------------------------------------------------------------------------------------------------------

    def _route(self, request: RouteRequest) -> list[Route]:
        costs = self.lines.costs(request.mode, request.avoid)
        ends = [self._snaps(via) for via in request.via]
        target = (request.via[-1].lat, request.via[-1].lon)
        best = self._chains(ends, costs)
        notes: tuple[Remark, ...] = ()
        if best is None:
            ends = [self._snaps(via, main=True) for via in request.via]
            best = self._chains(ends, costs)
            notes = (Remark.of("nearest_reachable"),)
        if best is None:
            raise RouteError("unreachable", Remark.of("no_way"))
        routes = [assemble(self.lines, best, target, self.name, notes)]
        if request.alternates and len(request.via) == 2:
            others = self._alternates(best[0], ends, costs, request.alternates)
            routes += [assemble(self.lines, [other], target, self.name, notes) for other in others]
        return [ended(route, request.via[-1]) for route in routes]

    def _chains(self, ends: Sequence[list[Snap]], costs: Costs) -> list[Chain] | None:
        """The legs, each from the arc on which the one before ended; None where one of them has no way."""
        chains: list[Chain] = []
        start = ends[0]
        for end in ends[1:]:
            chain = self._chain(start, end, costs)
            if chain is None:
                return None
            chains.append(chain)
            start = [chain.end]
        return chains

    def _chain(self, starts: list[Snap], ends: list[Snap], costs: Costs) -> Chain | None:
        begin, goals = ([(snap.arc, self._rest(snap, costs)) for snap in snaps] for snaps in (starts, ends))
        cost, before = self.lines.ways(begin, goals, costs)
        options: list[tuple[float, Snap, Snap | None]] = [
            (float(cost[end.arc]) - self._rest(end, costs), end, None) for end in ends
        ]
        options += [
            (self._rest(start, costs) - self._rest(end, costs), end, start)
            for start in starts
            for end in ends
            if start.arc == end.arc and start.offset_m <= end.offset_m
        ]
        price, end, direct = min(options, key=lambda option: option[0])
        if not np.isfinite(price):
            return None
        if direct is not None:
            return Chain(direct, end, (end.arc,))
        first, arcs = self.lines.path(before, end.arc)
        return Chain(starts[first], end, (starts[first].arc, *arcs))

    def _alternates(self, best: Chain, ends: Sequence[list[Snap]], costs: Costs, count: int) -> list[Chain]:
        found = [best]
        price = self._price(best, costs)
        dearer = replace(costs, turn=costs.turn.copy())
        for _ in range(2 * count):
            dearer.turn[np.isin(self.lines.target, found[-1].arcs)] *= PENALTY
            other = self._chain(ends[0], ends[-1], dearer)
            if other is None or self._price(other, costs) > WORST * price:
                break
            if all(self._shared(other, one) <= ALIKE for one in found):
                found.append(other)
            else:
                dearer.turn[np.isin(self.lines.target, other.arcs)] *= PENALTY
            if len(found) > count:
                break
        return found[1:]

    def _price(self, chain: Chain, costs: Costs) -> float:
        inner = sum(float(costs.arc[arc]) for arc in chain.arcs[1:])
        return self._rest(chain.start, costs) + inner - self._rest(chain.end, costs)

    def _shared(self, chain: Chain, other: Chain) -> float:
        lengths = self.roads.length
        common = set(chain.arcs) & set(other.arcs)
        return float(sum(lengths[arc] for arc in common) / sum(lengths[arc] for arc in chain.arcs))

    def _rest(self, snap: Snap, costs: Costs) -> float:
        """What it costs from a point to the head of its arc."""
        return float(costs.arc[snap.arc]) * (1.0 - snap.offset_m / float(self.roads.length[snap.arc]))

    def _snaps(self, via: Via, *, main: bool = False) -> list[Snap]:
        """The nearest road, in the directions one may drive it; with ``main`` one from which all others are reached.

        Raises `RouteError` when there is none within `NEAR_M`.
        """
        for radius in AROUND_M:
            found = self.roads.nearest(via.lat, via.lon, radius_m=radius, limit=200 if main else 12)
            if main:
                found = [snap for snap in found if self.lines.main[snap.arc]]
            if found:
                same = [snap for snap in found if snap.distance_m <= found[0].distance_m + SAME_ROAD_M]
                if via.heading is None:
                    return same
                heading = via.heading
                ahead = [snap for snap in same if abs((snap.bearing - heading + 180.0) % 360.0 - 180.0) <= 90.0]
                return ahead or same
        raise RouteError("off_map", Remark.of("no_road", place=f"{via.lat:.5f}, {via.lon:.5f}"))

    # -- matrix and isochrone ----------------------------------------------------------------------------------------

    def _matrix(self, points: Sequence[Point]) -> Matrix:
        costs = self.lines.costs(Mode.FASTEST)
        ends = [self._snaps(Via(*point), main=True) for point in points]
        seconds = [[0.0] * len(points) for _ in points]
        metres = [[0.0] * len(points) for _ in points]
        for i, start in enumerate(ends):
            starts = [(snap.arc, self._rest(snap, costs)) for snap in start]
            cost, before = self.lines.tree(starts, costs)
            length = self._lengths(cost, before, start)
            for j, end in enumerate(ends):
                if i != j:
                    best = min(end, key=lambda snap: float(cost[snap.arc]) - self._rest(snap, costs))
                    seconds[i][j] = float(cost[best.arc]) - self._rest(best, costs)
                    metres[i][j] = float(length[best.arc]) - (float(self.roads.length[best.arc]) - best.offset_m)
        return seconds, metres

    def _lengths(self, cost: np.ndarray, before: np.ndarray, starts: list[Snap]) -> np.ndarray:
        """m along the cheapest way to the head of each arc, found from near to far."""
        lengths = self.roads.length
        total = np.full(len(cost), np.inf)
        rest = [float(lengths[snap.arc]) - snap.offset_m for snap in starts]
        order = np.argsort(cost, kind="stable")
        for arc in order[: int(np.isfinite(cost).sum())].tolist():
            parent = int(before[arc])
            total[arc] = lengths[arc] + (rest[-2 - parent] if parent < -1 else total[parent])
        return total

    def _outlines(self, point: Point, seconds: float) -> list[Outline]:
        costs = self.lines.costs(Mode.FASTEST)
        start = self._snaps(Via(*point), main=True)
        cost, _ = self.lines.tree([(snap.arc, self._rest(snap, costs)) for snap in start], costs, seconds)
        arcs = np.flatnonzero(np.isfinite(cost))
        across = np.cos(np.radians(point[0]))
        spots = [(snap.lat, snap.lon) for snap in start]
        for arc in arcs.tolist():
            spots += self.roads.geometry(arc)
        flat = np.array(spots)[:, ::-1] * [DEGREE_M * across, DEGREE_M]
        hull = shapely.concave_hull(shapely.MultiPoint(flat), ratio=0.15).buffer(20.0).simplify(10.0)
        shapes = [hull] if isinstance(hull, shapely.Polygon) else list(getattr(hull, "geoms", []))
        return [tuple((y / DEGREE_M, x / DEGREE_M / across) for x, y in shape.exterior.coords) for shape in shapes]
