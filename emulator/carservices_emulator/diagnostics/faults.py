"""The table of faults: code, unit, what it means, how serious it is, and the test that finds it.

Codes with a second character 0 are SAE J2012's, those with 1 are the maker's: ours. The part behind the dash is the
failure type of ISO 15031-6 (SAE J2012-DA). J2012 is not free; P0Axx are as in the lists of generic codes in the
repair manuals of Volkswagen, General Motors and Toyota.
"""

from collections.abc import Iterator

from carservices.signals import Status
from carservices_emulator.diagnostics.codes import Severity
from carservices_emulator.diagnostics.memory import Fault, Test
from carservices_emulator.model.chassis import WHEELS
from carservices_emulator.signals import CONFIGS, ENTRIES, observe
from carservices_emulator.world import World

LATER, SOON, NOW = Severity.MAINTENANCE_ONLY, Severity.CHECK_AT_NEXT_HALT, Severity.CHECK_IMMEDIATELY
BATTERY = "Vehicle.Powertrain.TractionBattery"
SILENT, RANGE, PLAUSIBLE, MISSING = "31", "22", "64", "87"
"""Failure types: no signal, amplitude beyond its maximum, plausibility, missing message."""
LOST = (
    ("VCU", "BMS", "U0111", NOW),
    ("VCU", "ABS", "U0121", NOW),
    ("VCU", "TPMS", "U0127", LATER),
    ("VCU", "BCM", "U0140", SOON),
    ("VCU", "HVAC", "U0164", LATER),
    ("BMS", "VCU", "U0293", NOW),
)
"""Who misses whose messages, and the code."""
WHEEL_NAMES = dict(zip(WHEELS, ("front left", "front right", "rear left", "rear right"), strict=True))
LOW_12V = 11.5
"""V with consumers on: below it control units begin to reset."""
DISCHARGED = 12.4
"""V under load while the converter should hold 14."""
MOTOR_HOT = 150.0
"""°C: well into the derating of the drive unit."""
PACK_HOT = 55.0
"""°C of the warmest cell: charging has ended, discharging is derated."""
SPENT = 0.7
"""State of health at which makers replace a pack under warranty."""


def watched(path: str, test: Test) -> Test:
    """The sensors of the emulator are sound unless they were broken: only then is there something to test."""
    return lambda world: path in world.sensors.broken and test(world)


def on(test: Test) -> Test:
    """Test only while the car is switched on."""
    return lambda world: test(world) if world.car.on else None


def silent(path: str) -> Test:
    """The sensor gives nothing."""
    return lambda world: observe(world, path)[1] is not Status.AVAILABLE


def beyond(path: str) -> Test:
    """The sensor shows what its signal cannot be."""
    config = CONFIGS[path]
    low = float("-inf") if config.min is None else config.min
    high = 1e5 if config.max is None else config.max  # what no sensor of a car shows, in any unit

    def test(world: World) -> bool | None:
        value, status = observe(world, path)
        if status is not Status.AVAILABLE or not isinstance(value, int | float):
            return None
        return not low <= value <= high

    return test


def implausible(path: str, tolerance: float) -> Test:
    """The sensor is ``tolerance`` or more off what the unit works out from the rest of the car, but possible."""
    possible = beyond(path)

    def test(world: World) -> bool | None:
        value, truth = observe(world, path)[0], ENTRIES[path].read(world)
        if possible(world) is not False or not isinstance(value, int | float) or not isinstance(truth, int | float):
            return None
        return abs(value - truth) >= tolerance

    return test


def sensor(ecu: str, codes: str, name: str, path: str, tolerance: float, severity: Severity = SOON) -> Iterator[Fault]:
    """The three faults of a sensor; SAE's powertrain table has one code for its circuit and one for its performance."""
    circuit, _, performance = codes.partition("/")
    performance = performance or circuit
    yield Fault(ecu, f"{circuit}-{SILENT}", f"{name}: no signal", severity, on(watched(path, silent(path))), lamp=True)
    yield Fault(
        ecu, f"{performance}-{RANGE}", f"{name}: out of range", severity, on(watched(path, beyond(path))), lamp=True
    )
    test = on(watched(path, implausible(path, tolerance)))
    yield Fault(
        ecu, f"{performance}-{PLAUSIBLE}", f"{name}: not plausible", severity, test, after=4, trips=2, lamp=True
    )


def wheels(number: int) -> Iterator[tuple[str, str, str, str]]:
    """Code digits, name, VSS path and key of each wheel."""
    for i, (key, name) in enumerate(WHEEL_NAMES.items()):
        yield f"{number + i:03X}", name, f"Vehicle.Chassis.Axle.{key}", key


def tyre_low(key: str) -> Test:
    return lambda world: world.car.chassis.wheels[key].low


def pads_worn(key: str) -> Test:
    return lambda world: world.car.chassis.wheels[key].worn


def converter_weak(world: World) -> bool | None:
    """The 12 V battery feeds the car although the converter runs."""
    car = world.car
    return car.low_voltage.current < -1.0 and car.low_voltage.voltage < DISCHARGED if car.live else None


