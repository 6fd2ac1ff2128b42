"""A plan of hops on a real route: the points that lead over it, what it costs there, and the hops put right by it."""

from collections.abc import Sequence

from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.trips.demand import Demand
from carservices.services.navigation.trips.ground import Cap, Ground
from carservices.services.navigation.trips.problem import Plan, Problem
from carservices.services.navigation.trips.stations import Candidate
from carservices.services.navigation.trips.trip import Car, Trip, parts_of, takes

OTHER = 0.01
"""Share by which a route differs from the plan's own hops where the engine must know other speeds."""


def vias_of(best: Plan, ground: Ground) -> tuple[Candidate | None, ...]:
    """What the vias of a plan are, the driver's own in their places."""
    vias: list[Candidate | None] = []
    before = 0
    for hop in best.stops:
        vias += [None] * len(ground.passed(before, hop.place))
        vias.append(ground.station(hop.place))
        before = hop.place
    return (*vias, *[None] * (ground.stops - sum(via is None for via in vias)))


def through(request: RouteRequest, vias: Sequence[Candidate | None]) -> tuple[Via, ...]:
    """The points of a route: the driver's own, and stations between them."""
    own = iter(request.via[1:-1])
    between = [next(own) if via is None else Via(via.site.lat, via.site.lon) for via in vias]
    return (request.via[0], *between, request.via[-1])


def price(trip: Trip, problem: Problem) -> float:
    """s of a trip, with what its stops and its charge are worth."""
    driving = sum(stage.hop.drive_s for stage in trip.stages)
    stops = trip.charge_s + problem.bother_s * len(trip.stops)
    return driving + stops + problem.s_per_eur * sum(stage.hop.eur for stage in trip.stages)


def correct(
    problem: Problem, found: Plan, demand: Demand, vias: Sequence[Candidate | None], car: Car, speeds: Sequence[Cap]
) -> None:
    """Write what the real route takes into the hops of a plan, and scale all others as its own were wrong on average.

    The engine may know other speeds than the map's road graph.
    """
    legs, parts = problem.legs, parts_of(vias)
    places = [hop.place for hop in found.hops]
    pairs = [0, *places[:-1]], places
    for level, cap in enumerate(speeds):
        reals = zip(*(takes(demand, part, cap, car) for part in parts), strict=True)
        for table, real in zip((legs.seconds, legs.percent, legs.sigma), reals, strict=True):
            scale = sum(real) / max(1e-6, float(table[level][pairs].sum()))
            if abs(scale - 1.0) > OTHER:
                table[level] *= scale
            table[level][pairs] = real
