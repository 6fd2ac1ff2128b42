"""The gear lever and its interlocks; each refusal names the signal that stands in the way."""

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.model.car import DRIVE, NEUTRAL, PARK, REVERSE, Car

PARK_SPEED = 0.8
REVERSE_SPEED = 2.0
"""m/s up to which P, and a change between D and R, are taken."""


def select(car: Car, gear: int) -> None:
    """Move the lever, or raise `SetError`."""
    if gear == car.gear:
        return
    speed = car.road.speed
    if gear == PARK and abs(speed) > PARK_SPEED:
        raise SetError(Code.NOT_AVAILABLE_SPEED_HIGH, "P needs a standstill; brake first", "Vehicle.Speed")
    if (gear == REVERSE and speed > REVERSE_SPEED) or (gear == DRIVE and speed < -REVERSE_SPEED):
        raise SetError(Code.NOT_AVAILABLE_SPEED_HIGH, "too fast to change direction; brake first", "Vehicle.Speed")
    if gear in (DRIVE, REVERSE):
        _ready(car)
    if car.gear == PARK:
        _may_leave_park(car)
    car.gear = gear
    if gear == PARK and car.auto_parking_brake:
        car.parking_brake = True
    if gear in (DRIVE, REVERSE) and car.auto_parking_brake:
        car.parking_brake = False


def release_park_lock(car: Car) -> None:
    """Out of P into N."""
    if car.gear == PARK:
        select(car, NEUTRAL)


def shown(car: Car) -> int:
    """CurrentGear: D is shown as the first and only gear that is engaged, R as -1."""
    return 1 if car.gear == DRIVE else car.gear


def _ready(car: Car) -> None:
    if not car.on:
        raise SetError(
            Code.NOT_AVAILABLE_DISABLED, "the car is off; switch it on first", "Vehicle.LowVoltageSystemState"
        )
    if car.port.plug is not None:
        raise SetError(
            Code.NOT_AVAILABLE_SAFETY,
            "a charging cable is connected; unplug it first",
            "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.FrontRight.IsChargingCableConnected",
        )


def _may_leave_park(car: Car) -> None:
    if car.pedals.brake < 0.1:
        raise SetError(
            Code.NOT_AVAILABLE_SAFETY, "press the brake pedal to leave P", "Vehicle.Chassis.Brake.PedalPosition"
        )
