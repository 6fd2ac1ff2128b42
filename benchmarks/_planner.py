"""Charging stops on the DACH map: how long plans take, beside a grid of charges solved exactly and a greedy driver."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from _table import Row
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from carservices.api.routes import Mode
from carservices.services.navigation.chargers.network import ChargerNetwork
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.maps.store import CHARGERS, GRAPH, MapStore
from carservices.services.navigation.trips import inlet
from carservices.services.navigation.trips.charge_curve import LEVELS
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.corridor import Corridor
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.ground import Ground
from carservices.services.navigation.trips.itinerary import ASIDE_M
from carservices.services.navigation.trips.planner import plan, to_last
from carservices.services.navigation.trips.problem import Plan, Problem
from carservices.services.navigation.trips.stations import Tables, beside, candidates, station_of
from carservices.services.navigation.trips.vehicle import Vehicle

KWH, SOC = 58.0, 80.0
CITIES: dict[str, Point] = {
    "Amsterdam": (52.37, 4.90),
    "Vienna": (48.21, 16.37),
    "Hamburg": (53.55, 10.00),
    "Munich": (48.20, 11.62),
    "Berlin": (52.50, 13.30),
    "Zurich": (47.39, 8.52),
}
TRIPS = (("Amsterdam", "Vienna"), ("Hamburg", "Munich"), ("Berlin", "Zurich"), ("Amsterdam", "Munich"))
NOON = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
GRID, COARSE_GRID = 1000, 100
"""Steps of charge of the exact search."""
RUNS = 3
SMALL = 25
"""Stations of instances that are solved on the fine grid."""
GOAL_100_MS, GOAL_300_MS, GOAL_ABOVE = 100.0, 1000.0, 0.3


def measure_planner(store: MapStore, *, quick: bool) -> list[Row]:
    """Rows of the matrix and of the planner."""
    folder = store.folder("dach")
    engine = RoadEngine(RoadGraph.load(folder / GRAPH))
    rows: list[Row] = []
    trips = TRIPS[: 2 if quick else None]
    for most, goal in ((100, GOAL_100_MS), (300, GOAL_300_MS)):
        problems, took = [], []
        for start, end in trips:
            begin = time.perf_counter()
            problems.append(_problem(engine, folder / CHARGERS, CITIES[start], CITIES[end], most))
            took.append(time.perf_counter() - begin)
        plans, times = zip(*(_timed(problem) for problem in problems), strict=True)
        greedy = [_greedy(problem) for problem in problems]
        rows += [
            Row(f"{most} stations: candidates, matrix of time and energy at 3 speeds (slowest)", max(took) * 1e3, "ms"),
            Row(f"{most} stations: plan of {len(trips)} trips, 3 speeds (slowest)", max(times) * 1e3, "ms", goal),
            Row(
                f"{most} stations: travel time beside greedy's, at most",
                max(100.0 * best.seconds / other for best, other in zip(plans, greedy, strict=True)),
                "%",
                100.0,
                peers={"greedy": 100.0},
            ),
        ]
        if most == 100:
            compared = _unchanging(problems[0])
    worst = 0.0
    for start, end in trips:
        small = _unchanging(_problem(engine, folder / CHARGERS, CITIES[start], CITIES[end], SMALL))
        worst = max(worst, 100.0 * (_timed(small)[0].seconds / _exact(small, GRID) - 1.0))
    rows.append(Row(f"{SMALL} stations: above the optimum on a grid of 0.1 %, at most", worst, "%", GOAL_ABOVE))
    begin = time.perf_counter()
    grid = _exact(compared, COARSE_GRID)
    took_grid = (time.perf_counter() - begin) * 1e3
    best, seconds = _timed(compared)
    rows += [
        Row("100 stations: plan beside the grid of 1 %", seconds * 1e3, "ms", peers={"grid of 1 %": took_grid}),
        Row("100 stations: above that grid's travel time", 100.0 * (best.seconds / grid - 1.0), "%", GOAL_ABOVE),
    ]
    return rows


def _unchanging(problem: Problem) -> Problem:
    """With stations as busy as they are now all the time, which is what a grid can tell."""
    return replace(problem, stations=[replace(station, wait=station.wait[:1]) for station in problem.stations])


def _problem(engine: RoadEngine, stations: Path, start: Point, end: Point, most: int) -> Problem:
    anchors = [engine.anchor(start), engine.anchor(end)]
    corridor = Corridor(engine.roads, engine.lines.costs(Mode.FASTEST).arc, anchors)
    fits = inlet.told({inlet.BRAND: "Volkswagen", inlet.MODEL: "ID.3"}, KWH, 25.0)
    with ChargerNetwork(stations) as network:
        sites = beside(network.around((start, end), ASIDE_M), (start, end))
    found = candidates(sites, corridor, engine.anchor, fits, NOON, most)
    corridor.narrow()
    ground = Ground(engine.roads, corridor, found, [], anchors[1])
    hops = ground.hops(anchors[0], EnergyModel(Vehicle(usable_kwh=KWH)), Conditions())
    tables = Tables(fits)
    breaks = fits.curve.breaks([one.power_kw for one in found])
    return Problem(hops.legs, [station_of(one, tables, NOON) for one in found], SOC, breaks=breaks)


def _timed(problem: Problem) -> tuple[Plan, float]:
    """The plan, and s of the quickest of a few runs."""
    took = float("inf")
    for _ in range(RUNS):
        begin = time.perf_counter()
        best = plan(problem)
        took = min(took, time.perf_counter() - begin)
    if best is None:
        raise RuntimeError("a trip of the benchmark cannot be driven: its cities or the synthetic network have changed")
    return best, took


def _greedy(problem: Problem) -> float:
    """s of a driver who goes to the furthest station within reach and charges to 80 % there; infinite: he fails."""
    seconds, need = problem.legs.seconds[0], problem.legs.percent[0] + problem.quantile * problem.legs.sigma[0]
    left, at, soc, total = seconds[:, -1], 0, problem.soc, 0.0
    rest = np.where(np.isfinite(left), left, np.inf)
    onward = to_last(seconds)
    for _ in range(len(seconds)):
        if need[at, -1] + problem.at_destination <= soc:
            return total + float(rest[at])
        within = [
            k for k in range(1, len(seconds) - 1) if need[at, k] + problem.least <= soc and onward[k] < onward[at]
        ]
        if not within:
            return float("inf")
        best = min(within, key=lambda k: float(onward[k]))
        total += float(seconds[at, best]) + problem.stop_s + problem.stations[best - 1].wait[0]
        soc -= float(problem.legs.percent[0, at, best])
        total += problem.stations[best - 1].table.between(soc, max(soc, 80.0))
        at, soc = best, max(soc, 80.0)
    return float("inf")


def _exact(problem: Problem, grid: int) -> float:
    """s of the fastest plan on a grid of charges: Dijkstra's algorithm over (place, charge), energy rounded up."""
    legs, n, width = problem.legs, problem.legs.seconds.shape[1], grid + 1
    steps = np.arange(width) * 100.0 / grid
    tails, heads, prices = [], [], []
    plugged = np.zeros((n, width))
    for k, station in enumerate(problem.stations, 1):
        plugged[k] = np.interp(steps, LEVELS, station.table.seconds)
        tails.append(k * width + np.arange(grid))
        heads.append(tails[-1] + 1)
        prices.append(np.diff(plugged[k]))
    least = round(problem.least_charge * grid / 100.0)
    for level, i, j in zip(*np.nonzero(np.isfinite(legs.percent)), strict=True):
        if i == j or j == 0 or i == n - 1:
            continue
        floor = problem.at_destination if j == n - 1 else problem.least
        need = float(legs.percent[level, i, j] + problem.quantile * legs.sigma[level, i, j]) + floor
        low = int(np.ceil(need * grid / 100.0))
        leave = np.arange(low, width) if i else np.array([round(problem.soc * grid / 100.0)])
        leave = leave[leave >= low]
        arrive = np.maximum(0, leave - int(np.ceil(legs.percent[level, i, j] * grid / 100.0)))
        begun = np.minimum(grid, arrive + least) if j < n - 1 else arrive
        stop = problem.stop_s + problem.stations[j - 1].wait[0] if j < n - 1 else 0.0
        tails.append(i * width + leave)
        heads.append(j * width + begun)
        prices.append(legs.seconds[level, i, j] + stop + plugged[j, begun] - plugged[j, arrive])
    data, tail, head = (np.concatenate(parts) for parts in (prices, tails, heads))
    order = np.lexsort((data, head, tail))
    first = np.concatenate(([True], (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)))
    order = order[first]  # of parallel edges the cheapest
    graph = coo_array((data[order], (tail[order], head[order])), shape=(n * width, n * width)).tocsr()
    found = dijkstra(graph, indices=np.array([round(problem.soc * grid / 100.0)]))[0]
    return float(found[(n - 1) * width :].min())
