"""What a template may hold: the constraints of the Android Car App Library as tables, checked in app and host.

Sources: androidx.car.app.model.constraints (ActionsConstraints, RowConstraints, TabsConstraints), the `build()`
checks of its model classes, and developer.android.com, Car App Library, template restrictions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple

from carservices.app import templates as t


class Violation(NamedTuple):
    """One rule that does not hold: its name, the place, and a sentence that says what to do."""

    rule: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence} [{self.rule}]"


class Strip(NamedTuple):
    """What a group of actions may hold. Where no title may stand, an action needs an icon."""

    where: str
    most: int
    titles: int
    primary: int = 0
    pan: bool = False


class RowRule(NamedTuple):
    """What the rows of a template may have."""

    click: bool = True
    toggle: bool = False
    actions: bool = False


BODY: Final = Strip("below the content", most=2, titles=2, primary=1)
SIMPLE: Final = Strip("in the strip of the header", most=2, titles=1)
NAVIGATION: Final = Strip("in the strip of a map", most=4, titles=4)
MAP: Final = Strip("on the map", most=4, titles=0, pan=True)
ROW: Final = Strip("in a row", most=2, titles=0)
ALERT: Final = Strip("in an alert", most=2, titles=2, primary=1)

STRIPS: Final[dict[tuple[type[t.Node] | None, str], Strip]] = {
    (t.NavigationTemplate, "actions"): NAVIGATION,
    (t.MapWithContentTemplate, "actions"): NAVIGATION,
    (t.Row, "actions"): ROW,
    (t.Alert, "actions"): ALERT,
    (t.Notification, "actions"): ALERT,
    (None, "actions"): SIMPLE,
    (None, "map_actions"): MAP,
    (None, "buttons"): BODY,
}
"""By class and field; None stands for every other class."""

ROWS: Final[dict[type[t.Node], RowRule]] = {
    t.ListTemplate: RowRule(toggle=True, actions=True),
    t.SectionedItemTemplate: RowRule(actions=True),
    t.PaneTemplate: RowRule(click=False, actions=True),
    t.SearchTemplate: RowRule(),
    t.PlaceListMapTemplate: RowRule(),
}

LIMITS: Final[dict[type[t.Node], int]] = {
    t.ListTemplate: 6,
    t.GridTemplate: 6,
    t.SectionedItemTemplate: 6,
    t.SearchTemplate: 6,
    t.PlaceListMapTemplate: 6,
    t.PaneTemplate: 4,
}
"""Items that are shown for certain; the host drops what is beyond the limit in force (androidx integers.xml)."""
ITEMS_PARKED: Final = 100
"""Items of one template while nothing is restricted; a person scrolls no further."""

REQUIRED: Final[dict[type[t.Node], tuple[str, ...]]] = {
    t.Row: ("title",),
    t.Section: ("title",),
    t.GridSection: ("title",),
    t.MessageTemplate: ("message",),
    t.LongMessageTemplate: ("message",),
    t.Step: ("cue",),
    t.Tab: ("id", "title"),
    t.Alert: ("title",),
    t.Notification: ("title",),
    t.MessageInfo: ("title",),
    t.QrSignIn: ("url",),
    t.PinSignIn: ("pin",),
    t.Icon: ("name",),
}
"""Texts that must not be empty."""

HEADED: Final = (
    t.ListTemplate, t.GridTemplate, t.SectionedItemTemplate, t.PaneTemplate, t.MessageTemplate, t.LongMessageTemplate,
    t.SignInTemplate, t.PlaceListMapTemplate,
)  # fmt: skip
"""Templates that need a title or an action at the start of the header."""

LOADING: Final[dict[type[t.Node], tuple[str, ...]]] = {
    t.ListTemplate: ("rows", "sections"),
    t.GridTemplate: ("items",),
    t.SectionedItemTemplate: ("sections",),
    t.PaneTemplate: ("rows",),
    t.SearchTemplate: ("rows",),
    t.PlaceListMapTemplate: ("rows",),
    t.RoutingInfo: ("step",),
    t.GridItem: ("image",),
}
"""Either it is loading or it has this content, never both."""

CATEGORIES: Final[dict[type[t.Node], str]] = {t.NavigationTemplate: "navigation", t.MediaPlaybackTemplate: "media"}
"""Templates that only an app of one category may show."""

TITLE_LINES: Final = 2
TABS: Final = (2, 4)
PIN_LENGTH: Final = 12
MARKER_LENGTH: Final = 3


def limits_told(depth: int | None) -> dict[str, int]:
    """What an app is told: items by template, and while the driver is to be spared the ``depth`` of a task."""
    spared = {} if depth is None else {"depth": depth}
    names = {kind.__name__.removesuffix("Template").lower(): limit for kind, limit in LIMITS.items()}
    return spared | {name: ITEMS_PARKED if depth is None else limit for name, limit in names.items()}


def check(template: t.Node, category: str | None = None) -> list[Violation]:
    """All that is against the rules, in the order of the template; ``category`` is that of the app, if known."""
    found = list(_walk(template, type(template).__name__, None))
    need = CATEGORIES.get(type(template))
    if category is not None and need not in (None, category):
        name = type(template).__name__
        found.append(Violation("category", name, f"only an app of the category '{need}' may show it"))
    return found


def _walk(node: t.Node, place: str, rows: RowRule | None) -> Iterator[Violation]:
    kind = type(node)
    rows = ROWS.get(kind, rows)
    yield from _texts(node, place)
    yield from _loading(node, place)
    if special := SPECIAL.get(kind):
        yield from special(node, place)
    if isinstance(node, t.Row) and rows is not None:
        yield from _row_here(node, place, rows)
    for field in fields(node):  # type: ignore[arg-type]  # each node is a dataclass
        value = getattr(node, field.name)
        inner = f"{place}.{field.name}"
        strip = STRIPS.get((kind, field.name)) or STRIPS.get((None, field.name))
        if strip is not None:
            below = strip is SIMPLE and hasattr(node, "buttons")
            yield from _strip(value, inner, strip, ": others stand below the content, in buttons" if below else "")
        if isinstance(value, t.Node):
            yield from _walk(value, inner, rows)
        elif isinstance(value, tuple | list):
            for index, item in enumerate(value):
                if isinstance(item, t.Node):
                    yield from _walk(item, f"{inner}[{index}]", rows)


def _texts(node: t.Node, place: str) -> Iterator[Violation]:
    for name in REQUIRED.get(type(node), ()):
        if not getattr(node, name).strip():
            yield Violation("text.required", f"{place}.{name}", "must not be empty")
    if isinstance(node, HEADED) and not node.title.strip() and node.start is None:
        yield Violation("header.required", place, "give it a title, or an action at the start of its header")
    title = getattr(node, "title", "")
    if title.count("\n") >= TITLE_LINES:
        yield Violation("title.lines", f"{place}.title", f"a title has at most {TITLE_LINES} lines")


def _loading(node: t.Node, place: str) -> Iterator[Violation]:
    names = LOADING.get(type(node), ())
    if not names:
        return
    loading: bool = getattr(node, "loading")  # noqa: B009  # the classes of the table have it, nodes as such do not
    content = [name for name in names if getattr(node, name)]
    if loading and content:
        yield Violation("loading", place, f"is loading and has {content[0]} at once: leave one of them out")
    if isinstance(node, t.GridItem | t.RoutingInfo) and not loading and not content:
        yield Violation("loading", place, f"needs {names[0]}, or loading=True")
    if isinstance(node, t.PaneTemplate) and not loading and not content:
        yield Violation("pane.rows", f"{place}.rows", "a pane has at least one row, or loading=True")


def _strip(actions: Sequence[t.Action], place: str, strip: Strip, cure: str) -> Iterator[Violation]:
    counts = (
        ("count", "{}", strip.most, len(actions)),
        ("titles", "{} with a title", strip.titles, sum(bool(a.title) for a in actions)),
        ("primary", "primary {}", strip.primary, sum(a.primary for a in actions)),
    )
    for rule, kind, most, there in counts:
        if there > most:
            what = kind.format("action" if most == 1 else "actions")
            said = f"{strip.where} at most {most} {what} may stand, not {there}{cure}"
            yield Violation(f"actions.{rule}", place, said)
    for index, action in enumerate(actions):
        where = f"{place}[{index}]"
        if action.kind == "app_icon" or (action.kind == "pan" and not strip.pan):
            yield Violation("actions.kind", where, f"'{action.kind}' cannot stand {strip.where}")


def _row_here(row: t.Row, place: str, rule: RowRule) -> Iterator[Violation]:
    if row.on_click is not None and not rule.click:
        yield Violation("row.click", f"{place}.on_click", "rows of a pane cannot be tapped: use buttons")
    if row.toggle is not None and not rule.toggle:
        yield Violation("row.toggle", f"{place}.toggle", "toggles stand in a ListTemplate only")
    if row.actions and not rule.actions:
        yield Violation("row.actions", f"{place}.actions", "rows of this template have no actions of their own")


# -- rules of single classes -----------------------------------------------------------------------------------------


def _row(row: t.Row, place: str) -> Iterator[Violation]:
    if row.browsable and row.on_click is None:
        yield Violation("row.browsable", place, "a browsable row needs on_click")
    if row.browsable and (row.toggle is not None or row.actions):
        yield Violation("row.browsable", place, "a browsable row has neither a toggle nor actions")
    if row.toggle is not None and row.on_click is not None:
        yield Violation("row.toggle_click", place, "a row has on_click or a toggle, not both")


def _action(action: t.Action, place: str) -> Iterator[Violation]:
    if action.kind == "custom" and not action.title and action.icon is None:
        yield Violation("action.empty", place, "an action needs a title or an icon")


def _start(node: Any, place: str) -> Iterator[Violation]:
    start: t.Action | None = node.start
    if start is not None and start.kind not in ("back", "app_icon"):
        yield Violation("header.start", f"{place}.start", "a header starts with BACK or APP_ICON")


def _list(node: t.ListTemplate, place: str) -> Iterator[Violation]:
    yield from _start(node, place)
    if node.rows and node.sections:
        yield Violation("list.sections", place, "a list has rows or sections, not both")


def _places(node: t.PlaceListMapTemplate, place: str) -> Iterator[Violation]:
    yield from _start(node, place)
    for index, row in enumerate(node.rows):
        where = f"{place}.rows[{index}]"
        if not row.browsable and row.distance_m is None:
            yield Violation("place.distance", where, "a row that is not browsable needs distance_m")
        if row.place is not None and row.place.marker is not None and row.image is not None:
            yield Violation("place.marker", where, "a row has a marker on the map or an image, not both")


def _place(node: t.Place, place: str) -> Iterator[Violation]:
    if not (-90 <= node.latitude <= 90 and -180 <= node.longitude <= 180):
        yield Violation("place.range", place, "latitude is within ±90 and longitude within ±180 degrees")


def _marker(node: t.Marker, place: str) -> Iterator[Violation]:
    if len(node.label) > MARKER_LENGTH:
        yield Violation("marker.label", f"{place}.label", f"a marker has at most {MARKER_LENGTH} characters")


def _tabs(node: t.TabTemplate, place: str) -> Iterator[Violation]:
    low, high = TABS
    ids = [tab.id for tab in node.tabs]
    if not low <= len(ids) <= high:
        yield Violation("tabs.count", f"{place}.tabs", f"{low} to {high} tabs may stand, not {len(ids)}")
    if len(set(ids)) < len(ids):
        yield Violation("tabs.unique", f"{place}.tabs", "each tab needs an id of its own")
    if node.active not in ids:
        yield Violation("tabs.active", f"{place}.active", f"no tab has the id {node.active!r}")


def _alert(node: t.Alert, place: str) -> Iterator[Violation]:
    if node.seconds <= 0:
        yield Violation("alert.duration", f"{place}.seconds", "an alert is shown for more than 0 s")


def _map_view(node: t.MapView, place: str) -> Iterator[Violation]:
    if (node.latitude is None) != (node.longitude is None):
        yield Violation("map.centre", place, "a centre has latitude and longitude, or neither")
    if len(node.route) % 2:
        yield Violation("map.route", f"{place}.route", "a route is pairs of latitude and longitude")


def _pin(node: t.PinSignIn, place: str) -> Iterator[Violation]:
    if len(node.pin) > PIN_LENGTH:
        yield Violation("sign_in.pin", f"{place}.pin", f"a PIN has 1 to {PIN_LENGTH} characters")


def _navigation(node: t.NavigationTemplate, place: str) -> Iterator[Violation]:
    if not node.actions:
        yield Violation("navigation.actions", f"{place}.actions", "1 to 4 actions stand in the strip of a map")


SPECIAL: Final[dict[type[t.Node], Any]] = {
    t.Row: _row,
    t.Action: _action,
    t.ListTemplate: _list,
    t.GridTemplate: _start,
    t.SectionedItemTemplate: _start,
    t.PaneTemplate: _start,
    t.MessageTemplate: _start,
    t.LongMessageTemplate: _start,
    t.SearchTemplate: _start,
    t.SignInTemplate: _start,
    t.MediaPlaybackTemplate: _start,
    t.PlaceListMapTemplate: _places,
    t.Place: _place,
    t.Marker: _marker,
    t.TabTemplate: _tabs,
    t.Alert: _alert,
    t.MapView: _map_view,
    t.PinSignIn: _pin,
    t.NavigationTemplate: _navigation,
}
