"""The climate bar at the bottom: both temperatures, seats, steering wheel, fan, air conditioning, defrost."""

from typing import Any

from kivy.graphics import Color
from kivy.metrics import dp

from carservices_ui.binding import bind_signal
from carservices_ui.hvac import FAN, HIGHEST, HVAC, LOWEST, SEAT, STEP, WHEEL_HEAT, bind_heat
from carservices_ui.look import color
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Icon, IconToggle, LevelButton, Row, Stepper, ValueControl, spacer
from carservices_ui.widgets.shapes import plate

HEIGHT = 78


class ClimateBar(Card):
    """Every control actuates its signal."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(size_hint=(None, None))
        self.controls: dict[str, ValueControl] = {
            "driver": Stepper(low=LOWEST, high=HIGHEST, step=STEP, show=lambda c: ui.units.text("temperature", c, 1)),
            "driver_seat": LevelButton("seat_heat_left"),
            "wheel": LevelButton("steering_wheel_heat"),
            "fan": FanLevel(),
            "cooling": IconToggle("ac_unit"),
            "defrost": IconToggle("windshield_defrost_front"),
            "passenger_seat": LevelButton("seat_heat_right"),
            "passenger": Stepper(
                low=LOWEST, high=HIGHEST, step=STEP, show=lambda c: ui.units.text("temperature", c, 1)
            ),
        }
        row = Row(gap=None, size_hint=(1, 1), padding=(dp(4), 0), pos_hint={"center_x": 0.5, "center_y": 0.5})
        for index, control in enumerate(self.controls.values()):
            if index:
                row.add_widget(spacer())
            control.pos_hint = {"center_y": 0.5}
            row.add_widget(control)
        self.add_widget(row)
        bind_signal(ui, self.controls["driver"], f"{HVAC}.Station.Row1.Driver.Temperature")
        bind_signal(ui, self.controls["passenger"], f"{HVAC}.Station.Row1.Passenger.Temperature")
        bind_heat(ui, self.controls["driver_seat"], f"{SEAT}.DriverSide.HeatingCooling")
        bind_heat(ui, self.controls["passenger_seat"], f"{SEAT}.PassengerSide.HeatingCooling")
        bind_heat(ui, self.controls["wheel"], WHEEL_HEAT)
        bind_signal(ui, self.controls["cooling"], f"{HVAC}.IsAirConditioningActive")
        bind_signal(ui, self.controls["defrost"], f"{HVAC}.IsFrontDefrosterActive")
        bind_signal(
            ui,
            self.controls["fan"],
            FAN[0],
            also=FAN[1:],
            show=lambda percent: round(percent / 100 * FanLevel.LEVELS),
            send=lambda level: round(level * 100 / FanLevel.LEVELS),
        )


class FanLevel(ValueControl):
    """The fan with its level as bars; touch a bar, slide over them, or the icon for off."""

    engages = True
    LEVELS = 5

    def __init__(self) -> None:
        super().__init__(radius="overlay", size=(dp(192), dp(TARGET)))
        self.add_widget(
            Card(tone="accent_tint", radius="tile", size_hint=(1, 0.8), pos_hint={"center_x": 0.5, "center_y": 0.5})
        )
        self.icon = Icon("mode_fan", tone="accent", filled=True, pos_hint={"center_x": 0.2, "center_y": 0.5})
        self.add_widget(self.icon)
        with self.canvas.after:
            self._bars = [(Color(*color("accent")), plate(dp(4))) for _ in range(self.LEVELS)]
        self.bind(value=self._show, pos=self._show, size=self._show)
        self._show()

    def turn(self, steps: int) -> None:
        self.choose(min(self.LEVELS, max(0, int(self.value or 0) + steps)))

    def on_release(self) -> None:
        at = self.last_touch.x - self._left if self.last_touch else 0.0
        self.choose(min(self.LEVELS, max(0, round(at / self._pitch + 0.5))))

    @property
    def _left(self) -> float:
        return float(self.x + self.width * 0.4)

    @property
    def _pitch(self) -> float:
        return float(self.width * 0.55 / self.LEVELS)

    def _show(self, *_: Any) -> None:
        level = int(self.value or 0)
        self.icon.show(tone="accent" if level else "text2", filled=level > 0)
        for index, (paint, bar) in enumerate(self._bars):
            paint.rgba = color("accent" if index < level else "control", 1.0 if index < level else 0.6)
            height = dp(14 + 4 * index)
            bar.pos = (self._left + index * self._pitch + dp(4), self.center_y - height / 2)
            bar.size = (dp(8), height)
