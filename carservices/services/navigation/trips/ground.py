"""The ground a trip is planned on: its corridor with stations, and what every hop between them takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.graph import Floats, RoadGraph
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.corridor import Anchor, Corridor, Targets, Tree
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.problem import Legs
from carservices.services.navigation.trips.stations import Candidate

SPARED = (0.9, 0.8)
"""Speeds to choose from beside the road's own, as shares of the fastest usual one."""
TOP = 0.95
"""Share of the length of roads that is driven slower than "the fastest usual" speed."""
WORTH_KMH = 75.0
"""Where nothing is faster than this, driving slower saves next to nothing."""
REACH = 1.25
"""How much farther than its mean consumption says a full battery may get: downhill, or slowly."""

Cap = float | None


def caps(roads: RoadGraph) -> tuple[Cap, ...]:
    """Speeds in km/h a hop may keep to on a map, None: as the road allows."""
    order = np.argsort(roads.speed)
    share = np.cumsum(roads.length[order])
    top = float(roads.speed[order][np.searchsorted(share, TOP * share[-1])])
    if top < WORTH_KMH:
        return (None,)
    return (None, *(float(round(top * spared / 5.0) * 5) for spared in SPARED))


@dataclass(frozen=True, slots=True)
class Hops:
    """`Legs` of the planner, and the m of each [from, to]."""

    legs: Legs
    metres: Floats


class Ground:
    """Corridor, stations and trees of one destination; a place where the car is may change.

    ``stops`` are places on the way that must be passed in their order: places of the planner are the car, the stations
    before the first stop, the same between the first and the second ..., the destination.
    """

    def __init__(
        self, roads: RoadGraph, corridor: Corridor, found: Sequence[Candidate], stops: Sequence[Anchor], end: Anchor
    ) -> None:
        self.roads, self.stations, self.stops = roads, tuple(found), len(stops)
        self.caps = caps(roads)
        self._corridor = corridor
        self._sources: list[Anchor] = [*(one.anchor for one in found), *stops]
        self._targets = Targets(roads, [*self._sources, end])
        self._trees: list[Tree] = []
        self._known: tuple[object, Floats, Floats] | None = None
        self._reach = np.inf if stops else REACH

    def station(self, place: int) -> Candidate:
        """Of a place of the planner."""
        return self.stations[(place - 1) % len(self.stations)]

    def passed(self, before: int, place: int) -> range:
        """Stops between two places of the planner."""
        return range(self._layer(before), self._layer(place))

    def hops(self, start: Anchor, model: EnergyModel, conditions: Conditions) -> Hops:
        """All hops a full battery might reach from where the car is, by the energy of the roads they use."""
        columns, between = self._between(model, conditions)
        tree = self._corridor.tree(start, self._targets, self._limit(columns, model))
        first = self._corridor.sums(tree, columns)
        for level in range(len(self.caps)):
            first[:, 2 + 2 * level] += model.begin_kwh(conditions, first[:, 1 + 2 * level])
        return self._layered(first, between, model, conditions)

    def forget_reach(self) -> None:
        """From now on hops beyond what a full battery reaches are known too."""
        self._reach, self._trees, self._known = np.inf, [], None

    def _between(self, model: EnergyModel, conditions: Conditions) -> tuple[Floats, Floats]:
        """Columns of the arcs, and their sums [from, to, column] between stations and stops; kept while they hold."""
        key = _key(model, conditions)
        if self._known is None or self._known[0] != key:
            columns = _columns(self.roads, self.caps, model, conditions)
            if not self._trees:
                limit = self._limit(columns, model)
                self._trees = [self._corridor.tree(one, self._targets, limit) for one in self._sources]
            sums = [self._corridor.sums(tree, columns) for tree in self._trees]
            shape = (0, self._targets.count, columns.shape[1])
            self._known = key, columns, np.stack(sums) if sums else np.empty(shape)
        return self._known[1], self._known[2]

    def _limit(self, columns: Floats, model: EnergyModel) -> float:
        """s after which a full battery is empty, on the mean road of the map."""
        per_s = float(columns[:, 2].sum() / columns[:, 1].sum())
        return self._reach * model.vehicle.usable_kwh / max(per_s, 1e-6)

    def _layer(self, place: int) -> int:
        if not self.stations:
            return self.stops if place else 0
        return min(self.stops, (place - 1) // len(self.stations)) if place else 0

    def _layered(self, first: Floats, between: Floats, model: EnergyModel, conditions: Conditions) -> Hops:
        """Hops over the stops that lie between; ``first`` are those of the car."""
        count, stops, width = len(self.stations), self.stops, first.shape[1]
        size = 2 + (stops + 1) * count
        table = np.full((size, size, width), np.inf)
        for layer in range(stops + 1):
            rows = slice(1 + layer * count, 1 + (layer + 1) * count)
            self._fill(table, rows, layer, between[:count], between)
        self._fill(table, slice(0, 1), 0, first[None], between)
        metres = table[:, :, 0]
        seconds, kwh = np.moveaxis(table[:, :, 1::2], 2, 0), np.moveaxis(table[:, :, 2::2], 2, 0)
        with np.errstate(invalid="ignore"):
            sigma = model.sigma(kwh, metres, conditions)
        percent = 100.0 / model.vehicle.usable_kwh
        way = np.isfinite(seconds)
        legs = Legs(seconds, np.where(way, kwh * percent, np.inf), np.where(way, sigma * percent, np.inf))
        return Hops(legs, metres)

    def _fill(self, table: Floats, rows: slice, layer: int, sums: Floats, between: Floats) -> None:
        """Hops of some places of a layer: to its stations, and over each stop to those after it."""
        count, stops = len(self.stations), self.stops
        over = np.zeros((len(sums), 1, sums.shape[2]))
        ahead = sums
        for after in range(layer, stops + 1):
            if after > layer:
                over = over + ahead[:, count + after - 1][:, None]
                ahead = between[count + after - 1][None]
            table[rows, 1 + after * count : 1 + (after + 1) * count] = over + ahead[:, :count]
        table[rows, -1] = (over + ahead[:, -1][:, None])[:, 0]


def _columns(roads: RoadGraph, speeds: Sequence[Cap], model: EnergyModel, conditions: Conditions) -> Floats:
    """[arc]: m, then s and kWh for each speed."""
    columns = [roads.length]
    for cap in speeds:
        arcs = model.per_arc(roads, conditions, cap)
        columns += [arcs.seconds, arcs.kwh]
    return np.stack(columns, axis=1)


def _key(model: EnergyModel, conditions: Conditions) -> object:
    """What the energy of a warm car depends on, so coarsely that only a change worth a new sum changes it."""
    coarse = (
        round(conditions.outside_c / 2.0),
        round(conditions.altitude_m / 200.0),
        round(conditions.wind_ms),
        None if conditions.wind_from is None or conditions.wind_ms < 0.5 else round(conditions.wind_from / 30.0),
        round(conditions.load_kg / 50.0),
        conditions.climate,
        round(conditions.wanted_c),
    )
    learned = model.correction
    return coarse, model.vehicle, tuple(np.round(learned.factors, 2)), tuple(np.round(learned.paces, 2))
