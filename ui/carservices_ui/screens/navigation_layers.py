"""What else the map shows: charging stations by one's wishes, and the area within reach."""

from collections.abc import Sequence

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import Connector
from carservices_ui.i18n import number, t
from carservices_ui.planning import Phase
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Heading, SwitchEntry
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.widgets import Flow, Segmented

POWERS = (0.0, 22.0, 50.0, 150.0)
"""Least power in kW to choose from."""


class LayersPage(Sheet):
    """Switches; each shows at once beside the sheet what it does."""

    def build(self) -> None:
        self.title.text = t("nav.layers")
        self.stations: SwitchEntry | None = None
        self.reach: SwitchEntry | None = None

    def depends(self) -> object:
        charging = self.plan.charging
        return charging.shown, charging.too_wide, charging.wanted, charging.reaching, charging.area.phase

    def content(self) -> Sequence[Widget]:
        charging = self.plan.charging
        self.stations = SwitchEntry("ev_station", t("nav.stations"), charging.shown, charging.show, tone="energy")
        self.reach = SwitchEntry("distance", t("nav.reach"), charging.reaching, charging.reach)
        hint = [Flow(t("nav.zoom_in"), tone="text2", padding=(dp(20), dp(4)))] if charging.too_wide else []
        filters = [Heading(t("nav.wishes")), *self._filters()] if charging.shown else []
        return [self.stations, *hint, self.reach, *self._reach_words(), *filters]

    def _filters(self) -> list[Widget]:
        charging, wanted = self.plan.charging, self.plan.charging.wanted
        plugs = [(None, t("nav.any")), *((one, say.CONNECTORS[one]) for one in Connector)]
        self.connector = Segmented(plugs, size_hint=(1, None))
        self.connector.value = wanted.connector
        self.connector.bind(on_choose=lambda _, connector: charging.filter(connector=connector))
        powers = [(kw, t("nav.from_kw", kw=number(kw)) if kw else t("nav.any_power")) for kw in POWERS]
        self.power = Segmented(powers, size_hint=(1, None))
        self.power.value = wanted.min_power_kw
        self.power.bind(on_choose=lambda _, kw: charging.filter(min_power_kw=kw))
        return [
            self.connector,
            self.power,
            SwitchEntry("check_circle", t("nav.only_free"), wanted.only_free, lambda on: charging.filter(only_free=on)),
            SwitchEntry("schedule", t("nav.only_open"), wanted.only_open, lambda on: charging.filter(only_open=on)),
        ]

    def _reach_words(self) -> list[Widget]:
        charging = self.plan.charging
        if not charging.reaching:
            return []
        area = charging.area
        if area.phase is Phase.FAILED:
            return [Flow(say.sentence(area.problem), lines=3, tone="heat", padding=(dp(20), dp(4)))]
        if area.answer is None or area.answer.range_km is None:
            return [Flow(t("nav.reaching"), tone="text2", padding=(dp(20), dp(4)))]
        way = self.ui.units.distance(area.answer.range_km * 1000)
        return [Flow(t("nav.reach_words", way=way), lines=3, tone="text2", padding=(dp(20), dp(4)))]
