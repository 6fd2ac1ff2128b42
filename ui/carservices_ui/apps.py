"""Apps as the shell shows them: streams, names, icons, and what state and permissions are called."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from kivy.metrics import dp

from carservices.api.apps import Apps
from carservices.api.appstatus import AppState, AppStatus, Catalog
from carservices.app.png import PngError, decode
from carservices_ui.i18n import number, t
from carservices_ui.templates.host import named
from carservices_ui.templates.pictures import Pixels
from carservices_ui.templates.textures import texture
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING
from carservices_ui.widgets import Card, Icon, Row, Text

CATALOG, FRONT, MEDIA, GUIDE, ASKED, INSTALLATION = (
    f"{Apps.name}.{stream}" for stream in ("apps", "screen", "media", "guide", "ask", "installation")
)
"""Streams."""
MOST_PIXELS = 512 * 512
MOST_BYTES = 1 << 20
CATEGORIES = {
    "navigation": "near_me",
    "media": "music_note",
    "weather": "partly_cloudy_day",
    "communication": "chat",
    "charging": "ev_station",
    "news": "public",
}
"""Category → the icon of an app without one of its own."""
UNKNOWN = "extension"
STATES = {
    AppState.STARTING: ("sync", "text2"),
    AppState.RUNNING: ("circle", "energy"),
    AppState.FOREGROUND: ("circle", "energy"),
    AppState.NOT_RESPONDING: ("timer", "heat"),
    AppState.CRASHED: ("error", "alert"),
    AppState.DISABLED: ("block", "alert"),
}
"""States worth a mark: icon and tone."""

_decoding = ThreadPoolExecutor(1, "icons")
_under_way: list[str] = []
"""One for each icon that waits: after a change of theme the same file is decoded for another one."""
_decoded: dict[str, Any] = {}
"""Icon file → its texture, None for one that cannot be used."""


class AppIcon(Card):
    """The app's icon, or one of its category until it is there; decoded beside the frames, and without foreign code."""

    def __init__(self, ui: Ui, status: AppStatus | None, side: float) -> None:
        super().__init__(tone="surface3", radius="tile", size_hint=(None, None), size=(dp(side), dp(side)))
        self._ui = ui
        size = "small" if side < 60 else "large"
        self._stand_in = Icon(UNKNOWN, size=size, tone="accent", filled=True)
        self._stand_in.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        self._pixels = Pixels(pos_hint={"x": 0, "y": 0}, radius=20)
        self.add_widget(self._stand_in)
        self.add_widget(self._pixels)
        if status is not None:
            self.learn(status)

    def learn(self, status: AppStatus) -> None:
        """What the catalog says about the app."""
        self._stand_in.show(CATEGORIES.get(status.category, UNKNOWN), filled=True)
        if status.icon:
            self._load(status.icon)

    @property
    def has_picture(self) -> bool:
        """Its own icon is shown."""
        return bool(self._stand_in.opacity == 0)

    def _load(self, path: str) -> None:
        if path in _decoded:
            self._draw(path)
            return

        def read() -> None:
            pixels = _pixels(path)

            def keep() -> None:
                _decoded[path] = pixels and texture(*pixels)
                _under_way.remove(path)
                self._draw(path)

            self._ui.store.post(keep)

        _under_way.append(path)
        _decoding.submit(read)

    def _draw(self, path: str) -> None:
        made = _decoded[path]
        self._pixels.draw(made)
        self._stand_in.opacity = 1.0 if made is None else 0.0
        self.bare(made is not None)


def _pixels(path: str) -> tuple[int, int, bytes] | None:
    try:
        data = Path(path).read_bytes()
        return decode(data, MOST_PIXELS) if len(data) <= MOST_BYTES else None
    except (OSError, PngError):
        return None


def decoding() -> bool:
    """Whether an icon is still to come."""
    return bool(_under_way)


def find(ui: Ui, app: str) -> AppStatus | None:
    """What the catalog says about an app."""
    catalog: Catalog | None = ui.store.stream(CATALOG)
    return next((one for one in catalog.apps if one.id == app), None) if catalog else None


def held_back(ui: Ui, app: str, permission: str) -> int:
    """What a running app has not got of a permission since its start: values and requests."""
    status = find(ui, app)
    return sum(one.total for one in status.held_back if one.permission == permission) if status else 0


def call(ui: Ui, method: str, then: Any = None, **arguments: Any) -> None:
    """Call a method of `Apps`; a refusal is told, `then` gets the result."""

    def ended(outcome: Any) -> None:
        if not outcome.ok:
            ui.refused(outcome)
        elif then is not None:
            then(outcome.result)

    ui.store.call(Apps, method, ended, **arguments)


def title(status: AppStatus) -> str:
    """Its name in the person's language."""
    return named(status.name)


def mark(icon: str, tone: str, words: str) -> Row:
    """A small icon with a word."""
    return Row(Icon(icon, size="small", tone=tone), Text(words, role="caption", tone="text2"))


def state_line(status: AppStatus) -> Row | None:
    """What state an app is in, when that is worth a word."""
    if status.state not in STATES:
        return None
    icon, tone = STATES[status.state]
    return mark(icon, tone, t(f"apps.state_{status.state.value}"))


def size(octets: int | None) -> str:
    """``180 kB``, ``2.4 MB``."""
    if octets is None:
        return NOTHING
    return f"{number(octets / 1e6, 1)} MB" if octets >= 1e6 else f"{number(max(1, round(octets / 1e3)))} kB"
