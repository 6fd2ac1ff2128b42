"""What every routing engine answers: requests, routes, and the errors a driver understands."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from carservices.api.routes import Avoid, Lane, ManeuverKind, Mode
from carservices.services.navigation.geo import Point, metres
from carservices.services.navigation.remarks import Remark

NEAR_M = 5000.0
"""m around a place within which a road is looked for: towns on a map of main roads have none nearer."""
BESIDE_M = 300.0
"""m from its destination to the end of a route that the driver is told of."""
Trouble = Literal["unreachable", "off_map", "no_map", "engine_down"]


class RouteError(Exception):
    """There is no route; ``kind`` for programs, ``remark`` for the driver."""

    def __init__(self, kind: Trouble, remark: Remark) -> None:
        super().__init__(str(remark))
        self.kind = kind
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Via:
    """A point to pass, degrees; ``heading`` (clockwise from north) is the way the car faces there, if it matters."""

    lat: float
    lon: float
    heading: float | None = None


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """From the first via through the others to the last; ``alternates`` only between two."""

    via: tuple[Via, ...]
    mode: Mode = Mode.FASTEST
    avoid: frozenset[Avoid] = frozenset()
    alternates: int = 0

    def __post_init__(self) -> None:
        if len(self.via) < 2:
            raise ValueError(f"a route needs a start and a destination, {len(self.via)} points came")


@dataclass(frozen=True, slots=True)
class Maneuver:
    """What to do at point ``at_index`` of the geometry, and the stretch from there to the next maneuver.

    ``metres`` and ``seconds`` are of that stretch.
    """

    kind: ManeuverKind
    at_index: int
    metres: float
    seconds: float
    streets: tuple[str, ...] = ()
    """Names of the road after it, then its numbers."""
    exit: str | None = None
    roundabout_exit: int | None = None
    lanes: tuple[Lane, ...] = ()
    sign: str | None = None


class EdgePart(NamedTuple):
    """A stretch of road from point ``at_index`` of the geometry on: m, km/h expected, km/h allowed (0 unknown).

    A tuple, as routes have hundreds: it is made in a quarter of the time of a frozen dataclass.
    """

    at_index: int
    arc: int
    """Of the map's `RoadGraph`, -1 where the engine has its own graph."""
    way: int
    """Of OpenStreetMap."""
    metres: float
    speed: float
    limit: int = 0
    grade: float = 0.0
    """Mean slope as a tangent, up is positive."""
    flags: int = 0
    """As in `carservices.services.navigation.engine.graph`."""
    street: str = ""
    slopes: tuple[float, ...] = ()
    """Of equal parts of it one after the other, where a long one goes over hills that the map knows."""


@dataclass(frozen=True, slots=True)
class Leg:
    """From one via to the next."""

    metres: float
    seconds: float
    end_index: int
    """Point of the geometry where it ends."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way through all vias."""

    geometry: tuple[Point, ...]
    metres: float
    seconds: float
    legs: tuple[Leg, ...]
    maneuvers: tuple[Maneuver, ...]
    edges: tuple[EdgePart, ...]
    engine: str
    notes: tuple[Remark, ...] = ()
    """What does not hold for it as asked."""


def ended(route: Route, place: Via) -> Route:
    """With a note where the route ends far beside the place it was to lead to."""
    beside = metres(route.geometry[-1], (place.lat, place.lon))
    if beside <= BESIDE_M:
        return route
    return replace(route, notes=(*route.notes, Remark.of("ends_beside", km=beside / 1000.0)))


@dataclass(frozen=True, slots=True)
class Matched:
    """A recorded drive on the road: points on it, one for each given one, and the ways they lie on (0: none)."""

    points: tuple[Point, ...]
    ways: tuple[int, ...]


Matrix = tuple[list[list[float]], list[list[float]]]
"""Seconds and metres from each point to each; infinite where there is no way."""
Outline = tuple[Point, ...]


class Engine(ABC):
    """Searches on one map. Every method raises `RouteError`."""

    name: str
    weighs_energy = False
    """Whether `Mode.ECO` is more than a lower speed to it."""

    @property
    def up(self) -> bool:
        """Whether it can be asked now."""
        return True

    @abstractmethod
    async def route(self, request: RouteRequest) -> list[Route]:
        """The best route, then alternates."""

    @abstractmethod
    async def matrix(self, points: Sequence[Point]) -> Matrix:
        """Fastest ways between all of the points."""

    @abstractmethod
    async def isochrone(self, point: Point, minutes: float) -> list[Outline]:
        """Outlines of what can be reached in that time."""

    @abstractmethod
    async def match(self, points: Sequence[Point]) -> Matched:
        """Put a recorded drive on the road."""

    async def close(self) -> None:
        """Let go of what it holds."""
        return
