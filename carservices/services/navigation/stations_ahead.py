"""Charging stations for the driver to choose from: in a part of the map, or along the way that is ahead."""

import asyncio
import logging
from collections.abc import Sequence

from carservices.api.navigation import Avoid, Box, Charger, ChargerFilter, Position
from carservices.services.navigation.charging import local_time
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.openmap import OpenMap
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.detours import detours

CORRIDOR_M = 2000.0
"""m beside the route within which a charging station lies along it."""

log = logging.getLogger(__name__)


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
