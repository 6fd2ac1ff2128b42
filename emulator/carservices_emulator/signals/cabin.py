"""Doors, windows, seats, climate, cabin lights and what the head unit stores."""

from typing import Any

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.model.body import SEATS
from carservices_emulator.signals.table import SLOW, Entry, Item, actuator, powered, sensor, standing
from carservices_emulator.world import STORED, World

HVAC = "Cabin.HVAC"
HMI = "Cabin.Infotainment.HMI"
FAN = f"Vehicle.{HVAC}.Station.Row1.Driver.FanSpeed"
COMFORT = (16.0, 28.0)
"""°C a station can be set to."""


def needs_fan(world: World, value: Any) -> None:
    """Cold, demisted or recirculated air needs a fan that turns: fan 0 is "climate off"."""
    powered(world, value)
    climate = world.car.climate
    if value and climate.driver.fan == 0 and climate.passenger.fan == 0:
        raise SetError(Code.NOT_AVAILABLE_DISABLED, "the climate is off; raise the fan speed first", FAN)


def window_guard(world: World, value: Any) -> None:
    """Windows need power."""
    powered(world, value)


def rear_window_guard(world: World, value: Any) -> None:
    """Rear windows also obey the child lock."""
    powered(world, value)
    if world.car.body.window_lock:
        raise SetError(
            Code.NOT_AVAILABLE_DISABLED,
            "the child lock blocks the rear windows",
            "Vehicle.Cabin.IsWindowChildLockEngaged",
        )


def seat_guard(world: World, value: Any) -> None:
    """The driver's seat moves at a standstill only."""
    powered(world, value)
    standing(world, value)


def _door(name: str) -> tuple[Entry, ...]:
    base = f"Cabin.Door.{name}"

    def guard(world: World, value: Any) -> None:
        door = world.car.body.doors[name]
        if value:
            standing(world, value)
            if door.locked:
                raise SetError(Code.NOT_AVAILABLE, "the door is locked; unlock it first", f"Vehicle.{base}.IsLocked")

    def lock_guard(world: World, value: Any) -> None:
        if value and world.car.body.doors[name].open:
            raise SetError(Code.NOT_AVAILABLE, "the door is open; close it first", f"Vehicle.{base}.IsOpen")

    def set_window(world: World, value: int) -> None:
        world.car.body.doors[name].window_target = float(value)

    return (
        actuator(f"{base}.IsOpen", Item("body.doors", name, "open"), guard),
        actuator(f"{base}.IsLocked", Item("body.doors", name, "locked"), lock_guard),
        actuator(
            f"{base}.Window.Position",
            lambda world: world.car.body.doors[name].window,
            rear_window_guard if "Row2" in name else window_guard,
            write=set_window,
            instant=False,
        ),
        sensor(f"{base}.IsChildLockActive", Item("body.doors", name, "child_lock")),
    )


def _seat(name: str) -> tuple[Entry, ...]:
    base = f"Cabin.Seat.{name}"
    guard = seat_guard if name == "Row1.DriverSide" else powered

    def occupancy(world: World) -> str:
        return "OCCUPIED" if world.car.body.seats[name].occupied else "EMPTY"

    def mover(field: str) -> Any:
        return lambda world, value: setattr(world.car.body.seats[name], f"{field}_target", float(value))

    common = (
        actuator(f"{base}.HeatingCooling", Item("body.seats", name, "heat"), powered),
        sensor(f"{base}.IsBelted", Item("body.seats", name, "belted")),
        sensor(f"{base}.OccupancyStatus", occupancy),
    )
    if "Row2" in name:
        return common
    return (
        *common,
        actuator(
            f"{base}.Position",
            lambda world: world.car.body.seats[name].position,
            guard,
            write=mover("position"),
            high=600,
            instant=False,
        ),
        actuator(
            f"{base}.Height",
            lambda world: world.car.body.seats[name].height,
            guard,
            write=mover("height"),
            high=120,
            instant=False,
        ),
        actuator(f"{base}.Backrest.Recline", Item("body.seats", name, "recline"), guard, low=-10, high=75),
    )


def _station(vss: str, attribute: str) -> tuple[Entry, ...]:
    base = f"{HVAC}.Station.Row1.{vss}"

    def by_hand(field: str) -> Any:
        def write(world: World, value: Any) -> None:
            climate = world.car.climate
            climate.auto = False
            setattr(getattr(climate, attribute), field, value)

        return write

    return (
        actuator(f"{base}.Temperature", f"climate.{attribute}.temperature", powered, low=COMFORT[0], high=COMFORT[1]),
        actuator(f"{base}.FanSpeed", f"climate.{attribute}.fan", powered, write=by_hand("fan")),
        actuator(
            f"{base}.AirDistribution",
            f"climate.{attribute}.distribution",
            powered,
            write=by_hand("distribution"),
        ),
    )


def _ambience(side: str) -> tuple[Entry, ...]:
    base = f"Cabin.Light.AmbientLight.{side}"
    return (
        actuator(f"{base}.IsLightOn", Item("cabin.ambience", side, "on")),
        actuator(f"{base}.Intensity", Item("cabin.ambience", side, "intensity")),
        actuator(f"{base}.Color", Item("cabin.ambience", side, "color")),
    )


def _stored(path: str) -> Entry:
    """A setting of the head unit that the car only remembers."""

    def write(world: World, value: Any) -> None:
        world.stored[path] = value

    return actuator(path, lambda world: world.stored[path], write=write)


CABIN = (
    sensor("Cabin.DoorCount", lambda world: 5),
    sensor("Cabin.DriverPosition", lambda world: "LEFT"),
    sensor("Cabin.SeatPosCount", lambda world: [2, 3]),
    *(entry for name in SEATS for entry in _door(name)),
    actuator("Cabin.IsWindowChildLockEngaged", "body.window_lock"),
    *(entry for name in SEATS for entry in _seat(name)),
    sensor(f"{HVAC}.AmbientAirTemperature", "climate.air", rate=SLOW),
    actuator(f"{HVAC}.IsAirConditioningActive", "climate.compressor", needs_fan),
    actuator(f"{HVAC}.IsAutoActive", "climate.auto", powered),
    actuator(f"{HVAC}.IsFrontDefrosterActive", "climate.front_defroster", needs_fan),
    actuator(f"{HVAC}.IsRearDefrosterActive", "climate.rear_defroster", powered),
    actuator(f"{HVAC}.IsRecirculationActive", "climate.recirculation", needs_fan),
    *_station("Driver", "driver"),
    *_station("Passenger", "passenger"),
    actuator("Cabin.Light.IsDomeOn", "cabin.dome"),
    sensor("Cabin.Light.PerceivedAmbientLight", lambda world: world.weather.light * 0.8),
    *_ambience("Row1.DriverSide"),
    *_ambience("Row1.PassengerSide"),
    sensor("Cabin.Sunroof.Position", "body.sunroof"),
    *(_stored(path) for path in STORED),
)
