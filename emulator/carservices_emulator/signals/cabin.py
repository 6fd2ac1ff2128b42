"""Doors, windows, seats, climate, cabin lights and what the head unit stores."""

from typing import TYPE_CHECKING, Any

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.model.body import SEATS
from carservices_emulator.signals.table import SLOW, Entry, Item, actuator, powered, sensor, standing

if TYPE_CHECKING:
    from carservices_emulator.simulation import Simulation

HVAC = "Cabin.HVAC"
HMI = "Cabin.Infotainment.HMI"
FAN = f"Vehicle.{HVAC}.Station.Row1.Driver.FanSpeed"
COMFORT = (16.0, 28.0)
"""°C a station can be set to."""


def needs_fan(sim: "Simulation", value: Any) -> None:
    """Cold, demisted or recirculated air needs a fan that turns: fan 0 is "climate off"."""
    powered(sim, value)
    climate = sim.car.climate
    if value and climate.driver.fan == 0 and climate.passenger.fan == 0:
        raise SetError(Code.NOT_AVAILABLE_DISABLED, "the climate is off; raise the fan speed first", FAN)


def window_guard(sim: "Simulation", value: Any) -> None:
    """Windows need power."""
    powered(sim, value)


def rear_window_guard(sim: "Simulation", value: Any) -> None:
    """Rear windows also obey the child lock."""
    powered(sim, value)
    if sim.car.body.window_lock:
        raise SetError(
            Code.NOT_AVAILABLE_DISABLED,
            "the child lock blocks the rear windows",
            "Vehicle.Cabin.IsWindowChildLockEngaged",
        )


def seat_guard(sim: "Simulation", value: Any) -> None:
    """The driver's seat moves at a standstill only."""
    powered(sim, value)
    standing(sim, value)


def _door(name: str) -> tuple[Entry, ...]:
    base = f"Cabin.Door.{name}"

    def guard(sim: "Simulation", value: Any) -> None:
        door = sim.car.body.doors[name]
        if value:
            standing(sim, value)
            if door.locked:
                raise SetError(Code.NOT_AVAILABLE, "the door is locked; unlock it first", f"Vehicle.{base}.IsLocked")

    def lock_guard(sim: "Simulation", value: Any) -> None:
        if value and sim.car.body.doors[name].open:
            raise SetError(Code.NOT_AVAILABLE, "the door is open; close it first", f"Vehicle.{base}.IsOpen")

    def set_window(sim: "Simulation", value: int) -> None:
        sim.car.body.doors[name].window_target = float(value)

    return (
        actuator(f"{base}.IsOpen", Item("body.doors", name, "open"), guard),
        actuator(f"{base}.IsLocked", Item("body.doors", name, "locked"), lock_guard),
        actuator(
            f"{base}.Window.Position",
            lambda sim: sim.car.body.doors[name].window,
            rear_window_guard if "Row2" in name else window_guard,
            write=set_window,
            instant=False,
        ),
        sensor(f"{base}.IsChildLockActive", Item("body.doors", name, "child_lock")),
    )


def _seat(name: str) -> tuple[Entry, ...]:
    base = f"Cabin.Seat.{name}"
    guard = seat_guard if name == "Row1.DriverSide" else powered

    def occupancy(sim: "Simulation") -> str:
        return "OCCUPIED" if sim.car.body.seats[name].occupied else "EMPTY"

    def mover(field: str) -> Any:
        return lambda sim, value: setattr(sim.car.body.seats[name], f"{field}_target", float(value))

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
            lambda sim: sim.car.body.seats[name].position,
            guard,
            write=mover("position"),
            high=600,
            instant=False,
        ),
        actuator(
            f"{base}.Height",
            lambda sim: sim.car.body.seats[name].height,
            guard,
            write=mover("height"),
            high=120,
            instant=False,
        ),
        actuator(f"{base}.Backrest.Recline", Item("body.seats", name, "recline"), guard, low=-10, high=75),
    )


def _station(vss: str, attribute: str) -> tuple[Entry, ...]:
    base = f"{HVAC}.Station.Row1.{vss}"
    return (
        actuator(f"{base}.Temperature", f"climate.{attribute}.temperature", powered, low=COMFORT[0], high=COMFORT[1]),
        actuator(f"{base}.FanSpeed", f"climate.{attribute}.fan", powered),
        actuator(f"{base}.AirDistribution", f"climate.{attribute}.distribution", powered),
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

    def write(sim: "Simulation", value: Any) -> None:
        sim.stored[path] = value

    return actuator(path, lambda sim: sim.stored[path], write=write)


STORED: dict[str, bool | int | float | str] = {
    f"{HMI}.DayNightMode": "DAY",
    f"{HMI}.Brightness": 80.0,
    f"{HMI}.DistanceUnit": "KILOMETERS",
    f"{HMI}.SpeedUnit": "KILOMETERS_PER_HOUR",
    f"{HMI}.TemperatureUnit": "C",
    f"{HMI}.TirePressureUnit": "BAR",
    f"{HMI}.TimeFormat": "HR_24",
    "Cabin.Infotainment.Navigation.DestinationSet.Latitude": 0.0,
    "Cabin.Infotainment.Navigation.DestinationSet.Longitude": 0.0,
    "Cabin.Infotainment.Media.Volume": 35,
}
"""What the head unit stores in the car, with its value when new."""

CABIN = (
    sensor("Cabin.DoorCount", lambda sim: 5),
    sensor("Cabin.DriverPosition", lambda sim: "LEFT"),
    sensor("Cabin.SeatPosCount", lambda sim: [2, 3]),
    *(entry for name in SEATS for entry in _door(name)),
    actuator("Cabin.IsWindowChildLockEngaged", "body.window_lock"),
    *(entry for name in SEATS for entry in _seat(name)),
    sensor(f"{HVAC}.AmbientAirTemperature", "climate.air", rate=SLOW),
    actuator(f"{HVAC}.IsAirConditioningActive", "climate.compressor", needs_fan),
    actuator(f"{HVAC}.IsFrontDefrosterActive", "climate.front_defroster", needs_fan),
    actuator(f"{HVAC}.IsRearDefrosterActive", "climate.rear_defroster", powered),
    actuator(f"{HVAC}.IsRecirculationActive", "climate.recirculation", needs_fan),
    *_station("Driver", "driver"),
    *_station("Passenger", "passenger"),
    actuator("Cabin.Light.IsDomeOn", "cabin.dome"),
    sensor("Cabin.Light.PerceivedAmbientLight", lambda sim: sim.weather.light * 0.8),
    *_ambience("Row1.DriverSide"),
    *_ambience("Row1.PassengerSide"),
    sensor("Cabin.Sunroof.Position", "body.sunroof"),
    *(_stored(path) for path in STORED),
)
