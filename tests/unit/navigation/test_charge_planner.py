"""The charge-stop planner: against exact dynamic programming, its risk bound, closed stations, greedy driving."""

from collections.abc import Callable
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from carservices.services.navigation.trips.charge_curve import ChargeTable, curve_of
from carservices.services.navigation.trips.planner import plan
from carservices.services.navigation.trips.problem import SLOT_S, Legs, Plan, Problem, Station

CURVE = curve_of(58.0, "Volkswagen", "ID.3")
TABLES = {power: CURVE.table(power) for power in (50.0, 150.0, 300.0)}
BREAKS = CURVE.breaks(list(TABLES))
KMH, KWH_PER_KM = (110.0, 95.0, 85.0), (0.19, 0.16, 0.145)
GRID = 1000
"""Steps of charge of the exact search: 0.1 %."""


def instance(seed: int, stations: int, km: float, speeds: int = 3, soc: float = 80.0) -> Problem:
    """Stations at random beside a straight road of that length."""
    chance = np.random.default_rng(seed)
    x = np.concatenate(([0.0], np.sort(chance.uniform(20.0, km - 20.0, stations)), [km]))
    y = np.concatenate(([0.0], chance.uniform(-15.0, 15.0, stations), [0.0]))
    metres = np.hypot(x[:, None] - x, y[:, None] - y) * 1.15
    seconds = np.stack([metres / kmh * 3600.0 for kmh in KMH[:speeds]])
    percent = np.stack([metres * per_km / 58.0 * 100.0 for per_km in KWH_PER_KM[:speeds]])
    powers, prices = chance.choice(list(TABLES), stations), chance.uniform(0.4, 0.8, stations)
    places = [Station(TABLES[power], float(price)) for power, price in zip(powers, prices, strict=True)]
    return Problem(Legs(seconds, percent, 0.05 * percent), places, soc, breaks=BREAKS)


def exact(problem: Problem, rounded: Callable[[np.ndarray], np.ndarray]) -> float:
    """The least price on a grid of charges; with energy rounded down a bound from below, rounded up one from above."""
    legs, n = problem.legs, problem.legs.seconds.shape[1]
    size = n * (GRID + 1)
    tails, heads, prices = [], [], []
    charge = np.arange(GRID + 1) * 100.0 / GRID
    costs = np.zeros((n, GRID + 1))
    for k, station in enumerate(problem.stations, 1):
        entries = np.interp(charge, np.linspace(0, 100, len(station.table.seconds)), station.table.seconds)
        eur = charge / 100.0 * station.table.capacity_kwh / 0.98 * station.eur_per_kwh
        tails.append(k * (GRID + 1) + np.arange(GRID))
        heads.append(tails[-1] + 1)
        costs[k] = entries + problem.s_per_eur * eur
        prices.append(np.diff(costs[k]) + 1e-9)
    used = rounded(legs.percent * GRID / 100.0)
    for level, i, j in np.ndindex(legs.seconds.shape):
        if i in (j, n - 1) or j == 0 or not np.isfinite(used[level, i, j]):
            continue
        floor = problem.at_destination if j == n - 1 else problem.least
        need = legs.percent[level, i, j] + problem.quantile * legs.sigma[level, i, j] + floor
        least = max(0, int(rounded(np.array(need * GRID / 100.0))))
        leave = np.arange(least, GRID + 1) if i else np.array([round(problem.soc * 10)])
        leave = leave[leave >= least]
        tails.append(i * (GRID + 1) + leave)
        arrive = np.maximum(0, leave - int(used[level, i, j]))
        begun = np.minimum(GRID, arrive + round(problem.least_charge * GRID / 100.0)) if j < n - 1 else arrive
        heads.append(j * (GRID + 1) + begun)
        stop = problem.stop_s if j < n - 1 else 0.0
        prices.append(legs.seconds[level, i, j] + stop + costs[j, begun] - costs[j, arrive])
    graph = coo_array((np.concatenate(prices), (np.concatenate(tails), np.concatenate(heads))), shape=(size, size))
    keys = graph.row.astype(np.int64) * size + graph.col
    order = np.lexsort((graph.data, keys))
    order = order[np.concatenate(([True], np.diff(keys[order]) != 0))]  # parallel edges: the cheapest
    slim = coo_array((graph.data[order], (graph.row[order], graph.col[order])), shape=(size, size)).tocsr()
    found = dijkstra(slim, indices=np.array([round(problem.soc * 10)]))[0]
    return float(found[(n - 1) * (GRID + 1) :].min())


def price(problem: Problem, best: Plan) -> float:
    return best.seconds + problem.s_per_eur * best.eur


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    stations=st.integers(2, 7),
    km=st.floats(200.0, 700.0),
    speeds=st.integers(1, 3),
    s_per_eur=st.sampled_from([0.0, 120.0, 240.0]),
)
def test_as_good_as_the_exact_optimum(seed: int, stations: int, km: float, speeds: int, s_per_eur: float):
    problem = replace(instance(seed, stations, km, speeds), s_per_eur=s_per_eur)
    best = plan(problem)
    above = exact(problem, np.ceil)
    if best is None:
        assert above == float("inf")
        return
    assert price(problem, best) <= above * 1.003
    assert price(problem, best) >= exact(problem, np.floor) * (1.0 - 1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), risk=st.floats(0.005, 0.4), soc=st.floats(30.0, 100.0), least=st.floats(0.0, 25.0))
