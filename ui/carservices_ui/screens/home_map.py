"""Home's wide card: speed and where the car is, with the trip so far along the bottom."""

from typing import Any

from kivy.metrics import dp

from carservices.api.energy import Energy, Trip
from carservices.signals import Datum
from carservices_ui.i18n import t
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, duration
from carservices_ui.widgets import Card, Column, Icon, Row, Text, spacer


class MapCard(Card):
    """The hero of the home screen."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.speed = Text(NOTHING, role="display")
        self.speed_unit = Text(ui.units.shown("speed").label, role="caption", tone="text2")
        chip = Card(
            tone="overlay",
            radius="pill",
            size_hint=(None, None),
            size=(dp(168), dp(84)),
            pos_hint={"x": 0.026, "y": 0.2},
        )
        chip.add_widget(
            Column(self.speed, self.speed_unit, gap=None, align="center_x", pos_hint={"center_x": 0.5, "center_y": 0.5})
        )
        self.add_widget(chip)
        self.add_widget(TripBar(ui, size_hint=(0.946, None), height=dp(76), pos_hint={"center_x": 0.5, "y": 0.036}))
        ui.store.bind("Vehicle.Speed", self._show_speed)

    def _show_speed(self, speed: Datum | None) -> None:
        self.speed.text = self._ui.units.number("speed", speed)


class TripBar(Card):
    """Driven so far: distance, time, consumption, and the charge left."""

    def __init__(self, ui: Ui, **kwargs: Any) -> None:
        super().__init__(tone="overlay", radius="overlay", **kwargs)
        self._ui = ui
        self.distance = Text(NOTHING, role="body", strong=True)
        self.time = Text(NOTHING, role="body", tone="text2")
        self.consumption = Text(NOTHING, role="body")
        self.charge = Text(NOTHING, role="body", tone="energy")
        self.add_widget(
            Row(
                self.distance,
                self.time,
                spacer(),
                Icon("eco", size="small", tone="text2"),
                self.consumption,
                spacer(),
                Icon("bolt", size="small", tone="energy", filled=True),
                self.charge,
                gap="m",
                size_hint=(1, 1),
                padding=(dp(24), 0),
                pos_hint={"x": 0, "y": 0},
            )
        )
        ui.store.bind_stream(f"{Energy.name}.trip", self._show_trip)
        ui.store.bind("Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", self._show_charge)

    def _show_trip(self, trip: Trip | None) -> None:
        units = self._ui.units
        self.distance.text = units.distance(None if trip is None else trip.distance_m)
        self.time.text = duration(None if trip is None else trip.duration_s)
        self.consumption.text = units.text("consumption", None if trip is None else trip.consumption)

    def _show_charge(self, charge: Datum | None) -> None:
        self.charge.text = t("trip.charge", n=NOTHING if charge is None else round(float(str(charge))))
