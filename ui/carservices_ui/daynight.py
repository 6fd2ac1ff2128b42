"""Day or night: the HMI signal says which; with the theme rule `auto` the light outside says what it should be."""

from carservices.signals import Datum
from carservices_ui.units import is_number

MODE = "Vehicle.Cabin.Infotainment.HMI.DayNightMode"
LIGHT = "Vehicle.Exterior.LightIntensity"

DARK_BELOW, BRIGHT_ABOVE = 20.0, 35.0
"""Percent of light; the gap keeps a shaded road from flickering between the themes."""


def wanted(rule: str, light: Datum | None, now: str) -> str:
    """``day`` or ``night``, by the rule (``auto`` or one of them), the light in percent and the theme now."""
    if rule != "auto":
        return rule
    if not is_number(light):
        return now
    if light < DARK_BELOW:
        return "night"
    return "day" if light > BRIGHT_ABOVE else now
