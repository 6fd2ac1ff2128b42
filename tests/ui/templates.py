"""One example of every template, as an app would send it, and the states of the app host around it."""

import time
from itertools import count
from pathlib import Path

from carservices.api.appscreen import Front, ImageFile, Media, Player, Screen
from carservices.api.appstatus import AppStatus, Catalog
from carservices.api.driving import Limits, Restriction
from carservices.app.codec import encode
from carservices.app.templates import (
    Action,
    Alert,
    GridItem,
    GridSection,
    GridTemplate,
    Icon,
    Image,
    Lane,
    ListTemplate,
    LongMessageTemplate,
    MapView,
    MapWithContentTemplate,
    Marker,
    MediaPlaybackTemplate,
    MediaState,
    MessageTemplate,
    NavigationTemplate,
    PaneTemplate,
    Place,
    PlaceListMapTemplate,
    QrSignIn,
    RoutingInfo,
    Row,
    SearchTemplate,
    Section,
    SectionedItemTemplate,
    SignInTemplate,
    Step,
    Tab,
    TabTemplate,
    Toggle,
    Track,
    TravelEstimate,
)
from carservices.apphost.cuts import Rules, apply

APP = "org.example.demo"
NAME = {"en": "Demo", "de": "Vorführung"}
COVER = Image("cover", 4, 4)


def tap(*_):
    """A handler, as the codec wants one."""


def _rows():
    return [
        Row("Front left", "240 kPa", image=Icon("tire_repair", "green"), on_click=tap, browsable=True),
        Row("Front right", "176 kPa", "checked 3 days ago", Icon("tire_repair", "red"), badge="low", on_click=tap),
        Row("Warn me", "when a tyre loses more than 20 %", toggle=Toggle(True, tap)),
        Row("Rear left", "239 kPa", image=COVER),
        Row("Rear right", "240 kPa", actions=[Action(icon=Icon("refresh"), on_click=tap)]),
        *(Row(f"Spare {n}", "–") for n in range(1, 4)),
    ]


def _items():
    return [
        GridItem("News", "12 new", Icon("public"), tap, badge="12"),
        GridItem("Radio", "a long text that needs two lines", Icon("radio", "green"), tap),
        GridItem("Cover", "an image", COVER, tap),
        GridItem("Coming", loading=True),
        *(GridItem(name, image=Icon("star", "yellow"), on_click=tap) for name in ("Five", "Six", "Seven", "Eight")),
    ]


def _places():
    spots = (("Charging park", 350, 53.5565, "ev_station"), ("Coffee house", 900, 53.5600, "coffee"))
    return [
        Row(
            name,
            "open until 22:00",
            on_click=tap,
            distance_m=metres,
            place=Place(latitude, 13.2610, Marker(icon=Icon(icon), colour="green")),
        )
        for name, metres, latitude, icon in spots
    ]


STRIP = [Action("Care", tap), Action(icon=Icon("settings"), on_click=tap)]
BUTTONS = [Action("Done", tap, primary=True, parked_only=True), Action("Later", tap)]
LOREM = "\n".join(f"{n}. What is kept, and how long" for n in range(1, 30))
STEP = Step("Turn right", "turn_right", "Ring 1", lanes=[Lane(["straight"]), Lane(["turn_right"], True)])

