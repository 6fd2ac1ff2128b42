"""Ways to a destination as this car can drive them: routes, with charging stops where the charge needs them."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from carservices.api.routes import ChargingWishes, Prefer
from carservices.services.navigation.chargers.network import ChargerNetwork
from carservices.services.navigation.engine.base import Engine, Route, RouteRequest
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.advice import STEP, charge_before, charge_first, out_of_reach
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.corridor import Anchor, Corridor
from carservices.services.navigation.trips.demand import Demand
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.ground import Ground, Hops, caps
from carservices.services.navigation.trips.heights import Heights
from carservices.services.navigation.trips.on_route import OTHER, correct, price, through, vias_of
from carservices.services.navigation.trips.planner import FULL, plan
from carservices.services.navigation.trips.problem import Problem
from carservices.services.navigation.trips.stations import MOST, Candidate, Tables, beside, candidates, station_of
from carservices.services.navigation.trips.trip import Car, Trip, quantile, settled, unplanned

S_PER_EUR = {Prefer.TIME: (20.0, 120.0, 240.0), Prefer.COST: (240.0, 120.0, 20.0)}
"""What an euro is worth in s, first as preferred, then for other choices: nobody pays 10 € for a minute."""
BOTHER_S = 120.0
"""s of the trip for which a driver stops once less."""
LAST = (8.0, 5.0, 3.0, 1.5)
"""Percents with which a nearly empty car may reach its first charging stop, as many of them as it can keep."""
ASIDE_M = 60_000.0
"""m around start, stops and destination within which stations are looked for."""
TRIES, CLOSE = 4, 0.002
"""How often a plan is made at most, and by which share its real route may take longer than it promised."""


class Opened(Protocol):
    """What trips need of the map in use."""

    @property
    def roads(self) -> RoadEngine: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def stations(self) -> Path | None:
        """Its chargers.sqlite."""


@dataclass(frozen=True)
class Wanted:
    """A way to search; ``ahead``: vias of the trip it replaces, whose charging stops are kept."""

    request: RouteRequest
    wishes: ChargingWishes
    ahead: tuple[Candidate | None, ...] = ()

    @property
    def own(self) -> tuple[None, ...]:
        """The driver's stops as vias."""
        return (None,) * (len(self.request.via) - 2)


@dataclass(frozen=True)
class Situation:
    """The car and its surroundings at one moment; ``car`` None: nothing is known of its battery."""

    model: EnergyModel
    conditions: Conditions
    car: Car | None
    now: datetime


