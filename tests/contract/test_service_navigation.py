"""The navigation service on the bus: without a map, with one, over a restart, and asked for nonsense."""

import asyncio
import math
import shutil
import threading
from pathlib import Path

import pytest

from carservices.api.navigation import Box, ChargingWishes, GuidanceState, Navigation, Place, RouteOptions, Wind
from carservices.api.pilot import Pilot, orders
from carservices.bus.errors import CallError
from carservices.hal.registry import BadOptions
from carservices.hal.virtual import VirtualHal
from carservices.services.navigation.charging import RANGE
from carservices.services.navigation.desk import Desk
from carservices.services.navigation.destination import PATHS as GOALS
from carservices.services.navigation.keepsakes import MOST_FAVOURITES
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.store import FACTS, GRAPH, SEARCH, MapStore
from carservices.services.navigation.position.locator import ACCURACY, GEAR, HEADING, LATITUDE, LONGITUDE, SPEED
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.service import NavigationService
from carservices.services.navigation.trips.conditions import CELLS, SOC
from carservices.services.navigation.trips.inlet import CONDITIONING
from carservices.services.navigation.trips.vehicle import NET_CAPACITY
from carservices.services.navigation.trips.warming import FAST, IDLE
from carservices.signals import Catalogue
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_emulator.model.car import PARK
from carservices_emulator.pilot import set_out
from tests.unit.navigation.towns import write_town

