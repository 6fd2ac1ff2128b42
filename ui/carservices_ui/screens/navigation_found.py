"""What stands above the keyboard: the places found so far, or the driver's own before anything is typed."""

from collections.abc import Sequence

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.api.routes import Place
from carservices_ui.i18n import t
from carservices_ui.planning import Phase
from carservices_ui.screens.navigation_choices import own_places
from carservices_ui.screens.navigation_rows import FILL, Busy, Nothing, PlaceEntry, failed
from carservices_ui.ui import Ui
from carservices_ui.widgets import Scroll

MOST = 8
"""Places above the keyboard; all of them are listed once it is gone."""


class Found(FloatLayout):
    """Rows two in a line, in reading order; a row whose place is found again stays what it is."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(size_hint=(1, 1))
        self._ui, self._plan = ui, ui.plan
        self._known: dict[Place, PlaceEntry] = {}
        self._built: object = None
        self.rows: list[PlaceEntry] = []
        self.refresh()

    def refresh(self) -> None:
        """The plan has changed."""
        search = self._plan.search
        typed, found = search.text.strip(), search.found
        places = tuple((found.answer or ())[:MOST])
        if typed:
            now: object = (found.phase is Phase.FAILED, found.answer is None, places, "" if places else typed)
        else:
            now = (search.favourites.answer, search.recents.answer, self._plan.map)
        if now != self._built:
            self._built = now
            self.clear_widgets()
            self.add_widget(self._results(places, typed) if typed else self._own())
            self._ui.rebuilt()

    def _results(self, places: Sequence[Place], typed: str) -> Widget:
        found = self._plan.search.found
        if found.phase is Phase.FAILED:
            return failed(found.problem, lambda: self._plan.search.type(self._plan.search.text))
        if found.answer is None:
            return Busy(self._ui, t("nav.searching"))
        if not places:
            return Nothing("search", t("nav.no_result", text=typed), t("nav.no_result_detail"))
        self._known = {place: self._known.get(place) or self._entry(place) for place in places}
        self.rows = list(self._known.values())
        return _grid(self.rows)

    def _entry(self, place: Place) -> PlaceEntry:
        return PlaceEntry(self._ui, place, self._plan.show_place)

    def _own(self) -> Widget:
        rows = own_places(self._ui)
        return _grid(rows) if rows else Nothing("star", t("nav.no_own"), t("nav.no_own_detail"))


def _grid(rows: Sequence[Widget]) -> Scroll:
    grid = GridLayout(cols=2, spacing=dp(8), size_hint=(1, None))
    grid.bind(minimum_height=grid.setter("height"))
    for row in rows:
        if row.parent is not None:
            row.parent.remove_widget(row)
        grid.add_widget(row)
    return Scroll(grid, **FILL)
