"""The emulated car and its navigation together, in fast motion: the route, a stop, a missed turn, a tunnel, arrival."""

import itertools
from pathlib import Path

import pytest

from carservices.api.navigation import Guidance, GuidanceState, Place, RouteOptions, RouteState, Source
from carservices.api.pilot import aims, leaves, orders, waypoints
from carservices.api.polyline import Point, decode, encode
from carservices.api.routes import RoutePreview
from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import metres, turned
from carservices.services.navigation.guide.announcer import next_real
from carservices.services.navigation.guide.sentences import ENDS
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.position.locator import PATHS, Locator
from carservices.signals import Value
from carservices_emulator.commands import parse
from carservices_emulator.model.car import PARK
from carservices_emulator.scenario import load_scenario
from carservices_emulator.simulation import Simulation

HERE, STOP, THERE = (53.55354, 13.27298), (53.55580, 13.29186), (53.55123, 13.29944)
FAR = (53.54349, 13.31280)
NOW = 1_800_000_000.0
TICK = 0.2
"""s between two positions, as in the service."""


class Drive:
    """A car whose emulator gets each new route, as `carservices.api.pilot` sends it."""

    def __init__(self, city: RoadEngine, state: Path, to: Point, *stops: Point, pace: float = 1.0) -> None:
        self.city = city
        self.simulation = Simulation("vw-id3-58", load_scenario("parked"), 1)
        self.simulation.world.place.latitude, self.simulation.world.place.longitude = HERE
        self.do("gnss", quality="open")
        self.locator = Locator(city.lines)
        self.pace, self.paused, self.paused_s = pace, False, 0.0
        self.routes: list[tuple[float, str]] = []
        self.said: dict[int, tuple[float, str]] = {}
        self.journey = Journey(StateFile("navigation", "journey.json", state), self._on_route)
        places = tuple(Place(lat=lat, lon=lon) for lat, lon in stops)
        self.journey.set_plan(Place(lat=to[0], lon=to[1]), places, RouteOptions(alternates=0))

    @property
    def place(self) -> Point:
        return self.simulation.world.place.latitude, self.simulation.world.place.longitude

    @property
    def time(self) -> float:
        return self.simulation.time

    @property
    def clock(self) -> float:
        """Ours: slower than a car in fast motion, and it goes on while the emulator is paused."""
        return self.time / self.pace + self.paused_s

    def do(self, verb: str, **arguments: object) -> None:
        self.simulation.do(parse(verb, arguments))

    async def tick(self) -> Guidance:
        if self.paused:
            self.paused_s += TICK
        else:
            self.simulation.run(TICK * self.pace)
            for path in PATHS:
                datum, status = self.simulation.observe(path)
                self.locator.take(Value(path, datum, 0, status), self.clock)
        self.position = self.locator.position(self.clock)
        guidance = self.journey.update(self.position, self.city, NOW + self.clock)
        await self.journey.settle()
        if guidance.sentence:
            self.said.setdefault(guidance.sentence.id, (self.time, guidance.sentence.text))
        return guidance

    async def until(self, wanted) -> Guidance:
        for _ in range(3000):
            guidance = await self.tick()
            if wanted(guidance):
                return guidance
        raise AssertionError(f"it never came to that; last: {guidance}")

    async def miss(self, turn: Point) -> None:
        """What `Pilot.miss_turn` does, over the engine itself."""
        planned = decode(self.routes[-1][1])
        start = Via(self.position.lat, self.position.lon, self.position.bearing)
        for aim in aims(planned, turn):
            way = (await self.city.route(RouteRequest((start, Via(*aim)))))[0]
            if leaves(way.geometry, planned, turn):
                missed = RoutePreview(id="", geometry=encode(way.geometry), metres=way.metres, seconds=way.seconds)
                self.do("drive_route", **orders(missed))
                return
        raise AssertionError("no other way")

    def _on_route(self, state: RouteState) -> None:
        if state.route and (not self.routes or state.route.geometry != self.routes[-1][1]):
            self.routes.append((self.simulation.time, state.route.geometry))
            self.do("drive_route", **orders(state.route, waypoints(state)))


@pytest.fixture(scope="module")
def city(neubrandenburg_graph: Path) -> RoadEngine:
    return RoadEngine(RoadGraph.load(neubrandenburg_graph))


