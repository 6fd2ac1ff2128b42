"""Search: typed while parked, with results as one types; kinds of places, favourites and recents at any time."""

from collections.abc import Callable, Sequence

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices.api.navigation import Category
from carservices.api.routes import Place
from carservices_ui.i18n import t
from carservices_ui.planning import Page, Phase
from carservices_ui.planning.search import CHARGING, OWN, starred
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Busy, Entry, KindTile, Nothing, PlaceEntry, failed
from carservices_ui.screens.navigation_sheet import FILL, PADDING, Sheet
from carservices_ui.templates.entry import Entry as Field
from carservices_ui.templates.keyboard import LowKeyboard
from carservices_ui.widgets import Column, Icon, IconButton, Row, Scroll, Text, spacer

KINDS = 3
"""Tiles in a line."""
OWN_WIDTH = 0.46
"""Of the page, for the driver's own places."""


class SearchPage(Sheet):
    """`field` is typed into by the keyboard below or by a real one."""

    wide = True

    def build(self) -> None:
        self.field = Field(self.plan.search.text, t("nav.where_to"), icon="search")
        self.field.bind(on_release=lambda *_: self.type(True))
        self.clear = IconButton("close", tone="text2")
        self.clear.bind(on_release=lambda *_: self._clear())
        self.keyboard = LowKeyboard(self._typed, self._erase, self._done)
        self.rows: list[PlaceEntry] = []
        self.kinds: dict[str, KindTile] = {}
        self.own: dict[str, Entry] = {}
        if self.plan.search.text and self.may_type:
            self.field.type(True)

    def head(self) -> list[Widget]:
        return [self.back, self.field, self.clear]

    @property
    def may_type(self) -> bool:
        """Only while parked."""
        return not self.ui.restrictions.forbids(Restriction.NO_KEYBOARD)

    def type(self, typing: bool) -> None:
        """Bring the keyboard, or take it away."""
        if typing and not self.may_type:
            self.ui.tell(t("nav.type_when_parked"), "keyboard", "heat")
            return
        self.field.type(typing)
        self.refresh()

    def restrict(self, restrictions: Restrictions) -> None:
        if not self.may_type:
            self.field.type(False)
        super().restrict(restrictions)

    def write(self, text: str) -> bool:
        if not self.may_type:
            return False
        self.field.type(True)
        self._typed(text)
        return True

    def key(self, name: str) -> bool:
        if not self.field.typing or name not in ("space", "backspace", "enter"):
            return False
        if name == "backspace":
            self._erase()
        elif name == "enter":
            self._done()
        return True  # what the space bar writes comes as text

    def _typed(self, character: str) -> None:
        self.field.put(character)
        self.plan.search.type(self.field.value)

    def _erase(self) -> None:
        self.field.erase()
        self.plan.search.type(self.field.value)

    def _clear(self) -> None:
        self.field.value = ""
        self.field.type(False)
        self.plan.search.clear()
        self.refresh()

    def _done(self) -> None:
        if self.plan.search.text.strip():
            self.plan.open(Page.RESULTS)
        else:
            self.type(False)

    # -- what is below the field -------------------------------------------------------------------------------------

    def depends(self) -> object:
        search = self.plan.search
        if self.field.typing and search.text.strip():
            waits = search.found.answer is None and search.found.phase is Phase.BUSY
            nothing = search.text if not search.found.answer else ""
            return "typed", waits, search.found.problem, _ids(search.found.answer), nothing
        categories = search.categories.answer
        own = (_ids(search.favourites.answer), _ids(search.recents.answer))
        return self.field.typing, search.categories.problem, categories and len(categories), own

    def content(self) -> Widget:
        typed = bool(self.plan.search.text.strip())
        self.kinds, self.own, self.rows = {}, {}, []
        if self.keyboard.parent is not None:
            self.keyboard.parent.remove_widget(self.keyboard)
        if self.field.typing:
            above = self._results() if typed else self._own(self._grid)
            return Column(above, self.keyboard, gap="s", **FILL)
        parts: list[Widget] = [self._choices()]
        if not self.may_type:
            parts.append(Hint())
        return Column(*parts, gap="s", **FILL)

    def _results(self) -> Widget:
        found = self.plan.search.found
        if found.phase is Phase.FAILED:
            return failed(found.problem, self.again)
        if found.answer is None:
            return Busy(self.ui, t("nav.searching"))
        if not found.answer:
            return Nothing("search", t("nav.no_result", text=self.plan.search.text.strip()), t("nav.no_result_detail"))
        self.rows = [PlaceEntry(self.ui, place, self.plan.show_place) for place in found.answer]
        return self._grid(self.rows)

    def again(self) -> None:
        if self.plan.search.text:
            self.plan.search.type(self.plan.search.text)
        else:
            self.plan.search.begin()

    def _grid(self, rows: Sequence[Widget]) -> Widget:
        """Two in a line, in reading order."""
        grid = GridLayout(cols=2, spacing=dp(8), size_hint=(1, None))
        grid.bind(minimum_height=grid.setter("height"))
        for row in rows:
            grid.add_widget(row)
        return Scroll(grid, size_hint=(1, 1))

    def _choices(self) -> Widget:
        """The driver's own places at the left, kinds at the right; or why there are none."""
        search = self.plan.search
        if search.categories.phase is Phase.FAILED:
            return failed(search.categories.problem, self.again)
        if search.categories.answer is None:
            return Busy(self.ui, t("nav.searching"))
        own = self._own(lambda rows: Scroll(*self.cut(rows)))
        own.size_hint = (OWN_WIDTH, 1)
        kinds = GridLayout(cols=KINDS, spacing=dp(8), size_hint=(1, None))
        kinds.bind(minimum_height=kinds.setter("height"))
        tiles = self._kind_tiles(search.categories.answer)
        for tile in (*tiles, *(spacer() for _ in range(KINDS - len(tiles)))):  # one tile is not as wide as three
            kinds.add_widget(tile)
        return Row(own, Scroll(kinds, size_hint=(1 - OWN_WIDTH, 1)), spacing=dp(PADDING), size_hint=(1, 1))

    def _kind_tiles(self, categories: Sequence[Category]) -> list[KindTile]:
        charging = Category(key=CHARGING, name=t("nav.stations"), count=0)
        for category in (charging, *(one for one in categories if one.key != CHARGING)):
            tone = "energy" if category is charging else "accent"
            tile = KindTile(say.CATEGORIES.get(category.key, say.PIN), category.name, tone=tone)
            tile.bind(on_release=lambda *_, category=category: self.plan.browse(category))
            self.kinds[category.key] = tile
        return list(self.kinds.values())

    def _own(self, lay: Callable[[Sequence[Widget]], Widget]) -> Widget:
        rows = self._own_places()
        return lay(rows) if rows else Nothing("star", t("nav.no_own"), t("nav.no_own_detail"))

    def _own_places(self) -> list[Widget]:
        search = self.plan.search
        rows: list[Widget] = []
        for which in OWN:
            if (place := search.own(which)) is not None:
                entry = self.own[which] = Entry(t(f"nav.{which}"), say.title(place), icon=say.CATEGORIES[which])
                entry.bind(on_release=lambda *_, place=place: self.plan.go(place))
                rows.append(entry)
        kept = [
            PlaceEntry(self.ui, place, self.plan.show_place, icon="star")
            for place in starred(search.favourites.answer or ())
        ]
        past = [
            PlaceEntry(self.ui, place, self.plan.show_place, icon="history") for place in search.recents.answer or ()
        ]
        self.rows = [*kept, *past]
        return [*rows, *self.rows]


class Hint(Row):
    """While driving: typing waits for the next stop, and what can be done instead."""

    def __init__(self) -> None:
        icon = Icon("keyboard", size="small", tone="heat")
        super().__init__(icon, Text(t("nav.driving_hint"), tone="text2"), gap="m", padding=(dp(8), dp(4)))


def _ids(places: Sequence[Place] | None) -> tuple[object, ...] | None:
    return None if places is None else tuple((one.id, one.name, one.distance_m) for one in places)
