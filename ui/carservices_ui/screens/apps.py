"""Apps: everything that can be opened, as a grid; what cannot be used now says so."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout

from carservices.api.appstatus import AppState, AppStatus, Catalog
from carservices_ui import apps, notices
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens import SCREENS, ScreenInfo
from carservices_ui.screens.base import Page
from carservices_ui.ui import Ui
from carservices_ui.widgets import Badge, Card, Column, Control, IconTile, Row, Scroll, Text, TextButton

COLUMNS = 4
GAP = 16
HEIGHT = 196
ICON = 76
WORDS = 230
CENTER = {"center_x": 0.5, "center_y": 0.5}
MANAGE = "apps_manage"


class AppsScreen(Page):
    """The installed apps in the order of their names, then the car's own screens in the order of their table."""

    name = "apps"
    title = "screen.apps"

    def build(self) -> None:
        self.manage = TextButton(t("apps.manage"), icon="tune")
        self.manage.bind(on_release=lambda *_: self.ui.show(MANAGE))
        self.head_end.add_widget(self.manage)
        own = [info for info in SCREENS if info.name != self.name and not info.within]
        self.tiles = {info.name: ScreenTile(self.ui, info) for info in own}
        self.apps: dict[str, AppTile] = {}
        self._grid = GridLayout(cols=COLUMNS, spacing=dp(GAP), size_hint=(1, None))
        self._grid.bind(minimum_height=self._grid.setter("height"))
        self.body.add_widget(Scroll(self._grid))
        self._fill()
        self.ui.store.bind_stream(apps.CATALOG, self._show)

    def restrict(self, restrictions: Restrictions) -> None:
        super().restrict(restrictions)
        for tile in self.tiles.values():
            tile.restrict(restrictions)

    def _show(self, catalog: Catalog | None) -> None:
        listed = sorted(catalog.apps, key=lambda status: apps.title(status).casefold()) if catalog else []
        if [status.id for status in listed] != list(self.apps):
            self.apps = {status.id: AppTile(self.ui, status) for status in listed}
            self._fill()
            self.ui.rebuilt()
        for status in listed:
            self.apps[status.id].show(status)

    def _fill(self) -> None:
        self._grid.clear_widgets()
        for tile in (*self.apps.values(), *self.tiles.values()):
            self._grid.add_widget(tile)


class Tile(Control):
    """An icon over a title, and a line below them when there is something to say."""

    def __init__(self, icon: Any, title: str) -> None:
        super().__init__(size_hint=(1, None), height=dp(HEIGHT))
        self.icon = icon
        self.title = Text(title, strong=True, limit=WORDS)
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint=CENTER))
        self.words = Column(self.icon, self.title, gap="s", align="center_x", pos_hint=CENTER)
        self.add_widget(self.words)

    def say(self, line: Row | None) -> None:
        """Another line, or none."""
        for widget in self.words.children[:-2]:
            self.words.remove_widget(widget)
        if line is not None:
            self.words.add_widget(line)


class AppTile(Tile):
    """An installed app with its state; a touch brings it to the front."""

    def __init__(self, ui: Ui, status: AppStatus) -> None:
        super().__init__(apps.AppIcon(ui, status, ICON), apps.title(status))
        self._ui = ui
        self.status = status
        self.life: AppState | None = None

    def show(self, status: AppStatus) -> None:
        """A newer status."""
        self.status = status
        self.title.text = apps.title(status)
        if status.state is not self.life:
            self.life = status.state
            self.say(apps.state_line(status))

    def on_release(self) -> None:
        if self.life is AppState.DISABLED:
            self._ui.places[MANAGE] = self.status.id
            self._ui.show(MANAGE)
        else:
            apps.call(self._ui, "open", app=self.status.id)


class ScreenTile(Tile):
    """A screen of the car; a restricted one says why and opens with what may be seen."""

    def __init__(self, ui: Ui, info: ScreenInfo) -> None:
        super().__init__(IconTile(info.icon, side=ICON), t(info.title))
        self.info = info
        self._ui = ui
        screen = info.load()
        self._blocked_by = screen.blocked_by if issubclass(screen, Page) else None
        self.restricted = False
        if info.name == "notifications":
            badge = Badge(pos_hint={"center_x": 0.95, "center_y": 0.95})
            notices.bind_count(ui.store, badge.count)
            self.icon.add_widget(badge)

    def restrict(self, restrictions: Restrictions) -> None:
        """Show or take away the mark."""
        blocked = self._blocked_by is not None and restrictions.forbids(self._blocked_by)
        if blocked != self.restricted:
            self.restricted = blocked
            self.say(apps.mark("block", "heat", t("apps.when_parked")) if blocked else None)

    def on_release(self) -> None:
        self._ui.show(self.info.name)
