"""Pedals, brakes, steering, wheels."""

from typing import Any

from carservices_emulator.model.chassis import WHEELS
from carservices_emulator.signals.table import FAST, SLOW, Entry, actuator, powered, sensor, standing
from carservices_emulator.world import World

EMERGENCY = 0.8
"""Brake pedal travel (0–1) above 50 km/h that counts as emergency braking (UN R13-H: 6 m/s² and more)."""


def release_is_free(world: World, value: Any) -> None:
    """The parking brake engages at a standstill only; this car has no dynamic function."""
    if value:
        standing(world, value)


def _wheel(name: str) -> tuple[Entry, ...]:
    axle, wheel, side = name.split(".")
    base = f"Chassis.Axle.{axle}.{wheel}.{side}"
    left = 1.0 if side == "Left" else -1.0
    return (
        sensor(
            f"{base}.Speed", lambda world: 3.6 * (world.car.road.speed - left * 0.75 * world.car.yaw_rate), rate=FAST
        ),
        sensor(f"{base}.Tire.Pressure", lambda world: world.car.chassis.wheels[name].pressure, rate=SLOW),
        sensor(f"{base}.Tire.Temperature", lambda world: world.car.chassis.wheels[name].temperature, rate=SLOW),
        sensor(f"{base}.Tire.IsPressureLow", lambda world: world.car.chassis.wheels[name].low),
        sensor(f"{base}.Brake.PadWear", lambda world: world.car.chassis.wheels[name].wear),
        sensor(f"{base}.Brake.IsBrakesWorn", lambda world: world.car.chassis.wheels[name].worn),
    )


CHASSIS = (
    sensor("Chassis.Accelerator.PedalPosition", lambda world: world.car.pedals.accelerator * 100, rate=FAST),
    sensor("Chassis.Brake.PedalPosition", lambda world: world.car.pedals.brake * 100, rate=FAST),
    sensor(
        "Chassis.Brake.IsDriverEmergencyBrakingDetected",
        lambda world: world.car.pedals.brake > EMERGENCY and world.car.road.speed > 50 / 3.6,
    ),
    actuator("Chassis.ParkingBrake.IsEngaged", "parking_brake", release_is_free),
    actuator("Chassis.ParkingBrake.IsAutoApplyEnabled", "auto_parking_brake"),
    sensor("Chassis.SteeringWheel.Angle", "pedals.steering", rate=FAST),
    actuator("Chassis.SteeringWheel.HeatingCooling", "body.wheel_heat", powered, low=0),
    sensor("Chassis.Wheelbase", "profile.body.wheelbase"),
    sensor("Chassis.AxleCount", lambda world: 2),
    *(entry for name in WHEELS for entry in _wheel(name)),
)
