"""One destination: the navigation's and the car's two signals, whoever sets it and whatever of the car goes away."""

import asyncio
import contextlib
import functools
import random
import shutil

import pytest

from carservices.api.navigation import GuidanceState, Navigation, Place
from carservices.hal import SetError
from carservices.hal.virtual import VirtualHal
from carservices.services.navigation.destination import PATHS
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.store import MapStore
from carservices.services.navigation.position.locator import ACCURACY, HEADING, LATITUDE, LONGITUDE, SPEED
from carservices.services.navigation.service import NavigationService
from carservices.services.runner import begin
from carservices.signals import Catalogue, Code
from carservices.system.table import SERVICES
from carservices.testing import car
from tests.contract.bench_car import PATIENCE, eventually, settled
from tests.unit.navigation.towns import write_town

NOWHERE = (0.0, 0.0)
HOUSE, FIELD, CORNER = (53.0001, 13.03), (53.015, 13.06), (53.0, 13.09)
LAKE = (53.2, 13.05)
LATER = functools.partial(NavigationService, moment=3600.0)
"""Never goes to half a place."""
AT_ONCE = functools.partial(NavigationService, moment=0.0)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The maps of a car with a street and a house in it."""
    folder = tmp_path_factory.mktemp("state")
    address = {"addr:street": "Long Street", "addr:housenumber": "7", "addr:city": "Town", "addr:postcode": "12345"}
    nodes = {k + 1: (53.0, 13.0 + k * 0.01) for k in range(11)}
    nodes[20] = (*HOUSE, address)
    ways = {1: (range(1, 12), {"highway": "residential", "name": "Long Street"})}
    store = MapStore(folder / "maps")
    import_map(store, write_town(folder / "town.osm.pbf", nodes, ways), "town", country="DE", routing=False)
    store.use("town")
    return folder / "maps"


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch, town):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    shutil.copytree(town, tmp_path / "maps", symlinks=True)


def receiver():
    known = Catalogue.default()
    values = {LATITUDE: 53.0, LONGITUDE: 13.005, HEADING: 90.0, ACCURACY: 2.0, SPEED: 0.0}
    return VirtualHal.of(*(known.config(path, min_rate=1, max_rate=50) for path in values), values=values)


def head_unit(point=NOWHERE, hal=VirtualHal):
    return hal.of(*map(Catalogue.default().config, PATHS), values=dict(zip(PATHS, point, strict=True)))


class Town:
    """A car in it, its navigation, and the head unit that has the two signals."""

    def __init__(self, c, unit):
        self.c, self.unit, self.nav = c, unit, c.service(Navigation)

    async def set(self, point):
        for path, degrees in zip(PATHS, point, strict=True):
            await self.c.set(path, degrees)

    async def leads(self, point):
        """The journey goes there, and so do the signals."""

        def there(route):
            to = route.destination
            return to is None if point == NOWHERE else bool(to and (to.lat, to.lon) == point and route.route)

        route = await self.c.until_state(self.nav.route, there)
        for path, degrees in zip(PATHS, point, strict=True):
            await self.c.until(path, degrees)
        return route.destination

    async def drive(self, point):
        return await self.nav.navigate_to(Place(lat=point[0], lon=point[1]))


@contextlib.asynccontextmanager
async def in_town(service=LATER, hal=VirtualHal):
    """A car there whose position is known."""
    async with car(receiver()) as c:
        unit = head_unit(hal=hal)
        await c.start_hal(unit, "unit")
        await c.start_service(service)
        await c.until_state(c.service(Navigation).position, lambda position: position.on_road)
        yield Town(c, unit)


async def test_who_sets_both_is_led_there_and_nothing_is_sent_back():
    unit, service = head_unit(), LATER()
    async with car(receiver()) as c:
        await c.start_hal(unit, "unit")
        town = Town(c, unit)
        await begin(service, await c.connect("navigation", SERVICES["navigation"].grants))
        running = asyncio.create_task(service.run())
        await c.until_state(town.nav.position, lambda position: position.on_road)
        await town.set(HOUSE)
        assert await town.leads(HOUSE) == Place(lat=HOUSE[0], lon=HOUSE[1], name="Long Street 7", address="12345 Town")
        await c.until_state(town.nav.guidance, lambda one: one.state is GuidanceState.DRIVING)
        assert (await town.nav.recents())[0].name == "Long Street 7"
        await town.set(FIELD)
        assert (await town.leads(FIELD)).name == "53.01500, 13.06000"
        await settled(c)
        by_clients = [*zip(PATHS, HOUSE, strict=True), *zip(PATHS, FIELD, strict=True)]
        assert unit.sets == by_clients
        await town.nav.cancel()
        await town.leads(NOWHERE)
        await town.set(FIELD)
        await town.leads(FIELD)
        await town.set(NOWHERE)
        await town.leads(NOWHERE)
        running.cancel()
        await service.stop()


async def test_half_a_place_waits_for_the_other_and_then_counts_with_the_old_one(caplog):
    async with in_town() as town:
        await town.drive(HOUSE)
        await town.leads(HOUSE)
        await town.c.set(PATHS[1], CORNER[1])
        await settled(town.c)
        assert (await town.nav.route.last()).destination.lon == HOUSE[1]
        await town.c.set(PATHS[0], CORNER[0])
        await town.leads(CORNER)
        await town.c.kill_service("navigation")
        await town.c.start_service(AT_ONCE)
        await town.leads(CORNER)
        await town.c.until_state(town.nav.position, lambda position: position.on_road)
        await town.c.set(PATHS[1], 13.04)
        await town.leads((CORNER[0], 13.04))
        await town.c.set(PATHS[0], LAKE[0])
        await eventually(lambda: "no road near 53.20000, 13.04000" in caplog.text)
        await town.leads((CORNER[0], 13.04))


@pytest.mark.parametrize("before", [NOWHERE, HOUSE])
async def test_what_cannot_be_reached_is_said_and_set_back(before, caplog):
    async with in_town() as town:
        if before != NOWHERE:
            await town.drive(before)
            await town.leads(before)
        await town.set(LAKE)
        await eventually(lambda: "no road near 53.20000, 13.05000" in caplog.text)
        await town.leads(before)


async def test_without_a_destination_half_a_place_waits_though_it_leads_nowhere(caplog):
    async with in_town(AT_ONCE) as town:
        await town.c.set(PATHS[0], HOUSE[0])
        await eventually(lambda: "no road near 53.0001" in caplog.text)
        await settled(town.c)
        await town.c.set(PATHS[1], HOUSE[1])
        await town.leads(HOUSE)
        await town.nav.cancel()
        await town.leads(NOWHERE)
        await town.c.set(PATHS[0], CORNER[0])
        await eventually(lambda: "no road near 53.00000, 0.0" in caplog.text)
        await town.c.kill_hal("unit")
        await town.c.start_hal(head_unit(), "unit")
        await town.c.set(PATHS[1], CORNER[1])
        await eventually(lambda: "no road near 0.00000, 13.09" in caplog.text)


@pytest.mark.parametrize("goes", ["the HAL", "the hub", "the source"])
async def test_what_comes_back_is_told_where_it_goes(goes):
    async with in_town() as town:
        await town.drive(HOUSE)
        await town.leads(HOUSE)
        if goes == "the HAL":
            await town.c.kill_hal("unit")
            await town.drive(CORNER)
            town.unit = head_unit(FIELD)
            await town.c.start_hal(town.unit, "unit")
        elif goes == "the hub":
            town.c.hub.stop()
            await town.unit.inject(PATHS[1], CORNER[1])
            town.c.hub.start()
            await town.leads(HOUSE)
            await town.drive(CORNER)
        else:
            await town.unit.fail(PATHS[1])
            await town.c.until(PATHS[1], None)
            await town.drive(CORNER)
            await town.unit.inject(PATHS[1], HOUSE[1])
        await town.leads(CORNER)
        await town.set(FIELD)
        await town.leads(FIELD)


async def test_a_service_that_comes_back_goes_on_to_where_it_went():
    async with in_town() as town:
        await town.set(HOUSE)
        await town.leads(HOUSE)
        await town.c.kill_service("navigation")
        await town.set(CORNER)
        await town.c.start_service(LATER)
        await town.leads(HOUSE)
        await settled(town.c)
        assert len(await town.nav.recents()) == 1


async def test_a_head_unit_that_comes_later_brings_a_destination_where_there_is_none():
    async with car(receiver(), [LATER]) as c:
        town = Town(c, head_unit(CORNER))
        await c.until_state(town.nav.position, lambda position: position.on_road)
        await c.start_hal(town.unit, "unit")
        await town.leads(CORNER)
        assert not town.unit.sets


class Hesitant(NavigationService):
    """Looks a place up when it is let."""

    def __init__(self):
        super().__init__(moment=3600.0)
        self.asked = 0
        self.let = asyncio.Event()

    async def reverse(self, lat, lon):
        self.asked += 1
        await self.let.wait()
        return await super().reverse(lat, lon)


async def test_the_newer_choice_wins():
    service = Hesitant()
    async with in_town(lambda: service) as town:
        await town.set(HOUSE)
        await eventually(lambda: service.asked == 1)
        await town.drive(CORNER)  # while the other is looked up
        await town.leads(CORNER)
        await town.c.set(PATHS[0], HOUSE[0])
        await settled(town.c)
        await town.drive(CORNER)  # there again: half a wish is no longer one
        await town.leads(CORNER)
        await town.set(FIELD)
        await eventually(lambda: service.asked == 2)
        await town.c.set(PATHS[0], HOUSE[0])
        await settled(town.c)
        assert service.asked == 2, "half a place is none, though a whole one was under way"
        await town.c.set(PATHS[1], HOUSE[1])
        service.let.set()
        await town.leads(HOUSE)
        places = [(place.lat, place.lon) for place in await town.nav.recents()]
        assert places == [HOUSE, CORNER]


class SlowUnit(VirtualHal):
    """Takes a value when it is let."""

    def __init__(self, options=None):
        super().__init__(options)
        self.asked = []
        self.let = asyncio.Semaphore(0)

    async def set(self, path, value):
        self.asked.append(value)
        await self.let.acquire()
        await super().set(path, value)


async def test_what_a_slow_car_shows_late_is_nobody_s_wish():
    async with in_town(AT_ONCE, SlowUnit) as town:
        unit, led = town.unit, []
        await town.nav.route.watch(lambda route: route and route.route and led.append(route.destination.lon))
        await town.drive(FIELD)
        await eventually(lambda: unit.asked == [FIELD[0]])
        await town.drive(HOUSE)
        unit.let.release()
        await eventually(lambda: unit.asked == [FIELD[0], HOUSE[0]])
        for _ in range(2):
            unit.let.release()
        await town.leads(HOUSE)
        await settled(town.c)
        assert unit.asked == [FIELD[0], *HOUSE]
        assert list(dict.fromkeys(led)) == [FIELD[1], HOUSE[1]]


async def test_a_place_set_while_the_car_is_told_another_stays_whole():
    async with in_town(hal=SlowUnit) as town:
        unit = town.unit
        await town.drive(HOUSE)
        await eventually(lambda: unit.asked == [HOUSE[0]])
        await unit.inject(PATHS[0], FIELD[0])
        await town.c.until(PATHS[0], FIELD[0])
        unit.let.release()  # ours covers it
        await town.c.until(PATHS[0], HOUSE[0])
        await settled(town.c)
        assert unit.asked == [HOUSE[0]], "the newer place waits for its other half"
        await unit.inject(PATHS[1], FIELD[1])
        await eventually(lambda: unit.asked == [HOUSE[0], FIELD[0]])
        unit.let.release()
        await town.leads(FIELD)


async def test_set_by_all_at_once_it_ends_as_one():
    chance = random.Random(1)
    async with in_town(AT_ONCE) as town:

        async def choose(how):
            for _ in range(8):
                await how((53.0, round(chance.uniform(13.01, 13.09), 4)))
                await asyncio.sleep(0)

        async def turn(point):
            for path, degrees in zip(PATHS, point, strict=True):
                await town.unit.inject(path, degrees)

        async def now():
            to = (await town.nav.route.last()).destination
            shown = tuple([(await town.c.get(path)).value for path in PATHS])
            return (to.lat, to.lon) if to else NOWHERE, shown

        await asyncio.gather(*map(choose, (town.drive, town.set, turn)))
        before = None
        async with asyncio.timeout(PATIENCE):
            while (state := (await now(), len(town.unit.sets))) != before or len(set(state[0])) > 1:
                before = state
                await settled(town.c)


async def test_a_car_that_refuses_to_be_told_still_leads(caplog):
    caplog.set_level("INFO")
    async with in_town() as town:
        town.unit.refuse |= dict.fromkeys(PATHS, SetError(Code.INTERNAL_ERROR, "the head unit is off"))
        await town.drive(HOUSE)
        await eventually(lambda: "not in the car: Vehicle" in caplog.text)
        for path, degrees in zip(PATHS, CORNER, strict=True):
            await town.unit.inject(path, degrees)
        await town.leads(CORNER)
