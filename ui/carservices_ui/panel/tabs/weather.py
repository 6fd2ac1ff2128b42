"""Weather: what surrounds the car, by slider and by preset, and what its sensors say of it."""

from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices_ui.panel.kit import CONTROL, Cell, Group, button, fact, line
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import ValueSlider

SLIDERS = (
    ("temperature", "Temperature", -40.0, 55.0, 1.0, "heat", "{:.0f} °C"),
    ("humidity", "Humidity", 0.0, 100.0, 1.0, "accent", "{:.0f} %"),
    ("sun", "Sun", 0.0, 1200.0, 10.0, "heat", "{:.0f} W/m²"),
    ("light", "Daylight", 0.0, 100.0, 1.0, "heat", "{:.0f} %"),
    ("rain", "Rain", 0.0, 100.0, 1.0, "accent", "{:.0f} %"),
    ("wind", "Head wind", -40.0, 40.0, 1.0, "accent", "{:.0f} m/s"),
    ("grip", "Grip of the road", 0.05, 1.2, 0.05, "energy", "{:.2f}"),
)
"""Argument of the emulator's ``weather``, name, limits and step, tone, words."""
SKIES = (
    ("sunny", "Clear day", {"sun": 750.0, "light": 95.0, "rain": 0.0, "grip": 0.9}),
    ("cloud", "Overcast", {"sun": 150.0, "light": 55.0, "rain": 0.0, "grip": 0.9}),
    ("wb_twilight", "Dusk", {"sun": 10.0, "light": 18.0, "rain": 0.0}),
    ("bedtime", "Night", {"sun": 0.0, "light": 1.0}),
    ("rainy", "Rain", {"sun": 60.0, "light": 40.0, "rain": 45.0, "humidity": 95.0, "grip": 0.6}),
    ("thunderstorm", "Storm", {"sun": 20.0, "light": 15.0, "rain": 95.0, "wind": 14.0, "humidity": 98.0, "grip": 0.5}),
    ("weather_snowy", "Snow", {"temperature": -4.0, "sun": 60.0, "light": 45.0, "rain": 20.0, "grip": 0.3}),
    ("ac_unit", "Hard frost", {"temperature": -20.0, "sun": 200.0, "rain": 0.0, "grip": 0.5}),
    (
        "heat",
        "Heat wave",
        {"temperature": 38.0, "sun": 950.0, "light": 100.0, "rain": 0.0, "humidity": 25.0, "grip": 0.9},
    ),
)
"""Icon, name, and the arguments of ``weather``; what is left out stays."""
YES_NO = {True: "on", False: "off"}
FACTS = (
    ("Air outside", "Vehicle.Exterior.AirTemperature", lambda v: f"{v:.1f} °C"),
    ("Air inside", "Vehicle.Cabin.HVAC.AmbientAirTemperature", lambda v: f"{v:.1f} °C"),
    ("Humidity", "Vehicle.Exterior.Humidity", lambda v: f"{v:.0f} %"),
    ("Light sensor", "Vehicle.Exterior.LightIntensity", lambda v: f"{v:.0f} %"),
    ("Rain sensor", "Vehicle.Body.Raindetection.Intensity", lambda v: f"{v:.0f} %"),
    ("Wipers", "Vehicle.Body.Windshield.Front.Wiping.Mode", lambda v: str(v).lower()),
    ("Low beam", "Vehicle.Body.Lights.Beam.Low.IsOn", YES_NO.get),
    ("Cockpit", "Vehicle.Cabin.Infotainment.HMI.DayNightMode", lambda v: str(v).lower()),
)


class WeatherTab(Tab):
    """Sliders show the emulator's weather and change it."""

    def build(self) -> Widget:
        self.sliders: dict[str, tuple[ValueSlider, Cell, str]] = {}
        rows = []
        for name, title, low, high, step, tone, form in SLIDERS:
            slider = ValueSlider(low=low, high=high, step=step, tone=tone, size_hint=(1, None), height=dp(CONTROL + 6))
            slider.bind(on_choose=partial(self._slide, name))
            cell = Cell("–", align="right", strong=True, size_hint_x=None, width=dp(150))
            self.sliders[name] = (slider, cell, form)
            rows.append(line(title, slider, cell, width=210))
        skies = GridLayout(cols=3, spacing=dp(10), size_hint_y=None)
        skies.bind(minimum_height=skies.setter("height"))
        for icon, title, weather in SKIES:
            sky = button(title, partial(self._choose, weather), icon=icon)
            sky.size_hint_x = 1
            skies.add_widget(sky)
        facts = []
        for name, path, shown in FACTS:
            row, cell = fact(name)
            self.live(path, cell, shown)
            facts.append(row)
        left = BoxLayout(orientation="vertical", spacing=dp(14))
        left.add_widget(Group("Weather", *rows, Widget(), icon="tune", gap=14))
        left.add_widget(Group("Presets", skies, icon="partly_cloudy_day", hug=True))
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(left)
        both.add_widget(
            Group("What the car notices", *facts, Widget(), icon="sensors", size_hint_x=None, width=dp(470))
        )
        self.requires("weather", left)
        return both

    def follow(self, status: dict[str, Any]) -> None:
        for name, value in status.get("weather", {}).items():
            if name in self.sliders:
                self._show(name, float(value))

    def _choose(self, weather: dict[str, float]) -> None:
        for name, value in weather.items():
            self._show(name, value)
        self.desk.emulator.do("weather", **weather)

    def _slide(self, name: str, _slider: ValueSlider, value: float) -> None:
        self._choose({name: float(value)})

    def _show(self, name: str, value: float) -> None:
        slider, cell, words = self.sliders[name]
        slider.value = value
        cell.text = words.format(value).replace("-", "−")
