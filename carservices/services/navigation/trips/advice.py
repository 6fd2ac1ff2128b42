"""Why a trip cannot be driven, and what helps."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.ground import Ground, Hops
from carservices.services.navigation.trips.planner import FULL, plan
from carservices.services.navigation.trips.problem import Problem

STEP = 5
"""Percents in which a charge before leaving is advised."""
SPARE = {"ccs": "CCS", "type2": "Type 2", "chademo": "CHAdeMO"}


def charge_before(problem: Problem) -> int | None:
    """The least charge in percent with which a problem without a plan has one; None: not even a full battery helps."""
    if plan(replace(problem, soc=FULL)) is None:
        return None
    low, high = int(problem.soc) // STEP, int(FULL) // STEP
    while high - low > 1:
        middle = (low + high) // 2
        if plan(replace(problem, soc=float(middle * STEP))) is None:
            low = middle
        else:
            high = middle
    return high * STEP


def charge_first(soc: float, enough: float, stops: int) -> Remark:
    """Charge up to ``enough`` before leaving, then so many stops are enough."""
    then = Remark.of({0: "then_no_stop", 1: "then_one_stop"}.get(stops, "then_stops"), stops=stops)
    return Remark.of("charge_before", soc=round(soc), enough=round(enough), then=then)


def out_of_reach(
    problem: Problem, ground: Ground, hops: Hops, connectors: Sequence[str], operators: Sequence[str] = ()
) -> Remark:
    """Why not even a full battery helps; ``operators``: whose stations alone were wished for."""
    names: list[str | Remark] = [SPARE.get(name, name) for name in sorted(connectors)]
    plugs = reduce(lambda one, other: Remark.of("or", one=one, other=other), names)
    if operators:
        plugs = Remark.of("of_operators", plugs=plugs, operators=", ".join(operators))
    gap = _gap(problem, hops) if ground.stations else None
    if gap is None:
        return Remark.of("no_charger", plugs=plugs)
    place, metres = gap
    where = Remark.of("beyond", place=ground.station(place).site.name) if place else Remark.of("from_here")
    return Remark.of("charger_gap", plugs=plugs, km=round(metres / 1000.0), where=where)


def _gap(problem: Problem, hops: Hops) -> tuple[int, float] | None:
    """The place beyond which nothing is within reach, nearest to the destination, and m from it to the next."""
    legs = problem.legs
    floor = np.full(legs.seconds.shape[1], problem.least)
    floor[-1] = problem.at_destination
    reach = np.any(legs.percent + problem.quantile * legs.sigma + floor <= FULL, axis=0)
    seen = np.zeros(len(reach), bool)
    seen[0] = True
    for _ in range(len(reach)):
        seen |= np.any(reach[seen], axis=0)
    left = np.where(seen, legs.seconds[0, :, -1], np.inf)
    left[-1] = np.inf
    place = int(np.argmin(left))
    onward = np.where(seen, np.inf, hops.metres[place])
    ahead = legs.seconds[0, :, -1] < left[place]
    ahead[-1] = True
    metres = float(np.where(ahead, onward, np.inf).min())
    return (place, metres) if np.isfinite(metres) else None
