"""Motor, transmission, traction battery and charging."""

from datetime import datetime
from typing import Any

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.model.car import DRIVE, NEUTRAL, PARK, REVERSE
from carservices_emulator.model.gearbox import release_park_lock, select, shown
from carservices_emulator.signals.table import FAST, MEDIUM, SLOW, actuator, powered, sensor, standing
from carservices_emulator.world import World

BATTERY = "Powertrain.TractionBattery"
CHARGING = f"{BATTERY}.Charging"
PORT = f"{CHARGING}.ChargingPort.FrontRight"
CABLE = f"Vehicle.{PORT}.IsChargingCableConnected"


def needs_cable(world: World, value: Any) -> None:
    """Starting a charge needs a cable."""
    if value == "START" and world.car.port.plug is None:
        raise SetError(Code.NOT_AVAILABLE, "no charging cable is connected", CABLE)


def lock_guard(world: World, value: Any) -> None:
    """The lock needs a cable to close and a current of zero to open (IEC 62196: never unplug under load)."""
    if value and world.car.port.plug is None:
        raise SetError(Code.NOT_AVAILABLE, "no charging cable is connected", CABLE)
    if not value and world.car.port.charging:
        raise SetError(
            Code.NOT_AVAILABLE_SAFETY, "the car is charging; stop it first", f"Vehicle.{CHARGING}.IsCharging"
        )


def flap_guard(world: World, value: Any) -> None:
    """The flap opens at a standstill and closes without a cable."""
    if value:
        standing(world, value)
    elif world.car.port.plug is not None:
        raise SetError(Code.NOT_AVAILABLE, "a charging cable is in the port", CABLE)


def set_charging(world: World, value: str) -> None:
    world.car.port.wanted = value == "START"


