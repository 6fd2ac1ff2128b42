"""Where to charge on the way, and how much: labels of time and charge over a graph of charging stations.

A charging stop ends "just enough for a next hop" or at a breakpoint of the charge curve, in the manner of charging
function propagation (Baum, Dibbelt, Gemsa, Wagner, Zündorf, "Shortest Feasible Paths with Charging Stops for Battery
Electric Vehicles", Transportation Science 53, 2019). Labels are settled in the order of a lower bound of the whole trip
(A*). Each hop may be driven at one of several speeds and must keep its floor with the chance that is asked for.
"""

import heapq
import itertools
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from carservices.services.navigation.engine.graph import Floats, Ints
from carservices.services.navigation.trips.charge_curve import LEVELS, STATION_EFFICIENCY, STEP, ChargeTable
from carservices.services.navigation.trips.problem import SLOT_S, Hop, Plan, Problem, Station

BINS = 1001
"""Of charge, 0.1 % each, in which labels are compared."""
CLOSER = 0.5
"""Percent; a breakpoint this near above "just enough" is no choice of its own."""
FULL = 100.0


@dataclass(slots=True)
class _Label:
    place: int
    soc: float
    seconds: float
    price: float
    """s with euros counted as s."""
    before: "_Label | None" = None
    left_with: float = 0.0
    speed: int = 0
    wait: float = 0.0


class _Fan(NamedTuple):
    """Hops from one label: where to, how fast, charges on leaving and on arrival, s and price then, s of waiting."""

    places: Ints
    speeds: Ints
    leaves: Floats
    socs: Floats
    seconds: Floats
    prices: Floats
    waits: Floats


@dataclass(slots=True)
class _Search:
    """Tables of one search."""

    problem: Problem
    need: Floats = field(init=False)
    """[speed, from, to]: percent one must leave with."""
    charging: Floats = field(init=False)
    """[place, entry of LEVELS]: price to charge from empty."""
    plug_s: Floats = field(init=False)
    """The same in s."""
    waits: Floats = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        n = problem.legs.seconds.shape[1]
        floor = np.full(n, problem.least)
        floor[-1] = problem.at_destination
        self.need = problem.legs.percent + problem.quantile * problem.legs.sigma + floor
        if problem.first_least is not None:
            self.need[:, 0, 1:-1] += problem.first_least - problem.least
        self.need[:, np.arange(n), np.arange(n)] = np.inf
        self.need[:, :, 0] = np.inf
        self.plug_s, self.charging = np.zeros((n, len(LEVELS))), np.zeros((n, len(LEVELS)))
        slots = max((len(station.wait) for station in problem.stations), default=1)
        self.waits = np.zeros((n, slots))
        for k, station in enumerate(problem.stations, 1):
            self.plug_s[k] = station.table.seconds
            self.charging[k] = station.table.seconds + problem.s_per_eur * _eur(station, LEVELS)
            self.waits[k] = np.pad(station.wait, (0, slots - len(station.wait)), "edge")


def plan(problem: Problem) -> Plan | None:
    """The cheapest plan by ``s_per_eur``, exact up to the choices above; None when the destination is out of reach."""
    search = _Search(problem)
    n = search.need.shape[1]
    bound = _Bound(search)
    start = _Label(0, problem.soc, 0.0, 0.0)
    count = itertools.count()
    heap: list[tuple[float, int, _Label]] = [(0.0, next(count), start)]
    soonest = np.full((n, BINS), np.inf)
    """Least price with at least so much charge."""
    worth = np.full((n, BINS), np.inf)
    """Least price less what its charge would cost here, with at most so much charge: it can be charged up to more."""
    while heap:
        _, _, label = heapq.heappop(heap)
        if label.place == n - 1:
            return _told(search, label)
        k = _bin(label.soc)
        if label.place and (
            soonest[label.place, k] < label.price
            or worth[label.place, k] < label.price - np.interp(label.soc, LEVELS, search.charging[label.place]) - 1e-6
        ):
            continue
        fan = _fan(search, label)
        values = fan.prices - _charged(search, fan.places, fan.socs)
        bins = np.minimum((fan.socs * 10.0).astype(np.int64), BINS - 1)
        bounds = bound(fan.places, fan.socs, values, fan.prices)
        chosen = np.flatnonzero((soonest[fan.places, bins] > fan.prices) & (worth[fan.places, bins] > values))
        for i in chosen[np.argsort(bounds[chosen], kind="stable")].tolist():
            place, at, price, value = int(fan.places[i]), int(bins[i]), float(fan.prices[i]), float(values[i])
            if soonest[place, at] <= price or worth[place, at] <= value:
                continue
            np.minimum(soonest[place, : at + 1], price, out=soonest[place, : at + 1])
            np.minimum(worth[place, at:], value, out=worth[place, at:])
            new = _Label(place, float(fan.socs[i]), float(fan.seconds[i]), price, label)
            new.left_with, new.speed, new.wait = float(fan.leaves[i]), int(fan.speeds[i]), float(fan.waits[i])
            heapq.heappush(heap, (float(bounds[i]), next(count), new))
    return None


def _bin(soc: float) -> int:
    return min(int(soc * 10.0), BINS - 1)


