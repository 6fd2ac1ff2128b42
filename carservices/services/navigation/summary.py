"""A route of an engine as clients see it."""

from collections import defaultdict
from functools import reduce
from operator import or_

from carservices.api.polyline import encode
from carservices.api.routes import RoutePreview
from carservices.services.navigation.engine.base import Route
from carservices.services.navigation.flags import Flag

MAIN_ROADS = 2


def preview_of(route: Route, identity: str, language: str) -> RoutePreview:
    """What there is to say of a route before it is driven."""
    by_road: dict[str, float] = defaultdict(float)
    for edge in route.edges:
        if edge.street:
            by_road[edge.street] += edge.metres
    flags = reduce(or_, (edge.flags for edge in route.edges), 0)
    mostly = sorted(by_road, key=lambda street: -by_road[street])[:MAIN_ROADS]
    return RoutePreview(
        id=identity,
        geometry=encode(route.geometry),
        metres=route.metres,
        seconds=route.seconds,
        via=", ".join(mostly),
        limits=_limits(route),
        tolls=bool(flags & Flag.TOLL),
        ferries=bool(flags & Flag.FERRY),
        engine=route.engine,
        warning=route.notes[0].text(language) if route.notes else None,
    )


def _limits(route: Route) -> tuple[tuple[int, int], ...]:
    """Where the limit changes, and to what."""
    changes: list[tuple[int, int]] = []
    for edge in route.edges:
        if (changes[-1][1] if changes else 0) != edge.limit:
            changes.append((edge.at_index, edge.limit))
    return tuple(changes)
