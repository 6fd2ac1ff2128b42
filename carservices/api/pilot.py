"""Has an emulated car drive where its navigation leads; for the panel, the command line and whoever else tests.

The emulator knows no map and the navigation no emulator: this carries each new route over, as a driver's eyes would.
"""

import asyncio
import itertools
import logging
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from carservices.api.navigation import Navigation, RouteState
from carservices.api.polyline import Point, beside_m, decode, offset_m
from carservices.api.routes import ManeuverKind, Place, RouteOptions, RoutePreview
from carservices.bus.errors import CallError, CarError
from carservices.signals.earth import DEGREE_M

if TYPE_CHECKING:
    from carservices.api.contract import Closable
    from carservices.bus import Car

TOWN_KMH, PACE = 50.0, 1.2
"""Where the map knows no limit: the larger of this and so many times the mean speed of the route."""
STOP_S = 10.0
"""s a stop on the way takes."""
AT_STATION_M = 150.0
"""m from a charging station within which a stop on the way is the one at it."""
BEYOND_M, THROUGH_M = 120.0, 20.0
"""m beyond a turn where missing it leads, and m within which a way then passes the turn."""
AT_M, FORKED_M, LEFT_M = 25.0, 8.0, 25.0
"""m behind the turn at which that way is so many m beside the route, and so many before it ends."""
OURS = ("follow", "parked")
"""Who drives while nobody else has taken the wheel."""
TURNS = 3
"""So many turns are looked at."""
OTHERWISE = (0.0, -90.0, 90.0, -45.0, 45.0)
"""Degrees from straight on that are tried at a turn, in this order."""

log = logging.getLogger(__name__)


class Pilot:
    """Between one car's navigation and its emulator, the HAL of that name."""

    def __init__(self, car: "Car", hal: str = "emulator") -> None:
        self._car = car
        self._hal = hal
        self._navigation = car.service(Navigation)
        self._watch: Closable | None = None
        self._sent: str | None = None
        self._orders: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None
        self.released = asyncio.Event()
        """Set once a new route has found somebody else at the wheel."""

    @property
    def following(self) -> bool:
        """Whether the emulated car follows the navigation."""
        return self._watch is not None

    async def start(self) -> None:
        """Follow the navigation from now on, on each new route; when the destination is gone the car parks.

        It ends with the first new route that finds somebody else at the wheel.
        """
        if self._watch is None:
            if self._sender is not None:
                self._sender.cancel()
            self._orders = asyncio.Queue()
            self.released.clear()
            self._sender = asyncio.create_task(self._send())
            self._watch = await self._navigation.route.watch(self._on_route)

    async def stop(self) -> None:
        """New routes are nothing to the car any more; it ends the one it is on."""
        sender, self._sender = self._sender, None
        await self._let_go()
        if sender is not None:
            sender.cancel()

    async def miss_turn(self) -> None:
        """Take another way at the next turn that has one, as a driver who did not listen.

        Raises CallError where there is none.
        """
        state, guidance = await self._navigation.route.last(), await self._navigation.guidance.last()
        if state is None or state.route is None or guidance is None or guidance.turn is None:
            raise CallError("UNAVAILABLE", "there is no turn to miss: guidance is not on a route")
        planned = decode(state.route.geometry)
        ahead = itertools.dropwhile(lambda turn: turn != guidance.turn, state.turns)
        for turn in itertools.islice(ahead, TURNS):
            if (way := await self._past(planned, (turn.lat, turn.lon))) is not None:
                await self._car.control(self._hal, "drive_route", **orders(way))
                return
        raise CallError("UNAVAILABLE", "there is no other way at the next turns, so none can be missed")

    async def _past(self, planned: Sequence[Point], turn: Point) -> RoutePreview | None:
        """A way that misses a turn."""
        for lat, lon in aims(planned, turn):
            try:
                (way, *_) = await self._navigation.preview(Place(lat=lat, lon=lon), RouteOptions(alternates=0))
            except CallError as error:
                log.debug("missing a turn: %s", error)
                continue
            if leaves(decode(way.geometry), planned, turn):
                return way
        return None

    def _on_route(self, state: RouteState | None) -> None:
        if state is None:  # the navigation is away for a moment; the car drives on
            return
        if state.route is not None and state.route.geometry != self._sent:
            self._sent = state.route.geometry
            self._orders.put_nowait(("drive_route", orders(state.route, waypoints(state))))
        elif state.destination is None and self._sent is not None:
            self._sent = None
            self._orders.put_nowait(("driver", {"name": "parked"}))

    async def _send(self) -> None:
        mine = False
        while True:
            verb, arguments = await self._orders.get()
            try:
                if mine and (await self._car.control(self._hal, "status"))["driver"] not in OURS:
                    await self._let_go()
                    self.released.set()
                    return
                await self._car.control(self._hal, verb, **arguments)
                mine = True
            except CarError as error:
                log.warning("the emulated car does not follow the navigation: %s", error)

    async def _let_go(self) -> None:
        watch, self._watch, self._sent = self._watch, None, None
        if watch is not None:
            await watch.close()


