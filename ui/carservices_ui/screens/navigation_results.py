"""The places that were found, beside the map that shows them all."""

from collections.abc import Sequence

from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.planning.search import CHARGING
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Entry, Nothing, PlaceEntry, StationEntry
from carservices_ui.screens.navigation_sheet import Sheet


class ResultsPage(Sheet):
    """Of a text or of a kind; charging stations with what is free."""

    def build(self) -> None:
        search = self.plan.search
        self.title.text = search.category.name if search.category else search.text.strip()
        self.entries: list[Entry] = []

    @property
    def stations(self) -> bool:
        """Whether charging stations are listed."""
        category = self.plan.search.category
        return category is not None and category.key == CHARGING

    def depends(self) -> object:
        asking = self.plan.charging.near if self.stations else self.plan.search.found
        return asking.phase, asking.problem, asking.answer

    def content(self) -> Widget | Sequence[Widget]:
        plan = self.plan
        waits = self.waits(plan.charging.near if self.stations else plan.search.found, t("nav.searching"))
        if waits is not None:
            return waits
        if self.stations:
            self.entries = [
                StationEntry(self.ui, one, plan.show_station, say.away(self.ui, one.place.distance_m))
                for one in plan.charging.nearest()
            ]
        else:
            self.entries = [PlaceEntry(self.ui, place, plan.show_place) for place in plan.search.found.answer or ()]
        if not self.entries:
            return Nothing("search", t("nav.none_near"), t("nav.none_near_detail"))
        return self.cut(self.entries)

    def again(self) -> None:
        search = self.plan.search
        if search.category is not None:
            self.plan.browse(search.category)
        else:
            search.type(search.text)
