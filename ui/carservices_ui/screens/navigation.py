"""Navigation: the map as large as the screen, and over it the page of the plan that is open."""

from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices_ui.planning import Page
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.screens.home_map import MapCard
from carservices_ui.screens.navigation_along import AlongPage
from carservices_ui.screens.navigation_charging import ChargingPage
from carservices_ui.screens.navigation_layers import LayersPage
from carservices_ui.screens.navigation_next import NextTurn
from carservices_ui.screens.navigation_onmap import OnMap
from carservices_ui.screens.navigation_options import OptionsPage
from carservices_ui.screens.navigation_place import PlacePage
from carservices_ui.screens.navigation_results import ResultsPage
from carservices_ui.screens.navigation_routes import RoutesPage
from carservices_ui.screens.navigation_search import SearchPage
from carservices_ui.screens.navigation_sheet import WIDTH, Sheet
from carservices_ui.screens.navigation_trip import TripPage
from carservices_ui.streams import GUIDANCE
from carservices_ui.widgets import IconButton

PAGES: dict[Page, type[Sheet]] = {
    Page.SEARCH: SearchPage,
    Page.RESULTS: ResultsPage,
    Page.PLACE: PlacePage,
    Page.ROUTES: RoutesPage,
    Page.OPTIONS: OptionsPage,
    Page.CHARGING: ChargingPage,
    Page.TRIP: TripPage,
    Page.ALONG: AlongPage,
    Page.LAYERS: LayersPage,
}
BUTTONS = {Page.TRIP: "list", Page.LAYERS: "layers", Page.SEARCH: "search"}
"""At the corner of the map: what they open."""


class NavigationScreen(Screen):
    """Draws what `ui.plan` says; the plan outlasts the screen."""

    name = "navigation"

    def build(self) -> None:
        self.plan = self.ui.plan
        self.sheet: Sheet | None = None
        self._page = Page.MAP
        self.card = MapCard(self.ui, pos_hint={"x": 0, "y": 0}, whole=True)
        self.add_widget(self.card)
        self.next = NextTurn(self.ui)
        self.buttons: dict[Page, IconButton] = {}
        for page, icon in BUTTONS.items():
            button = self.buttons[page] = IconButton(icon, surface="overlay")
            button.bind(on_release=lambda *_, page=page: self.plan.open(page))
        self._on_map = OnMap(self.ui)
        self._show_soon = Clock.create_trigger(self._show, -1)
        self._laid = False
        self._begin = Clock.create_trigger(self._draw_at_last)
        self.plan.changed = self._show_soon
        self._follow_soon = Clock.create_trigger(self._follow, -1)
        self.ui.store.bind_stream(GUIDANCE, lambda _: self._follow_soon())
        self.bind(pos=self._place, size=self._place)
        self._show()

    def close(self) -> None:
        self.plan.changed = lambda: None
        for waiting in (self._show_soon, self._follow_soon, self._begin):
            waiting.cancel()
        self._on_map.close()

    def restrict(self, restrictions: Restrictions) -> None:
        if self.sheet is not None:
            self.sheet.restrict(restrictions)

    def write(self, text: str) -> None:
        if self.sheet is not None:
            self.sheet.write(text)
        elif text.strip() and not self.ui.restrictions.forbids(Restriction.NO_KEYBOARD):
            self.plan.open(Page.SEARCH)
            self.plan.search.type(text)

    def key(self, name: str) -> bool:
        return self.sheet is not None and self.sheet.key(name)

    def back(self) -> bool:
        return self.plan.back()

    def revisit(self) -> None:
        self.plan.close()

    def _show(self, *_: Any) -> None:
        """The plan has changed."""
        if self.plan.page is not self._page:
            self._change(self.plan.page)
        elif self.sheet is not None:
            self.sheet.refresh()
        self._offer()
        if self._laid:
            self._on_map.draw()

    def _follow(self, *_: Any) -> None:
        """The car is further on its way: the map draws that itself, and nothing the plan put there."""
        if self.sheet is not None and self.plan.page is self._page:
            self.sheet.refresh()
        self._offer()

    def _change(self, page: Page) -> None:
        self._page = page
        if self.sheet is not None:
            self.remove_widget(self.sheet)
            self.sheet = None
        if page in PAGES:
            self.sheet = PAGES[page](self.ui)
            self.add_widget(self.sheet)
        else:
            self.ui.map.recenter()
        self._place()
        self.ui.rebuilt()

    def _offer(self) -> None:
        """At the corner of the map: the buttons, the journey's only under way; beside a sheet the next turn."""
        self.next.refresh()
        if self.sheet is not None:
            shown: list[Widget] = [self.next] if self.next.shown else []
        else:
            under_way = self.plan.routes.under_way is not None
            shown = [button for page, button in self.buttons.items() if under_way or page is not Page.TRIP]
        corner = self.card.corner
        if corner.children[::-1] != shown:
            corner.clear_widgets()
            for widget in shown:
                corner.add_widget(widget)

    def _draw_at_last(self, *_: Any) -> None:
        """What the map looks over depends on its size, which it has one frame after the screen."""
        self._laid = True
        self._on_map.draw()

    def _place(self, *_: Any) -> None:
        if not self._laid:
            self._begin()
        covered = 0.0
        if self.sheet is not None:
            width = self.width if self.sheet.wide else min(dp(WIDTH), self.width)
            self.sheet.pos, self.sheet.size = self.pos, (width, self.height)
            covered = width
        self.card.cover(covered)
        hidden = self.sheet is not None and self.sheet.wide
        if hidden and self.card.parent is not None:
            self.remove_widget(self.card)  # not drawn, and nothing on it gets the focus
        elif not hidden and self.card.parent is None:
            self.add_widget(self.card, index=len(self.children))
