"""The navigation service: wires maps, search, engine, position and guidance, and publishes what they say."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from carservices.api.navigation import (
    ANY_CHARGER,
    BEST,
    Box,
    Category,
    Charger,
    ChargerFilter,
    Guidance,
    Navigation,
    Place,
    Position,
    RangeArea,
    RouteOptions,
    RoutePreview,
    RouteState,
)
from carservices.api.polyline import encode
from carservices.api.state import StateFile
from carservices.bus.errors import CallError, CarError
from carservices.services.navigation.atlas import Atlas, OpenMap
from carservices.services.navigation.charging import Charging
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.engine.sidecar_port import port_of
from carservices.services.navigation.journey import Journey, request_of
from carservices.services.navigation.keepsakes import Keepsakes
from carservices.services.navigation.maps.errors import MapError, UnknownMap
from carservices.services.navigation.position.locator import PATHS, Locator
from carservices.services.navigation.remarks import Remark, languages
from carservices.services.navigation.search.categories import kinds
from carservices.services.navigation.trips.detours import detours
from carservices.services.navigation.trips.itinerary import Wanted
from carservices.services.navigation.trips.range_area import around
from carservices.services.navigation.trips.trip import Trip
from carservices.signals import Status, Value

RATE = 10.0
"""Hz of the signals behind the position."""
PERIOD = 0.2
"""s between two positions."""
RANGE = "Vehicle.Powertrain.Range"
DESTINATION = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"
CORRIDOR_M = 2000.0
"""m beside the route within which a charging station lies along it."""

log = logging.getLogger(__name__)


class NavigationService(Navigation):
    """Works without a map (positions only) and says so; the destination stays over a restart."""

    def __init__(self, state_dir: Path | None = None) -> None:
        maps = StateFile("maps", "state.json", state_dir).path
        self._atlas = Atlas(maps.parent if maps else None, self._router_port, self._on_map)
        self._kept = Keepsakes(StateFile("navigation", "places.json", state_dir))
        self._charging = Charging(StateFile("navigation", "consumption.json", state_dir), order=self._order)
        self._journey = Journey(StateFile("navigation", "journey.json", state_dir), self._on_route, self._charging.find)
        self._locator = Locator()
        self._position: Position | None = None
        self._guidance: Guidance | None = None
        self._range: float | None = None
        """m, as the car says."""
        self._sent: tuple[float, float] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._atlas.start()
        await self.car.watch([*PATHS, *Charging.PATHS, RANGE], self._on_value, rate=RATE)
        self._on_route(self._journey.state())
        self._update()
        self._ticking = asyncio.create_task(self._tick())

    async def run(self) -> None:
        if self._ticking is not None:
            await self._ticking

    async def stop(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        self._charging.consumption.save()
        await self._atlas.stop()

    # -- places ------------------------------------------------------------------------------------------------------

    async def search(
        self,
        text: str,
        lat: float | None = None,
        lon: float | None = None,
        limit: int = 10,
        language: str = "en",
        category: str | None = None,
    ) -> list[Place]:
        here = self._position
        near = (lat, lon) if lat is not None and lon is not None else (here.lat, here.lon) if here else None
        return self._map().search.search(text, near, limit, language, category)

    async def categories(self, language: str = "en") -> list[Category]:
        counts = self._map().search.categories()
        known = kinds()
        return [Category(key=key, name=known[key].name(language), count=count) for key, count in counts.items()]

    async def reverse(self, lat: float, lon: float) -> Place | None:
        return self._map().search.reverse(lat, lon)

    async def favourites(self) -> list[Place]:
        return self._kept.favourites

    async def keep(self, place: Place) -> Place:
        return self._kept.keep(place)

    async def forget(self, place_id: str) -> None:
        if not self._kept.forget(place_id):
            raise CallError("NOT_FOUND", f"no favourite or recent destination has the id '{place_id}'")

    async def recents(self, limit: int = 20) -> list[Place]:
        return self._kept.recents(limit)

    # -- routes ------------------------------------------------------------------------------------------------------

    async def preview(self, destination: Place, options: RouteOptions = BEST) -> list[RoutePreview]:
        return self._journey.offer(await self._ways(destination, options), destination, options)

    async def drive(self, preview: str) -> None:
        if not self._journey.drive(preview):
            raise CallError("NOT_FOUND", self._written(Remark.of("no_longer_on_offer")))
        self._begin()

    async def navigate_to(self, destination: Place, options: RouteOptions = BEST) -> RoutePreview:
        offered = await self.preview(destination, options)
        await self.drive(offered[0].id)
        return offered[0]

    async def cancel(self) -> None:
        self._journey.cancel()
        self._update()

    async def add_stop(self, place: Place, position: int | None = None) -> None:
        plan = self._journey.plan
        if plan.destination is None:
            raise CallError("NOT_FOUND", "there is no destination yet: choose one before its stops")
        if position is None:
            position = await self._cheapest(place, [*plan.stops, plan.destination])
            now = self._journey.plan
            if (now.destination, now.stops) != (plan.destination, plan.stops):
                raise CallError("UNAVAILABLE", "the journey has changed meanwhile: add the stop once more")
        stops = (*plan.stops[:position], place, *plan.stops[position:])
        self._journey.set_plan(plan.destination, stops, plan.options)
        self._update()

    async def remove_stop(self, position: int) -> None:
        plan = self._journey.plan
        if plan.destination is None or position >= len(plan.stops):
            raise CallError("NOT_FOUND", f"there is no stop {position}: {len(plan.stops)} are ahead")
        stops = plan.stops[:position] + plan.stops[position + 1 :]
        self._journey.set_plan(plan.destination, stops, plan.options)
        self._update()

    async def mute(self, on: bool = True) -> None:
        self._journey.mute(on=on)
        self._update()

    async def set_language(self, language: str) -> None:
        if language not in languages():
            raise CallError("INVALID_ARGUMENT", f"no sentences in '{language}': there are {', '.join(languages())}")
        self._journey.speak(language)

    # -- charging ----------------------------------------------------------------------------------------------------

    async def chargers(self, box: Box | None = None, wanted: ChargerFilter = ANY_CHARGER) -> list[Charger]:
        network = self._map().chargers
        now = datetime.now().astimezone()
        if network is None:
            return []
        if box is not None:
            return network.in_box(box, now, wanted)
        guide = self._journey.guide
        if guide is None:
            raise CallError("NOT_FOUND", "there is no route to look along: give a part of the map or a destination")
        passed = guide.progress.along_m
        found = network.along(guide.route.geometry, CORRIDOR_M, now, wanted)
        return await self._with_detours([charger for along, _, charger in found if along >= passed])

    async def _with_detours(self, chargers: list[Charger]) -> list[Charger]:
        """With the time each adds to the way that is ahead."""
        here, plan = self._here(), self._journey.plan
        assert plan.destination is not None
        way = [(here.lat, here.lon), *((place.lat, place.lon) for place in (*plan.stops, plan.destination))]
        places = [(charger.place.lat, charger.place.lon) for charger in chargers]
        try:
            longer = await asyncio.to_thread(detours, self._map().roads, way, places, plan.options.avoid)
        except RouteError as error:
            log.info("how far charging stations are off the way is not known: %s", error)
            return chargers
        return [c.model_copy(update={"detour_s": s}) for c, s in zip(chargers, longer, strict=True)]

    async def range_area(self) -> RangeArea:
        here, metres, known = self._here(), self._range, self._charging.consumption
        if metres is None and known.kwh is None:
            raise CallError("UNAVAILABLE", self._written(Remark.of("no_charge_known")))
        start = (here.lat, here.lon)
        try:
            area = await asyncio.to_thread(
                around, self._map().roads, start, known.model, known.conditions, known.kwh, metres or 0.0
            )
        except RouteError as error:
            raise CallError("UNAVAILABLE", self._written(error.remark)) from None
        return RangeArea(
            reach=tuple(map(encode, area.reach)),
            back=tuple(map(encode, area.back)),
            soc=known.conditions.soc,
            range_km=round((area.metres if metres is None else metres) / 1000.0, 1),
        )

    # -- maps --------------------------------------------------------------------------------------------------------

    async def use_map(self, name: str) -> None:
        await self._change(lambda: self._atlas.store.use(name))

    async def remove_map(self, name: str) -> None:
        if self._atlas.map is not None and self._atlas.map.name == name:
            raise CallError("INVALID_ARGUMENT", f"the map '{name}' is in use: take another one first")
        await self._change(lambda: self._atlas.store.remove(name))

    async def _change(self, change: Callable[[], None]) -> None:
        try:
            change()
            await self._atlas.refresh()
        except UnknownMap as error:
            raise CallError("NOT_FOUND", str(error)) from None
        except MapError as error:
            raise CallError("UNAVAILABLE", str(error)) from None

    # -- what comes in -----------------------------------------------------------------------------------------------

    def _on_value(self, value: Value) -> None:
        if value.path in Charging.PATHS:
            self._charging.take(value)
        if value.path in PATHS:
            self._locator.take(value, time.monotonic())
        if value.path == RANGE:
            metres = value.value if value.status is Status.AVAILABLE else None
            self._range = float(metres) if isinstance(metres, float | int) else None

    def _router_port(self, folder: Path) -> int | None:
        return port_of(self.car.run_dir, folder)

    def _on_map(self) -> None:
        opened = self._atlas.map
        self._locator.use(opened.roads.lines if opened else None)
        self._charging.use(opened)
        self.maps.publish(self._atlas.state())

    def _on_route(self, state: RouteState) -> None:
        self.route.publish(state)
        place = state.destination
        target = (place.lat, place.lon) if place else None
        if target is not None and target != self._sent:
            for name, degrees in zip(("Latitude", "Longitude"), target, strict=True):
                self._order(f"{DESTINATION}.{name}", degrees)
        self._sent = target

    def _order(self, path: str, datum: str | float) -> None:
        """Ask the car to set a signal, where it has it."""
        task = asyncio.create_task(self._ask_car(path, datum))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _ask_car(self, path: str, datum: str | float) -> None:
        try:
            await self.car.set(path, datum)
        except CarError as error:
            log.info("the car does not take %s: %s", path, error)

    # -- what goes out -----------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            self._update()

    def _update(self) -> None:
        now = time.monotonic()
        position, snap = self._locator.position(now), self._locator.snap
        self._charging.consumption.tick(now, snap.arc if snap else None)
        if position is not None and (self._position is None or _differs(position, self._position)):
            self.position.publish(position)
            self._position = position
        opened = self._atlas.map
        engine = opened.engine if opened else None
        guidance = self._journey.update(position, engine, time.time())
        if position is not None:
            guidance = self._charging.live(guidance, self._journey, position, engine, now)
        if guidance != self._guidance:
            self._guidance = guidance
            self.guidance.publish(guidance)

    def _begin(self) -> None:
        """A journey begins: remember where to, and guide at once."""
        destination = self._journey.plan.destination
        assert destination is not None
        self._kept.drove_to(destination)
        self._update()

    async def _ways(self, destination: Place, options: RouteOptions) -> list[Trip]:
        plan = self._journey.plan.model_copy(update={"destination": destination, "stops": (), "options": options})
        request = request_of(plan, self._here())
        try:
            return await self._charging.find(self._map().engine, Wanted(request, options.charging))
        except RouteError as error:
            raise CallError("UNAVAILABLE", self._written(error.remark)) from None

    async def _cheapest(self, place: Place, ahead: list[Place]) -> int:
        """Before which of the places ahead a stop costs the least time."""
        here = self._here()
        points = [(here.lat, here.lon), *((one.lat, one.lon) for one in ahead), (place.lat, place.lon)]
        try:
            seconds, _ = await self._map().engine.matrix(points)
        except RouteError as error:
            raise CallError("UNAVAILABLE", self._written(error.remark)) from None
        new = len(points) - 1
        return min(range(len(ahead)), key=lambda k: seconds[k][new] + seconds[new][k + 1] - seconds[k][k + 1])

    def _map(self) -> OpenMap:
        if self._atlas.map is None:
            raise CallError("UNAVAILABLE", self._atlas.problem or self._written(Remark.of("no_map")))
        return self._atlas.map

    def _written(self, remark: Remark) -> str:
        return remark.text(self._journey.plan.language)

    def _here(self) -> Position:
        if self._position is None:
            raise CallError("UNAVAILABLE", self._written(Remark.of("no_position")))
        return self._position


def _differs(a: Position, b: Position) -> bool:
    """Whether anything but the time is another."""
    return a.model_copy(update={"time": 0}) != b.model_copy(update={"time": 0})