TEMPLATES = {
    "list": ListTemplate("Tyres", _rows(), actions=STRIP),
    "grid": GridTemplate("Everything", _items()),
    "sectioned": SectionedItemTemplate(
        "Today", [Section("Next", _rows()[:2]), GridSection("Again", _items()[:4]), Section("Later", _rows()[3:])]
    ),
    "pane": PaneTemplate("Front left", [Row("Pressure", "240 kPa"), Row("Checked", "today")], BUTTONS, COVER),
    "message": MessageTemplate("Rotation", "The tyres are due to be rotated.", Icon("tire_repair", "yellow"), BUTTONS),
    "long_message": LongMessageTemplate("Terms", LOREM, [Action("Accept", tap, primary=True)]),
    "search": SearchTemplate([*_rows()[:2], _rows()[3]], tap, tap, hint="Town or street"),
    "sign_in": SignInTemplate(
        "Sign in",
        QrSignIn("https://example.org/link?code=AB12-CD34"),
        "Scan this with your phone.",
        "It takes a minute.",
    ),
    "tabs": TabTemplate(
        [Tab("a", "All", Icon("list")), Tab("b", "Near", Icon("near_me")), Tab("c", "Saved", Icon("star"))],
        "a",
        ListTemplate("All", _rows()),
        tap,
    ),
    "places": PlaceListMapTemplate("Charging", _places()),
    "map_content": MapWithContentTemplate(
        PaneTemplate("Charging park", [Row("Free", "3 of 8"), Row("Price", "0.49 per kWh")], BUTTONS),
        MapView(53.5565, 13.2610, 15.0, [Place(53.5565, 13.2610)]),
        map_actions=[Action(icon=Icon("my_location"), on_click=tap)],
    ),
    "navigation": NavigationTemplate(
        RoutingInfo(STEP, 620.0, Step("Bryn", "straight")),
        TravelEstimate(12_400, 19 * 60, 1_700_000_000),
        [Action("Stop", tap), Action(icon=Icon("search"), on_click=tap)],
        [Action(icon=Icon("add"), on_click=tap), Action(icon=Icon("remove"), on_click=tap)],
        map=MapView(53.5565, 13.2610, 16.0, route=[53.5565, 13.2610, 53.5580, 13.2612, 53.5600, 13.2650]),
        alert=Alert(7, "Faster way", 3600, "saves 4 min", actions=[Action("Take it", tap, primary=True)]),
    ),
    "media": MediaPlaybackTemplate("Now playing"),
}
MEDIA = MediaState(
    "playing", Track("Aurora Drive", "Nordlys Ensemble", "Northern Roads", COVER, 245.0), 104.0,
    tap, tap, tap, tap, tap,
    queue=[Track("Fjord")],
)  # fmt: skip

PARKED_RULES = Rules(Restriction.BASELINE, Limits(string_length=120, cumulative_items=21, depth=3), False)
MOVING_RULES = Rules()
_seq = count(1)


def numbered(template, expected=None):
    """The tree with an action number for each handler, counted from 1 in the order of the tree."""
    numbers = count(1)
    return encode(template, lambda _: next(numbers), *([expected] if expected else []))


def cover(folder: Path) -> dict[str, ImageFile]:
    """The picture that the examples name: a sunset of 64 × 64 pixels."""
    path = folder / "cover.rgba"
    pixels = (bytes((255 - 3 * y, 120 - y, 60 + 2 * y, 255)) for y in range(64) for _ in range(64))
    path.write_bytes(b"".join(pixels))
    return {"cover": ImageFile(path=str(path), width=64, height=64)}


def front(template, *, rules=PARKED_RULES, images=None, depth=1, key="k", **more):
    """What the app host says while it shows this template, cut as the rules want."""
    shown = apply(numbered(template), depth, rules)
    known = {"app": APP, "name": NAME, "seq": next(_seq), "key": key, "depth": depth, "images": images or {}, **more}
    if shown.tree is None:
        return Front(screen=Screen(**known, card="parked_only", cuts=shown.cuts))
    return Front(screen=Screen(**known, tree=shown.tree, cuts=shown.cuts))


def playing(images=None, state=MEDIA):
    """What the app host says while the app plays."""
    media = Media(
        app=APP, name=NAME, seq=0, tree=numbered(state, MediaState), at=time.monotonic_ns(), images=images or {}
    )
    return Player(media=media)


CATALOG = Catalog(apps=(AppStatus(id=APP, name=NAME, version="1.2.0", category="utility"),))
