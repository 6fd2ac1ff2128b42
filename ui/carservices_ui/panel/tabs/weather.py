"""Weather: what surrounds the car, by slider and by preset, and what its sensors say of it."""

from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices_ui.i18n import number, t
from carservices_ui.panel.kit import CONTROL, Cell, Group, button, fact, line
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import ValueSlider

SLIDERS = (
    ("hour", "panel.hour", 0.0, 24.0, 0.25, "heat", 0, ""),
    ("temperature", "panel.temperature", -40.0, 55.0, 1.0, "heat", 0, "°C"),
    ("humidity", "panel.humidity", 0.0, 100.0, 1.0, "accent", 0, "%"),
    ("sun", "panel.sun", 0.0, 1200.0, 10.0, "heat", 0, "W/m²"),
    ("light", "panel.daylight", 0.0, 100.0, 1.0, "heat", 0, "%"),
    ("rain", "panel.rain", 0.0, 100.0, 1.0, "accent", 0, "%"),
    ("wind", "panel.head_wind", -40.0, 40.0, 1.0, "accent", 0, "m/s"),
    ("grip", "panel.grip", 0.05, 1.2, 0.05, "energy", 2, ""),
)
"""Argument of the emulator's ``weather``, name, limits and step, tone, digits and unit."""
SKIES = (
    ("sunny", "panel.sky_clear", {"sun": 750.0, "light": 95.0, "rain": 0.0, "grip": 0.9}),
    ("cloud", "panel.sky_overcast", {"sun": 150.0, "light": 55.0, "rain": 0.0, "grip": 0.9}),
    ("wb_twilight", "panel.sky_dusk", {"sun": 10.0, "light": 18.0, "rain": 0.0}),
    ("bedtime", "panel.sky_night", {"sun": 0.0, "light": 1.0}),
    ("rainy", "panel.rain", {"sun": 60.0, "light": 40.0, "rain": 45.0, "humidity": 95.0, "grip": 0.6}),
    (
        "thunderstorm",
        "panel.sky_storm",
        {"sun": 20.0, "light": 15.0, "rain": 95.0, "wind": 14.0, "humidity": 98.0, "grip": 0.5},
    ),
    ("weather_snowy", "panel.snow", {"temperature": -4.0, "sun": 60.0, "light": 45.0, "rain": 20.0, "grip": 0.3}),
    ("ac_unit", "panel.sky_frost", {"temperature": -20.0, "sun": 200.0, "light": 65.0, "rain": 0.0, "grip": 0.5}),
    (
        "heat",
        "panel.sky_heat",
        {"temperature": 38.0, "sun": 950.0, "light": 100.0, "rain": 0.0, "humidity": 25.0, "grip": 0.9},
    ),
)
"""Icon, name, and the arguments of ``weather``; what is left out stays."""
FACTS = (
    ("panel.air_outside", "Vehicle.Exterior.AirTemperature", lambda v: f"{number(v, 1)} °C"),
    ("panel.air_inside", "Vehicle.Cabin.HVAC.AmbientAirTemperature", lambda v: f"{number(v, 1)} °C"),
    ("panel.humidity", "Vehicle.Exterior.Humidity", lambda v: f"{number(v)} %"),
    ("panel.light_sensor", "Vehicle.Exterior.LightIntensity", lambda v: f"{number(v)} %"),
    ("panel.rain_sensor", "Vehicle.Body.Raindetection.Intensity", lambda v: f"{number(v)} %"),
    ("panel.wipers", "Vehicle.Body.Windshield.Front.Wiping.Mode", lambda v: t(f"panel.wiper_{v.lower()}")),
    ("panel.low_beam", "Vehicle.Body.Lights.Beam.Low.IsOn", lambda v: t("panel.on" if v else "panel.off")),
    ("panel.cockpit", "Vehicle.Cabin.Infotainment.HMI.DayNightMode", lambda v: t(f"panel.hmi_{v.lower()}")),
)


class WeatherTab(Tab):
    """Sliders show the emulator's weather and change it."""

    def build(self) -> Widget:
        self.sliders: dict[str, tuple[ValueSlider, Cell, int, str]] = {}
        rows = []
        for name, title, low, high, step, tone, digits, unit in SLIDERS:
            slider = ValueSlider(low=low, high=high, step=step, tone=tone, size_hint=(1, None), height=dp(CONTROL + 6))
            slider.bind(on_choose=partial(self._slide, name))
            cell = Cell("–", align="right", strong=True, size_hint_x=None, width=dp(150))
            self.sliders[name] = (slider, cell, digits, unit)
            rows.append(line(t(title), slider, cell, width=210))
        skies = GridLayout(cols=3, spacing=dp(10), size_hint_y=None)
        skies.bind(minimum_height=skies.setter("height"))
        for icon, title, weather in SKIES:
            sky = button(t(title), partial(self._choose, weather), icon=icon)
            sky.size_hint_x = 1
            skies.add_widget(sky)
        facts = []
        for name, path, shown in FACTS:
            row, cell = fact(t(name))
            self.live(path, cell, shown)
            facts.append(row)
        left = BoxLayout(orientation="vertical", spacing=dp(14))
        left.add_widget(Group(t("panel.weather"), *rows, Widget(), icon="tune", gap=2))
        left.add_widget(Group(t("panel.presets"), skies, icon="partly_cloudy_day", hug=True))
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(left)
        both.add_widget(Group(t("panel.notices"), *facts, Widget(), icon="sensors", size_hint_x=None, width=dp(470)))
        self.requires("weather", left)
        return both

    def follow(self, status: dict[str, Any]) -> None:
        told = status.get("weather", {}) | {"hour": status.get("hour")}
        for name in self.sliders.keys() & told.keys():
            if told[name] is None:
                self.sliders[name][1].text = "–"
            else:
                self._show(name, float(told[name]))

    def _choose(self, weather: dict[str, float]) -> None:
        for name, value in weather.items():
            self._show(name, value)
        self.desk.emulator.do("weather", **weather)

    def _slide(self, name: str, _slider: ValueSlider, value: float) -> None:
        self._choose({name: float(value)})

    def _show(self, name: str, value: float) -> None:
        slider, cell, digits, unit = self.sliders[name]
        slider.value = value
        cell.text = _time_of_day(value) if name == "hour" else f"{number(value, digits)} {unit}".strip()


def _time_of_day(hours: float) -> str:
    """``21:30`` for 21.5."""
    hour, minute = divmod(round(hours * 60.0), 60)
    return f"{hour:02d}:{minute:02d}"
