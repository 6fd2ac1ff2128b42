"""A route as an electric car drives it: its charging stops, how much each charges, and the charge all along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import NormalDist

import numpy as np

from carservices.api.routes import ArrivalCharge, ChargingWishes
from carservices.services.navigation.engine.base import Route
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.charge_curve import STOP_S
from carservices.services.navigation.trips.demand import Demand
from carservices.services.navigation.trips.energy import KWH, SIGMAS_90, Spend
from carservices.services.navigation.trips.ground import Cap
from carservices.services.navigation.trips.inlet import HEATER_W, Inlet
from carservices.services.navigation.trips.planner import plan
from carservices.services.navigation.trips.problem import Hop, Legs, Problem
from carservices.services.navigation.trips.stations import Candidate, Tables, station_of

WARMED = 8.0
"""Percent that must be left at a stop to warm the battery on the way there."""


@dataclass(frozen=True)
class Car:
    """The car that is to drive: kWh of a full battery, percent in it, how it charges."""

    usable_kwh: float
    soc: float
    inlet: Inlet

    def percent(self, kwh: float) -> float:
        """Of the battery."""
        return 100.0 * kwh / self.usable_kwh


@dataclass(frozen=True)
class Stage:
    """A part of a trip up to a charging stop or the destination: legs of the route, how fast, and what happens then."""

    first: int
    last: int
    cap: Cap
    hop: Hop
    station: Candidate | None
    floor: float
    """Percent that must be left at its end, with the chance asked for."""

    @property
    def may_warm(self) -> bool:
        """Whether enough is left at its end to warm the battery for it, which takes 1 or 2 % of the charge."""
        return self.hop.arrive >= WARMED

    @property
    def warms(self) -> bool:
        """Whether the battery may be warmed for its end."""
        return self.station is not None and self.may_warm

    @property
    def stay_s(self) -> float:
        """What the stop takes, all in all."""
        return 0.0 if self.station is None else STOP_S + self.hop.wait_s + self.hop.charge_s


@dataclass(frozen=True)
class Trip:
    """A route; without ``stages`` nothing is known of the battery. ``vias``: its stations, None: the driver's stops."""

    route: Route
    vias: tuple[Candidate | None, ...] = ()
    demand: Demand | None = None
    car: Car | None = None
    stages: tuple[Stage, ...] = ()
    sure: bool = True
    """Whether the charge stays above its floors with the chance that was asked for."""
    warning: Remark | None = None

    @property
    def stops(self) -> tuple[Stage, ...]:
        """Stages that end at a charging station."""
        return tuple(stage for stage in self.stages if stage.station is not None)

    @property
    def seconds(self) -> float:
        """Of driving; slower than the route says where that is advised."""
        return self.route.seconds + sum(self.slower_s(stage) for stage in self.stages)

    @property
    def charge_s(self) -> float:
        """At charging stops."""
        return sum(stage.stay_s for stage in self.stages)

    def slower_s(self, stage: Stage) -> float:
        """s the advised speed costs."""
        if stage.cap is None or self.demand is None:
            return 0.0
        free, kept = (self.demand.stage(stage.first, stage.last, cap).seconds for cap in (None, stage.cap))
        return max(0.0, kept - free)

    def end_m(self, stage: Stage) -> float:
        """m from the start at which a stage ends."""
        assert self.demand is not None
        return self.demand.leg_end(stage.last)

    def until_s(self, along_m: float, stage: Stage) -> float:
        """s of driving from ``along_m`` to the end of a stage at its speed."""
        assert self.demand is not None
        return self.demand.between(along_m, self.end_m(stage), stage.cap).seconds

    def ahead(self, along_m: float, soc: float) -> list[tuple[Stage, ArrivalCharge]]:
        """Stages that do not lie behind yet with the charge at their ends, from the charge there is ``along_m``."""
        if self.demand is None or self.car is None:
            return []
        first = next((k for k, stage in enumerate(self.stages) if self.end_m(stage) > along_m), len(self.stages))
        found = list(zip(self.stages, self._arrivals, strict=True))[first:]
        if found:
            stage = found[0][0]
            found[0] = stage, self._arrival(stage, self.demand.between(along_m, self.end_m(stage), stage.cap), soc)
        return found

    @cached_property
    def _arrivals(self) -> tuple[ArrivalCharge, ...]:
        """The charge at the end of each stage that is begun as planned."""
        assert self.demand is not None
        assert self.car is not None
        begins = [self.car.soc, *(stage.hop.leave for stage in self.stages)]
        return tuple(
            self._arrival(stage, self.demand.stage(stage.first, stage.last, stage.cap), begin)
            for stage, begin in zip(self.stages, begins, strict=False)
        )

    def _arrival(self, stage: Stage, spend: Spend, soc: float) -> ArrivalCharge:
        kwh = spend.kwh + self.warming_kwh(stage, spend.seconds)
        return self.charge(soc - self.percent(kwh), self.percent(spend.sigma))

    def warming_s(self, stage: Stage) -> float:
        """s before the end of a stage at which warming the battery for it begins: for a first stop, if it is cold."""
        if self.demand is None or self.car is None or stage is not self.stages[0] or not stage.warms:
            return 0.0
        return self.car.inlet.warming_s(self.demand.stage(stage.first, stage.last, stage.cap).seconds)

    def warming_kwh(self, stage: Stage, left_s: float = np.inf) -> float:
        """What that takes in the last s of the stage."""
        return HEATER_W / KWH * min(left_s, self.warming_s(stage))

    def percent(self, kwh: float) -> float:
        """Of the battery."""
        assert self.car is not None
        return self.car.percent(kwh)

    @staticmethod
    def charge(mean: float, sigma: float) -> ArrivalCharge:
        """What is left, within what a battery can hold."""
        low, high = mean - SIGMAS_90 * sigma, mean + SIGMAS_90 * sigma
        mean, low, high = (min(100.0, max(0.0, value)) for value in (mean, low, high))
        return ArrivalCharge(mean=mean, low=low, high=high)