async def test_each_turn_is_told_in_time_on_a_drive_with_a_stop_and_the_car_parks_at_its_end(
    city: RoadEngine, tmp_path: Path
):
    drive = Drive(city, tmp_path, THERE, STOP)
    orders_given: dict[str, tuple[float, float]] = {}
    heard = 0
    await drive.until(lambda _: drive.routes)
    guide = drive.journey.guide
    while (await drive.tick()).state is not GuidanceState.ARRIVED:
        if len(drive.said) > heard:
            heard = len(drive.said)
            driver = drive.simulation.world.driver
            left = driver.route.length - driver.s
            orders_given[list(drive.said.values())[-1][1]] = left, drive.simulation.car.road.speed
        assert drive.time < 400
    for mark, maneuver in zip(guide.progress.marks, guide.route.maneuvers, strict=True):
        if next_real([maneuver], 0) is None or maneuver.kind in ENDS:
            continue
        left, speed = next(v for text, v in orders_given.items() if "now" in text and maneuver.streets[0] in text)
        ahead = left - (guide.progress.length - mark)
        assert 10.0 <= ahead <= max(25.0, 4.0 * speed) + 5.0, maneuver
    texts = [text for _, text in drive.said.values()]
    assert texts.count("You have reached your stop.") == 1
    assert "New route." not in texts
    assert len(drive.routes) == 1
    await drive.until(lambda _: drive.simulation.car.gear == PARK)
    assert metres(drive.place, THERE) < 25.0
    assert drive.simulation.refusals == []


async def test_a_car_whose_time_stands_still_stays_where_it_is(city: RoadEngine, tmp_path: Path):
    drive = Drive(city, tmp_path, THERE)
    await drive.until(lambda one: one.turn is not None and one.distance_m < 20.0)
    for tunnel in (False, True):
        if tunnel:
            drive.do("tunnel", after=0.0, length=300.0)
            await drive.until(lambda _: drive.simulation.world.receiver.silent)
        await drive.until(lambda _: abs(drive.simulation.car.yaw_rate) > 0.1 and drive.simulation.car.road.speed > 2.0)
        before = drive.position
        drive.paused = True
        for _ in range(50):
            await drive.tick()
        assert metres((drive.position.lat, drive.position.lon), (before.lat, before.lon)) < 3.0
        assert abs(turned(drive.position.bearing, before.bearing)) < 5.0
        drive.paused = False
        for _ in range(5):
            await drive.tick()
        assert metres((drive.position.lat, drive.position.lon), drive.place) < 10.0


@pytest.mark.parametrize("pace", [20.0, 60.0])
async def test_in_fast_motion_the_car_is_not_believed_to_leave_its_way(city: RoadEngine, tmp_path: Path, pace: float):
    drive = Drive(city, tmp_path, FAR, pace=pace)
    await drive.until(lambda one: one.state is GuidanceState.ARRIVED)
    assert len(drive.routes) == 1


async def test_a_turn_is_missed_and_a_tunnel_entered_and_the_car_still_arrives(city: RoadEngine, tmp_path: Path):
    drive = Drive(city, tmp_path, THERE)
    near = await drive.until(lambda one: one.turn is not None and one.distance_m < 80.0)
    await drive.miss((near.turn.lat, near.turn.lon))
    planned = decode(drive.routes[0][1])
    await drive.until(lambda _: _beside(planned, drive.place) > 10.0)
    left = drive.time
    await drive.until(lambda _: len(drive.routes) > 1)
    assert drive.time - left <= 1.0
    driving = await drive.until(lambda one: one.state is GuidanceState.DRIVING)
    assert "uturn" not in driving.turn.kind.value

    drive.do("tunnel", after=60.0, length=500.0)
    await drive.until(lambda _: drive.position.source is Source.DEAD_RECKONING)
    worst = 0.0
    while drive.simulation.world.receiver.silent:
        await drive.tick()
        worst = max(worst, metres((drive.position.lat, drive.position.lon), drive.place))
    assert worst <= 15.0
    arrived = await drive.until(lambda one: one.state is GuidanceState.ARRIVED)
    assert arrived.sentence.text.startswith("You have reached your destination")
    assert len(drive.routes) == 2
    assert metres(drive.place, THERE) < 40.0


def _beside(line: list[Point], place: Point) -> float:
    """m from a place to the nearest of many points of a line."""
    return min(
        metres(place, (a[0] + k / 20 * (b[0] - a[0]), a[1] + k / 20 * (b[1] - a[1])))
        for a, b in itertools.pairwise(line)
        for k in range(21)
    )
