"""A driver who follows a way that somebody else found, from wherever the car is: the route of a navigation."""

import math
import random
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from carservices.hal import HalError
from carservices.signals.earth import DEGREE_M
from carservices_emulator.drivers.base import park
from carservices_emulator.drivers.route import Route, TripFile
from carservices_emulator.drivers.trip import TripDriver
from carservices_emulator.model.car import Car, Pedals
from carservices_emulator.model.charging import Plug
from carservices_emulator.place import Place
from carservices_emulator.tables import clamp

NEAR_M = 300.0
"""m from the car within which a way must come; nobody carries the car there."""
LOOKED_AT_M = 600.0
"""m of the way in which the car is looked for; it may come by here once more later."""
AGAINST_M = 40.0
"""m by which a stretch that leads against the car's way counts as farther."""
ON_IT_M, JOIN_M = 1.0, 8.0
"""m beside the way that count as on it, and the least m after which a car that stands beside it has joined it."""
GETTING_READY = 1.0
"""s before the first metre."""
HERE_M = 30.0
"""m of a way within which a charging stop is the one where the car stands."""
PATIENCE_S = 120.0
"""s after which a station that gives nothing is left."""

Point = tuple[float, float]


class Charge(NamedTuple):
    """A stop to charge: the point of the way, kW of the station, and the percentage that is enough."""

    point: int
    power: float
    until: float


class Way(NamedTuple):
    """A road, and where to charge along it."""

    trip: TripFile
    charges: tuple[Charge, ...]


class FollowDriver(TripDriver):
    """Drives a way once and parks at its end; one that comes while the car moves is taken on the move.

    At a charging stop it parks, plugs in, and goes on with charge enough, or when the station gives nothing.
    """

    name: ClassVar[str] = "follow"

    def __init__(self, chance: random.Random, way: Way, car: Car, enough: float | None) -> None:
        super().__init__(chance, Route(way.trip), loop=False)
        self._acceleration = car.road.acceleration
        self._wait = 0.0 if car.road.speed else GETTING_READY
        charges = [(self.route.along[charge.point], charge) for charge in way.charges]
        here = [charge.until for s, charge in charges if s <= HERE_M]
        self._charges = {s: charge for s, charge in charges if s > HERE_M}
        self.enough = here[-1] if here and enough is not None else enough
        """Percent for which the car stands at a station; None while it does not."""
        self._waited = 0.0

    def drive(self, car: Car, dt: float) -> Pedals:
        if self.enough is None:
            return super().drive(car, dt)
        port = car.port
        self._waited = 0.0 if port.charging else self._waited + dt
        if port.plug is None or 100.0 * car.battery.charge >= self.enough or self._waited >= PATIENCE_S:
            port.disconnect()
            self.enough, self._wait = None, GETTING_READY
        return Pedals()

    def _arrive(self, car: Car) -> Pedals:
        if car.road.speed == 0.0 and self._stops and (charge := self._charges.get(self._stops[0][0])) is not None:
            self._stops.pop(0)
            park(car)
            car.port.connect(Plug("dc", charge.power * 1e3))
            self.enough, self._waited = charge.until, 0.0
            return Pedals()
        return super()._arrive(car)


def way_from(
    place: Place,
    points: Sequence[Point],
    limits: Sequence[tuple[int, float]],
    stops: Sequence[tuple[int, float]],
    charges: Sequence[tuple[int, float, float]],
    unknown: float,
) -> Way:
    """The rest of a way from where the car is, level with it.

    ``points`` (lat, lon), ``limits`` (point, km/h from there on, 0 for ``unknown``), ``stops`` (point, s), ``charges``
    as `Charge`. Raises HalError for a way that is none, or that is not here.
    """
    if len(points) < 2:
        raise HalError(f"a way has at least 2 points, this one has {len(points)}")
    if any(abs(lat) > 90.0 or abs(lon) > 180.0 for lat, lon in points):
        raise HalError("the way leaves the earth: its polyline has six decimals, latitude first")
    if any(index >= len(points) for index, *_ in (*limits, *stops, *charges)):
        raise HalError(f"limits, stops and charges refer to points of the way, 0 to {len(points) - 1}")
    segment, share, aside = _nearest(place, points)
    if aside > NEAR_M:
        raise HalError(f"the way comes no nearer to the car than {aside:.0f} m: take one that begins where it is")
    joined = _ahead(points, segment, share, 0.0 if aside <= ON_IT_M else max(JOIN_M, 2.0 * aside))
    cut = joined[0]
    kept = [(place.latitude, place.longitude), joined[1], *points[cut:]]
    shift = 2 - cut
    before = [limit for index, limit in limits if index < cut]
    ahead = [(index + shift, seconds) for index, seconds in stops if index >= cut]
    charging = tuple(Charge(index + shift, power, until) for index, power, until in charges if index >= cut)
    trip = TripFile(
        name="",
        attribution="",
        start="",
        to="",
        points=[(lat, lon, place.altitude) for lat, lon in kept],
        limits=[
            (0, (before[-1] if before else 0.0) or unknown),
            *((index + shift, limit or unknown) for index, limit in limits if index >= cut),
        ],
        stops=[*ahead, *((charge.point, 0.0) for charge in charging)],
    )
    return Way(trip, charging)


def _nearest(place: Place, points: Sequence[Point]) -> tuple[int, float, float]:
    """Segment, share of it and m beside it of the place of the way nearest to the car."""
    across = DEGREE_M * math.cos(math.radians(place.latitude))
    xy = [((lon - place.longitude) * across, (lat - place.latitude) * DEGREE_M) for lat, lon in points]
    course = math.radians(place.heading)
    best, found, passed = math.inf, (0, 0.0, math.inf), 0.0
    for i in range(len(xy) - 1):
        (x, y), (x1, y1) = xy[i], xy[i + 1]
        dx, dy = x1 - x, y1 - y
        square = dx * dx + dy * dy
        share = clamp(-(x * dx + y * dy) / square, 0.0, 1.0) if square else 0.0
        aside = math.hypot(x + share * dx, y + share * dy)
        against = dx * math.sin(course) + dy * math.cos(course) < 0.0
        if (cost := aside + AGAINST_M * against) < best:
            best, found = cost, (i, share, aside)
        passed += math.sqrt(square)
        if passed > LOOKED_AT_M and found[2] <= NEAR_M:
            break
    return found


def _ahead(points: Sequence[Point], segment: int, share: float, metres: float) -> tuple[int, Point]:
    """The next point's index and the place itself, ``metres`` farther along the way; its end at most."""
    while True:
        (lat, lon), (lat1, lon1) = points[segment], points[segment + 1]
        length = math.hypot((lat1 - lat) * DEGREE_M, (lon1 - lon) * DEGREE_M * math.cos(math.radians(lat)))
        if share * length + metres <= length or segment == len(points) - 2:
            share = min(1.0, share + metres / length) if length else 1.0
            return segment + 1, (lat + share * (lat1 - lat), lon + share * (lon1 - lon))
        metres -= (1.0 - share) * length
        segment, share = segment + 1, 0.0
