"""Climate: temperature, air and heat for both sides, and the windows between."""

from typing import Any

from kivy.metrics import dp

from carservices_ui.binding import bind_signal
from carservices_ui.hvac import AUTO, FAN, HVAC, SEAT, WHEEL_HEAT, bind_heat, wished_temperature
from carservices_ui.i18n import t
from carservices_ui.screens.base import Screen
from carservices_ui.ui import Ui
from carservices_ui.widgets import (
    Card,
    Column,
    IconTile,
    LevelButton,
    Row,
    Segmented,
    Text,
    Toggle,
    ValueSlider,
    WordToggle,
    spacer,
)

MIDDLE = 384
GAP = 16
FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}

SWITCHES = (
    ("ac_unit", "climate.cooling", f"{HVAC}.IsAirConditioningActive"),
    ("car_fan_recirculate", "climate.recirculation", f"{HVAC}.IsRecirculationActive"),
    ("windshield_defrost_front", "climate.defrost_front", f"{HVAC}.IsFrontDefrosterActive"),
    ("windshield_defrost_rear", "climate.defrost_rear", f"{HVAC}.IsRearDefrosterActive"),
)
"""Icon, key of the words, signal."""

AIR = (("UP", "climate.air_up"), ("MIDDLE", "climate.air_middle"), ("DOWN", "climate.air_down"))


class ClimateScreen(Screen):
    """The driver's side, what both share, the passenger's side."""

    name = "climate"

    def build(self) -> None:
        self.zones = {side: Zone(self.ui, side) for side in ("Driver", "Passenger")}
        self.shared = Shared(self.ui)
        for card in (self.zones["Driver"], self.shared, self.zones["Passenger"]):
            card.size_hint = (None, None)
            self.add_widget(card)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        middle, gap = dp(MIDDLE), dp(GAP)
        side = round((self.width - middle - 2 * gap) / 2)
        left = self.x
        for card, width in ((self.zones["Driver"], side), (self.shared, middle), (self.zones["Passenger"], side)):
            card.pos, card.size = (left, self.y), (width, self.height)
            left += width + gap


class Zone(Card):
    """One side: temperature in large, where the air goes, fan and seat heat."""

    def __init__(self, ui: Ui, side: str) -> None:
        super().__init__()
        station = f"{HVAC}.Station.Row1.{side}"
        self.temperature = wished_temperature(ui, f"{station}.Temperature", role="display", label_width=160)
        self.air = Segmented([(value, t(key)) for value, key in AIR], size_hint=(1, None))
        self.fan = ValueSlider(step=20, size_hint=(1, None))
        self.auto = WordToggle(t("climate.auto"))
        self.seat = LevelButton("seat_heat_left" if side == "Driver" else "seat_heat_right")
        bind_signal(ui, self.air, f"{station}.AirDistribution")
        bind_signal(ui, self.fan, FAN[0 if side == "Driver" else 1], send=round)
        bind_signal(ui, self.auto, AUTO)
        bind_heat(ui, self.seat, f"{SEAT}.{side}Side.HeatingCooling")
        self.temperature.pos_hint = {"center_x": 0.5}
        self.add_widget(
            Column(
                Text(t(f"climate.{side.lower()}"), tone="text2"),
                spacer(),
                self.temperature,
                spacer(),
                self.air,
                Row(IconTile("mode_fan"), self.fan, self.auto, gap="s", size_hint=(1, None)),
                Row(
                    Text(t("climate.seat")),
                    spacer(),
                    self.seat,
                    size_hint=(1, None),
                ),
                gap="s",
                padding=dp(24),
                **FILL,
            )
        )


class Shared(Card):
    """What both sides share: cooling, recirculation, the windows, the steering wheel; inside and outside."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.switches = {path: Toggle() for _, _, path in SWITCHES}
        for path, toggle in self.switches.items():
            bind_signal(ui, toggle, path)
        self.wheel = LevelButton("steering_wheel_heat")
        bind_heat(ui, self.wheel, WHEEL_HEAT)
        self.inside = _temperature(ui, f"{HVAC}.AmbientAirTemperature")
        self.outside = _temperature(ui, "Vehicle.Exterior.AirTemperature")
        self.add_widget(
            Column(
                Row(
                    Text(t("climate.inside"), tone="text2", fixed=True),
                    self.inside,
                    spacer(),
                    Text(t("climate.outside"), tone="text2", fixed=True),
                    self.outside,
                    size_hint=(1, None),
                ),
                spacer(),
                *(
                    Row(IconTile(icon), Text(t(key), limit=170), spacer(), self.switches[path], size_hint=(1, None))
                    for icon, key, path in SWITCHES
                ),
                Row(
                    IconTile("steering_wheel_heat", tone="heat"),
                    Text(t("climate.wheel")),
                    spacer(),
                    self.wheel,
                    size_hint=(1, None),
                ),
                gap="s",
                padding=dp(24),
                **FILL,
            )
        )


def _temperature(ui: Ui, path: str) -> Text:
    """A text that follows a temperature."""
    text = Text(strong=True, fixed=True)
    ui.store.bind(path, lambda celsius: setattr(text, "text", ui.units.text("temperature", celsius)))
    return text
