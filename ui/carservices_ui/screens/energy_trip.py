"""The trip's two cards: its figures and course, and where its energy went."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.energy import Energy, Sink, Trip
from carservices_ui.i18n import number, t
from carservices_ui.look import color
from carservices_ui.screens.energy_chart import Course, Stretch, TripChart
from carservices_ui.store import Outcome
from carservices_ui.streams import TRIP
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, duration
from carservices_ui.widgets import Card, Column, Dialog, IconButton, Row, Text, spacer
from carservices_ui.widgets.shapes import disc, plate

FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}

FIGURES = ("distance", "time", "average", "recuperated", "used")
CAUSES: dict[Sink, tuple[str, float]] = {
    Sink.DRIVE: ("accent", 1.0),
    Sink.AUXILIARIES: ("heat", 1.0),
    Sink.BATTERY_LOSS: ("alert", 1.0),
    Sink.DCDC_LOSS: ("text2", 1.0),
    Sink.UNKNOWN: ("control", 0.5),
}
"""What energy was spent on: colour token and opacity, in the order of the bar."""


EDGE, CORNER = 24, 16
"""From the card's edge to what it shows, and to the button in its corner, in dp."""


class TripCard(Card):
    """Figures, a button that begins a new trip, and the chart; words instead of the chart while there is none."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.figures = {name: Figure(t(f"energy.{name}")) for name in FIGURES}
        self.reset = IconButton("refresh", surface="surface3", radius="tile")
        self.reset.bind(on_release=lambda *_: self._ask())
        self.chart = TripChart(size_hint=(1, 1))
        self.empty = Text("", tone="text2", pos_hint={"center_x": 0.5, "center_y": 0.38})
        head: list[Widget] = []
        for figure in self.figures.values():
            head += [figure, spacer()]
        self.add_widget(
            Column(
                Row(*head, self.reset, gap=None, size_hint=(1, None)),
                Row(self.chart, gap=None, padding=(0, 0, dp(EDGE - CORNER), 0), size_hint=(1, 1)),
                spacing=dp(12),
                padding=(dp(EDGE), dp(12), dp(CORNER), dp(12)),
                **FILL,
            )
        )
        self.add_widget(self.empty)
        ui.store.bind_stream(TRIP, self._show)

    def _show(self, trip: Trip | None) -> None:
        units = self._ui.units
        shown = dict.fromkeys(FIGURES, (NOTHING, ""))
        if trip is not None:
            shown = {
                "distance": (units.distance(trip.distance_m), ""),
                "time": (duration(trip.duration_s), ""),
                "average": (units.number("consumption", trip.consumption), units.shown("consumption").label),
                "recuperated": (number(trip.recuperated_kwh, 1), "kWh"),
                "used": (number(trip.energy_kwh, 1), "kWh"),
            }
        for name, (value, unit) in shown.items():
            self.figures[name].show(value, unit)
        self.chart.course = self._course(trip)
        self.empty.text = "" if self.chart.course.stretches else t("energy.away" if trip is None else "energy.empty")
        self.reset.available = trip is not None

    def _course(self, trip: Trip | None) -> Course:
        if trip is None:
            return Course()
        units = self._ui.units
        return Course(
            stretches=tuple(
                Stretch(
                    units.convert("distance", point.distance_km * 1000),
                    units.convert("consumption", point.kwh_per_100km),
                    None if point.range_km is None else units.convert("distance", point.range_km * 1000),
                )
                for point in trip.points
            ),
            average=None if trip.consumption is None else units.convert("consumption", trip.consumption),
            distance_unit=units.shown("distance").label,
            consumption_unit=units.shown("consumption").label,
            range_words=t("range.unit", unit=units.shown("distance").label),
        )

    def _ask(self) -> None:
        actions = [
            (t("energy.keep"), "plain", lambda: None),
            (t("energy.reset"), "primary", self._reset),
        ]
        self._ui.ask(Dialog(t("energy.reset_title"), t("energy.reset_text"), actions))

    def _reset(self) -> None:
        self.reset.phase = "pending"
        self._ui.store.call(Energy, "reset", self._reset_ended)

    def _reset_ended(self, outcome: Outcome) -> None:
        self.reset.phase = "confirmed" if outcome.ok else "refused"
        self._ui.ended(outcome)


class Figure(Column):
    """A number with its unit, and its name below."""

    def __init__(self, name: str) -> None:
        self.value = Text(NOTHING, strong=True, fixed=True)
        self.unit = Text("", role="caption", tone="text2", pos_hint={"y": 0.06}, fixed=True)
        self.label = Text(name, tone="text2", fixed=True)
        super().__init__(Row(self.value, self.unit, gap="xs"), self.label, gap=None)

    def show(self, value: str, unit: str) -> None:
        """The number, and its unit unless there is none to show."""
        self.value.text, self.unit.text = value, "" if value == NOTHING else unit


class LossCard(Card):
    """Everything drawn from the battery as one bar by cause; below it what came back, on the same scale."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.total = Text(NOTHING, strong=True)
        self.bar = LossBar(size_hint=(1, None), height=dp(40))
        self.causes = {sink: Cause(sink, *paint) for sink, paint in CAUSES.items()}
        self.back = Cause(Sink.RECUPERATED, "energy", 1.0)
        self._legend = Row(gap=None, size_hint=(1, None), height=dp(60))
        self.add_widget(
            Column(
                Row(Text(t("energy.where"), tone="text2"), spacer(), self.total, size_hint=(1, None)),
                self.bar,
                spacer(),
                self._legend,
                gap="s",
                padding=(dp(24), dp(18)),
                **FILL,
            )
        )
        self._listed: list[Cause] = []
        ui.store.bind_stream(TRIP, self._show)

    def _show(self, trip: Trip | None) -> None:
        spent = {} if trip is None else trip.by_cause
        amounts = {sink: max(0.0, spent.get(sink, 0.0)) for sink in CAUSES}
        back = max(0.0, -spent.get(Sink.RECUPERATED, 0.0))
        self.total.text = f"{number(trip.drawn_kwh, 2)} kWh" if trip is not None and spent else NOTHING
        self.bar.show([(amount, *CAUSES[sink]) for sink, amount in amounts.items()], back)
        for sink, cause in self.causes.items():
            cause.show(amounts[sink] if spent else None)
        self.back.show(-back if spent else None)
        known = [cause for sink, cause in self.causes.items() if sink is not Sink.UNKNOWN or amounts[sink] > 0]
        self._list([*known, self.back])

    def _list(self, causes: list["Cause"]) -> None:
        if causes == self._listed:
            return
        self._listed = causes
        self._legend.clear_widgets()
        for index, cause in enumerate(causes):
            if index:
                self._legend.add_widget(spacer())
            self._legend.add_widget(cause)