def quantile(wishes: ChargingWishes) -> float:
    """Sigmas between the mean and the floor that keep the risk."""
    return NormalDist().inv_cdf(1.0 - wishes.risk)


def parts_of(vias: Sequence[Candidate | None]) -> list[tuple[int, int]]:
    """First and last leg of the route up to each charging station, and to the destination."""
    ends = [leg for leg, via in enumerate(vias) if via is not None] + [len(vias)]
    return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


def takes(demand: Demand, part: tuple[int, int], cap: Cap, car: Car) -> tuple[float, float, float]:
    """(s, percent of the battery, one sigma of it) of a part of a route, as `Legs` have them.

    Up to the first station with what warming the battery for it takes: a fast charge leaves the cells warm for hours.
    """
    spend = demand.stage(*part, cap)
    first_stop = part[0] == 0 and part[1] < len(demand.route.legs) - 1
    warming = float(car.inlet.warming_kwh(np.array(spend.seconds))) if first_stop else 0.0
    return spend.seconds, car.percent(spend.kwh + warming), car.percent(spend.sigma)


def settled(
    demand: Demand,
    vias: Sequence[Candidate | None],
    car: Car,
    wishes: ChargingWishes,
    speeds: Sequence[Cap],
    now: datetime,
    s_per_eur: float = 0.0,
    first_least: float | None = None,
) -> Trip | None:
    """The best speeds and charges of a route with its stations given; None when it cannot be driven that way."""
    stations = [via for via in vias if via is not None]
    parts = parts_of(vias)
    table = np.full((3, len(speeds), len(parts) + 1, len(parts) + 1), np.inf)
    for k, part in enumerate(parts):
        for level, cap in enumerate(speeds):
            table[:, level, k, k + 1] = takes(demand, part, cap, car)
    tables = Tables(car.inlet)
    powers = [station.power_kw for station in stations]
    best = plan(
        Problem(
            Legs(*table),
            [station_of(station, tables, now) for station in stations],
            car.soc,
            least=wishes.least,
            at_destination=wishes.at_destination,
            quantile=quantile(wishes),
            breaks=car.inlet.curve.breaks(powers),
            s_per_eur=s_per_eur,
            first_least=first_least,
        )
    )
    if best is None:
        return None
    floors = [wishes.least] * len(stations) + [wishes.at_destination]
    if stations and first_least is not None:
        floors[0] = first_least
    stages = [
        Stage(*part, speeds[hop.speed], hop, via, floor)
        for part, hop, via, floor in zip(parts, best.hops, [*stations, None], floors, strict=True)
    ]
    return Trip(demand.route, tuple(vias), demand, car, tuple(stages))


def unplanned(demand: Demand, vias: Sequence[Candidate | None], car: Car, floor: float) -> Trip:
    """A route driven without charging, however far the charge reaches."""
    last = len(demand.route.legs) - 1
    seconds, used, sigma = takes(demand, (0, last), None, car)
    hop = Hop(0, 0, seconds, car.soc - used, sigma, car.soc - used)
    return Trip(demand.route, tuple(vias), demand, car, (Stage(0, last, None, hop, None, floor),), False)