def window_lost(world: World) -> bool:
    return not all(door.referenced for door in world.car.body.doors.values())


def lost(ecu: str) -> Test:
    """Its messages stay away."""
    return lambda world: ecu in world.unheard


def cable_pulled(world: World) -> bool:
    """The cable went while the lock was closed, and none has been put in since."""
    return "plug-pulled" in world.broken and world.car.port.plug is None


FAULTS: tuple[Fault, ...] = (  # unit, code, meaning, severity, test; then s of failing, cycles to confirm, lamp
    Fault(
        "VCU", "P0562-16", "12 V supply too low", SOON, on(lambda w: w.car.low_voltage.voltage < LOW_12V), 5, 1, True
    ),
    Fault("VCU", "P0A94-92", "DC/DC converter does not hold the 12 V supply", SOON, on(converter_weak), 8, 1, True),
    Fault("VCU", "P0A2F-98", "Drive motor too hot", NOW, on(lambda w: w.car.unit.temperature > MOTOR_HOT), 3, 1, True),
    Fault(
        "VCU", "P0A1D-47", "Watchdog: limp home until restarted", SOON, on(lambda w: w.car.unit.limp_home), 1, 1, True
    ),
    Fault("VCU", "P1D10-93", "Charging cable pulled out while it was locked", SOON, cable_pulled, 1),
    *sensor("VCU", "P0A2A/P0A2B", "Motor temperature sensor", "Vehicle.Powertrain.ElectricMotor.Temperature", 15),
    *sensor("VCU", "P0500/P0501", "Vehicle speed", "Vehicle.Speed", 8, NOW),
    *sensor("VCU", "P0070/P0071", "Outside temperature sensor", "Vehicle.Exterior.AirTemperature", 10, LATER),
    *sensor("VCU", "P1D62", "12 V voltage sensor", "Vehicle.LowVoltageBattery.CurrentVoltage", 1.5),
    Fault(
        "BMS", "P0A7E-98", "Traction battery too hot", NOW, on(lambda w: w.car.battery.warmest > PACK_HOT), 3, 1, True
    ),
    Fault("BMS", "P0A7D-00", "Traction battery empty", SOON, on(lambda w: w.car.battery.charge <= 0.0), 3, 1, True),
    Fault("BMS", "P0A80-00", "Traction battery spent", SOON, on(lambda w: w.car.battery.health < SPENT), 3, 2, True),
    *sensor("BMS", "P0A9B/P0A9C", "Battery temperature sensor", f"{BATTERY}.Temperature.Average", 8, NOW),
    *sensor("BMS", "P0ABA/P0ABB", "Battery voltage sensor", f"{BATTERY}.CurrentVoltage", 15, NOW),
    *sensor("BMS", "P0ABF/P0AC0", "Battery current sensor", f"{BATTERY}.CurrentCurrent", 40, NOW),
    Fault("BCM", "U3003-16", "12 V supply too low", SOON, on(lambda w: w.car.low_voltage.voltage < LOW_12V), 5),
    Fault("BCM", "B1A20-13", "Low beam: circuit open", SOON, on(lambda w: w.car.body.lights.low_defect), 1, 1, True),
    Fault("BCM", "B1A40-7B", "Washer fluid low", LATER, on(lambda w: w.car.body.washer < 15.0), 5),
    *sensor("BCM", "B1A60", "Daylight sensor", "Vehicle.Exterior.LightIntensity", 25, LATER),
    Fault("BCM", "B1A30-54", "Passenger's window has lost its end stops", LATER, on(window_lost), 1),
    Fault(
        "HVAC", "B1B30-98", "Heater locked out after it was too hot", SOON, on(lambda w: w.car.climate.locked_out), 1
    ),
    *sensor("HVAC", "B1B10", "Cabin temperature sensor", "Vehicle.Cabin.HVAC.AmbientAirTemperature", 8, LATER),
    Fault("ABS", "C0020-92", "Anti-lock brakes out of action", NOW, on(lambda w: not w.car.antilock), 1, 1, True),
    *(
        fault
        for (_, name, path, _), code in zip(wheels(0), ("C0031", "C0034", "C0037", "C003A"), strict=True)
        for fault in sensor("ABS", code, f"Wheel speed {name}", f"{path}.Speed", 8)
    ),
    *(
        Fault("ABS", f"C1{digits}-92", f"Brake pads worn {name}", SOON, on(pads_worn(key)), 1, 1, True)
        for digits, name, _, key in wheels(0x210)
    ),
    *(
        Fault("TPMS", f"C1{digits}-16", f"Tyre pressure low {name}", SOON, on(tyre_low(key)), 3, 1, True)
        for digits, name, _, key in wheels(0x310)
    ),
    *(
        fault
        for digits, name, path, _ in wheels(0x320)
        for fault in sensor("TPMS", f"C1{digits}", f"Tyre sensor {name}", f"{path}.Tire.Pressure", 25)
    ),
    *(
        Fault(ecu, f"{code}-{MISSING}", f"Lost communication: {other}", severity, on(lost(other)), trips=1)
        for ecu, other, code, severity in LOST
    ),
)
"""Every fault of every unit."""
