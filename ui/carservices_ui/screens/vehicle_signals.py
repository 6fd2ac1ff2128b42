"""The body's signals by the names the vehicle screen uses, and the state of the car that they make."""

from collections.abc import Callable

from carservices.api.notifications import TYRE_LOW
from carservices.signals import Datum
from carservices_ui.screens.vehicle_picture import CarState
from carservices_ui.store import Store
from carservices_ui.units import is_number

BODY = "Vehicle.Body"
LIGHTS = f"{BODY}.Lights"
CABIN = "Vehicle.Cabin"
AXLE = "Vehicle.Chassis.Axle"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging"
PORT = f"{CHARGING}.ChargingPort.FrontRight"

DRIVER_POSITION = f"{CABIN}.DriverPosition"
HOOD = f"{BODY}.Hood.IsOpen"
TRUNK = f"{BODY}.Trunk.Rear.IsOpen"
TRUNK_LOCK = f"{BODY}.Trunk.Rear.IsLocked"
FLAP = f"{PORT}.IsFlapOpen"
CABLE = f"{PORT}.IsChargingCableConnected"
IS_CHARGING = f"{CHARGING}.IsCharging"
HAZARD = f"{LIGHTS}.Hazard.IsSignaling"
WINDOW_LOCK = f"{CABIN}.IsWindowChildLockEngaged"

ROWS = ("Row1", "Row2")
SEATS = tuple(f"{row}.{side}" for row in ROWS for side in ("DriverSide", "PassengerSide"))
WHEELS = tuple(f"{row}.{side}" for row in ROWS for side in ("Left", "Right"))
DOORS = {seat: f"{CABIN}.Door.{seat}.IsOpen" for seat in SEATS}
DOOR_LOCKS = {seat: f"{CABIN}.Door.{seat}.IsLocked" for seat in SEATS}
WINDOWS = {seat: f"{CABIN}.Door.{seat}.Window.Position" for seat in SEATS}
LOCKS = (*DOOR_LOCKS.values(), TRUNK_LOCK)
MIRRORS = {side: f"{BODY}.Mirrors.{side}.IsFolded" for side in ("DriverSide", "PassengerSide")}
TYRES = {wheel: f"{AXLE}.{wheel.replace('.', '.Wheel.')}.Tire" for wheel in WHEELS}
"""Branches with Pressure, Temperature and IsPressureLow."""
BRAKES = {wheel: f"{AXLE}.{wheel.replace('.', '.Wheel.')}.Brake" for wheel in WHEELS}
"""Branches with PadWear and IsBrakesWorn."""

LAMPS: dict[str, str] = {
    "low": f"{LIGHTS}.Beam.Low.IsOn",
    "high": f"{LIGHTS}.Beam.High.IsOn",
    "running": f"{LIGHTS}.Running.IsOn",
    "parking": f"{LIGHTS}.Parking.IsOn",
    "brake": f"{LIGHTS}.Brake.IsActive",
    "backup": f"{LIGHTS}.Backup.IsOn",
    "fog_front": f"{LIGHTS}.Fog.Front.IsOn",
    "fog_rear": f"{LIGHTS}.Fog.Rear.IsOn",
    "left": f"{LIGHTS}.DirectionIndicator.Left.IsSignaling",
    "right": f"{LIGHTS}.DirectionIndicator.Right.IsSignaling",
}

PICTURED = (
    *DOORS.values(),
    *WINDOWS.values(),
    *MIRRORS.values(),
    *LAMPS.values(),
    *(f"{tyre}.{leaf}" for tyre in TYRES.values() for leaf in ("IsPressureLow", "Pressure")),
    *(HOOD, TRUNK, FLAP, CABLE, IS_CHARGING, HAZARD, DRIVER_POSITION),
)
"""Everything the picture and the sentence above it depend on."""


def follow(store: Store, paths: tuple[str, ...], changed: Callable[[], None]) -> None:
    """Call back now and when any of the signals changes."""
    first = True
    for path in paths:
        store.bind(path, lambda _: None if first else changed())
    first = False
    changed()


def sided(store: Store, name: str) -> str:
    """``Row1.DriverSide`` or ``DriverSide`` with the side of the car instead: ``Row1.Left``."""
    driver, passenger = ("Right", "Left") if store.get(DRIVER_POSITION) == "RIGHT" else ("Left", "Right")
    return name.replace("DriverSide", driver).replace("PassengerSide", passenger)


def is_low(store: Store, wheel: str) -> bool:
    """Whether a tyre is low: by the car's own word or, as in the notifications, by its pressure."""
    pressure = store.get(f"{TYRES[wheel]}.Pressure")
    return store.get(f"{TYRES[wheel]}.IsPressureLow") is True or (is_number(pressure) and pressure < TYRE_LOW)


def car_state(store: Store) -> CarState:
    """What the picture shows now; a signal without a value shows as at rest."""
    lids = {"hood": HOOD, "trunk": TRUNK, "flap": FLAP}
    lamps = {name for name, path in LAMPS.items() if _lit(store.get(path))}
    if store.get(HAZARD) is True:
        lamps |= {"left", "right"}
    positions = {seat: store.get(path) for seat, path in WINDOWS.items()}
    return CarState(
        opened=frozenset(
            [name for name, path in lids.items() if store.get(path) is True]
            + [sided(store, seat) for seat, path in DOORS.items() if store.get(path) is True]
        ),
        windows={sided(store, seat): float(p) for seat, p in positions.items() if is_number(p)},
        lamps=frozenset(lamps),
        flat=frozenset(wheel for wheel in TYRES if is_low(store, wheel)),
        folded=frozenset(sided(store, side) for side, path in MIRRORS.items() if store.get(path) is True),
        cable=store.get(CABLE) is True,
        charging=store.get(IS_CHARGING) is True,
    )


def _lit(value: Datum | None) -> bool:
    """Of a lamp's boolean, or the brake light's word."""
    return value is True or value in ("ACTIVE", "ADAPTIVE")
