"""The app in front: what its process says, drawn by the template host."""

from kivy.uix.widget import Widget

from carservices.api.appscreen import Front
from carservices.api.appstatus import Catalog
from carservices_ui import apps
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.templates.content import Content
from carservices_ui.templates.inspector import Inspector
from carservices_ui.widgets import Calm, Card

ICON = 56


class AppScreen(Screen):
    """Follows the stream of the app host; without an app in front `Foreground` leaves this screen."""

    name = "app"

    def build(self) -> None:
        self.content: Content | None = None
        self.inspector: Inspector | None = None
        self._nameless: dict[str, apps.AppIcon] = {}
        """Icons of apps that the catalog has not told of yet."""
        self.ui.store.bind_stream(apps.FRONT, self._show)
        self.ui.store.bind_stream(apps.CATALOG, self._learn)

    def restrict(self, restrictions: Restrictions) -> None:
        if self.content is not None:
            self.content.restrict()

    def close(self) -> None:
        if self.content is not None:
            self.content.close()
        if self.inspector is not None:
            self.inspector.close()

    def _show(self, front: Front | None) -> None:
        screen = front.screen if front else None
        if screen is None:
            self.close()
            self.clear_widgets()
            self.content = self.inspector = None
            card = Card(pos_hint={"x": 0, "y": 0})
            card.add_widget(Calm("sync_problem", "text2", "apps.away", "apps.away_detail"))
            self.add_widget(card)
        elif self.content is None or self.content.host.screen.app != screen.app:
            self.close()
            self.clear_widgets()
            self.content = Content(self.ui, screen, self._icon)
            self.add_widget(self.content)
            if self.ui.preferences.developer:
                self.inspector = Inspector(self.ui, screen.app)
                self.add_widget(self.inspector)
        else:
            self.content.show(screen)

    def _icon(self, app: str) -> Widget:
        status = apps.find(self.ui, app)
        icon = apps.AppIcon(self.ui, status, ICON)
        if status is None:
            self._nameless[app] = icon
        return icon

    def _learn(self, _: Catalog | None) -> None:
        for app in list(self._nameless):
            if (status := apps.find(self.ui, app)) is not None:
                self._nameless.pop(app).learn(status)