def test_every_hop_keeps_its_floor_with_the_chance_asked_for(seed: int, risk: float, soc: float, least: float):
    quantile = NormalDist().inv_cdf(1.0 - risk)
    problem = replace(instance(seed, 25, 500.0, soc=soc), quantile=quantile, least=least)
    best = plan(problem)
    if best is None:
        return
    at, before = soc, 0
    for hop in best.hops:
        assert hop.arrive == pytest.approx(at - problem.legs.percent[hop.speed, before, hop.place])
        floor = least if hop is not best.hops[-1] else problem.at_destination
        assert NormalDist(hop.arrive, max(hop.sigma, 1e-9)).cdf(floor) <= risk + 1e-6
        assert hop.leave <= 100.0
        at, before = hop.leave, hop.place
    assert all(stop.leave - stop.arrive >= 8.0 - 1e-6 for stop in best.stops)
    spent = sum(hop.drive_s + hop.charge_s + hop.wait_s for hop in best.hops) + len(best.stops) * problem.stop_s
    assert best.seconds == pytest.approx(spent)


def greedy(problem: Problem) -> float:
    """As many drive: to the furthest station within reach, there to 80 %, as fast as the road allows."""
    legs = problem.legs
    seconds, percent, sigma = legs.seconds[0], legs.percent[0], legs.sigma[0]
    need = percent + problem.quantile * sigma
    n, at, soc, total = len(seconds), 0, problem.soc, 0.0
    for _ in range(n):
        if need[at, -1] + problem.at_destination <= soc:
            return total + float(seconds[at, -1])
        ahead = [k for k in range(at + 1, n - 1) if need[at, k] + problem.least <= soc]
        if not ahead:
            return float("inf")
        best = max(ahead)
        total += float(seconds[at, best]) + problem.stop_s
        soc -= float(percent[at, best])
        total += problem.stations[best - 1].table.between(soc, 80.0)
        at, soc = best, 80.0
    return float("inf")


@pytest.mark.parametrize("seed", range(6))
def test_never_slower_than_the_furthest_station_and_80_percent(seed: int):
    problem = instance(seed, 60, 800.0)
    best = plan(problem)
    assert best is not None
    assert best.seconds <= greedy(problem)


def test_money_is_worth_time_and_driving_slower_both():
    problem = instance(3, 40, 700.0)
    fast, cheap = (plan(replace(problem, s_per_eur=worth)) for worth in (0.0, 300.0))
    assert fast is not None
    assert cheap is not None
    assert cheap.eur < fast.eur
    assert cheap.seconds > fast.seconds
    assert max(hop.speed for hop in cheap.hops) > max(hop.speed for hop in fast.hops)


def test_a_busy_station_is_left_out_and_a_closed_one_never_used():
    problem = instance(5, 3, 300.0, soc=60.0)
    best = plan(problem)
    assert best is not None
    used = best.stops[0].place - 1
    stations = list(problem.stations)
    stations[used] = replace(stations[used], wait=(3600.0,))
    around = plan(replace(problem, stations=stations))
    assert around is not None
    assert best.seconds < around.seconds <= best.seconds + 3600.0
    shut = [replace(station, wait=(0.0, *(float("inf"),) * 40)) for station in problem.stations]
    reached = best.hops[0].drive_s
    assert reached > SLOT_S, "the station is reached after it has closed"
    assert plan(replace(problem, stations=shut)) is None


@pytest.mark.parametrize(
    ("brand", "model", "kwh", "low", "high", "minutes"),
    [
        ("Renault", "Zoe R135", 52.0, 10.0, 80.0, 53.0),
        ("Renault", "Megane E-Tech EV60", 60.0, 10.0, 80.0, 35.5),
        ("Volkswagen", "ID.3", 58.0, 20.0, 80.0, 29.8),
        ("Volkswagen", "ID.4", 77.0, 10.0, 80.0, 35.0),
        ("Nobody", "Knows", 60.0, 10.0, 80.0, 33.0),
    ],
)
def test_charging_takes_as_long_as_published(
    brand: str, model: str, kwh: float, low: float, high: float, minutes: float
):
    table = curve_of(kwh, brand, model).table(300.0)
    assert table.between(low, high) / 60.0 == pytest.approx(minutes, rel=0.08)


def test_cold_cells_and_weak_stations_make_charging_longer():
    def took(table: ChargeTable) -> float:
        return table.between(10.0, 60.0)

    assert took(CURVE.table(300.0)) < took(CURVE.table(300.0, 5.0)) < took(CURVE.table(300.0, -5.0))
    assert took(CURVE.table(300.0)) < took(CURVE.table(50.0)) < took(CURVE.table(22.0, ac=True))
