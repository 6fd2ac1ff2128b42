"""Places, routes and charging stations: the words navigation and trip planning share."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100)]
Line = Annotated[str, Field(max_length=1000)]
"""Of a place: four values of OpenStreetMap at their longest."""


class Place(BaseModel, frozen=True):
    """A place to find or to reach, WGS 84 degrees."""

    lat: Latitude
    lon: Longitude
    name: Line = ""
    address: Line = ""
    """One line, as people of the country write it."""
    category: Line | None = None
    """Key of `Navigation.categories`, None for an address or a bare point; of a favourite also ``home`` or ``work``."""
    distance_m: float | None = None
    """Straight from where it was asked for."""
    id: Line | None = None
    """Names it in this map; favourites and recents have one too."""


class Box(BaseModel, frozen=True):
    """A part of the map, degrees."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude


class Mode(StrEnum):
    """What a route is best at."""

    FASTEST = "fastest"
    SHORTEST = "shortest"
    ECO = "eco"


class Avoid(StrEnum):
    """What a route leaves out when there is another way."""

    TOLLS = "tolls"
    MOTORWAYS = "motorways"
    FERRIES = "ferries"


class Prefer(StrEnum):
    """What charging on the way is to be best at."""

    TIME = "time"
    COST = "cost"


class ChargingWishes(BaseModel, frozen=True):
    """How to plan charging on the way; states of charge in percent."""

    least: Percent = 10.0
    """At every charging stop on arrival."""
    at_destination: Percent = 15.0
    prefer: Prefer = Prefer.TIME
    risk: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05
    """How likely the charge may fall below what is wished for."""
    operators: Annotated[frozenset[str], Field(max_length=50)] = frozenset()
    """Whose stations alone may be used, by their names in any case; empty: everybody's."""


class RouteOptions(BaseModel, frozen=True):
    """How to choose a route."""

    mode: Mode = Mode.FASTEST
    avoid: frozenset[Avoid] = frozenset()
    alternates: Annotated[int, Field(ge=0, le=3)] = 2
    charging: ChargingWishes = ChargingWishes()


class ManeuverKind(StrEnum):
    """What to do, in the words of Valhalla's turn types."""

    START = "start"
    CONTINUE = "continue"
    BECOMES = "becomes"
    SLIGHT_RIGHT = "slight_right"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    SLIGHT_LEFT = "slight_left"
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    UTURN_RIGHT = "uturn_right"
    UTURN_LEFT = "uturn_left"
    RAMP_STRAIGHT = "ramp_straight"
    RAMP_RIGHT = "ramp_right"
    RAMP_LEFT = "ramp_left"
    EXIT_RIGHT = "exit_right"
    EXIT_LEFT = "exit_left"
    STAY_STRAIGHT = "stay_straight"
    STAY_RIGHT = "stay_right"
    STAY_LEFT = "stay_left"
    MERGE = "merge"
    MERGE_RIGHT = "merge_right"
    MERGE_LEFT = "merge_left"
    ROUNDABOUT_ENTER = "roundabout_enter"
    ROUNDABOUT_EXIT = "roundabout_exit"
    FERRY_ENTER = "ferry_enter"
    FERRY_EXIT = "ferry_exit"
    WAYPOINT = "waypoint"
    """A stop on the way is reached."""
    DESTINATION = "destination"
    DESTINATION_RIGHT = "destination_right"
    DESTINATION_LEFT = "destination_left"


class Lane(BaseModel, frozen=True):
    """One lane, leftmost first: where it leads, and whether it is right for the next maneuver."""

    directions: tuple[str, ...]
    """As OpenStreetMap's ``turn:lanes``: left, slight_left, through, right …"""
    valid: bool = False


class Turn(BaseModel, frozen=True):
    """A maneuver as the driver is told."""

    kind: ManeuverKind
    lat: Latitude
    lon: Longitude
    street: str | None = None
    """The road after it, name or number."""
    exit: str | None = None
    """Number or name of a motorway exit."""
    roundabout_exit: int | None = None
    """Which exit of the roundabout, from 1."""
    sign: str | None = None
    """What the sign says: destinations."""
    lanes: tuple[Lane, ...] = ()


class ArrivalCharge(BaseModel, frozen=True):
    """State of charge on arrival in percent: expected, and the bounds within which it lies with 90 %."""

    mean: float
    low: float
    high: float


class ChargeStop(BaseModel, frozen=True):
    """A stop to charge on the way."""

    place: Place
    at_m: float
    """m from the start of the route."""
    arrive: ArrivalCharge
    depart_soc: Percent
    charge_s: float
    wait_s: float = 0.0
    """For a free plug, expected."""
    power_kw: float
    """Mean over the stop."""
    station_kw: float
    """What the plug gives at most, of those that charge this car fastest."""
    cost_eur: float | None = None
    operator: str = ""
    advised_kmh: int | None = None
    """Not faster than this on the way there, where that saves time; None: as the road allows."""
    precondition_m: float | None = None
    """m before the stop from which the battery is brought to its best temperature; None: not needed."""


class ChargePoint(BaseModel, frozen=True):
    """The charge at a place of the route; a charging stop has two, on arrival and on leaving."""

    at_m: float
    """m from the start of the route."""
    at_s: float
    """s from the start, charging included."""
    charge: ArrivalCharge


class RoutePreview(BaseModel, frozen=True):
    """One way to the destination, to choose from."""

    id: str
    """For `Navigation.start`."""
    geometry: str
    """Polyline with six decimals (Google's algorithm, as Valhalla and OSRM write it)."""
    metres: float
    seconds: float
    """Driving; charging comes on top."""
    via: str = ""
    """The roads it mostly uses."""
    limits: tuple[tuple[int, int], ...] = ()
    """Point of the geometry and km/h allowed from there on, 0 where the map does not know; empty: nowhere known."""
    tolls: bool = False
    ferries: bool = False
    engine: str = ""
    energy_kwh: float | None = None
    arrival: ArrivalCharge | None = None
    charge_stops: tuple[ChargeStop, ...] = ()
    charge: tuple[ChargePoint, ...] = ()
    """The charge along the route, for drawing; empty while it is not known."""
    charge_s: float = 0.0
    """Time at charging stops, on top of ``seconds``: charging, waiting for a plug, and what parking takes."""
    advised_kmh: int | None = None
    """Not faster than this to the destination, or from the last charging stop to it; None: as the road allows."""
    cost_eur: float | None = None
    """Of charging on the way."""
    warning: str | None = None
    """What the driver should know before choosing it, one sentence."""


class Connector(StrEnum):
    """Plugs of public charging."""

    CCS = "ccs"
    TYPE2 = "type2"
    CHADEMO = "chademo"


class Plugs(BaseModel, frozen=True):
    """Equal plugs of a station; ``free`` None when the operator does not say."""

    connector: Connector
    power_kw: float
    count: int
    free: int | None = None


class Charger(BaseModel, frozen=True):
    """A charging station."""

    place: Place
    operator: str = ""
    plugs: tuple[Plugs, ...] = ()
    eur_per_kwh: float | None = None
    opening_hours: str | None = None
    """OpenStreetMap's notation."""
    open_now: bool | None = None
    synthetic: bool = False
    """Invented by our generator, not a station that exists."""
    detour_s: float | None = None
    """s of driving by which the way that is ahead takes longer over it; only of stations along a route."""


class ChargerFilter(BaseModel, frozen=True):
    """Which stations are wanted; None: whatever."""

    connector: Connector | None = None
    min_power_kw: float = 0.0
    only_free: bool = False
    only_open: bool = False
