"""Charging on the way: finds ways the battery can drive, and tells on each of them what will be left."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from carservices.api.navigation import Guidance, GuidanceState, Place, Position, RangeArea, Wind
from carservices.api.polyline import encode
from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import Engine
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.journey import Journey, plain
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips import inlet
from carservices.services.navigation.trips.conditions import BESIDE_CAR
from carservices.services.navigation.trips.consumption import Consumption
from carservices.services.navigation.trips.demand import Demand
from carservices.services.navigation.trips.figures import figure
from carservices.services.navigation.trips.itinerary import Itinerary, Opened, Situation, Wanted
from carservices.services.navigation.trips.range_area import around
from carservices.services.navigation.trips.replan import Ahead, Watch, rest_s
from carservices.services.navigation.trips.stations import Tables
from carservices.services.navigation.trips.trip import Car, Stage, Trip
from carservices.services.navigation.trips.warming import Order, Warming
from carservices.signals import Value

RANGE = "Vehicle.Powertrain.Range"
REFRESH_S = 20.0
"""s after which the energy of the route ahead is computed anew from what was learned meanwhile."""
HERE_M = 400.0
"""m along the route around a charging stop within which a standing car is at it."""
WIND_LASTS_S = 3 * 3600.0
"""s for which a wind that was told is believed."""
STANDING_KMH = 3.0
KNOWN = Remark.of("charge_known")
TOPPED = 0.5
"""Percent below the planned charge from which on a stop counts as done."""


def local_time() -> datetime:
    """Of this moment, with its zone."""
    return datetime.now().astimezone()


class Charging:
    """The battery of the car on its journeys."""

    PATHS = (*Consumption.PATHS, *inlet.PATHS, RANGE)

    def __init__(
        self, state: StateFile, clock: Callable[[], datetime] = local_time, order: Order = lambda path, word: None
    ) -> None:
        self._clock = clock
        self._warming = Warming(order)
        self.consumption = Consumption(state)
        self._itinerary: Itinerary | None = None
        self._watch = Watch()
        self._watched: Place | None = None
        self._fresh: tuple[Trip, float, Trip] | None = None
        """The trip that is driven, when its energy was reckoned (monotonic s), and itself with that energy."""

    def take(self, value: Value) -> None:
        """A signal of `PATHS`."""
        self.consumption.take(value)

    def tell_wind(self, wind: Wind, now: float) -> None:
        """For the next `WIND_LASTS_S`; ``now`` in monotonic s."""
        self.consumption.tell_wind((BESIDE_CAR * wind.speed_ms, wind.comes_from), now + WIND_LASTS_S)

    def use(self, opened: Opened | None) -> None:
        """Another map is in use."""
        self._itinerary = Itinerary(opened) if opened else None
        self.consumption.use(opened.roads.roads if opened else None)
        if opened:
            roads, known = opened.roads, self.consumption
            roads.lines.weigh(lambda: known.model.per_arc(roads.roads, known.conditions).kwh)

    async def find(self, engine: Engine, wanted: Wanted) -> list[Trip]:
        """Ways as this car can drive them. Raises `RouteError`."""
        if self._itinerary is None:
            return await plain(engine, wanted)
        return await self._itinerary.ways(wanted, self._situation())

    async def area(self, roads: RoadEngine, start: Point) -> RangeArea:
        """What the charge reaches from a place. Raises `Refused` while no charge is known, `RouteError`."""
        known = self.consumption
        told_m = figure(known.values, RANGE, 0.0, 2e6)
        if told_m is None and known.kwh is None:
            raise Refused("UNAVAILABLE", Remark.of("no_charge_known"))
        area = await asyncio.to_thread(around, roads, start, known.model, known.conditions, known.kwh, told_m or 0.0)
        return RangeArea(
            reach=tuple(map(encode, area.reach)),
            back=tuple(map(encode, area.back)),
            soc=known.conditions.soc,
            range_km=round((area.metres if told_m is None else told_m) / 1000.0, 1),
        )

    def live(
        self, guidance: Guidance, journey: Journey, position: Position, engine: Engine | None, now: float
    ) -> Guidance:
        """Guidance with the charge ahead, ``now`` in monotonic s; looks for another plan when this one fails."""
        trip, guide = journey.trip, journey.guide
        if journey.plan.destination is not self._watched:  # another journey: the worries of the last one are over
            self._watch, self._watched = Watch(), journey.plan.destination
        if trip is None and not self._warming.on:
            return guidance
        car = self._car()
        if car is None:
            return guidance
        if trip is None or guide is None or not trip.stages or guidance.state is not GuidanceState.DRIVING:
            self._warm(car, None)
            if guide is not None:
                guide.resting = False
            if trip is not None and not trip.stages and engine is not None and self._watch.may_search(now):
                journey.replan(position, engine, lambda new: KNOWN if new.stages else None)
            return guidance
        trip = self._refreshed(trip, now)
        along = guidance.travelled_m
        here = self._at_stop(trip, along, car.soc, position.speed_kmh)
        guide.resting = here is not None
        if here is None:
            ahead = trip.ahead(along, car.soc)
        else:  # as it will be when the stop is over
            ahead = trip.ahead(max(along, trip.end_m(here)), max(car.soc, here.hop.leave))
        if not ahead:
            return guidance
        rest = sum(stage.stay_s for stage, _ in ahead) + (self._left(here, car) if here else 0.0)
        if here is None and not car.inlet.charging and engine is not None:
            self._mind(trip, along, ahead, journey, position, engine, now)
        stops = [(stage, charge) for stage, charge in ahead if stage.station is not None]
        first = stops[0][0] if stops and here is None and stops[0][0].may_warm else None
        self._warm(car, None if first is None else trip.until_s(along, first))
        worry = self._watch.worry and self._watch.worry.text(journey.plan.language)
        changes: dict[str, object] = {"arrival": ahead[-1][1], "message": guidance.message or worry}
        if stops:
            changes |= {"at_stop": stops[0][1], "stop_m": max(0.0, trip.end_m(stops[0][0]) - along)}
        if guidance.remaining_s is not None and guidance.eta is not None:
            changes |= {"remaining_s": guidance.remaining_s + rest, "eta": guidance.eta + rest}
        return guidance.model_copy(update=changes)

    def _warm(self, car: Car, to_stop_s: float | None) -> None:
        self._warming.look(car.inlet, self.consumption.values.get(inlet.CONDITIONING), to_stop_s)

    def _mind(
        self,
        trip: Trip,
        along: float,
        ahead: Ahead,
        journey: Journey,
        position: Position,
        engine: Engine,
        now: float,
    ) -> None:
        """Plan anew where there is a reason."""
        wishes = journey.plan.options.charging
        clock = self._clock()

        def waits(stage: Stage) -> float:
            assert stage.station is not None
            return stage.station.wait(clock, trip.until_s(along, stage))

        reason = self._watch.look(trip, ahead, wishes, waits, now)
        if reason is not None:
            rest = rest_s(trip, along, ahead, waits)
            journey.replan(position, engine, lambda new: self._watch.judge(reason, rest, new))

    def _situation(self) -> Situation:
        learned = self.consumption
        return Situation(learned.model, learned.conditions, self._car(), self._clock())

    def _car(self) -> Car | None:
        known = self.consumption
        kwh, usable = known.kwh, known.vehicle.usable_kwh
        if kwh is None:
            return None
        fits = inlet.told(known.values, usable, known.conditions.cells_now_c)
        return Car(usable, min(100.0, 100.0 * kwh / usable), fits)

    def _refreshed(self, trip: Trip, now: float) -> Trip:
        """With the energy of now; the same one until that is reckoned anew."""
        if self._fresh is None or trip is not self._fresh[0] or now - self._fresh[1] >= REFRESH_S:
            learned = self.consumption
            demand = Demand(trip.route, learned.model, learned.conditions)
            self._fresh = trip, now, replace(trip, demand=demand)
        return self._fresh[2]

    @staticmethod
    def _at_stop(trip: Trip, along: float, soc: float, speed_kmh: float) -> Stage | None:
        """The charging stop the car stands at, as long as there is more to charge."""
        if speed_kmh > STANDING_KMH:
            return None
        near = (stage for stage in trip.stops if abs(trip.end_m(stage) - along) <= HERE_M)
        return next((stage for stage in near if soc < stage.hop.leave - TOPPED), None)

    @staticmethod
    def _left(stage: Stage, car: Car) -> float:
        """s of charging that are left at a stop."""
        assert stage.station is not None
        return Tables(car.inlet).at(stage.station).between(car.soc, max(car.soc, stage.hop.leave))
