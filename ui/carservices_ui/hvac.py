"""The climate's signals and limits, the wished temperature, and how a level button speaks to a heater."""

from typing import Any

from carservices.signals.units import convert
from carservices_ui.binding import Tells, bind_signal
from carservices_ui.i18n import number
from carservices_ui.ui import Ui
from carservices_ui.widgets import Stepper, ValueControl

HVAC = "Vehicle.Cabin.HVAC"
SEAT = "Vehicle.Cabin.Seat.Row1"
WHEEL_HEAT = "Vehicle.Chassis.SteeringWheel.HeatingCooling"
FAN = tuple(f"{HVAC}.Station.Row1.{side}.FanSpeed" for side in ("Driver", "Passenger"))
AUTO = f"{HVAC}.IsAutoActive"
WISHES = {"Celsius": (16.0, 28.0, 0.5, 1), "Fahrenheit": (61.0, 82.0, 1.0, 0)}
"""What temperature can be set: the lowest, the highest, the step, and the digits behind the point."""


def wished_temperature(ui: Ui, path: str, **kwargs: Any) -> Stepper:
    """A minus, the temperature wished for in the person's unit, and a plus, bound to its signal."""
    unit = ui.units.shown("temperature").unit
    low, high, step, digits = WISHES[unit]
    stepper = Stepper(low=low, high=high, step=step, show=lambda degrees: f"{number(degrees, digits)}°", **kwargs)
    bind_signal(
        ui,
        stepper,
        path,
        show=lambda celsius: round(convert(celsius, "Celsius", unit), digits),
        send=lambda degrees: round(convert(degrees, unit, "Celsius"), 2),
    )
    return stepper


def bind_heat(ui: Tells, button: ValueControl, path: str, levels: int = 3) -> None:
    """Bind a level button to a HeatingCooling signal, percent of heat; cooling (below zero) shows as off."""
    bind_signal(
        ui,
        button,
        path,
        show=lambda percent: max(0, round(percent / 100 * levels)),
        send=lambda level: round(level * 100 / levels),
    )
