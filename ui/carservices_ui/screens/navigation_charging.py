"""The charging plan of a way: the charge along it as a curve with its uncertainty, and the stops as a timeline."""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import ChargeStop, Place, RoutePreview
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_curve import ChargeCurve
from carservices_ui.screens.navigation_rows import Nothing
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.ui import Ui
from carservices_ui.units import duration, percent
from carservices_ui.widgets import Column, Flow, Icon, Row, Text
from carservices_ui.widgets.shapes import disc, plate

WORTH_A_WORD_S = 60.0
"""Of waiting for a free plug."""
DOT, LINE = 20, 4
MARGIN = 44


class ChargingPage(Sheet):
    """Of the way that is chosen, or of the one under way."""

    def build(self) -> None:
        self.title.text = t("nav.charge_plan")
        self.stops: list[Moment] = []

    @property
    def route(self) -> RoutePreview | None:
        """Whose plan it is."""
        journey = self.plan.routes.under_way
        return self.plan.routes.choice or (journey.route if journey is not None else None)

    @property
    def destination(self) -> Place | None:
        """Where it leads."""
        journey = self.plan.routes.under_way
        return self.plan.routes.destination or (journey.destination if journey is not None else None)

    def depends(self) -> object:
        return self.route

    def content(self) -> Widget | Sequence[Widget]:
        route = self.route
        if route is None:
            return Nothing("ev_station", t("nav.no_plan"))
        curve = ChargeCurve(self.ui, route)
        self.stops = [StopMoment(self.ui, stop) for stop in route.charge_stops]
        first = route.charge[0].charge.mean if route.charge else None
        return [
            curve,
            Moment(t("nav.here_now"), percent(first), tone="text2", first=True),
            *self.stops,
            Arrival(self.ui, route, self.destination),
            Text(t("nav.band"), role="caption", tone="text2", padding=(dp(4), dp(4))),
        ]


class Moment(Row):
    """A point of the timeline: a dot on the line, words, a charge at the end, and below pieces of advice with icons."""

    def __init__(
        self,
        title: str,
        charge: str,
        *,
        tone: str = "energy",
        detail: str = "",
        below: str = "",
        advice: Sequence[tuple[str, str]] = (),
        first: bool = False,
        last: bool = False,
    ) -> None:
        lines = [_line(Flow(title, lines=1, strong=True), Text(charge, strong=True, tone=tone))]
        if detail or below:
            lines.append(_line(Flow(detail, lines=1, tone="text2"), Text(below, tone="text2")))
        lines += [
            _line(Icon(icon, size="small", tone="text2"), Flow(words, lines=2, tone="text2")) for icon, words in advice
        ]
        text = Column(*lines, gap=None, size_hint=(1, None), padding=(0, 0, 0, dp(12)))
        mark = Mark(tone, first=first, last=last)
        super().__init__(mark, text, gap="s", size_hint=(1, None), padding=(0, 0, dp(16), 0))


def _line(*parts: Widget) -> Row:
    return Row(*parts, gap="s", size_hint=(1, None))


class StopMoment(Moment):
    """A charging stop: from which charge to which, for how long, at which power and price."""

    def __init__(self, ui: Ui, stop: ChargeStop) -> None:
        self.stop = stop
        advice = []
        if stop.advised_kmh:
            advice.append(("speed", t("nav.advised", speed=ui.units.text("speed", stop.advised_kmh))))
        if stop.precondition_m:
            advice.append(("heat", t("nav.precondition", way=ui.units.way(stop.precondition_m))))
        facts = [duration(stop.charge_s), say.kilowatts(stop.power_kw)]
        if stop.wait_s >= WORTH_A_WORD_S:
            facts.append(t("nav.wait", time=duration(stop.wait_s)))
        if stop.cost_eur is not None:
            facts.append(say.euros(stop.cost_eur))
        super().__init__(
            ui.restrictions.text(say.title(stop.place)),
            f"{percent(stop.arrive.mean)} → {percent(stop.depart_soc)}",
            detail=say.dotted(facts),
            below=ui.units.distance(stop.at_m),
            advice=advice,
        )


class Arrival(Moment):
    """The destination, with the bounds of the charge there and the sum of the way."""

    def __init__(self, ui: Ui, route: RoutePreview, destination: Place | None) -> None:
        title = ui.restrictions.text(say.title(destination)) if destination else t("nav.destination")
        sums = [duration(say.total(route)), ui.units.distance(route.metres)]
        if route.cost_eur is not None:
            sums.append(say.euros(route.cost_eur))
        arrival = route.arrival
        super().__init__(
            title,
            say.charge(arrival),
            tone=say.charge_tone(arrival) if arrival else "text2",
            detail=say.dotted(sums),
            below=say.bounds(arrival) if arrival else "",
            last=True,
        )


class Mark(Widget):
    """A dot, with the line of the journey through it."""

    def __init__(self, tone: str, *, first: bool, last: bool) -> None:
        super().__init__(size_hint=(None, 1), width=dp(MARGIN))
        self._first, self._last = first, last
        with self.canvas:
            Color(*color("track"))
            self._line = plate(dp(LINE / 2))
            Color(*color(tone))
            self._dot = disc(dp(DOT))
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        middle, side = self.y + self.height - dp(16), dp(DOT)
        top = middle if self._first else self.y + self.height + dp(8)
        low = middle if self._last else self.y
        self._line.pos, self._line.size = (self.center_x - dp(LINE / 2), low), (dp(LINE), top - low)
        self._dot.pos, self._dot.size = (self.center_x - side / 2, middle - side / 2), (side, side)
