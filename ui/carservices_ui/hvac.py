"""The climate's signals and limits, and how a level button speaks to a heater."""

from carservices_ui.binding import Tells, bind_signal
from carservices_ui.widgets import ValueControl

HVAC = "Vehicle.Cabin.HVAC"
SEAT = "Vehicle.Cabin.Seat.Row1"
WHEEL_HEAT = "Vehicle.Chassis.SteeringWheel.HeatingCooling"
FAN = tuple(f"{HVAC}.Station.Row1.{side}.FanSpeed" for side in ("Driver", "Passenger"))
AUTO = f"{HVAC}.IsAutoActive"
LOWEST, HIGHEST, STEP = 16.0, 28.0, 0.5
"""Degrees Celsius that the temperature can be set to."""


def bind_heat(ui: Tells, button: ValueControl, path: str, levels: int = 3) -> None:
    """Bind a level button to a HeatingCooling signal, percent of heat; cooling (below zero) shows as off."""
    bind_signal(
        ui,
        button,
        path,
        show=lambda percent: max(0, round(percent / 100 * levels)),
        send=lambda level: round(level * 100 / levels),
    )
