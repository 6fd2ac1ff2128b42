"""The ways on offer: one row each, and the button that starts the guidance along the chosen one."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import RoutePreview
from carservices_ui.i18n import number, t
from carservices_ui.planning import Page, Phase
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import CENTER, FILL, Nothing
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.ui import Ui
from carservices_ui.units import duration
from carservices_ui.widgets import Card, Column, Control, Flow, Icon, IconButton, Row, Text, TextButton, spacer

HEIGHT = 104
SIMPLER = "roads"
"""The engine whose guidance is simpler than Valhalla's."""
LATER = 60.0
"""s more than the fastest way that are worth a word."""


class RoutesPage(Sheet):
    """The map looks over all of them; a row or a touch on the map chooses."""

    def build(self) -> None:
        place = self.plan.routes.destination
        self.title.text = say.title(place) if place else ""
        self.options = IconButton("tune")
        self.options.bind(on_release=lambda *_: self.plan.open(Page.OPTIONS))
        self.ends = [self.options]
        self.charge = TextButton(t("nav.charge_plan"), icon="ev_station", size_hint=(1, None))
        self.charge.bind(on_release=lambda *_: self.plan.open(Page.CHARGING))
        self.start = TextButton(t("nav.start"), icon="near_me", kind="primary", size_hint=(1, None))
        self.start.bind(on_release=lambda *_: self.plan.drive())
        self.foot.add_widget(self.charge)
        self.foot.add_widget(self.start)
        self.rows: list[RouteRow] = []

    def depends(self) -> object:
        routes = self.plan.routes
        return routes.offers.phase, routes.offers.problem, routes.offered

    def refresh(self) -> None:
        super().refresh()
        routes = self.plan.routes
        for index, row in enumerate(self.rows):
            row.choose(index == routes.chosen)
        choice = routes.choice
        self.start.available = choice is not None and not routes.starting
        self.start.phase = "pending" if routes.starting else "idle"
        self.charge.available = choice is not None and bool(choice.charge or choice.charge_stops)

    def content(self) -> Widget | Sequence[Widget]:
        routes = self.plan.routes
        self.rows = []
        if routes.offers.phase is Phase.FAILED:
            return Nothing(
                "route",
                t("nav.no_route"),
                say.sentence(routes.offers.problem),
                tone="heat",
                way_out=(t("nav.again"), self.again),
            )
        waits = self.waits(routes.offers, t("nav.routing")) if routes.offers.phase is not Phase.DONE else None
        if waits is not None or not routes.offered:
            return waits or Nothing("route", t("nav.no_route"), tone="heat")
        fastest = min(map(say.total, routes.offered))
        self.rows = [
            RouteRow(self.ui, route, fastest, partial(routes.choose, index))
            for index, route in enumerate(routes.offered)
        ]
        warnings = dict.fromkeys(route.warning for route in routes.offered if route.warning)
        words: list[Widget] = [Hint(self.ui.restrictions.text(warning)) for warning in warnings]
        if not warnings and any(route.engine == SIMPLER for route in routes.offered):
            words.append(Hint(t("nav.simpler"), icon="info", tone="text2"))
        return [*words, *self.rows]  # below three rows nobody would see them

    def again(self) -> None:
        self.plan.routes.again()


class RouteRow(Control):
    """Time, length and roads at the left; the charge on arrival at the right; a bar marks the chosen one."""

    def __init__(self, ui: Ui, route: RoutePreview, fastest: float, choose: Callable[[], None]) -> None:
        super().__init__(size_hint=(1, None), height=dp(HEIGHT))
        self.route = route
        self._back = Card(tone="surface2", radius="tile", pos_hint=CENTER)
        self._bar = Card(tone="accent_fill", radius=4, edged=False, size_hint=(None, None), width=dp(6))
        self.time = Text(duration(say.total(route)), role="primary", strong=True)
        later = say.total(route) - fastest
        self.length = Text(ui.units.distance(route.metres), tone="text2")
        self.via = Text(say.dotted([say.clock(ui, say.total(route)), via(route)]), tone="text2")
        self.via.shorten, self.via.shorten_from = True, "right"
        self.arrival = Text(say.charge(route.arrival), strong=True, role="primary")
        self._marks = [Icon(icon, size="small", tone="heat") for icon in _marks(route)]
        late = [Text(f"+{duration(later)}", tone="heat")] if later >= LATER else []
        first, second = Row(self.time, self.length, *late, gap="m"), Row(*self._marks, self.via, gap="s")
        words = Column(first, second, gap=None)
        charge: list[Widget] = []
        if route.arrival is not None:
            self.arrival.tone(say.charge_tone(route.arrival))
            battery = Row(
                Icon("bolt", size="small", tone=say.charge_tone(route.arrival), filled=True),
                self.arrival,
                gap="xs",
            )
            bounds = say.bounds(route.arrival)
            band = [Text(bounds, tone="text2")] if bounds else []
            charge = [Column(battery, *band, gap=None, align="right")]
        self._end = charge
        self.add_widget(self._back)
        self.add_widget(self._bar)
        self.add_widget(Row(words, spacer(), *charge, gap="m", padding=(dp(28), 0, dp(20), 0), **FILL))
        self.bind(pos=self._place, size=self._place, on_release=lambda *_: choose())

    def choose(self, chosen: bool) -> None:
        """Mark it, or not."""
        self._bar.bare(not chosen)
        self._back.paint("accent_tint" if chosen else "surface2")

    def _place(self, *_: Any) -> None:
        self._bar.pos, self._bar.height = (self.x + dp(10), self.y + dp(20)), self.height - dp(40)
        end = max((widget.width for widget in self._end), default=0.0)
        marks = sum(mark.width + dp(8) for mark in self._marks)
        self.via.relimit(self.width - dp(28 + 20 + 32) - end - marks)


class Hint(Row):
    """A sentence to know before choosing."""

    def __init__(self, words: str, *, icon: str = "warning", tone: str = "heat") -> None:
        super().__init__(
            Icon(icon, size="small", tone=tone, filled=True),
            Flow(words, lines=3, tone=tone),
            gap="m",
            size_hint=(1, None),
            padding=(dp(12), dp(6)),
        )


def via(route: RoutePreview) -> str:
    """Over which roads, and how long it charges on the way."""
    stops = len(route.charge_stops)
    charging = t("nav.charging_time", n=stops, time=duration(route.charge_s)) if stops else ""
    energy = "" if route.energy_kwh is None or stops else f"{number(route.energy_kwh, 1)} kWh"
    return say.dotted([charging, energy, t("nav.via", roads=route.via) if route.via else ""])


def _marks(route: RoutePreview) -> list[str]:
    return [icon for icon, there in (("toll", route.tolls), ("directions_boat", route.ferries)) if there]
