"""Settings of units and clock, the person's: each actuates its HMI signal, so that every display follows."""

from kivy.uix.widget import Widget

from carservices_ui.binding import bind_signal
from carservices_ui.screens.settings_parts import Part, setting
from carservices_ui.units import HMI
from carservices_ui.widgets import Segmented

UNITS: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    f"{HMI}.DistanceUnit": ("settings.distance", "route", (("KILOMETERS", "km"), ("MILES", "mi"))),
    f"{HMI}.SpeedUnit": (
        "settings.speed",
        "speed",
        (("KILOMETERS_PER_HOUR", "km/h"), ("MILES_PER_HOUR", "mph"), ("METERS_PER_SECOND", "m/s")),
    ),
    f"{HMI}.TemperatureUnit": ("settings.temperature", "device_thermostat", (("C", "°C"), ("F", "°F"))),
    f"{HMI}.TirePressureUnit": (
        "settings.pressure",
        "tire_repair",
        (("BAR", "bar"), ("KPA", "kPa"), ("PSI", "psi")),
    ),
    f"{HMI}.TimeFormat": ("settings.time", "schedule", (("HR_24", "14:30"), ("HR_12", "2:30 PM"))),
}
"""Signal → words, icon, choices; the first choice is the default."""


class UnitsPart(Part):
    """One row a signal."""

    def rows(self) -> list[Widget]:
        self.choices: dict[str, Segmented] = {}
        rows: list[Widget] = []
        for path, (key, icon, choices) in UNITS.items():
            control = self.choices[path] = Segmented(choices, width=420)
            bind_signal(self.ui, control, path)
            rows.append(setting(key, icon, control))
        return rows
