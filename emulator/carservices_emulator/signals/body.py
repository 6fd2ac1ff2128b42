"""Hood, tailgate, horn, lights, mirrors, wipers."""

from typing import Any

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.signals.table import Entry, Item, actuator, opening, powered, sensor
from carservices_emulator.world import World

LIGHTS = "Body.Lights"


def tailgate_guard(world: World, value: Any) -> None:
    """Opens at a standstill and unlocked."""
    opening(world, value)
    if value and world.car.body.tailgate_locked:
        raise SetError(
            Code.NOT_AVAILABLE, "the tailgate is locked; unlock it first", "Vehicle.Body.Trunk.Rear.IsLocked"
        )


def tailgate_lock_guard(world: World, value: Any) -> None:
    """Locks only when it is closed."""
    if value and world.car.body.tailgate:
        raise SetError(Code.NOT_AVAILABLE, "the tailgate is open; close it first", "Vehicle.Body.Trunk.Rear.IsOpen")


def needs_low_beam(world: World, value: Any) -> None:
    """High beam and fog lamps need the lights on (UN R48)."""
    if value and not world.car.body.lights.parking:
        raise SetError(
            Code.NOT_AVAILABLE_DISABLED, "the lights are off; switch them on first", f"Vehicle.{LIGHTS}.LightSwitch"
        )


def set_switch(world: World, value: str) -> None:
    world.car.body.lights.switch = value
    world.car.refresh_body()


def set_wiper(world: World, value: str) -> None:
    world.car.body.wiper_mode = value
    world.car.refresh_body()


def _mirror(side: str) -> tuple[Entry, ...]:
    base = f"Body.Mirrors.{side}"
    return (
        actuator(f"{base}.IsFolded", Item("body.mirrors", side, "folded"), opening),
        actuator(f"{base}.IsHeatingOn", Item("body.mirrors", side, "heating"), powered),
    )


BODY = (  # lamps the switch governs are read-only
    sensor("Body.BodyType", "profile.identity.body"),
    actuator("Body.Hood.IsOpen", "body.hood", opening),
    actuator(
        "Body.Trunk.Rear.IsOpen",
        "body.tailgate",
        tailgate_guard,
        write=lambda world, value: world.car.body.set_tailgate(value),
        instant=False,
    ),
    actuator("Body.Trunk.Rear.IsLocked", "body.tailgate_locked", tailgate_lock_guard),
    actuator("Body.Horn.IsActive", "body.horn"),
    sensor("Body.Raindetection.Intensity", lambda world: world.weather.rain),
    actuator(f"{LIGHTS}.LightSwitch", "body.lights.switch", write=set_switch),
    sensor(f"{LIGHTS}.Beam.Low.IsOn", "body.lights.low"),
    sensor(f"{LIGHTS}.Beam.Low.IsDefect", "body.lights.low_defect"),
    actuator(f"{LIGHTS}.Beam.High.IsOn", "body.lights.high", needs_low_beam),
    sensor(f"{LIGHTS}.Running.IsOn", "body.lights.running"),
    sensor(f"{LIGHTS}.Parking.IsOn", "body.lights.parking"),
    sensor(f"{LIGHTS}.Backup.IsOn", "body.lights.backup"),
    sensor(f"{LIGHTS}.Brake.IsActive", "body.lights.brake"),
    actuator(f"{LIGHTS}.Fog.Front.IsOn", "body.lights.fog_front", needs_low_beam),
    actuator(f"{LIGHTS}.Fog.Rear.IsOn", "body.lights.fog_rear", needs_low_beam),
    actuator(f"{LIGHTS}.Hazard.IsSignaling", "body.lights.hazard"),
    actuator(f"{LIGHTS}.DirectionIndicator.Left.IsSignaling", "body.lights.left", powered),
    actuator(f"{LIGHTS}.DirectionIndicator.Right.IsSignaling", "body.lights.right", powered),
    *_mirror("DriverSide"),
    *_mirror("PassengerSide"),
    actuator("Body.Windshield.Front.IsHeatingOn", "body.windscreen_heating", powered),
    sensor("Body.Windshield.Front.WasherFluid.Level", "body.washer"),
    sensor("Body.Windshield.Front.WasherFluid.IsLevelLow", lambda world: world.car.body.washer < 15.0),
    actuator("Body.Windshield.Front.Wiping.Mode", "body.wiper_mode", powered, write=set_wiper),
    actuator("Body.Windshield.Front.Wiping.Intensity", "body.wiper_intensity", powered, low=0, high=5),
    actuator("Body.Windshield.Rear.IsHeatingOn", "climate.rear_defroster", powered),
    actuator("Body.Windshield.Rear.Wiping.Mode", "body.rear_wiper", powered),
)
