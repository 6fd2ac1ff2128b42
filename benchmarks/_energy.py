"""Energy of trips: foretold at their start, then driven by the emulator, after 200 km of learning; the range area."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from _ev_drives import Diary, Drive, Garage
from _table import Row

from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.maps.store import GRAPH, MapStore
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.consumption import Consumption
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.range_area import around

LEARNED_KM = 200.0
CARS, TRIPS = 24, 16
QUICK_CARS, QUICK_TRIPS = 2, 8
HELD_OUT = 2000
"""First seed of the cars that are measured; the model was worked on with cars of seeds from 100 to 119 only. The goals
hold for all trips: the median of 24 wanders by a point, that of the 192 of 12 cars by 0.3. Who knows car and driver
perfectly, but not the wind, traffic, lights, sun and luggage of the day, errs by 3.3 % (median of 48 trips of cars 100
to 111, each driven 24 times on other days, against their own median; by seeds of trips between 3.0 and 3.7 %), and by
2.1 % who knows that wind."""
MEDIAN_ERROR, OFF_90, AREA_MS, ROUTE_MS = 4.0, 5.0, 300.0, 10.0
MAP, FRANKFURT, CHARGE_KWH = "dach", (50.11, 8.68), 45.0
LONG = tuple(EdgePart(k, -1, 0, 300.0, *((116.0, 130), (80.0, 100))[k // 300 % 2]) for k in range(3334))
"""1,000 km."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trip: error of what was foretold, as a share, learned and not, and whether it lay within the interval.

    With ``told`` the car knew the wind as forecast.
    """

    told: bool
    error: float
    unlearned: float
    within: bool


def measure_energy(store: MapStore, *, quick: bool) -> list[Row]:
    """Rows of the energy of trips and, on the map of main roads, of the range area."""
    cars, trips = (QUICK_CARS, QUICK_TRIPS) if quick else (CARS, TRIPS)
    seeds = range(HELD_OUT, HELD_OUT + cars)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, cars)) as pool:
        outcomes = [one for some in pool.map(_follow, seeds, [trips] * cars) for one in some]
    wind = (("told the forecast wind", True), ("not told the wind", False))
    return [
        *(row for words, told in wind for row in _rows(words, [one for one in outcomes if one.told is told], quick)),
        _route(),
        _area(RoadEngine(RoadGraph.load(store.folder(MAP) / GRAPH))),
    ]


def _rows(words: str, outcomes: list[Outcome], quick: bool) -> list[Row]:
    errors = [100.0 * abs(one.error) for one in outcomes]
    held = 100.0 * statistics.mean(one.within for one in outcomes)
    unlearned = {"not learned": 100.0 * statistics.median(abs(one.unlearned) for one in outcomes)}
    error_goal, off_goal = (None, None) if quick else (MEDIAN_ERROR, OFF_90)
    count = f"{len(outcomes)} trips after 200 km, {words}"
    return [
        Row(f"energy of {count}: median error", statistics.median(errors), "%", error_goal, peers=unlearned),
        Row(f"their 90 % intervals hold {held:.0f} % of them: off by", abs(held - 90.0), "points", off_goal),
    ]


def _follow(seed: int, trips: int) -> list[Outcome]:
    """One car, twice: learns over 200 km, then each trip is foretold before it is driven."""
    garage = Garage(seed)
    with tempfile.TemporaryDirectory() as name:
        diaries = [
            Diary(Consumption(StateFile("navigation", "consumption.json", Path(name) / str(told))), told=told)
            for told in (True, False)
        ]
        while diaries[0].km < LEARNED_KM:
            drive = garage.drive()
            for diary in diaries:
                diary.live(drive)
        drives = (garage.drive() for _ in range(trips))
        return [_outcome(diary, drive) for drive in drives for diary in diaries]


def _outcome(diary: Diary, drive: Drive) -> Outcome:
    learned = diary.live(drive).spend()
    model = EnergyModel(diary.consumption.vehicle)
    plain = model.along(drive.trip.edges, diary.begun, geometry=drive.trip.geometry).spend()
    low, high = learned.interval_90
    within = low <= drive.kwh <= high
    return Outcome(diary.told, learned.kwh / drive.kwh - 1.0, plain.kwh / drive.kwh - 1.0, within)


def _route() -> Row:
    model = EnergyModel()
    took = _median(lambda: model.along(LONG), 20)
    return Row("energy of a route of 1,000 km in 3,334 parts", took, "ms", ROUTE_MS)


def _area(engine: RoadEngine) -> Row:
    took = _median(lambda: around(engine, FRANKFURT, EnergyModel(), Conditions(), CHARGE_KWH, 0.0), 5)
    job = f"range area, now and with return: {CHARGE_KWH:.0f} kWh, {engine.roads.arcs:,} arcs"
    return Row(job, took, "ms", AREA_MS)


def _median(work: Callable[[], object], times: int) -> float:
    """ms, the median of some runs."""
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        runs.append((time.perf_counter() - start) * 1000.0)
    return statistics.median(runs)