def _fan(search: _Search, label: _Label) -> _Fan:
    """All hops from a label."""
    problem, legs, here = search.problem, search.problem.legs, label.place
    need = search.need[:, here, :]
    speeds, places = np.nonzero(need <= (FULL if here else label.soc))
    least = min(FULL, label.soc + problem.least_charge)
    leaves = np.maximum(need[speeds, places], least) if here else np.full(len(places), label.soc)
    if here:
        on = np.flatnonzero(places < need.shape[1] - 1)
        more = [(on[leaves[on] < top - CLOSER], top) for top in problem.breaks]
        speeds = np.concatenate((speeds, *(speeds[which] for which, _ in more)))
        places = np.concatenate((places, *(places[which] for which, _ in more)))
        leaves = np.concatenate((leaves, *(np.full(len(which), top) for which, top in more)))
    drive, used = legs.seconds[speeds, here, places], legs.percent[speeds, here, places]
    plugged = _between(search.plug_s[here], label.soc, leaves)
    paid = _between(search.charging[here], label.soc, leaves)
    there = label.seconds + plugged + drive
    slots = np.minimum(there / SLOT_S, search.waits.shape[1] - 1).astype(np.int64)
    waits = search.waits[places, slots]
    stop = waits + np.where(places < need.shape[1] - 1, problem.stop_s, 0.0)
    socs: Floats = np.minimum(leaves - used, FULL)
    prices: Floats = label.price + paid + drive + stop
    prices += np.where(places < need.shape[1] - 1, problem.bother_s, 0.0)
    is_open = np.isfinite(waits)
    columns = (leaves, socs, there + stop, prices, waits)
    return _Fan(places[is_open], speeds[is_open], *(column[is_open] for column in columns))


def _between(table: Floats, low: float, high: Floats) -> Floats:
    """What a table over LEVELS grows by from one charge to others."""
    grown: Floats = np.interp(high, LEVELS, table) - float(np.interp(low, LEVELS, table))
    return grown


def _charged(search: _Search, places: Ints, socs: Floats) -> Floats:
    """What the charge of each label would have cost at its place."""
    at = np.clip(socs / STEP, 0.0, len(LEVELS) - 1.0)
    low = np.minimum(at.astype(np.int64), len(LEVELS) - 2)
    below, above = search.charging[places, low], search.charging[places, low + 1]
    cost: Floats = below + (at - low) * (above - below)
    return cost


class _Bound:
    """What is left to pay at least from a place with a charge: driving, and charging what is missing.

    Every percent charged at stations to come costs at least the least of (stop + charging) / percent over all stops;
    what is charged at the place itself costs what it costs there.
    """

    def __init__(self, search: _Search) -> None:
        problem, legs = search.problem, search.problem.legs
        self._rate = _rate(search)
        usable = search.need <= FULL
        used = np.where(usable, legs.percent, 0.0)
        used[:, :, -1] += np.where(usable, problem.quantile * legs.sigma, 0.0)[:, :, -1]
        self._driving = to_last(np.where(usable, legs.seconds, np.inf).min(0))
        charging = to_last(np.where(usable, legs.seconds + self._rate * used, np.inf).min(0))
        self._charging = charging + self._rate * problem.at_destination
        here = search.charging - self._rate * LEVELS
        self._here = np.minimum.accumulate(here[:, ::-1], axis=1)[:, ::-1]
        """[place, entry of LEVELS]: the least price of leaving with at least that charge, less what it is worth."""

    def __call__(self, places: Ints, socs: Floats, values: Floats, prices: Floats) -> Floats:
        """Of the whole trip: price so far and what is left; ``values`` as in `_charged`."""
        entries = np.clip(socs / STEP, 0.0, len(LEVELS) - 1.0).astype(np.int64)
        charging = values + self._here[places, entries] + self._charging[places]
        bound: Floats = np.maximum(prices + self._driving[places], np.where(self._driving[places], charging, 0.0))
        return bound


def _rate(search: _Search) -> float:
    """Least price of a percent, its share of the stop included."""
    problem = search.problem
    cheapest: dict[ChargeTable, float] = {}
    for station in problem.stations:
        price = problem.s_per_eur * float(_eur(station, np.array(1.0)))
        cheapest[station.table] = min(price, cheapest.get(station.table, np.inf))
    rates = [table.least_per_percent(problem.stop_s + problem.bother_s) + price for table, price in cheapest.items()]
    return min(rates, default=0.0)


def to_last(weights: Floats) -> Floats:
    """The cheapest way from each place to the last one (Bellman and Ford; weights may be below zero)."""
    out = np.full(len(weights), np.inf)
    out[-1] = 0.0
    for _ in range(len(weights)):
        better = np.minimum(out, (weights + out).min(1))
        if np.array_equal(better, out):
            break
        out = better
    return out


def _eur(station: Station, percent: Floats) -> Floats:
    return percent / 100.0 * station.table.capacity_kwh / STATION_EFFICIENCY * station.eur_per_kwh


def _told(search: _Search, last: _Label) -> Plan:
    """The hops that lead to a label."""
    legs = search.problem.legs
    hops: list[Hop] = []
    leave, label = last.soc, last
    while label.before is not None:
        before, place, soc = label.before, label.place, label.soc
        at_station = place < legs.seconds.shape[1] - 1
        station = search.problem.stations[place - 1] if at_station else None
        hops.append(
            Hop(
                place,
                label.speed,
                float(legs.seconds[label.speed, before.place, place]),
                soc,
                float(legs.sigma[label.speed, before.place, place]),
                leave,
                label.wait,
                station.table.between(soc, leave) if station else 0.0,
                float(_eur(station, np.array(leave - soc))) if station else 0.0,
            )
        )
        leave, label = label.left_with, before
    hops.reverse()
    return Plan(tuple(hops), last.seconds, sum(hop.eur for hop in hops), last.price)