def set_timer(world: World, value: str) -> None:
    """An ISO 8601 time; without a zone it is the car's own clock."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise SetError(Code.INVALID_ARG, f"{value[:40]!r} is not an ISO 8601 time such as 2026-06-01T06:30") from None
    world.car.port.timer = time if time.tzinfo else time.replace(tzinfo=world.epoch.tzinfo)


def _timer(world: World) -> str:
    timer = world.car.port.timer
    return timer.isoformat(timespec="seconds") if timer else ""


def _max_power(world: World) -> float:
    car = world.car
    return car.port.limit_power(car.battery, car.battery.charge) / 1e3


def _dc(world: World) -> bool:
    plug = world.car.port.plug
    return plug is not None and plug.kind == "dc" and world.car.port.charging


def _battery_range(world: World) -> float:
    return world.car.trip.range(world.car.battery.energy)


def _time_remaining(world: World) -> float:
    """s the energy lasts at the present consumption and the average speed (50 km/h before there is one)."""
    speed = world.car.trip.average_speed if world.car.trip.since_start > 1000.0 else 50.0 / 3.6
    return _battery_range(world) / speed


POWERTRAIN = (
    sensor("Powertrain.Type", lambda world: "ELECTRIC"),
    sensor("Powertrain.Range", _battery_range, rate=SLOW),
    sensor("Powertrain.TimeRemaining", _time_remaining, rate=SLOW),
    sensor("Powertrain.ElectricMotor.MaxPower", "profile.drive.power"),
    sensor("Powertrain.ElectricMotor.MaxTorque", "profile.drive.torque"),
    sensor("Powertrain.ElectricMotor.MaxRegenPower", "profile.drive.regen_power"),
    sensor("Powertrain.ElectricMotor.MaxRegenTorque", "profile.drive.regen_torque"),
    sensor("Powertrain.ElectricMotor.Power", lambda world: world.car.unit.output / 1e3, rate=FAST),
    sensor("Powertrain.ElectricMotor.Torque", "unit.torque", rate=FAST),
    sensor(
        "Powertrain.ElectricMotor.Speed", lambda world: world.car.unit.rpm(world.car.road.speed), rate=FAST, digits=0
    ),
    sensor("Powertrain.ElectricMotor.Temperature", "unit.temperature", rate=SLOW),
    sensor("Powertrain.Transmission.CurrentGear", lambda world: shown(world.car)),
    actuator(
        "Powertrain.Transmission.SelectedGear",
        "gear",
        write=lambda world, value: select(world.car, value),
        allowed=(REVERSE, NEUTRAL, PARK, DRIVE),
    ),
    actuator("Powertrain.Transmission.PerformanceMode", "mode", powered),
    actuator(
        "Powertrain.Transmission.IsParkLockEngaged",
        lambda world: world.car.gear == PARK,
        write=lambda world, value: select(world.car, PARK) if value else release_park_lock(world.car),
    ),
    sensor(
        "Powertrain.Transmission.DriveType",
        lambda world: f"{'FORWARD' if world.car.profile.drive.axle == 'front' else 'REAR'}_WHEEL_DRIVE",
    ),
    sensor(f"{BATTERY}.GrossCapacity", "profile.battery.gross"),
    sensor(f"{BATTERY}.NetCapacity", lambda world: world.car.profile.battery.usable * world.car.battery.health),
    sensor(f"{BATTERY}.NominalVoltage", lambda world: world.car.profile.battery.cells_in_series * 3.69),
    sensor(f"{BATTERY}.MaxVoltage", lambda world: world.car.profile.battery.cells_in_series * 4.2),
    sensor(f"{BATTERY}.CurrentVoltage", "battery.voltage", rate=MEDIUM),
    sensor(f"{BATTERY}.CurrentCurrent", lambda world: -world.car.battery.current, rate=MEDIUM),
    sensor(f"{BATTERY}.CurrentPower", lambda world: -world.car.battery.power, rate=FAST, digits=0),
    sensor(f"{BATTERY}.PowerLoss", "battery.heat", rate=MEDIUM, digits=0),
    sensor(f"{BATTERY}.Range", _battery_range, rate=SLOW),
    sensor(f"{BATTERY}.TimeRemaining", _time_remaining, rate=SLOW),
    sensor(f"{BATTERY}.StateOfHealth", lambda world: world.car.battery.health * 100),
    sensor(
        f"{BATTERY}.StateOfCharge.Current", lambda world: world.car.battery.absolute_charge * 100, rate=MEDIUM, digits=2
    ),
    sensor(f"{BATTERY}.StateOfCharge.Displayed", lambda world: world.car.battery.charge * 100, rate=MEDIUM, digits=1),
    sensor(
        f"{BATTERY}.StateOfCharge.CurrentEnergy", lambda world: world.car.battery.energy / 3.6e6, rate=SLOW, digits=3
    ),
    sensor(f"{BATTERY}.Temperature.Average", "battery.temperature", rate=SLOW),
    sensor(
        f"{BATTERY}.Temperature.Min",
        "battery.coolest",
        rate=SLOW,
    ),
    sensor(
        f"{BATTERY}.Temperature.Max",
        "battery.warmest",
        rate=SLOW,
    ),
    sensor(f"{BATTERY}.CellVoltage.Min", lambda world: world.car.cell_voltage - 0.004, rate=SLOW, digits=3),
    sensor(f"{BATTERY}.CellVoltage.Max", lambda world: world.car.cell_voltage + 0.004, rate=SLOW, digits=3),
    sensor(f"{BATTERY}.AccumulatedChargedEnergy", lambda world: world.car.battery.charged / 3.6e6, rate=SLOW, digits=3),
    sensor(
        f"{BATTERY}.AccumulatedConsumedEnergy", lambda world: world.car.battery.consumed / 3.6e6, rate=SLOW, digits=3
    ),
    actuator(f"{BATTERY}.BatteryConditioning.RequestedMode", "conditioning.mode", powered),
    sensor(f"{BATTERY}.BatteryConditioning.IsActive", "conditioning.active"),
    actuator(f"{BATTERY}.BatteryConditioning.TargetTemperature", "conditioning.target", low=5, high=35),
    sensor(f"{BATTERY}.DCDC.PowerLoss", "low_voltage.converter_loss", rate=SLOW),
    actuator(f"{CHARGING}.ChargeLimit", "port.limit", low=20, high=100),
    sensor(f"{CHARGING}.ChargeRate", lambda world: world.car.port.power / world.car.trip.consumption * 3.6, rate=SLOW),
    sensor(
        f"{CHARGING}.MaxPower",
        _max_power,
    ),
    sensor(f"{CHARGING}.AveragePower", lambda world: world.car.port.average_power / 1e3),
    sensor(f"{CHARGING}.PowerLoss", "port.loss", rate=SLOW, digits=0),
    sensor(f"{CHARGING}.IsCharging", "port.charging"),
    sensor(f"{CHARGING}.IsDischarging", lambda world: world.car.battery.power > 1.0),
    actuator(
        f"{CHARGING}.StartStopCharging",
        lambda world: "START" if world.car.port.wanted else "STOP",
        needs_cable,
        write=set_charging,
    ),
    sensor(f"{CHARGING}.TimeToComplete", lambda world: world.time_to_complete),
    sensor(f"{CHARGING}.Temperature", "port.temperature", rate=SLOW),
    sensor(f"{CHARGING}.EvseId", lambda world: world.car.port.plug.station if world.car.port.plug else ""),
    sensor(
        f"{CHARGING}.ChargeCurrent.DC",
        lambda world: world.car.port.power / world.car.battery.voltage if _dc(world) else 0.0,
        rate=SLOW,
    ),
    sensor(f"{CHARGING}.ChargeCurrent.Phase1", "port.phase_current", rate=SLOW),
    sensor(f"{CHARGING}.ChargeVoltage.DC", lambda world: world.car.battery.voltage if _dc(world) else 0.0, rate=SLOW),
    sensor(f"{CHARGING}.ChargeVoltage.Phase1", lambda world: 230.0 if world.car.port.phase_current else 0.0, rate=SLOW),
    sensor(f"{PORT}.IsChargingCableConnected", lambda world: world.car.port.plug is not None),
    actuator(f"{PORT}.IsChargingCableLocked", "port.locked", lock_guard),
    actuator(f"{PORT}.IsFlapOpen", "port.flap", flap_guard),
    sensor(f"{PORT}.SupportedInletTypes", lambda world: list(world.car.profile.charging.inlets)),
    actuator(f"{CHARGING}.Timer.Mode", "port.timer_mode"),
    actuator(f"{CHARGING}.Timer.Time", _timer, write=set_timer),
)
