"""The parameters of OBD's modes 01 and 02 (SAE J1979) that an electric car has.

J1979-DA is not free: bytes and scalings are python-OBD's, and of 9A and A6 those of OBDb's open signal set SAEJ1979.
"""

from collections.abc import Callable
from dataclasses import dataclass

from carservices.signals import Status as Available
from carservices_emulator.diagnostics.codes import Status
from carservices_emulator.diagnostics.unit import Unit
from carservices_emulator.signals import observe

BATTERY = "Vehicle.Powertrain.TractionBattery"
EOBD, ELECTRIC = 0x06, 0x08
"""OBD requirements the car is built to, and its fuel (SAE J1979-DA)."""
SEA_LEVEL = 101.325
"""kPa (ISO 2533)."""
BOTH = frozenset({"VCU", "BMS"})
VCU = frozenset({"VCU"})


@dataclass(frozen=True, slots=True)
class Pid:
    """One parameter: its bytes, None while the unit has no valid value; ``frozen`` ones are kept in a freeze frame."""

    number: int
    name: str
    read: Callable[[Unit], bytes | None]
    units: frozenset[str] = VCU
    frozen: bool = False


def scaled(
    path: str, size: int, step: float, offset: float = 0.0, *, signed: bool = False
) -> Callable[[Unit], bytes | None]:
    """A signal as a number of steps from an offset, held at the ends of its range."""
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)

    def read(unit: Unit) -> bytes | None:
        value, status = observe(unit.world, path)
        if status is not Available.AVAILABLE or not isinstance(value, int | float):
            return None
        return max(low, min(high, round((value - offset) / step))).to_bytes(size, signed=signed)

    return read


def counted(value: Callable[[Unit], float]) -> Callable[[Unit], bytes]:
    """Two bytes of a count that stops at its end."""
    return lambda unit: min(0xFFFF, int(value(unit))).to_bytes(2)


def monitors(unit: Unit) -> bytes:
    """Lamp and number of confirmed faults; no monitors of an engine."""
    stored = [trouble for trouble in unit.memory if trouble.fault.emissions and Status.CONFIRMED in trouble.status]
    lit = any(Status.WARNING_INDICATOR in trouble.status for trouble in stored)
    return bytes([lit << 7 | min(127, len(stored)), 0x04, 0, 0])  # comprehensive component monitoring: there, complete


def air_pressure(unit: Unit) -> bytes:
    """The barometric formula of ISO 2533."""
    return bytes([round(SEA_LEVEL * (1.0 - 2.25577e-5 * unit.world.car.altitude) ** 5.25588)])


VOLTAGE_HERE, CURRENT_HERE = 0x02, 0x04
"""Bits of 9A's first byte; without bit 0 its second, the mode of a plug-in hybrid, says nothing."""


def battery_data(unit: Unit) -> bytes | None:
    """Voltage in 1/64 V and current in 0.1 A of the traction battery; positive discharges (no free source says)."""
    volts = scaled(f"{BATTERY}.CurrentVoltage", 2, 1 / 64)(unit)
    amperes = scaled(f"{BATTERY}.CurrentCurrent", 2, -0.1, signed=True)(unit)
    if volts is None or amperes is None:
        return None
    return bytes([VOLTAGE_HERE | CURRENT_HERE, 0]) + volts + amperes


PIDS: dict[int, Pid] = {
    pid.number: pid
    for pid in (
        Pid(0x01, "Monitors", monitors, BOTH),
        Pid(0x0D, "Vehicle speed", scaled("Vehicle.Speed", 1, 1.0), frozen=True),
        Pid(0x1C, "OBD requirements", lambda unit: bytes([EOBD]), BOTH),
        Pid(0x1F, "Time since start", counted(lambda unit: unit.records.since(unit.records.started)[0]), frozen=True),
        Pid(0x21, "Distance with lamp on", counted(lambda unit: unit.records.since(unit.records.lamp)[1] / 1e3), BOTH),
        Pid(0x30, "Warm-ups since clear", lambda unit: bytes([unit.records.warm_ups]), BOTH),
        Pid(
            0x31, "Distance since clear", counted(lambda unit: unit.records.since(unit.records.cleared)[1] / 1e3), BOTH
        ),
        Pid(0x33, "Air pressure", air_pressure, frozen=True),
        Pid(0x42, "Module voltage", scaled("Vehicle.LowVoltageBattery.CurrentVoltage", 2, 0.001), BOTH, frozen=True),
        Pid(0x46, "Outside temperature", scaled("Vehicle.Exterior.AirTemperature", 1, 1.0, -40.0), frozen=True),
        Pid(0x49, "Accelerator D", scaled("Vehicle.Chassis.Accelerator.PedalPosition", 1, 100 / 255), frozen=True),
        Pid(0x4D, "Time with lamp on", counted(lambda unit: unit.records.since(unit.records.lamp)[0] / 60), BOTH),
        Pid(0x4E, "Time since clear", counted(lambda unit: unit.records.since(unit.records.cleared)[0] / 60), BOTH),
        Pid(0x51, "Fuel", lambda unit: bytes([ELECTRIC])),
        Pid(0x5B, "Battery charge left", scaled(f"{BATTERY}.StateOfCharge.Displayed", 1, 100 / 255), BOTH, frozen=True),
        Pid(0x9A, "Traction battery", battery_data, frozenset({"BMS"}), frozen=True),
        Pid(0xA6, "Odometer", scaled("Vehicle.TraveledDistance", 4, 100.0)),
    )
}
"""By number; those that list what there is (00, 20, 40, …) follow from the table."""


def supported(numbers: list[int], first: int) -> bytes:
    """The mask of which of ``first`` + 1 to ``first`` + 32 there are; its last bit says that another mask follows."""
    mask = sum(1 << 32 - (number - first) for number in numbers if first < number < first + 32)
    return (mask | any(number > first + 31 for number in numbers)).to_bytes(4)


def read(unit: Unit, number: int) -> bytes | None:
    """The bytes of a parameter of mode 01; None for one the unit does not have now."""
    mine = [pid.number for pid in PIDS.values() if unit.address.name in pid.units]
    if number % 0x20 == 0:
        return supported(mine, number) if number == 0 or any(pid > number for pid in mine) else None
    return PIDS[number].read(unit) if number in mine else None


def freeze(unit: Unit) -> dict[int, bytes]:
    """The data of a freeze frame by parameter."""
    wanted = [pid.number for pid in PIDS.values() if pid.frozen]
    return {number: data for number in wanted if (data := read(unit, number)) is not None}