class LossBar(Widget):
    """Amounts side by side, all in the scale of their sum; what came back as a thinner bar from the right end."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.amounts: list[tuple[float, str, float]] = []
        self.back = 0.0
        self.bind(pos=self._draw, size=self._draw)

    def show(self, amounts: list[tuple[float, str, float]], back: float) -> None:
        """Each amount with its colour token and opacity, and the amount that came back."""
        self.amounts, self.back = amounts, back
        self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        total = sum(amount for amount, _, _ in self.amounts)
        upper, lower, gap = dp(24), dp(8), dp(6)
        y = self.y + self.height - upper
        with self.canvas:
            if total <= 0:
                Color(*color("track"))
                self._pill(self.x, y, self.width, upper)
                return
            left = self.x
            for amount, tone, alpha in self.amounts:
                width = self.width * amount / total
                if width >= 1:
                    Color(*color(tone, alpha))
                    Rectangle(pos=(round(left), y), size=(max(1, round(width - dp(2))), upper))
                left += width
            width = self.width * min(1.0, self.back / total)
            Color(*color("track"))
            self._pill(self.x, y - gap - lower, self.width, lower)
            if width >= lower:
                Color(*color("energy"))
                self._pill(self.x + self.width - width, y - gap - lower, width, lower)

    def _pill(self, x: float, y: float, width: float, height: float) -> None:
        shape = plate(min(height / 2, dp(8)))
        shape.pos, shape.size = (x, y), (width, height)


class Cause(Row):
    """One entry of the legend: its colour, its amount in kWh, its name."""

    def __init__(self, sink: Sink, tone: str, alpha: float) -> None:
        self._dot = Widget(size_hint=(None, None), size=(dp(14), dp(14)))
        with self._dot.canvas:
            Color(*color(tone, alpha))
            dot = disc(dp(14))
        dot.size = self._dot.size
        self._dot.bind(pos=lambda _, pos: setattr(dot, "pos", pos))
        self.value = Text(NOTHING, strong=True, fixed=True)
        self.unit = Text("kWh", role="caption", tone="text2", pos_hint={"y": 0.06}, fixed=True)
        name = Text(t(f"energy.{sink.value}"), tone="text2", fixed=True)
        super().__init__(self._dot, Column(Row(self.value, self.unit, gap="xs"), name, gap=None), gap="s")

    def show(self, kwh: float | None) -> None:
        """The amount, or that there is none to show."""
        self.value.text = NOTHING if kwh is None else number(kwh, 2)
        self.unit.opacity = 0.0 if kwh is None else 1.0