class Itinerary:
    """Plans on one map; keeps the ground of the last destination, so that planning anew is quick."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._heights = Heights(opened.roads.roads)
        self._ground: tuple[object, Ground, Corridor] | None = None
        self._busy = threading.Lock()
        """One plan at a time looks at the ground: a search that was given up goes on in its thread."""

    async def ways(self, wanted: Wanted, at: Situation) -> list[Trip]:
        """The best way, then others; with charging stops where the charge does not suffice.

        Raises `RouteError`. A trip that cannot be driven has a warning and is not ``sure``.
        """
        request, wishes = wanted.request, wanted.wishes
        if any(wanted.ahead):
            kept = replace(request, via=through(request, wanted.ahead), alternates=0)
            return [await self._along(kept, wanted.ahead, wishes, at)]
        routes = await self._routes(request)
        if at.car is None:
            return [Trip(route, wanted.own) for route in routes]
        direct = await asyncio.to_thread(self._direct, routes, wishes, at, at.car)
        if direct[0].sure and all(stage.cap is None for stage in direct[0].stages):
            return direct
        planned = await self._planned(request, wishes, at, at.car)
        return planned if isinstance(planned, list) else [_warned(trip, planned) for trip in direct]

    async def _routes(self, request: RouteRequest) -> list[Route]:
        heights = self._heights
        return [
            await asyncio.to_thread(heights.sloped, route) if heights.wanted(route) else route
            for route in await self._opened.engine.route(request)
        ]

    async def _along(
        self, request: RouteRequest, vias: Sequence[Candidate | None], wishes: ChargingWishes, at: Situation
    ) -> Trip:
        """The way through given stops, charging as much as it needs; not ``sure`` when it cannot be driven so."""
        route = (await self._routes(request))[0]
        if at.car is None:
            return Trip(route, tuple(vias))
        return await asyncio.to_thread(self._settle, route, vias, wishes, at, at.car)

    def _settle(
        self, route: Route, vias: Sequence[Candidate | None], wishes: ChargingWishes, at: Situation, car: Car
    ) -> Trip:
        demand = Demand(route, at.model, at.conditions)
        best = settled(demand, vias, car, wishes, caps(self._opened.roads.roads), at.now, S_PER_EUR[wishes.prefer][0])
        return best or unplanned(demand, vias, car, wishes.at_destination)

    def _direct(self, routes: Sequence[Route], wishes: ChargingWishes, at: Situation, car: Car) -> list[Trip]:
        """Routes driven without a stop."""
        return [self._settle(route, (None,) * (len(route.legs) - 1), wishes, at, car) for route in routes]

    # -- with stops --------------------------------------------------------------------------------------------------

    async def _planned(
        self, request: RouteRequest, wishes: ChargingWishes, at: Situation, car: Car
    ) -> list[Trip] | Remark:
        """Ways with charging stops, the preferred one first, or why there are none."""
        ground, problem = await asyncio.to_thread(self._problem, request, wishes, at, car)
        trips: list[Trip] = []
        for worth in S_PER_EUR[wishes.prefer][: 1 + request.alternates]:
            trip = await self._best(request, wishes, at, car, ground, replace(problem, s_per_eur=worth))
            if trip is not None:
                trips.append(trip)
        if not trips:
            preferred = replace(problem, s_per_eur=S_PER_EUR[wishes.prefer][0])
            for least in (one for one in LAST if one < wishes.least):
                trip = await self._best(request, wishes, at, car, ground, replace(preferred, first_least=least))
                if trip is not None and trip.stops:
                    return [_nearly_empty(trip)]
            return await self._advice(request, wishes, at, car, ground, problem)
        return _worth_choosing(trips)

    async def _best(
        self, request: RouteRequest, wishes: ChargingWishes, at: Situation, car: Car, ground: Ground, problem: Problem
    ) -> Trip | None:
        """The best plan on its real route; made anew while that takes clearly more than its hops promised."""
        speeds, best = ground.caps, None
        for _ in range(TRIES):
            found = await asyncio.to_thread(plan, problem)
            if found is None:
                return best
            vias = vias_of(found, ground)
            route = (await self._routes(replace(request, via=through(request, vias), alternates=0)))[0]
            demand = Demand(route, at.model, at.conditions)
            trip = await asyncio.to_thread(
                settled, demand, vias, car, wishes, speeds, at.now, problem.s_per_eur, problem.first_least
            )
            if trip is not None and (best is None or price(trip, problem) < price(best, problem)):
                best = trip
            if trip is not None and -OTHER <= price(trip, problem) / found.price - 1.0 <= CLOSE:
                return best
            correct(problem, found, demand, vias, car, speeds)
        return best

    def _problem(
        self, request: RouteRequest, wishes: ChargingWishes, at: Situation, car: Car
    ) -> tuple[Ground, Problem]:
        start = self._opened.roads.anchor((request.via[0].lat, request.via[0].lon))
        with self._busy:
            ground = self._ground_of(request, wishes, start, at, car)
            hops = _hops(ground, start, at, car)
        tables = Tables(car.inlet)
        layers = [station_of(one, tables, at.now) for one in ground.stations] * (ground.stops + 1)
        breaks = car.inlet.curve.breaks([one.power_kw for one in ground.stations])
        return ground, Problem(
            hops.legs,
            layers,
            car.soc,
            least=wishes.least,
            at_destination=wishes.at_destination,
            quantile=quantile(wishes),
            breaks=breaks,
            bother_s=BOTHER_S,
        )

    async def _advice(
        self, request: RouteRequest, wishes: ChargingWishes, at: Situation, car: Car, ground: Ground, problem: Problem
    ) -> Remark:
        """What to do before leaving, tried on the real route, or why nothing helps."""
        hops = await asyncio.to_thread(self._all_hops, request, at, car, ground)
        problem = replace(problem, legs=hops.legs)
        enough = await asyncio.to_thread(charge_before, problem)
        for soc in () if enough is None else range(enough, int(FULL) + 1, STEP):
            charged = replace(car, soc=float(soc))
            then = replace(at, conditions=replace(at.conditions, soc=charged.soc), car=charged)
            trip = await self._best(request, wishes, then, charged, ground, replace(problem, soc=charged.soc))
            if trip is not None:
                return charge_first(car.soc, charged.soc, len(trip.stops))
        plugs, operators = sorted(car.inlet.connectors), sorted(wishes.operators)
        return await asyncio.to_thread(out_of_reach, problem, ground, hops, plugs, operators)

    def _all_hops(self, request: RouteRequest, at: Situation, car: Car, ground: Ground) -> Hops:
        """Those beyond what a full battery reaches, too."""
        start = self._opened.roads.anchor((request.via[0].lat, request.via[0].lon))
        with self._busy:
            ground.forget_reach()
            hops = _hops(ground, start, at, car)
            self._ground = None
        return hops

    def _ground_of(
        self, request: RouteRequest, wishes: ChargingWishes, start: Anchor, at: Situation, car: Car
    ) -> Ground:
        """The corridor to the destination, made anew for another one or when the car is far beside it."""
        opened, rest = self._opened, request.via[1:]
        roads = opened.roads
        key = rest, request.mode, request.avoid, wishes.operators, car.inlet.connectors, at.now.hour
        if self._ground is not None and self._ground[0] == key and self._ground[2].holds(start):
            return self._ground[1]
        anchors: list[Anchor] = [start, *(roads.anchor((via.lat, via.lon)) for via in rest)]
        corridor = Corridor(roads.roads, roads.lines.costs(request.mode, request.avoid).arc, anchors)
        found = self._candidates(request, wishes, corridor, at, car)
        corridor.narrow()
        ground = Ground(roads.roads, corridor, found, anchors[1:-1], anchors[-1])
        self._ground = key, ground, corridor
        return ground

    def _candidates(
        self, request: RouteRequest, wishes: ChargingWishes, corridor: Corridor, at: Situation, car: Car
    ) -> list[Candidate]:
        if self._opened.stations is None:
            return []
        points = [(via.lat, via.lon) for via in request.via]
        with ChargerNetwork(self._opened.stations) as network:
            sites = beside(network.around(points, ASIDE_M), points)
        if wanted := {name.casefold() for name in wishes.operators}:
            sites = [site for site in sites if site.operator.casefold() in wanted]
        most = 2 * MOST // len(request.via)  # each stop of the driver doubles, triples ... the places of the planner
        return candidates(sites, corridor, self._opened.roads.anchor, car.inlet, at.now, most)


def _hops(ground: Ground, start: Anchor, at: Situation, car: Car) -> Hops:
    """With what warming the battery for the first stop takes."""
    hops = ground.hops(start, at.model, at.conditions)
    to_stations = hops.legs.seconds[:, 0, 1:-1]
    hops.legs.percent[:, 0, 1:-1] += 100.0 / car.usable_kwh * car.inlet.warming_kwh(to_stations)
    return hops


def _nearly_empty(trip: Trip) -> Trip:
    """With what the driver must know of its first stop."""
    first = trip.stops[0]
    assert first.station is not None
    left = trip.charge(first.hop.arrive, first.hop.sigma).low
    return replace(trip, warning=Remark.of("charge_low", place=first.station.site.name, left=max(0, round(left))))


def _warned(trip: Trip, remark: Remark) -> Trip:
    return trip if trip.sure else replace(trip, warning=remark)


def _worth_choosing(trips: Sequence[Trip]) -> list[Trip]:
    """Without those that another one beats in time and money."""

    def figures(trip: Trip) -> tuple[float, float]:
        return trip.seconds + trip.charge_s, sum(stage.hop.eur for stage in trip.stages)

    kept: list[Trip] = []
    for trip in trips:
        seconds, eur = figures(trip)
        others = [figures(other) for other in trips if other is not trip]
        if not any(s <= seconds and e <= eur for s, e in others):
            kept.append(trip)
    return kept or [min(trips, key=figures)]
