"""The app in front on the screen: header and view of its newest template, or a card; built anew only when it must."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.api.appscreen import Card as Kind
from carservices.api.appscreen import Screen
from carservices.api.driving import Restriction
from carservices.app.codec import TemplateError, decode
from carservices.app.templates import LongMessageTemplate, SignInTemplate
from carservices_ui.templates.cards import CardView
from carservices_ui.templates.header import Header, head
from carservices_ui.templates.host import Host
from carservices_ui.templates.render import FULL, VIEWS, inner
from carservices_ui.templates.search import SearchView
from carservices_ui.templates.view import View
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column

PARKED_ONLY = {SignInTemplate: Restriction.NO_SETUP, LongMessageTemplate: Restriction.NO_TEXT_MESSAGE}
"""The shell knows of a moving car before the app host has cut: these are covered at once."""


class Content(FloatLayout):
    """`show` takes each newer state of the stream; `icon` makes the app's icon for the header."""

    def __init__(self, ui: Ui, screen: Screen, icon: Any) -> None:
        super().__init__(pos_hint={"x": 0, "y": 0})
        self.host = Host(ui, screen, inner)
        self.view: View | None = None
        self.header: Header | None = None
        self.card: CardView | None = None
        self._icon = icon
        self._scrolled: dict[str, float] = {}
        self._shown: tuple[Any, ...] | None = None
        self._restrictions = ui.restrictions
        self.show(screen)

    def show(self, screen: Screen) -> None:
        """A newer version of what is in front."""
        before = self.host.screen
        if self.view is not None:
            self._scrolled[before.key] = self.view.scroll
        self.host.screen = screen
        node, card, error = self._read(screen)
        frame = (screen.key, screen.app, card, error, screen.unsandboxed, screen.cuts, type(node), self.host.may_type)
        if frame == self._shown and self.view is not None and node is not None and self.view.update(node):
            if self.header is not None and not self.header.update(head(node)):
                self._build(node, card, error)
            return
        if frame == self._shown and node is None:
            return
        self._shown = frame
        self._build(node, card, error)

    def restrict(self) -> None:
        """What the driver may see and do has changed; the cut template follows from the app host."""
        if self.host.ui.restrictions == self._restrictions:
            return
        self._restrictions = self.host.ui.restrictions
        if isinstance(self.view, SearchView):
            self.view.restrict()
        else:
            self._shown = None
            self.show(self.host.screen)

    def close(self) -> None:
        """It is left."""
        if self.view is not None:
            self.view.close()

    def _read(self, screen: Screen) -> tuple[Any, Kind | None, str | None]:
        if screen.card is not None:
            return None, screen.card, screen.error
        try:
            node = decode(screen.tree)
        except TemplateError as error:
            return None, Kind.REFUSED, str(error)
        bit = PARKED_ONLY.get(type(node), Restriction.BASELINE)
        if self.host.ui.restrictions.forbids(bit):
            return None, Kind.PARKED_ONLY, None
        return node, None, None

    def _build(self, node: Any, card: Kind | None, error: str | None) -> None:
        self.close()
        self.clear_widgets()
        self.view = self.header = self.card = None
        if node is None:
            self.card = CardView(self.host, card or Kind.STARTING, error)
            self.header = Header(self.host, None, self._icon(self.host.screen.app))
            self._frame(self.card)
            return
        self.view = VIEWS[type(node)](self.host, node)
        if isinstance(node, FULL):
            self.add_widget(self.view)
        else:
            field = self.view.field if isinstance(self.view, SearchView) else None
            self.header = Header(self.host, node, self._icon(self.host.screen.app), field)
            self._frame(self.view)
        self.view.scroll = self._scrolled.get(self.host.screen.key, 1.0)
        self.host.ui.rebuilt()

    def _frame(self, body: Widget) -> None:
        self.add_widget(Card(pos_hint={"x": 0, "y": 0}))
        column = Column(self.header, body, gap="m", size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        column.padding = (dp(24), dp(12), dp(24), dp(20))
        self.add_widget(column)
