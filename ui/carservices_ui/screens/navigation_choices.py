"""What can be chosen without typing: the driver's own places, and kinds of places as tiles."""

from collections.abc import Sequence

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.api.navigation import Category
from carservices_ui.i18n import t
from carservices_ui.planning.search import CHARGING, OWN, starred
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Entry, KindTile, Nothing, PlaceEntry
from carservices_ui.ui import Ui
from carservices_ui.widgets import Row, Scroll, spacer

KINDS = 3
"""Tiles in a line."""
OWN_WIDTH = 0.4
"""Of the page, for the driver's own places."""
GAP = 16


class Choices(Row):
    """Own places at the left, kinds at the right."""

    def __init__(self, ui: Ui, categories: Sequence[Category], rows: Sequence[Widget]) -> None:
        self._ui = ui
        self.kinds: dict[str, KindTile] = {}
        own: Widget = Scroll(*rows) if rows else Nothing("star", t("nav.no_own"), t("nav.no_own_detail"))
        own.size_hint = (OWN_WIDTH, 1)
        grid = GridLayout(cols=KINDS, spacing=dp(8), size_hint=(1, None))
        grid.bind(minimum_height=grid.setter("height"))
        tiles = self._tiles(categories)
        for tile in (*tiles, *(spacer() for _ in range(KINDS - len(tiles)))):  # one tile is not as wide as three
            grid.add_widget(tile)
        super().__init__(own, Scroll(grid, size_hint=(1 - OWN_WIDTH, 1)), spacing=dp(GAP), size_hint=(1, 1))

    def _tiles(self, categories: Sequence[Category]) -> list[KindTile]:
        charging = Category(key=CHARGING, name=t("nav.stations"), count=0)
        for category in (charging, *(one for one in categories if one.key != CHARGING)):
            tone = "energy" if category is charging else "accent"
            tile = KindTile(say.CATEGORIES.get(category.key, say.PIN), category.name, tone=tone)
            tile.bind(on_release=lambda *_, category=category: self._ui.plan.browse(category))
            self.kinds[category.key] = tile
        return list(self.kinds.values())


def own_places(ui: Ui) -> list[Entry]:
    """Home and work, which lead straight to the way there; then favourites, then destinations of the past."""
    plan, search = ui.plan, ui.plan.search
    rows: list[Entry] = []
    for which in OWN:
        if (place := search.own(which)) is not None:
            detail = t("nav.off_map") if plan.off_map(place) else say.title(place)
            entry = Entry(t(f"nav.{which}"), detail, icon=say.CATEGORIES[which])
            entry.bind(on_release=lambda *_, place=place: plan.go(place))
            rows.append(entry)
    for icon, places in (("star", starred(search.favourites.answer or ())), ("history", search.recents.answer or ())):
        rows += [PlaceEntry(ui, place, plan.show_place, icon=icon, off_map=plan.off_map(place)) for place in places]
    return rows
