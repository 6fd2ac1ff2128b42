"""Charging stations for the driver to choose from: searched for, in a part of the map, or along the way ahead."""

import asyncio
import logging
from collections.abc import Sequence

from carservices.api.navigation import Avoid, Box, Charger, ChargerFilter, Place, Position
from carservices.services.navigation.charging import local_time
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.openmap import OpenMap
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.search.categories import kinds_meant
from carservices.services.navigation.search.folding import fold
from carservices.services.navigation.trips.detours import detours

CHARGING = "charging"
"""Their kind among those of places."""
CORRIDOR_M = 2000.0
"""m beside the route within which a charging station lies along it."""

log = logging.getLogger(__name__)


async def among(
    opened: OpenMap, places: list[Place], text: str, near: Point | None, limit: int, category: str | None
) -> list[Place]:
    """What a search has found, with the nearest stations where it is for such: they are in a file of their own.

    What is called so comes before them. Raises `Refused`.
    """
    typed = fold(text)
    meant = category == CHARGING or (category is None and CHARGING in kinds_meant(typed))
    if not meant or near is None or (category and typed):
        return places
    stations = await opened.desk.chargers(lambda network: network.nearest(near, limit))
    others = [place for place in places if place.category != CHARGING]
    called = [place for place in others if fold(place.name).startswith(typed)][: limit // 3]
    return [*called, *stations, *(place for place in others if place not in called)][:limit]


async def count(opened: OpenMap) -> int:
    """All of the map. Raises `Refused`."""
    return sum(await opened.desk.chargers(lambda network: [network.count()]))


async def in_box(opened: OpenMap, box: Box, wanted: ChargerFilter) -> list[Charger]:
    """Strongest first. Raises `Refused`."""
    return await opened.desk.chargers(lambda network: network.in_box(box, local_time(), wanted))


async def ahead(opened: OpenMap, journey: Journey, here: Position, wanted: ChargerFilter) -> list[Charger]:
    """Along the rest of the route in its order, with the time each adds to it. Raises `Refused`."""
    if journey.guide is None:
        raise Refused("NOT_FOUND", Remark.of("no_route_to_look_along"))
    behind_m, line = journey.guide.progress.rest(CORRIDOR_M)
    found = await opened.desk.chargers(lambda network: network.along(line, CORRIDOR_M, local_time(), wanted))
    chargers = [charger for along, _, charger in found if along >= behind_m]
    plan = journey.plan
    way = [(here.lat, here.lon), *((place.lat, place.lon) for place in plan.ahead)]
    longer = await asyncio.to_thread(_detours, opened.roads, way, chargers, plan.options.avoid)
    return [charger.model_copy(update={"detour_s": s}) for charger, s in zip(chargers, longer, strict=True)]


def _detours(
    roads: RoadEngine, way: Sequence[Point], chargers: Sequence[Charger], avoid: frozenset[Avoid]
) -> list[float | None]:
    places = [(charger.place.lat, charger.place.lon) for charger in chargers]
    try:
        return detours(roads, way, places, avoid)
    except RouteError as error:
        log.info("how far charging stations are off the way is not known: %s", error)
        return [None] * len(chargers)
