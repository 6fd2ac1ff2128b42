"""The navigation service: answers the calls of its contract, and says what maps, routes and guidance are."""

import asyncio
from pathlib import Path
from time import monotonic

from carservices.api.navigation import (
    ANY_CHARGER,
    BEST,
    Box,
    Category,
    Charger,
    ChargerFilter,
    Navigation,
    Place,
    RangeArea,
    RouteOptions,
    RoutePreview,
    RouteState,
    Wind,
)
from carservices.api.state import StateFile
from carservices.services.navigation import stations_ahead
from carservices.services.navigation.atlas import Atlas
from carservices.services.navigation.charging import Charging
from carservices.services.navigation.destination import MOMENT, CarDestination
from carservices.services.navigation.engine.sidecar_port import port_of
from carservices.services.navigation.geo import Point
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.keepsakes import Keepsakes
from carservices.services.navigation.orders import Orders
from carservices.services.navigation.pulse import Pulse
from carservices.services.navigation.refusals import Refused, in_words
from carservices.services.navigation.remarks import Remark, languages
from carservices.services.navigation.search.categories import kinds
from carservices.services.navigation.trips.itinerary import Wanted

RATE = 10.0
"""Hz of the signals behind the position."""


class NavigationService(Navigation):
    """Works without a map (positions only) and says so; the destination stays over a restart."""

    def __init__(self, state_dir: Path | None = None, *, moment: float = MOMENT) -> None:
        maps = StateFile("maps", "state.json", state_dir).path
        self._atlas = Atlas(maps.parent if maps else None, self._router_port, self._on_maps)
        self._kept = Keepsakes(StateFile("navigation", "places.json", state_dir))
        self._orders = Orders(lambda path, datum: self.car.set(path, datum))
        self._charging = Charging(StateFile("navigation", "consumption.json", state_dir), order=self._orders.give)
        self._journey = Journey(StateFile("navigation", "journey.json", state_dir), self._on_route, self._charging.find)
        self._moment = moment
        self._destination: CarDestination
        self._pulse = Pulse(
            self._atlas,
            self._journey,
            self._charging,
            lambda position: self.position.publish(position),
            lambda guidance: self.guidance.publish(guidance),
        )

    @property
    def language(self) -> str:
        """Of all that is said to the driver."""
        return self._journey.plan.language

    async def start(self) -> None:
        await self._atlas.refresh()
        await self.car.watch(list(Pulse.PATHS), self._pulse.take, rate=RATE)
        self._destination = CarDestination(self.car, self._go, self._moment)
        self._on_route(self._journey.state())
        await self._destination.start()
        self._pulse.beat()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._atlas.run())
            both.create_task(self._pulse.run())

    async def stop(self) -> None:
        self._destination.stop()
        self._charging.consumption.save()
        await self._atlas.close()

    def _router_port(self, folder: Path) -> int | None:
        return port_of(self.car.run_dir, folder)

    def _on_maps(self) -> None:
        self._pulse.use_map()
        self.maps.publish(self._atlas.state(self.language))

    def _on_route(self, state: RouteState) -> None:
        self.route.publish(state)
        self._destination.lead_to(state.destination)

    async def _go(self, point: Point | None) -> None:
        """Where somebody in the car has set."""
        if point is None:
            await self.cancel()
            return
        lat, lon = point
        near = await self.reverse(lat, lon)
        text = (near.name, near.address) if near else (f"{lat:.5f}, {lon:.5f}", "")
        await self.navigate_to(Place(lat=lat, lon=lon, name=text[0], address=text[1]))

    # -- places ------------------------------------------------------------------------------------------------------

    @in_words
    async def search(
        self,
        text: str,
        lat: float | None = None,
        lon: float | None = None,
        limit: int = 10,
        language: str = "en",
        category: str | None = None,
    ) -> list[Place]:
        here = self._pulse.position
        near = (lat, lon) if lat is not None and lon is not None else (here.lat, here.lon) if here else None
        opened = self._atlas.opened()
        places = await opened.desk.search(lambda search: search.search(text, near, limit, language, category))
        return await stations_ahead.among(opened, places, text, near, limit, category)

    @in_words
    async def categories(self, language: str = "en") -> list[Category]:
        opened = self._atlas.opened()
        counts = await opened.desk.search(lambda search: search.categories())
        counts |= {stations_ahead.CHARGING: await stations_ahead.count(opened)}
        return [
            Category(key=key, name=kind.name(language), count=counts[key])
            for key, kind in kinds().items()
            if counts.get(key)
        ]

    @in_words
    async def places(
        self, box: Box, categories: list[str], apart_m: float = 0.0, limit: int = 20, language: str = "en"
    ) -> list[Place]:
        desk = self._atlas.opened().desk
        return await desk.search(lambda search: search.spread(box, categories, apart_m, limit, language))

    @in_words
    async def reverse(self, lat: float, lon: float) -> Place | None:
        return await self._atlas.opened().desk.search(lambda search: search.reverse(lat, lon))

    async def favourites(self) -> list[Place]:
        return self._kept.favourites

    @in_words
    async def keep(self, place: Place) -> Place:
        return self._kept.keep(place)

    @in_words
    async def forget(self, place_id: str) -> None:
        self._kept.forget(place_id)

    async def recents(self, limit: int = 20) -> list[Place]:
        return self._kept.recents(limit)

    # -- routes ------------------------------------------------------------------------------------------------------

    @in_words
    async def preview(self, destination: Place, options: RouteOptions = BEST) -> list[RoutePreview]:
        request = self._journey.plan.to(destination, options).request(self._pulse.here)
        trips = await self._charging.find(self._atlas.opened().engine, Wanted(request, options.charging))
        return self._journey.offer(trips, destination, options)

    @in_words
    async def drive(self, preview: str) -> None:
        self._kept.drove_to(self._journey.drive(preview))
        self._pulse.beat()

    async def navigate_to(self, destination: Place, options: RouteOptions = BEST) -> RoutePreview:
        offered = await self.preview(destination, options)
        await self.drive(offered[0].id)
        return offered[0]

    async def cancel(self) -> None:
        self._journey.cancel()
        self._pulse.beat()

    @in_words
    async def add_stop(self, place: Place, position: int | None = None) -> None:
        ahead = self._journey.plan.ahead
        if position is None and ahead:
            position = await self._cheapest(place, ahead)
            if self._journey.plan.ahead != ahead:
                raise Refused("UNAVAILABLE", Remark.of("journey_changed"))
        self._journey.add_stop(place, position or 0)
        self._pulse.beat()

    @in_words
    async def remove_stop(self, position: int) -> None:
        self._journey.remove_stop(position)
        self._pulse.beat()

    async def mute(self, on: bool = True) -> None:
        self._journey.mute(on=on)
        self._pulse.beat()

    @in_words
    async def set_language(self, language: str) -> None:
        if language not in languages():
            known = ", ".join(languages())
            raise Refused("INVALID_ARGUMENT", Remark.of("no_such_language", language=language, known=known))
        self._journey.speak(language)
        self.maps.publish(self._atlas.state(language))

    async def _cheapest(self, place: Place, ahead: tuple[Place, ...]) -> int:
        """Before which of the places ahead a stop costs the least time."""
        here = self._pulse.here
        points = [(here.lat, here.lon), *((one.lat, one.lon) for one in ahead), (place.lat, place.lon)]
        seconds, _ = await self._atlas.opened().engine.matrix(points)
        new = len(points) - 1
        return min(range(len(ahead)), key=lambda k: seconds[k][new] + seconds[new][k + 1] - seconds[k][k + 1])

    # -- charging ----------------------------------------------------------------------------------------------------

    @in_words
    async def chargers(self, box: Box | None = None, wanted: ChargerFilter = ANY_CHARGER) -> list[Charger]:
        opened = self._atlas.opened()
        if box is not None:
            return await stations_ahead.in_box(opened, box, wanted)
        return await stations_ahead.ahead(opened, self._journey, self._pulse.here, wanted)

    @in_words
    async def range_area(self) -> RangeArea:
        here = self._pulse.here
        return await self._charging.area(self._atlas.opened().roads, (here.lat, here.lon))

    async def tell_wind(self, wind: Wind) -> None:
        self._charging.tell_wind(wind, monotonic())

    # -- maps --------------------------------------------------------------------------------------------------------

    @in_words
    async def use_map(self, name: str) -> None:
        await self._atlas.use(name)

    @in_words
    async def remove_map(self, name: str) -> None:
        await self._atlas.remove(name)
