"""The parts that templates are made of: rows, tiles, actions, pictures, places, steps of a route.

A handler is a callable in the app, and the number of an action on the wire and in the host.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

Handler = Callable[..., object] | int | None
"""Sync or async. Most take nothing; those of toggles, inputs and tabs take the new state."""
Colour = Literal["default", "primary", "secondary", "red", "green", "blue", "yellow"]


class Node:
    """Base of everything in a template; lists become tuples, so that nothing in it changes.

    It compares and prints for all its classes: methods that `dataclass` writes for each cost an app's start 15 ms.
    """

    __slots__: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # each subclass is a dataclass
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        """Without what has its default."""
        shown = (f"{f.name}={v!r}" for f, v in zip(fields(self), self._values(), strict=True) if v != f.default)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Icon(Node):
    """A symbol of the car's own set, by its Material Symbols name, such as ``tire_repair``."""

    name: str
    colour: Colour = "default"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Image(Node):
    """Pixels of the app; `App.image` makes one. ``id`` is the hash of size and pixels, sent once."""

    id: str
    width: int
    height: int


Picture = Icon | Image


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Action(Node):
    """A button. ``kind`` other than custom is the car's own: its title and icon are given."""

    title: str = ""
    on_click: Handler = None
    icon: Picture | None = None
    primary: bool = False
    colour: Colour = "default"
    parked_only: bool = False
    enabled: bool = True
    kind: Literal["custom", "back", "app_icon", "pan"] = "custom"


BACK = Action(kind="back")
APP_ICON = Action(kind="app_icon")
PAN = Action(kind="pan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Toggle(Node):
    """A switch at the end of a row; ``on_change`` takes the new state (bool)."""

    checked: bool
    on_change: Handler = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Marker(Node):
    """A pin on a map: an icon or up to three characters."""

    label: str = ""
    icon: Picture | None = None
    colour: Colour = "default"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Place(Node):
    """A point on the map, degrees WGS 84."""

    latitude: float
    longitude: float
    marker: Marker | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Row(Node):
    """One line of a list: a title and at most two secondary texts."""

    title: str
    text: str = ""
    text2: str = ""
    image: Picture | None = None
    on_click: Handler = None
    toggle: Toggle | None = None
    browsable: bool = False
    """An arrow: a tap leads to another screen."""
    enabled: bool = True
    badge: str = ""
    place: Place | None = None
    distance_m: float | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GridItem(Node):
    """One tile of a grid."""

    title: str
    text: str = ""
    image: Picture | None = None
    on_click: Handler = None
    loading: bool = False
    badge: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Section(Node):
    """Rows under a header."""

    title: str
    rows: Sequence[Row] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GridSection(Node):
    """Tiles under a header."""

    title: str
    items: Sequence[GridItem] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tab(Node):
    """One tab; ``id`` is what `TabTemplate.on_select` gets."""

    id: str
    title: str
    icon: Picture | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InputSignIn(Node):
    """Sign in by typing; ``on_submit`` takes the text, ``error`` is shown below the field."""

    on_submit: Handler
    hint: str = ""
    text: str = ""
    error: str = ""
    keyboard: Literal["default", "email", "phone", "number"] = "default"
    password: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QrSignIn(Node):
    """Sign in on the phone: the host draws the code of ``url``."""

    url: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PinSignIn(Node):
    """Sign in on the phone with a PIN of 1 to 12 characters."""

    pin: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProviderSignIn(Node):
    """Sign in with one button of a provider."""

    action: Action


# -- navigation ------------------------------------------------------------------------------------------------------

Manoeuvre = Literal[
    "unknown", "depart", "straight", "keep_left", "keep_right", "turn_slight_left", "turn_slight_right", "turn_left",
    "turn_right", "turn_sharp_left", "turn_sharp_right", "u_turn_left", "u_turn_right", "on_ramp_left",
    "on_ramp_right", "off_ramp_left", "off_ramp_right", "fork_left", "fork_right", "merge_left", "merge_right",
    "roundabout", "ferry", "destination", "destination_left", "destination_right",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lane(Node):
    """One lane, left to right: where it leads, and whether to take it."""

    directions: Sequence[Manoeuvre]
    recommended: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Step(Node):
    """One thing to do on the way."""

    cue: str
    manoeuvre: Manoeuvre = "unknown"
    road: str = ""
    exit_number: int = 0
    """Of a roundabout; 0 when there is none."""
    lanes: Sequence[Lane] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TravelEstimate(Node):
    """What is left: metres, seconds, and the arrival as Unix time in s."""

    distance_m: float
    seconds: float
    arrival: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RoutingInfo(Node):
    """The next step, how far it is, and the one after it."""

    step: Step | None = None
    distance_m: float = 0.0
    next_step: Step | None = None
    junction: Image | None = None
    loading: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MessageInfo(Node):
    """A sentence in place of the next step, such as "Arrived"."""

    title: str
    text: str = ""
    image: Picture | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Alert(Node):
    """A short question over the map; the same ``id`` is the same alert."""

    id: int
    title: str
    seconds: float
    text: str = ""
    icon: Picture | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapView(Node):
    """What the host's map shows; without a centre it follows the car. ``route``: latitude, longitude, latitude, …"""

    latitude: float | None = None
    longitude: float | None = None
    zoom: float = 15.0
    places: Sequence[Place] = ()
    route: Sequence[float] = ()


FOLLOW = MapView()
"""The map that follows the car."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Notification(Node):
    """A message beside the screen; the same ``id`` replaces the one before."""

    title: str
    text: str = ""
    id: str = ""
    level: Literal["info", "warning", "alert"] = "info"
    icon: Picture | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Track(Node):
    """One thing to hear."""

    title: str
    artist: str = ""
    album: str = ""
    art: Image | None = None
    duration_s: float | None = None
    """None for radio."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MediaState(Node):
    """What plays now, for the player and the mini-player; a control without a handler is not shown."""

    state: Literal["playing", "paused", "buffering", "stopped", "error"]
    track: Track | None = None
    position_s: float = 0.0
    on_play: Handler = None
    on_pause: Handler = None
    on_next: Handler = None
    on_previous: Handler = None
    on_seek: Handler = None
    """Takes the position in s."""
    error: str = ""
    queue: Sequence[Track] = ()
