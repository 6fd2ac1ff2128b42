"""Parts that wear out or give up, each switched on and off by name."""

import math
from collections.abc import Callable

from carservices.hal import HalError
from carservices_emulator.sensorfaults import Broken, FailMode
from carservices_emulator.world import World

LEAK = 1.2e-3
"""Share of the air lost per second: a nail; flat in a quarter of an hour."""

UNLEARNT = "Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure"
"""The sensor the receiver has forgotten, as after a change of wheels."""


def _slow_leak(world: World, on: bool) -> None:
    wheel = world.car.chassis.wheels["Row2.Wheel.Left"]
    wheel.leak = LEAK if on else 0.0
    if not on:
        wheel.air = 1.0


def _weak_battery(world: World, on: bool) -> None:
    if on:
        world.car.low_voltage.weaken()
    else:
        world.car.low_voltage.renew(world.car.profile.auxiliary.low_voltage_capacity)


def _overheating(world: World, on: bool) -> None:
    world.car.unit.cooling_failed = on


def _plug_pulled(world: World, on: bool) -> None:
    if on:
        world.car.port.disconnect()


def _worn_brakes(world: World, on: bool) -> None:
    for name in ("Row1.Wheel.Left", "Row1.Wheel.Right"):
        world.car.chassis.wheels[name].wear = 94.0 if on else 0.0


def _beam_defect(world: World, on: bool) -> None:
    world.car.body.lights.low_defect = on


def _washer_empty(world: World, on: bool) -> None:
    world.car.body.washer = 4.0 if on else 100.0


def _distracted(world: World, on: bool) -> None:
    person = world.person
    person.distraction = 85.0 if on else 5.0
    person.eyes_on_road = person.hands_on_wheel = not on
    person.drifting = on


def _abs(world: World, on: bool) -> None:
    world.car.antilock = world.car.anti_slip = world.car.stability = not on


def _heater_lockout(world: World, on: bool) -> None:
    world.car.climate.locked_out = on


def _limp_home(world: World, on: bool) -> None:
    world.car.unit.limp_home = on


def _window_reference(world: World, on: bool) -> None:
    world.car.body.doors["Row1.PassengerSide"].referenced = not on


def _tyre_sensor_lost(world: World, on: bool) -> None:
    if on:
        world.sensors.broken[UNLEARNT] = Broken(FailMode.SILENT, 0.0, math.inf)
    else:
        world.sensors.clear(UNLEARNT)


def _no_satellites(world: World, on: bool) -> None:
    world.receiver.lost = on


def _position_jumps(world: World, on: bool) -> None:
    world.receiver.jumping = on


BREAKDOWNS: dict[str, Callable[[World, bool], None]] = {
    "slow-leak": _slow_leak,
    "weak-12v": _weak_battery,
    "overheating": _overheating,
    "plug-pulled": _plug_pulled,
    "worn-brakes": _worn_brakes,
    "low-beam": _beam_defect,
    "washer-empty": _washer_empty,
    "distracted-driver": _distracted,
    "abs": _abs,
    "limp-home": _limp_home,
    "heater-lockout": _heater_lockout,
    "window-reference": _window_reference,
    "tyre-sensor-lost": _tyre_sensor_lost,
    "gnss-outage": _no_satellites,
    "gnss-jump": _position_jumps,
}
"""By name."""


def switch(world: World, name: str, *, on: bool) -> None:
    """Break or repair a part. Raises HalError for a breakdown there is not."""
    if name not in BREAKDOWNS:
        raise HalError(f"there is no fault '{name[:40]}'; take one of {', '.join(BREAKDOWNS)}")
    BREAKDOWNS[name](world, on)
    (world.broken.add if on else world.broken.discard)(name)
