"""Apps: everything that can be opened, as a grid; what cannot be used now says so."""

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout

from carservices_ui import notices
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens import SCREENS, ScreenInfo
from carservices_ui.screens.base import Page
from carservices_ui.ui import Ui
from carservices_ui.widgets import Badge, Card, Column, Control, Icon, IconTile, Row, Scroll, Text

COLUMNS = 4
GAP = 16
HEIGHT = 216


class AppsScreen(Page):
    """One tile a screen of the table, in its order."""

    name = "apps"
    title = "screen.apps"

    def build(self) -> None:
        self.tiles = {info.name: AppTile(self.ui, info) for info in SCREENS if info.name != self.name and not info.within}
        grid = GridLayout(cols=COLUMNS, spacing=dp(GAP), size_hint=(1, None))
        grid.bind(minimum_height=grid.setter("height"))
        for tile in self.tiles.values():
            grid.add_widget(tile)
        self.body.add_widget(Scroll(grid))

    def restrict(self, restrictions: Restrictions) -> None:
        super().restrict(restrictions)
        for tile in self.tiles.values():
            tile.restrict(restrictions)


class AppTile(Control):
    """Icon and title; a touch opens it. A restricted one says why and opens with what may be seen."""

    def __init__(self, ui: Ui, info: ScreenInfo) -> None:
        super().__init__(size_hint=(1, None), height=dp(HEIGHT))
        self.info = info
        self._ui = ui
        screen = info.load()
        self._blocked_by = screen.blocked_by if issubclass(screen, Page) else None
        center = {"center_x": 0.5, "center_y": 0.5}
        self.icon = IconTile(info.icon, side=76)
        self.title = Text(t(info.title), strong=True)
        self.lock = Row(
            Icon("block", size="small", tone="heat"), Text(t("apps.when_parked"), role="caption", tone="text2")
        )
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint=center))
        self.words = Column(self.icon, self.title, gap="s", align="center_x", pos_hint=center)
        self.add_widget(self.words)
        if info.name == "notifications":
            badge = Badge(pos_hint={"center_x": 0.95, "center_y": 0.95})
            notices.bind_count(ui.store, badge.count)
            self.icon.add_widget(badge)

    @property
    def restricted(self) -> bool:
        """Whether it shows that it cannot be used now."""
        return self.lock.parent is not None

    def restrict(self, restrictions: Restrictions) -> None:
        """Show or take away the mark."""
        blocked = self._blocked_by is not None and restrictions.forbids(self._blocked_by)
        if blocked and not self.restricted:
            self.words.add_widget(self.lock)
        elif self.restricted and not blocked:
            self.words.remove_widget(self.lock)

    def on_release(self) -> None:
        self._ui.show(self.info.name)
