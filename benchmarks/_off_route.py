"""A driver misses turns in real time: how long until guidance notices, and a new route is out and on the glass.

The emulated car, navigation and cockpit are processes of their own on the bus, as in a car.
"""

import asyncio
import contextlib
import itertools
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from _car import car, display, end
from _table import Row

from carservices.api.contract import BoundStream
from carservices.api.navigation import Guidance, GuidanceState, Navigation, Place, RouteState
from carservices.api.pilot import Pilot
from carservices.api.polyline import Point, beside_m, decode
from carservices.bus import Car
from carservices.bus.errors import CarError, NotConnected
from carservices.signals import Value

PROBE = Path(__file__).with_name("_route_probe.py")
LATITUDE, LONGITUDE = "Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude"
RATE = 50.0
ASIDE_M = 10.0
"""m beside its route at which the car has left it: less may be its lane of the road."""
MISS_M = 80.0
"""m before a turn at which the driver goes wrong."""
MISSES = 12
NEW_ROUTE_S, SEARCH_MS = 1.0, 150.0
PLACES = ((53.54349, 13.31280), (53.57, 13.25), (53.545, 13.24), (53.56, 13.28))
"""In Neubrandenburg, where an emulated car stands; to the next one when one is reached."""
PATIENCE = 120.0
"""s for what must come, such as the next turn."""
STEP = 0.1


@dataclass(slots=True)
class Miss:
    """Monotonic s at which a route was left, guidance said so, and the next route came."""

    left: float
    noticed: float
    came: float
    route: str


@dataclass(slots=True)
class Drive:
    """What is known of the car, and what of the miss that is under way."""

    state: RouteState | None = None
    line: list[Point] = field(default_factory=list)
    guidance: Guidance = field(default_factory=Guidance)
    latitude: float | None = None
    left: float | None = None
    noticed: float | None = None
    misses: list[Miss] = field(default_factory=list)

    @property
    def route(self) -> str:
        return self.state.route.geometry if self.state and self.state.route else ""

    @property
    def turn_near(self) -> bool:
        distance = self.guidance.distance_m
        return self.guidance.state is GuidanceState.DRIVING and distance is not None and distance < MISS_M

    @property
    def over(self) -> bool:
        return self.guidance.state in (GuidanceState.NONE, GuidanceState.ARRIVED)

    def on_route(self, state: RouteState | None) -> None:
        now, before, old = time.monotonic(), self.state, self.route
        self.state = state
        if self.route == old:
            return
        if before and state and before.destination == state.destination and self.left and self.noticed:
            self.misses.append(Miss(self.left, self.noticed, now, self.route))
        self.line, self.left, self.noticed = decode(self.route), None, None

    def on_guidance(self, guidance: Guidance | None) -> None:
        self.guidance = guidance or Guidance()
        if self.guidance.state is GuidanceState.REROUTING and self.noticed is None:
            self.noticed = time.monotonic()

    def on_place(self, value: Value) -> None:
        if not isinstance(value.value, float):
            return
        if value.path == LATITUDE:
            self.latitude = value.value
        elif self.latitude and self.line:
            here = self.latitude, value.value
            if min(beside_m(a, b, here)[1] for a, b in itertools.pairwise(self.line)) <= ASIDE_M:
                self.left = None
            elif self.left is None:
                self.left = value.timestamp / 1e9


def measure_off_route(home: Path) -> list[Row]:
    """Rows of some misses with the maps in ``home``; none of the glass without a display."""
    with display() as screen:
        environment = {**os.environ, "DISPLAY": screen} if screen else None
        options = ("--headless", "--scenario", "parked", "--no-panel")
        with car(environment or os.environ, *options, home=home) as (process, run_dir):
            misses, drawn = asyncio.run(_drive(run_dir, environment))
            end(process)
    noticed = max(miss.noticed - miss.left for miss in misses)
    search = max(miss.came - miss.noticed for miss in misses)
    routes = [miss.came - miss.left for miss in misses]
    glass = [drawn[miss.route] - miss.left for miss in misses if miss.route in drawn]
    on_glass, note = max(glass, default=None), "" if glass else "no display and no Xvfb"
    return [
        Row(f"{len(misses)} turns missed: from leaving the route until that is said, longest", noticed, "s"),
        Row("there: until the new route is published, median", statistics.median(routes), "s", NEW_ROUTE_S),
        Row("there: until the new route is published, longest", max(routes), "s", NEW_ROUTE_S),
        Row("there: until the new route is on the glass, longest", on_glass, "s", NEW_ROUTE_S, note=note),
        Row("there: the search for it, longest", 1e3 * search, "ms", SEARCH_MS),
    ]


async def _drive(run_dir: Path, environment: dict[str, str] | None) -> tuple[list[Miss], dict[str, float]]:
    """Drive through the town, and miss turns; with when each new route was drawn."""
    drive, places = Drive(), itertools.cycle(PLACES)
    async with await _connected(run_dir) as car:
        nav, pilot = car.service(Navigation), Pilot(car)
        await _until(nav.position, lambda position: position.on_road)
        async with _glass(run_dir, environment) as drawn:
            await nav.route.watch(drive.on_route)
            await nav.guidance.watch(drive.on_guidance)
            await car.watch([LATITUDE, LONGITUDE], drive.on_place, rate=RATE)
            await pilot.start()
            while len(drive.misses) < MISSES:
                if drive.over:
                    lat, lon = next(places)
                    await nav.navigate_to(Place(lat=lat, lon=lon))
                await _until(nav.guidance, lambda _: drive.turn_near or drive.over)
                with contextlib.suppress(CarError):  # the next turns have no other way
                    await pilot.miss_turn()
                await _until(nav.guidance, lambda _: not drive.turn_near)
            await _until(nav.guidance, lambda _: environment is None or drive.route in drawn)
            await pilot.stop()
    return drive.misses, drawn


async def _connected(run_dir: Path) -> Car:
    for _ in range(round(PATIENCE / STEP)):
        with contextlib.suppress(NotConnected):
            return await Car.connect(run_dir)
        await asyncio.sleep(STEP)
    raise TimeoutError("the car never came up")


async def _until(stream: BoundStream, wanted: Callable) -> None:
    """Wait until a state of the stream fulfils it, or what its watchers have seen until then."""
    came = asyncio.Event()
    watch = await stream.watch(lambda state: came.set() if state is not None and wanted(state) else None)
    await asyncio.wait_for(came.wait(), PATIENCE)
    await watch.close()


@contextlib.asynccontextmanager
async def _glass(run_dir: Path, environment: dict[str, str] | None) -> AsyncIterator[dict[str, float]]:
    """The cockpit on a display; when it has drawn each route for the first time."""
    drawn: dict[str, float] = {}
    if environment is None:
        yield drawn
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROBE), str(run_dir), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None

    async def read(lines: asyncio.StreamReader) -> None:
        async for line in lines:
            route, _, at = line.decode().strip().rpartition(" ")
            drawn.setdefault(route, float(at))

    reader = asyncio.create_task(read(process.stdout))
    try:
        yield drawn
    finally:
        process.terminate()
        await process.wait()
        await reader
