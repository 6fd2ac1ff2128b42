"""Charging stations along the route under way, in the order they come, each of which can become a stop."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kivy.uix.widget import Widget

from carservices.api.navigation import Guidance
from carservices.api.routes import Charger
from carservices_ui.i18n import t
from carservices_ui.planning import geo
from carservices_ui.polyline import points
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Nothing, StationEntry, tailed
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.streams import GUIDANCE
from carservices_ui.units import duration
from carservices_ui.widgets import IconButton, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ON_ROUTE_S = 60.0
"""A shorter detour is none."""


class AlongPage(Sheet):
    """The way to each along the route, and how much longer the trip takes over it."""

    def build(self) -> None:
        self.title.text = t("nav.stations_along")
        self.rows: list[Row] = []
        self.adds: dict[str | None, IconButton] = {}
        """By the id of the station."""

    def depends(self) -> object:
        asking = self.plan.charging.along
        return asking.phase, asking.problem, asking.answer

    def content(self) -> Widget | Sequence[Widget]:
        waits = self.waits(self.plan.charging.along, t("nav.searching"))
        if waits is not None:
            return waits
        journey = self.plan.routes.under_way
        line = points(journey.route.geometry if journey is not None and journey.route is not None else "")
        guidance: Guidance | None = self.ui.store.stream(GUIDANCE)
        driven = guidance.travelled_m if guidance is not None else 0.0
        self.adds = {}
        self.rows = [self._row(charger, line, driven) for charger in self.plan.charging.along.answer or ()]
        if not self.rows:
            return Nothing("ev_station", t("nav.none_along"), t("nav.none_along_detail"))
        return self.cut(self.rows)

    def _row(self, charger: Charger, line: "NDArray[np.float64]", driven: float) -> Row:
        add = self.adds[charger.place.id] = IconButton("add", tone="accent", surface="surface2", radius="tile")
        add.bind(on_release=lambda *_: self._add(charger))
        place = charger.place.lat, charger.place.lon
        ahead = max(0.0, geo.along(line, place)[0] - driven) if len(line) > 1 else None
        longer = f"+{duration(charger.detour_s)}" if (charger.detour_s or 0.0) >= ON_ROUTE_S else ""
        return tailed(StationEntry(self.ui, charger, self.plan.show_station, say.away(self.ui, ahead), longer), add)

    def _add(self, charger: Charger) -> None:
        self.plan.routes.change("add_stop", place=charger.place)
        self.plan.close()

    def again(self) -> None:
        self.plan.charging.look_along()