def orders(route: RoutePreview, stops: Sequence[Point] = ()) -> dict[str, Any]:
    """The arguments of the emulator's ``drive_route`` for a route, with a halt at each of the places ``stops``.

    Where the route has a charging stop, it is one to charge at.
    """
    points = decode(route.geometry)
    stations = [(stop.place.lat, stop.place.lon) for stop in route.charge_stops]
    halts = [stop for stop in stops if all(_metres(stop, station) > AT_STATION_M for station in stations)]
    mean = 3.6 * route.metres / route.seconds if route.seconds else 0.0
    return {
        "geometry": route.geometry,
        "limits": [list(limit) for limit in route.limits],
        "stops": [[_nearest(points, stop), STOP_S] for stop in halts],
        "charges": [
            [_nearest(points, station), stop.station_kw, stop.depart_soc]
            for station, stop in zip(stations, route.charge_stops, strict=True)
        ],
        "unknown": max(TOWN_KMH, round(PACE * mean)),
    }


def waypoints(state: RouteState) -> list[Point]:
    """Where the route reaches a stop on the way."""
    return [(turn.lat, turn.lon) for turn in state.turns if turn.kind is ManeuverKind.WAYPOINT]


def aims(planned: Sequence[Point], turn: Point) -> list[Point]:
    """Places behind a turn of the route to which one may come by missing it, straight on first."""
    index = _nearest(planned, turn)
    before = next((point for point in reversed(planned[:index]) if _metres(point, turn) >= THROUGH_M), planned[0])
    heading = math.atan2(*offset_m(before, turn))
    courses = [heading + math.radians(angle) for angle in OTHERWISE]
    north, east = BEYOND_M / DEGREE_M, BEYOND_M / (DEGREE_M * math.cos(math.radians(turn[0])))
    return [(turn[0] + north * math.cos(course), turn[1] + east * math.sin(course)) for course in courses]


def leaves(way: Sequence[Point], planned: Sequence[Point], turn: Point) -> bool:
    """Whether a way passes the turn and then goes elsewhere than the route."""
    index = _nearest(way, turn)
    if _metres(way[index], turn) > THROUGH_M:
        return False
    beside = [
        min(beside_m(a, b, point)[1] for a, b in itertools.pairwise(planned))
        for point in way[index + 1 :]
        if _metres(point, turn) >= AT_M
    ]
    return bool(beside) and beside[0] >= FORKED_M and max(beside) >= LEFT_M


def _nearest(points: Sequence[Point], place: Point) -> int:
    return min(range(len(points)), key=lambda i: _metres(points[i], place))


def _metres(a: Point, b: Point) -> float:
    return math.hypot(*offset_m(a, b))
