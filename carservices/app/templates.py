"""The templates of the Android Car App Library as frozen dataclasses; an app says what to show, the car how.

Titles come first and positions are stable: ``ListTemplate("Tyres", [Row("Front left", "240 kPa")])``. In all of them
``start`` is the header's action (None: back, or the app's icon on the first screen), ``actions`` its strip, and
``buttons`` stand below the content. The parts live in `carservices.app.parts` and are offered here too; what each
template may hold is in `carservices.app.rules`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from carservices.app.parts import (
    APP_ICON,
    BACK,
    FOLLOW,
    PAN,
    Action,
    Alert,
    Colour,
    GridItem,
    GridSection,
    Handler,
    Icon,
    Image,
    InputSignIn,
    Lane,
    Manoeuvre,
    MapView,
    Marker,
    MediaState,
    MessageInfo,
    Node,
    Notification,
    Picture,
    PinSignIn,
    Place,
    ProviderSignIn,
    QrSignIn,
    RoutingInfo,
    Row,
    Section,
    Step,
    Tab,
    Toggle,
    Track,
    TravelEstimate,
)

__all__ = [
    "APP_ICON",
    "BACK",
    "FOLLOW",
    "PAN",
    "Action",
    "Alert",
    "Colour",
    "GridItem",
    "GridSection",
    "GridTemplate",
    "Handler",
    "Icon",
    "Image",
    "InputSignIn",
    "Lane",
    "ListTemplate",
    "LongMessageTemplate",
    "Manoeuvre",
    "MapView",
    "MapWithContentTemplate",
    "Marker",
    "MediaPlaybackTemplate",
    "MediaState",
    "MessageInfo",
    "MessageTemplate",
    "NavigationTemplate",
    "Node",
    "Notification",
    "PaneTemplate",
    "Picture",
    "PinSignIn",
    "Place",
    "PlaceListMapTemplate",
    "ProviderSignIn",
    "QrSignIn",
    "RoutingInfo",
    "Row",
    "SearchTemplate",
    "Section",
    "SectionedItemTemplate",
    "SignInTemplate",
    "Step",
    "Tab",
    "TabContent",
    "TabTemplate",
    "Template",
    "Toggle",
    "Track",
    "TravelEstimate",
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListTemplate(Node):
    """Rows, or sections of rows; ``empty`` is said when there are none."""

    title: str
    rows: Sequence[Row] = ()
    sections: Sequence[Section] = ()
    loading: bool = False
    empty: str = ""
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GridTemplate(Node):
    """Tiles."""

    title: str
    items: Sequence[GridItem] = ()
    loading: bool = False
    empty: str = ""
    large: bool = False
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SectionedItemTemplate(Node):
    """Sections of rows and of tiles, mixed."""

    title: str
    sections: Sequence[Section | GridSection] = ()
    loading: bool = False
    empty: str = ""
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PaneTemplate(Node):
    """Details of one thing, with at most two buttons."""

    title: str
    rows: Sequence[Row] = ()
    buttons: Sequence[Action] = ()
    image: Picture | None = None
    loading: bool = False
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MessageTemplate(Node):
    """A short message; ``detail`` is for the developer and shown only on request."""

    title: str
    message: str = ""
    icon: Picture | None = None
    buttons: Sequence[Action] = ()
    loading: bool = False
    detail: str = ""
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LongMessageTemplate(Node):
    """A text to read while parked, such as terms of use."""

    title: str
    message: str
    buttons: Sequence[Action] = ()
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SearchTemplate(Node):
    """A field to type or speak into, with results; both handlers take the text."""

    rows: Sequence[Row] = ()
    on_change: Handler = None
    on_submit: Handler = None
    hint: str = ""
    text: str = ""
    loading: bool = False
    empty: str = ""
    show_keyboard: bool = True
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SignInTemplate(Node):
    """Sign in with one method."""

    title: str
    method: InputSignIn | QrSignIn | PinSignIn | ProviderSignIn
    instructions: str = ""
    extra: str = ""
    buttons: Sequence[Action] = ()
    loading: bool = False
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PlaceListMapTemplate(Node):
    """Rows with places beside a map that shows them."""

    title: str
    rows: Sequence[Row] = ()
    anchor: Place | None = None
    loading: bool = False
    empty: str = ""
    start: Action | None = None
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapWithContentTemplate(Node):
    """The host's map with one other template over it."""

    content: ListTemplate | GridTemplate | SectionedItemTemplate | PaneTemplate | MessageTemplate
    map: MapView = FOLLOW
    actions: Sequence[Action] = ()
    map_actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NavigationTemplate(Node):
    """Guidance over the host's map; only a navigation app may show it."""

    info: RoutingInfo | MessageInfo | None = None
    estimate: TravelEstimate | None = None
    actions: Sequence[Action] = ()
    map_actions: Sequence[Action] = ()
    map: MapView = FOLLOW
    alert: Alert | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MediaPlaybackTemplate(Node):
    """The player: what it shows is the state that the app gave to `App.media`."""

    title: str = ""
    start: Action | None = None
    actions: Sequence[Action] = ()


TabContent = (
    ListTemplate | GridTemplate | SectionedItemTemplate | PaneTemplate | MessageTemplate | SearchTemplate
    | MediaPlaybackTemplate
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TabTemplate(Node):
    """2 to 4 tabs, one of them with its content; ``on_select`` takes the id of the tab."""

    tabs: Sequence[Tab]
    active: str
    content: TabContent
    on_select: Handler = None
    loading: bool = False
    actions: Sequence[Action] = ()


Template = (
    ListTemplate | GridTemplate | SectionedItemTemplate | PaneTemplate | MessageTemplate | LongMessageTemplate
    | SearchTemplate | SignInTemplate | TabTemplate | PlaceListMapTemplate | MapWithContentTemplate
    | NavigationTemplate | MediaPlaybackTemplate
)  # fmt: skip