HERE = (60.1699, 24.9384)
THERE = Place(lat=60.1755, lon=24.9440, name="There")


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The maps of a car with the centre of Helsinki (1 s to build)."""
    maps = tmp_path_factory.mktemp("state") / "maps"
    import_map(MapStore(maps), EXTRACTS["helsinki"].pbf, "helsinki", country="FI", routing=False)
    return maps


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def mapped(state_dir: Path, helsinki: Path) -> Path:
    shutil.copytree(helsinki, state_dir / "maps", symlinks=True)
    return state_dir


def hal() -> VirtualHal:
    known = Catalogue.default()
    values = {LATITUDE: HERE[0], LONGITUDE: HERE[1], HEADING: 0.0, ACCURACY: 2.0, SPEED: 0.0, RANGE: 800}
    values |= dict.fromkeys(GOALS, 0.0)
    rates = {"min_rate": 1, "max_rate": 50}
    return VirtualHal.of(
        *(known.config(path, **({} if path in GOALS else rates)) for path in values),
        values=values,
    )


async def test_without_a_map_there_are_positions_and_a_reason(state_dir: Path):
    async with car(hal(), [NavigationService]) as c:
        nav = c.service(Navigation)
        position = await c.until_state(nav.position, lambda position: True)
        assert (position.lat, position.lon) == pytest.approx(HERE, abs=1e-4)
        assert not position.on_road
        maps = await nav.maps.last()
        assert (maps.current, maps.engine) == (None, None)
        with pytest.raises(CallError, match="There is no map yet: import one"):
            await nav.search("Bahnhof")
        await nav.set_language("de")
        with pytest.raises(CallError, match="Es gibt noch keine Karte"):
            await nav.navigate_to(THERE)


async def test_a_place_is_found_and_driven_to(mapped: Path):
    virtual = hal()
    async with car(virtual, [NavigationService]) as c:
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: position.on_road)
        assert (await nav.maps.last()).engine == "roads"
        assert (await nav.search("Kaisaniemenk"))[0].name == "Kaisaniemenkatu"
        ways = await nav.preview(THERE, RouteOptions(alternates=2))
        assert ways[0].seconds == min(way.seconds for way in ways)
        await nav.drive(ways[0].id)
        guidance = await c.until_state(nav.guidance, lambda one: one.state is GuidanceState.DRIVING)
        assert guidance.remaining_m == pytest.approx(ways[0].metres, rel=0.1)
        await c.until(GOALS[0], THERE.lat)
        assert (await nav.recents())[0].name == "There"
        await virtual.inject(LATITUDE, THERE.lat)
        await virtual.inject(LONGITUDE, THERE.lon)
        arrived = await c.until_state(nav.guidance, lambda one: one.state is GuidanceState.ARRIVED)
        assert arrived.sentence.text.startswith("You have reached your destination")
        await nav.cancel()
        assert (await c.until_state(nav.route, lambda route: route.destination is None)).route is None


async def test_the_journey_goes_on_after_the_service_was_restarted(mapped: Path):
    async with car(hal(), [NavigationService]) as c:
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: position.on_road)
        await nav.navigate_to(THERE)
        stop = Place(lat=60.1725, lon=24.9410, name="Stop")
        await nav.add_stop(stop)
        await c.until_state(nav.route, lambda route: route.route is not None and route.stops == (stop,))
        await c.kill_service("navigation")
        await c.start_service(NavigationService)
        route = await c.until_state(nav.route, lambda route: route.route is not None)
        assert (route.destination.name, route.stops) == ("There", (stop,))
        guidance = await c.until_state(nav.guidance, lambda one: one.state is GuidanceState.DRIVING)
        assert guidance.remaining_m == pytest.approx(route.route.metres, rel=0.1)


async def test_favourites_chargers_and_range(mapped: Path):
    async with car(hal(), [NavigationService]) as c:
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: position.on_road)
        kept = await nav.keep(Place(lat=60.17, lon=24.94, name="Home"))
        await nav.keep(kept.model_copy(update={"name": "Office"}))
        assert [place.name for place in await nav.favourites()] == ["Office"]
        for number in range(MOST_FAVOURITES - 1):
            await nav.keep(Place(lat=60.17, lon=24.94, name=f"Friend {number}"))
        with pytest.raises(CallError, match="There are 100 favourites already: remove one"):
            await nav.keep(Place(lat=60.17, lon=24.94, name="One too many"))
        await nav.keep(kept)
        await nav.forget(kept.id)
        assert len(await nav.favourites()) == MOST_FAVOURITES - 1
        stations = await nav.chargers(Box(west=24.9, south=60.1, east=25.0, north=60.2))
        assert next(kind for kind in await nav.categories() if kind.key == "charging").count == len(stations)
        assert await nav.places(Box(west=-180, south=-90, east=180, north=90), [], apart_m=1e9) == []
        found = await nav.search("Ladesäule", limit=len(stations))
        assert {place.id for place in found} == {station.place.id for station in stations}
        assert [place.distance_m for place in found] == sorted(place.distance_m for place in found)
        area = await nav.range_area()
        assert area.range_km == 0.8
        assert len(area.reach[0]) > len(area.back[0]) > 20
        await nav.tell_wind(Wind(speed_ms=5.0, comes_from=270.0))
        with pytest.raises(CallError, match="comes_from"):
            await c.car.call("navigation", "tell_wind", {"wind": {"speed_ms": 5.0, "comes_from": math.nan}})


async def test_what_makes_no_sense_is_refused_in_a_sentence(mapped: Path):
    async with car(hal(), [NavigationService]) as c:
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: position.on_road)
        for call, words in (
            (nav.preview(Place(lat=48.0, lon=11.0)), "There is no road near 48.0"),
            (nav.drive("route-99"), "ask for a preview again"),
            (nav.remove_stop(0), "There is no stop 0: 0 are ahead"),
            (nav.add_stop(THERE), "There is no destination yet"),
            (nav.set_language("tlh"), "only in de, en, fr"),
            (nav.use_map("atlantis"), "no map atlantis"),
            (nav.remove_map("helsinki"), "is in use"),
            (nav.forget("nothing"), "no such favourite"),
        ):
            with pytest.raises(CallError, match=words):
                await call
        assert (await nav.route.last()).destination is None


async def test_a_damaged_map_is_not_taken_and_said_in_the_language_of_the_driver(mapped: Path):
    store = MapStore(mapped / "maps")
    good = store.folder("helsinki")
    for name, file in (("ruin", GRAPH), ("wreck", SEARCH)):
        shutil.copytree(good, store.root / f".built-{name}-1")
        (store.root / name).symlink_to(f".built-{name}-1")
        (store.root / name / file).write_bytes((good / file).read_bytes()[:5000])
    (store.root / "ruin" / FACTS).write_text("{")
    async with car(hal(), [NavigationService]) as c:
        nav = c.service(Navigation)
        await nav.set_language("de")
        for name in ("ruin", "wreck"):
            with pytest.raises(CallError, match=f"Die Karte {name} ist beschädigt"):
                await nav.use_map(name)
        maps = await c.until_state(nav.maps, lambda maps: "Karte" in maps.engine_reason)
        assert maps.current == "helsinki"
        assert "beschädigt" in next(info.title for info in maps.available if info.name == "ruin")
        assert await nav.search("Kaisaniemenkatu")
        await nav.remove_map("ruin")
        assert store.names() == ["helsinki", "wreck"]
        store.use("wreck")
        await c.kill_service("navigation")
        await c.start_service(NavigationService)
        with pytest.raises(CallError, match="Die Karte wreck ist beschädigt"):
            await nav.search("Kaisaniemenkatu")
        await nav.use_map("helsinki")
        assert await nav.search("Kaisaniemenkatu")


async def test_a_question_that_takes_long_stops_nothing_but_those_after_it(mapped: Path):
    desk = Desk("helsinki", MapStore(mapped / "maps").folder("helsinki"))
    await desk.open()
    go_on = threading.Event()
    slow = asyncio.create_task(desk.search(lambda _: go_on.wait(60.0)))
    next_one = asyncio.create_task(desk.search(lambda search: search.search("Kaisaniemenkatu")))
    await asyncio.sleep(0)
    go_on.set()  # the loop got here though the first is not answered
    assert await slow
    assert (await next_one)[0].name == "Kaisaniemenkatu"
    asked_in_time = asyncio.create_task(desk.search(lambda search: search.search("Kaisaniemenkatu")))
    await asyncio.sleep(0)
    await desk.close()
    assert await asked_in_time
    for ask in (desk.search, desk.chargers):
        with pytest.raises(Refused, match="map helsinki is no longer in use"):
            await ask(lambda _: [])


async def test_an_emulated_car_drives_where_navigation_leads_misses_a_turn_and_parks(mapped: Path):
    emulator = EmulatorHal(EmulatorOptions(scenario="parked", speed=5.0))
    async with car(emulator) as c:
        world = emulator.simulation.world
        world.place.latitude, world.place.longitude = HERE
        await c.until(LATITUDE, lambda lat: lat is not None and abs(lat - HERE[0]) < 1e-4)
        await c.until(LONGITUDE, lambda lon: lon is not None and abs(lon - HERE[1]) < 1e-4)
        await c.start_service(NavigationService)
        nav, pilot = c.service(Navigation), Pilot(c.car)
        with pytest.raises(CallError, match="guidance is not on a route"):
            await pilot.miss_turn()
        with pytest.raises(BadOptions, match="no place is called 'xyzzyqq'"):
            await set_out(c.car, "xyzzyqq")
        await set_out(c.car, f"{THERE.lat},{THERE.lon}")
        await pilot.start()
        await c.until(SPEED, lambda speed: speed is not None and speed > 5.0)
        await c.until_state(nav.guidance, lambda one: one.turn is not None)
        planned = world.driver
        await pilot.miss_turn()
        assert (planned.name, world.driver.name) == ("follow", "follow")
        assert world.driver is not planned
        await nav.cancel()
        await c.until(GEAR, PARK)
        await c.control("emulator", "driver", name="constant", speed=20)  # somebody takes the wheel
        await nav.navigate_to(THERE)
        await pilot.released.wait()
        assert not pilot.following
        assert world.driver.name == "constant"


@pytest.fixture
def motorway(state_dir: Path) -> Path:
    """A map of 500 km of motorway with a charging station of OpenStreetMap each 50 km."""
    nodes: dict[int, tuple] = {k + 1: (52.0, 8.0 + k * 0.1461) for k in range(51)}
    ways = {1: (list(nodes), {"highway": "motorway", "oneway": "no", "ref": "A 1", "maxspeed": "120"})}
    tags = {"amenity": "charging_station", "socket:type2_combo": "4", "socket:type2_combo:output": "150 kW"}
    for k in range(5, 50, 5):
        nodes[100 + k] = (52.0005, 8.0 + k * 0.1461, {**tags, "name": f"Park {k * 10}", "charge": "0.50 EUR/kWh"})
    pbf = write_town(state_dir / "motorway.osm.pbf", nodes, ways)
    import_map(MapStore(state_dir / "maps"), pbf, "motorway", country="DE", routing=False)
    MapStore(state_dir / "maps").use("motorway")
    return state_dir


async def test_a_long_trip_charges_on_the_way_and_says_so_while_driving(motorway: Path):
    known, rates = Catalogue.default(), {"min_rate": 1, "max_rate": 50}
    values = {LATITUDE: 52.0, LONGITUDE: 8.001, HEADING: 90.0, ACCURACY: 2.0, SPEED: 0.0, SOC: 45.0, NET_CAPACITY: 55}
    values |= {CONDITIONING: IDLE, CELLS: 0.0}
    virtual = VirtualHal.of(
        *(known.config(path, **({} if path in (NET_CAPACITY, CONDITIONING) else rates)) for path in values),
        values=values,
    )
    far = Place(lat=52.0, lon=8.0 + 49.9 * 0.1461, name="Far")
    async with car(virtual, [NavigationService]) as c:
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: position.on_road)
        ways = await nav.preview(far)
        best = ways[0]
        assert best.warning is None
        assert {stop.place.name[:4] for stop in best.charge_stops} == {"Park"}
        assert best.charge_stops[0].arrive.mean < 45.0
        assert [kw for _, kw, _ in orders(best)["charges"]] == [150.0] * len(best.charge_stops)
        assert best.charge_s > sum(stop.charge_s for stop in best.charge_stops)
        sparing = await nav.preview(far, RouteOptions(charging=ChargingWishes(at_destination=60.0)))
        assert sparing[0].arrival.mean > 60.0 > best.arrival.mean
        await nav.drive(best.id)
        guidance = await c.until_state(nav.guidance, lambda one: one.at_stop is not None)
        assert guidance.arrival.mean == pytest.approx(best.arrival.mean, abs=2.0)
        assert guidance.remaining_s > best.charge_s
        route = await nav.route.last()
        assert (route.stops, route.route.charge_stops) == ((), best.charge_stops)
        ahead = await nav.chargers()
        assert [one.place.lon for one in ahead] == sorted(one.place.lon for one in ahead)
        assert all(0.0 < one.detour_s < 120.0 for one in ahead)
        await virtual.inject(CELLS, -22.0)
        await c.until(CONDITIONING, FAST)
        await virtual.inject(SOC, 3.0)
        await c.until_state(nav.guidance, lambda one: one.at_stop is not None and one.at_stop.mean == 0.0)
        warned = await nav.preview(far)
        assert "charge to" in warned[0].warning
        assert warned[0].arrival is not None
