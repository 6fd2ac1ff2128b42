"""Why a trip cannot be driven, and what helps: one sentence for the driver."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from carservices.services.navigation.trips.ground import Ground, Hops
from carservices.services.navigation.trips.planner import FULL, Problem, plan

STEP = 5
"""Percents in which a charge before leaving is advised."""
SPARE = {"ccs": "CCS", "type2": "Type 2", "chademo": "CHAdeMO"}


def advise(problem: Problem, ground: Ground, hops: Hops, connectors: Sequence[str]) -> str:
    """The sentence for a problem without a plan."""
    before = _charge_before(problem)
    if before is not None:
        enough, stops = before
        then = {0: "no stop is needed", 1: "one charging stop is enough"}.get(
            stops, f"{stops} charging stops are enough"
        )
        return (
            f"The charge of {problem.soc:.0f} % does not safely reach a charging station or the destination: "
            f"charge to {enough} % before leaving, then {then}."
        )
    plugs = " or ".join(SPARE.get(name, name) for name in sorted(connectors))
    gap = _gap(problem, hops) if ground.stations else None
    if gap is None:
        return f"There is no charging station with {plugs} that this trip could use, and a full battery is not enough."
    place, metres = gap
    where = f"beyond {ground.station(place).site.name}" if place else "from here"
    return (
        f"There is no charger with {plugs} within {metres / 1000.0:.0f} km {where}, more than a full battery covers "
        "safely: choose another way or a nearer destination."
    )


def _charge_before(problem: Problem) -> tuple[int, int] | None:
    """The least charge in percent with which the trip works, and its stops."""
    if plan(replace(problem, soc=FULL)) is None:
        return None
    low, high = int(problem.soc) // STEP, int(FULL) // STEP
    while high - low > 1:
        middle = (low + high) // 2
        if plan(replace(problem, soc=float(middle * STEP))) is None:
            low = middle
        else:
            high = middle
    best = plan(replace(problem, soc=float(high * STEP)))
    return (high * STEP, len(best.stops)) if best else None


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
