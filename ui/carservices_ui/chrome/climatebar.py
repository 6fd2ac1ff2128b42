"""The climate bar at the bottom: both temperatures, seats, steering wheel, fan with its automatic, defrost."""

from typing import Any

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.binding import bind_signal
from carservices_ui.hvac import AUTO, FAN, HVAC, SEAT, WHEEL_HEAT, bind_heat, wished_temperature
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.tokens import RADIUS, TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Icon, IconToggle, LevelButton, Row, ValueControl, WordToggle, spacer
from carservices_ui.widgets.shapes import plate

HEIGHT = 78


class ClimateBar(Card):
    """Every control actuates its signal."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(size_hint=(None, None))
        self.controls: dict[str, ValueControl] = {
            "driver": wished_temperature(ui, f"{HVAC}.Station.Row1.Driver.Temperature"),
            "driver_seat": LevelButton("seat_heat_left"),
            "wheel": LevelButton("steering_wheel_heat"),
            "fan": FanLevel(),
            "auto": WordToggle(t("climate.auto")),
            "defrost": IconToggle("windshield_defrost_front"),
            "passenger_seat": LevelButton("seat_heat_right"),
            "passenger": wished_temperature(ui, f"{HVAC}.Station.Row1.Passenger.Temperature"),
        }
        row = Row(gap=None, size_hint=(1, 1), padding=(dp(4), 0), pos_hint={"center_x": 0.5, "center_y": 0.5})
        fan = Fan(self.controls["fan"], self.controls["auto"])
        singles: list[Widget] = [control for control in self.controls.values() if control.parent is None]
        singles.insert(3, fan)
        for index, part in enumerate(singles):
            if index:
                row.add_widget(spacer())
            part.pos_hint = {"center_y": 0.5}
            row.add_widget(part)
        self.add_widget(row)
        bind_heat(ui, self.controls["driver_seat"], f"{SEAT}.DriverSide.HeatingCooling")
        bind_heat(ui, self.controls["passenger_seat"], f"{SEAT}.PassengerSide.HeatingCooling")
        bind_heat(ui, self.controls["wheel"], WHEEL_HEAT)
        bind_signal(ui, self.controls["auto"], AUTO)
        bind_signal(ui, self.controls["defrost"], f"{HVAC}.IsFrontDefrosterActive")
        bind_signal(
            ui,
            self.controls["fan"],
            FAN[0],
            also=FAN[1:],
            show=lambda percent: round(percent / 100 * FanLevel.LEVELS),
            send=lambda level: round(level * 100 / FanLevel.LEVELS),
        )


class Fan(Row):
    """The fan's level and its automatic on one plate."""

    def __init__(self, level: ValueControl, auto: ValueControl) -> None:
        super().__init__(gap=None)
        with self.canvas.before:
            Color(*color("accent_tint"))
            self._plate = plate(dp(RADIUS["tile"]))
        for part in (level, auto):
            self.add_widget(part)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        inset = 0.1 * self.height
        self._plate.pos, self._plate.size = (self.x, self.y + inset), (self.width, self.height - 2 * inset)


class FanLevel(ValueControl):
    """The fan with its level as bars; touch a bar, slide over them, or the icon for off."""

    engages = True
    LEVELS = 5

    def __init__(self) -> None:
        super().__init__(radius="overlay", size=(dp(164), dp(TARGET)))
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
