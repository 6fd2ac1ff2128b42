"""The map card: the map, speed and limit, the road, zoom, and the trip so far along the bottom."""

from typing import TYPE_CHECKING, Any

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.energy import Energy, Trip
from carservices.signals import Datum
from carservices_ui.livemap import Road
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, duration, is_number, percent
from carservices_ui.widgets import Card, Column, Icon, IconButton, Row, Text, spacer
from carservices_ui.widgets.shapes import disc

if TYPE_CHECKING:
    from carservices_ui.map.view import MapView

EDGE = 20
GLASS = 0.95
"""Opacity of what lies on the map."""
STEPS = {"my_location": "recenter", "add": "zoom_in", "remove": "zoom_out"}
"""Buttons and what they ask of the map."""


class MapCard(FloatLayout):
    """The hero of the home screen, and all of the navigation screen."""

    def __init__(self, ui: Ui, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        covered = dp(EDGE + TARGET)
        self.road = RoadPill()
        self.speed = SpeedChip(ui)
        self.map: MapView | None = None
        self.trip = TripBar(ui)
        self.buttons = self._buttons()
        for overlay in (self.road, self.speed, self.buttons, self.trip):
            self.add_widget(overlay)
        self.bind(pos=self._arrange, size=self._arrange)
        self.buttons.bind(size=self._arrange)
        ui.map.lend(
            self, insets=(0, covered, covered, covered), on_map=self._show_map, on_road=self._show_road, guided=True
        )

    def _buttons(self) -> Column:
        buttons = []
        for icon, step in STEPS.items():
            tone = "accent" if icon == "my_location" else "text"
            button = IconButton(icon, tone=tone, surface="overlay")
            button.bind(on_release=lambda *_, step=step: getattr(self.map, step)() if self.map else None)
            buttons.append(button)
        return Column(*buttons, gap="s")

    def _arrange(self, *_: Any) -> None:
        edge = dp(EDGE)
        if self.map is not None and self.map.parent is self:
            self.map.pos, self.map.size = self.pos, self.size
        self.trip.pos, self.trip.size = (self.x + edge, self.y + edge), (self.width - 2 * edge, dp(TARGET))
        self.speed.pos = (self.x + edge, self.y + 2 * edge + dp(TARGET) - dp(4))
        self.road.pos = (self.x + edge, self.y + self.height - edge - self.road.height)
        self.buttons.pos = (
            self.x + self.width - edge - self.buttons.width,
            self.y + 2 * edge + dp(TARGET) - dp(4),
        )

    def _show_map(self, view: "MapView") -> None:
        self.map = view
        self._arrange()

    def _show_road(self, road: Road) -> None:
        self.road.show(road.name)
        self.speed.limit(road.limit_kmh)


class RoadPill(Card):
    """The name of the road the car is on; hidden without one."""

    def __init__(self) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None), height=dp(64))
        self.name = Text(role="body", strong=True, limit=480)
        row = Row(Icon("near_me", size="small", tone="accent", filled=True), self.name, gap="s")
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(48)))
        self.add_widget(row)

    def show(self, name: str) -> None:
        """The road's name, empty for none."""
        self.name.text = name
        self.opacity = 1.0 if name else 0.0


class SpeedChip(Card):
    """Speed in the person's units, led by the limit where the map knows a posted one."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="pill", size_hint=(None, None), size=(dp(96), dp(84)))
        self._ui = ui
        self.value = Text(NOTHING, role="title", strong=True)
        self.sign = LimitSign()
        words = Column(
            self.value,
            Text(ui.units.shown("speed").label, role="caption", tone="text2"),
            gap=None,
            align="center_x",
        )
        self._row = Row(words, gap="m", pos_hint={"center_x": 0.5, "center_y": 0.5})
        words.pos_hint = {"center_y": 0.5}
        self._row.bind(width=self._fit)
        self.add_widget(self._row)
        ui.store.bind("Vehicle.Speed", self._show)

    def limit(self, kmh: float | None) -> None:
        """The limit in force, None when none is known."""
        shown = self.sign.parent is not None
        if kmh is not None:
            self.sign.value.text = self._ui.units.number("speed", kmh)
        if (kmh is not None) != shown:
            self._row.remove_widget(self.sign) if shown else self._row.add_widget(self.sign, index=1)

    def _fit(self, *_: Any) -> None:
        self.width = max(dp(112), self._row.width + dp(44))

    def _show(self, speed: Datum | None) -> None:
        self.value.text = self._ui.units.number("speed", abs(speed) if is_number(speed) else None)


class LimitSign(FloatLayout):
    """A round sign as on the road: white with a red ring, in day and night."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), size=(dp(64), dp(64)), pos_hint={"center_y": 0.5})
        with self.canvas.before:
            self._discs = []
            for paint in ((1, 1, 1, 1), (0.89, 0.15, 0.15, 1), (1, 1, 1, 1)):
                Color(*paint)
                self._discs.append(disc(dp(64)))
        self.value = Text(role="body", strong=True, pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.value.color = (0.04, 0.06, 0.08, 1)
        self.add_widget(self.value)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        for ring, inset in zip(self._discs, (0, 1.5, 8.5), strict=True):
            ring.pos = (self.x + dp(inset), self.y + dp(inset))
            ring.size = (self.width - dp(2 * inset), self.height - dp(2 * inset))


class TripBar(Card):
    """Driven so far: distance, time, consumption, and the charge left."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None))
        self._ui = ui
        self.distance = Text(NOTHING, strong=True)
        self.time = Text(NOTHING, tone="text2")
        self.consumption = Text(NOTHING)
        self.consumption_unit = Text(ui.units.shown("consumption").label, role="caption", tone="text2")
        self.charge = Text(NOTHING, tone="energy", strong=True)
        groups = (
            Row(self.distance, self.time, gap="m"),
            Row(Icon("eco", size="small", tone="text2"), self.consumption, self.consumption_unit, gap="s"),
            Row(Icon("bolt", size="small", tone="energy", filled=True), self.charge, gap="xs"),
        )
        row = Row(gap=None, size_hint=(1, 1), padding=(dp(24), 0), pos_hint={"x": 0, "y": 0})
        for index, group in enumerate(groups):
            if index:
                for part in (spacer(), Divider(), spacer()):
                    row.add_widget(part)
            group.pos_hint = {"center_y": 0.5}
            row.add_widget(group)
        self.add_widget(row)
        ui.store.bind_stream(f"{Energy.name}.trip", self._show_trip)
        ui.store.bind("Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", self._show_charge)

    def _show_trip(self, trip: Trip | None) -> None:
        units = self._ui.units
        self.distance.text = units.distance(None if trip is None else trip.distance_m)
        self.time.text = duration(None if trip is None else trip.duration_s)
        self.consumption.text = units.number("consumption", None if trip is None else trip.consumption)

    def _show_charge(self, charge: Datum | None) -> None:
        self.charge.text = percent(charge)


class Divider(Card):
    """A thin upright line."""

    def __init__(self) -> None:
        super().__init__(
            tone="track",
            radius=0,
            edged=False,
            size_hint=(None, None),
            size=(dp(1), dp(36)),
            pos_hint={"center_y": 0.5},
        )
