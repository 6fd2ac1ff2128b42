"""Navigation: where the car is, places, routes and guidance, on maps that live in the car."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from carservices.api.contract import Contract, Stream, call
from carservices.api.routes import (
    ArrivalCharge,
    Avoid,
    Box,
    ChargePoint,
    Charger,
    ChargerFilter,
    ChargeStop,
    ChargingWishes,
    Connector,
    Lane,
    Latitude,
    Longitude,
    ManeuverKind,
    Mode,
    Percent,
    Place,
    Plugs,
    Prefer,
    RouteOptions,
    RoutePreview,
    Turn,
)

__all__ = [
    "ArrivalCharge",
    "Avoid",
    "Box",
    "Category",
    "ChargePoint",
    "ChargeStop",
    "Charger",
    "ChargerFilter",
    "ChargingWishes",
    "Connector",
    "Guidance",
    "GuidanceState",
    "ImportProgress",
    "Lane",
    "Latitude",
    "Longitude",
    "ManeuverKind",
    "MapInfo",
    "MapsState",
    "Mode",
    "Navigation",
    "Percent",
    "Place",
    "Plugs",
    "Position",
    "Prefer",
    "RangeArea",
    "RouteOptions",
    "RoutePreview",
    "RouteState",
    "Sentence",
    "Source",
    "Turn",
    "Wind",
]

BEST = RouteOptions()
ANY_CHARGER = ChargerFilter()


class Category(BaseModel, frozen=True):
    """A kind of place one can search for; ``key`` as in `Place.category`, ``name`` in the language asked for."""

    key: str
    name: str
    count: int
    """Places of it on the map in use."""


# -- position --------------------------------------------------------------------------------------------------------


class Source(StrEnum):
    """What a position rests on."""

    GNSS = "gnss"
    DEAD_RECKONING = "dead_reckoning"
    """Wheel speed and yaw since the last fix."""


class Position(BaseModel, frozen=True):
    """Where the car is, on the road when it is on one the map has."""

    lat: Latitude
    lon: Longitude
    bearing: float
    """Degrees clockwise from north, 0–360."""
    speed_kmh: float
    accuracy_m: float
    """Radius in which it is with 68 %, one sigma."""
    street: str | None = None
    limit_kmh: int | None = None
    on_road: bool = False
    """False: off every road of the map (a car park, a new road), or there is no map."""
    source: Source = Source.GNSS
    time: int
    """Monotonic ns."""


class RouteState(BaseModel, frozen=True):
    """The route that is driven; ``route`` None: none is. ``destination`` stays while a way is still searched."""

    destination: Place | None = None
    stops: tuple[Place, ...] = ()
    """Points on the way that are still ahead."""
    options: RouteOptions = RouteOptions()
    route: RoutePreview | None = None
    alternates: tuple[RoutePreview, ...] = ()
    turns: tuple[Turn, ...] = ()
    """All of the route, in their order."""
    problem: str | None = None
    """Why there is no route though a destination is set, one sentence."""
    notice: str | None = None
    """Why the charging stops are others than before, one sentence; until the next route."""


# -- guidance --------------------------------------------------------------------------------------------------------


class GuidanceState(StrEnum):
    """How guidance stands."""

    NONE = "none"
    """No destination."""
    DRIVING = "driving"
    REROUTING = "rerouting"
    OFF_MAP = "off_map"
    """The car is where the map has no road; guidance goes on when it is back."""
    ARRIVED = "arrived"


class Sentence(BaseModel, frozen=True):
    """To be spoken once. A new ``id`` is a new sentence; ids grow."""

    id: int
    text: str
    language: str
    at: float = 0.0
    """Unix time in s of its moment: what is said much later is no longer true."""


class Guidance(BaseModel, frozen=True):
    """What the driver needs now: all that a second display needs, such as that behind the wheel. m and s."""

    state: GuidanceState = GuidanceState.NONE
    turn: Turn | None = None
    """The next maneuver."""
    distance_m: float | None = None
    """To it along the route."""
    then: Turn | None = None
    """What follows it so soon that it must be known beforehand."""
    street: str | None = None
    """The road the car is on."""
    limit_kmh: int | None = None
    over_limit: bool = False
    """Faster than the limit by more than a speedometer's tolerance."""
    remaining_m: float | None = None
    remaining_s: float | None = None
    """With the charging stops that are ahead."""
    eta: float | None = None
    """Unix time in s of the arrival."""
    delay_s: float = 0.0
    """How much longer it takes than the map expects, from this trip's own speeds."""
    travelled_m: float = 0.0
    """Of the route."""
    arrival: ArrivalCharge | None = None
    """At the destination."""
    at_stop: ArrivalCharge | None = None
    """At the next charging stop, or None when there is none ahead."""
    stop_m: float | None = None
    """To the next charging stop."""
    sentence: Sentence | None = None
    """The last one."""
    message: str | None = None
    """What is wrong, one sentence; guidance goes on with what there is."""
    muted: bool = False


# -- maps ------------------------------------------------------------------------------------------------------------


class Wind(BaseModel, frozen=True):
    """10 m above open country, as weather services forecast it, and the degrees it comes from: 0 north, 90 east."""

    speed_ms: float = Field(ge=0, le=60)
    comes_from: float = Field(ge=0, le=360)


class RangeArea(BaseModel, frozen=True):
    """What can be reached: outlines as polylines with six decimals; ``back`` where one can also return from."""

    reach: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    soc: float | None = None
    """State of charge for which it holds, percent."""
    range_km: float | None = None


class MapInfo(BaseModel, frozen=True):
    """A map in this car."""

    name: str
    title: str
    box: Box
    attribution: str
    synthetic: bool = False
    """True where part of the content (chargers) is invented."""
    bytes: int = 0
    built: float = 0.0
    """Unix time in s."""


class ImportProgress(BaseModel, frozen=True):
    """A map that is being built."""

    name: str
    title: str = ""
    """As `MapInfo.title`; empty where only its name is known."""
    part: str
    done: Percent
    problem: str | None = None
    """Why it ended, one sentence; the maps that were there stay."""


class MapsState(BaseModel, frozen=True):
    """The maps, and the engine that searches routes on the one in use."""

    current: str | None = None
    folder: str | None = None
    """Where the one in use lies, for whoever draws it."""
    available: tuple[MapInfo, ...] = ()
    importing: ImportProgress | None = None
    engine: str | None = None
    engine_reason: str = ""
    """Why this engine, or why none, one sentence."""


class Navigation(Contract):
    """Search, routes and guidance.

    NOT_FOUND: no such place, preview or map. UNAVAILABLE: there is no map, no position yet, or no way there; the
    message is a sentence for the driver.
    """

    name = "navigation"
    position = Stream(Position)
    route = Stream(RouteState)
    guidance = Stream(Guidance)
    maps = Stream(MapsState)

    @call
    async def search(
        self,
        text: Annotated[str, Field(max_length=200)],
        lat: Latitude | None = None,
        lon: Longitude | None = None,
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
        language: str = "en",
        category: str | None = None,
    ) -> list[Place]:
        """Places, addresses, streets and coordinates, best first; ``text`` may end in the middle of a word.

        Near (lat, lon), or near the car. With ``category`` only such places; ``text`` may then be empty.
        """
        raise NotImplementedError

    @call
    async def categories(self, language: str = "en") -> list[Category]:
        """The kinds of places of the map in use."""
        raise NotImplementedError

    @call
    async def places(
        self,
        box: Box,
        categories: Annotated[list[str], Field(max_length=50)],
        apart_m: Annotated[float, Field(ge=0)] = 0.0,
        limit: Annotated[int, Field(ge=1, le=50)] = 20,
        language: str = "en",
    ) -> list[Place]:
        """Places in a part of the map: the kinds in their order, of each the most important first.

        None is nearer to one before it than ``apart_m``, or than twice that to one of its kind.
        """
        raise NotImplementedError

    @call
    async def reverse(self, lat: Latitude, lon: Longitude) -> Place | None:
        """The address or street there; None: nothing near."""
        raise NotImplementedError

    @call
    async def preview(self, destination: Place, options: RouteOptions = BEST) -> list[RoutePreview]:
        """Ways from where the car is to the destination, best first."""
        raise NotImplementedError

    @call
    async def drive(self, preview: str) -> None:
        """Guide along one of the last previews."""
        raise NotImplementedError

    @call
    async def navigate_to(self, destination: Place, options: RouteOptions = BEST) -> RoutePreview:
        """Find the best way and guide along it; what apps may ask for."""
        raise NotImplementedError

    @call
    async def cancel(self) -> None:
        """End guidance and forget the destination."""
        raise NotImplementedError

    @call
    async def add_stop(self, place: Place, position: Annotated[int, Field(ge=0)] | None = None) -> None:
        """One more point on the way; ``position`` among those ahead, None: where it costs least time."""
        raise NotImplementedError

    @call
    async def remove_stop(self, position: Annotated[int, Field(ge=0)]) -> None:
        """Leave out a point that is ahead."""
        raise NotImplementedError

    @call
    async def mute(self, on: bool = True) -> None:
        """No sentences to be spoken, or again."""
        raise NotImplementedError

    @call
    async def set_language(self, language: str) -> None:
        """Of all that is said to the driver, spoken and written: en, de or fr."""
        raise NotImplementedError

    @call
    async def favourites(self) -> list[Place]:
        """Places the driver keeps, in their order."""
        raise NotImplementedError

    @call
    async def keep(self, place: Place) -> Place:
        """Make it a favourite, or change one of the same id; the favourite. UNAVAILABLE when there are 100."""
        raise NotImplementedError

    @call
    async def forget(self, place_id: str) -> None:
        """Remove a favourite or a recent destination."""
        raise NotImplementedError

    @call
    async def recents(self, limit: Annotated[int, Field(ge=1, le=100)] = 20) -> list[Place]:
        """Destinations of the past, newest first."""
        raise NotImplementedError

    @call
    async def chargers(self, box: Box | None = None, wanted: ChargerFilter = ANY_CHARGER) -> list[Charger]:
        """Charging stations in a part of the map, or with their detours along the route ahead, in their order."""
        raise NotImplementedError

    @call
    async def range_area(self) -> RangeArea:
        """What can be reached with the charge there is."""
        raise NotImplementedError

    @call
    async def tell_wind(self, wind: Wind) -> None:
        """A forecast, which the energy of trips counts for three hours."""
        raise NotImplementedError

    @call
    async def use_map(self, name: str) -> None:
        """Take another map."""
        raise NotImplementedError

    @call
    async def remove_map(self, name: str) -> None:
        """Delete a map that is not in use."""
        raise NotImplementedError
