"""Data identifiers: what each unit knows about itself, and the live values it shows a tester."""

from dataclasses import dataclass

from carservices.signals import Status
from carservices_emulator.model.chassis import WHEELS
from carservices_emulator.signals import CONFIGS, observe, put
from carservices_emulator.world import World

VIN, PART, SERIAL, SOFTWARE, SESSION = 0xF190, 0xF187, 0xF18C, 0xF195, 0xF186
"""Identifiers of ISO 14229-1 (Annex C): VIN, spare part, serial and software number, active session."""
CLOCK = 0x0101
"""s the car has been running; all units share it."""
BATTERY = "Vehicle.Powertrain.TractionBattery"


@dataclass(frozen=True, slots=True)
class Live:
    """A value of the car, big-endian, as a number of steps of ``step`` from ``offset``; all bits set = not valid.

    The unit sees what its sensor shows, broken or not. ``divisor`` turns the signal's unit into ``unit``.
    """

    did: int
    name: str
    unit: str
    path: str
    size: int = 2
    step: float = 0.1
    offset: float = 0.0
    divisor: float = 1.0
    writable: bool = False
    """Whether service 0x2E may set it, within the signal's own limits."""

    def read(self, world: World) -> bytes:
        """The bytes now."""
        invalid = (1 << 8 * self.size) - 1
        value, status = observe(world, self.path)
        if status is not Status.AVAILABLE or not isinstance(value, int | float):
            return invalid.to_bytes(self.size)
        steps = round((value / self.divisor - self.offset) / self.step)
        return (steps if 0 <= steps < invalid else invalid).to_bytes(self.size)

    def write(self, world: World, data: bytes) -> None:
        """Set the signal. Raises SetError when the car refuses."""
        value = int.from_bytes(data) * self.step + self.offset
        put(world, self.path, round(value) if CONFIGS[self.path].datatype.is_integer else value)

    def value(self, data: bytes) -> float | None:
        """The number in ``unit``; None where it is not valid."""
        steps = int.from_bytes(data)
        return None if steps == (1 << 8 * self.size) - 1 else steps * self.step + self.offset


def temperature(did: int, name: str, path: str) -> Live:
    """In tenths of a degree from -40 °C."""
    return Live(did, name, "°C", path, offset=-40.0)


COMMON = (
    Live(0x0100, "Odometer", "km", "Vehicle.TraveledDistance", size=4, divisor=1e3),
    Live(0x0102, "12 V supply", "V", "Vehicle.LowVoltageBattery.CurrentVoltage", step=0.01),
    Live(0x0103, "Vehicle speed", "km/h", "Vehicle.Speed", step=0.01, offset=-100.0),
)
"""What every unit knows, and every snapshot holds."""

LIVE: dict[str, tuple[Live, ...]] = {
    "VCU": (
        temperature(0x1001, "Motor temperature", "Vehicle.Powertrain.ElectricMotor.Temperature"),
        Live(0x1002, "Motor torque", "Nm", "Vehicle.Powertrain.ElectricMotor.Torque", offset=-1000.0),
        Live(0x1003, "Accelerator", "%", "Vehicle.Chassis.Accelerator.PedalPosition"),
        temperature(0x1004, "Outside temperature", "Vehicle.Exterior.AirTemperature"),
        Live(0x1005, "12 V current", "A", "Vehicle.LowVoltageBattery.CurrentCurrent", step=0.01, offset=-300.0),
        temperature(0x1006, "Charge port temperature", f"{BATTERY}.Charging.Temperature"),
    ),
    "BMS": (
        Live(0x2001, "Pack voltage", "V", f"{BATTERY}.CurrentVoltage"),
        Live(0x2002, "Pack current, charging positive", "A", f"{BATTERY}.CurrentCurrent", offset=-3000.0),
        Live(0x2003, "State of charge", "%", f"{BATTERY}.StateOfCharge.Displayed"),
        Live(0x2004, "State of health", "%", f"{BATTERY}.StateOfHealth"),
        Live(0x2005, "Lowest cell voltage", "V", f"{BATTERY}.CellVoltage.Min", step=0.001),
        Live(0x2006, "Highest cell voltage", "V", f"{BATTERY}.CellVoltage.Max", step=0.001),
        temperature(0x2007, "Coolest cell", f"{BATTERY}.Temperature.Min"),
        temperature(0x2008, "Warmest cell", f"{BATTERY}.Temperature.Max"),
        temperature(0x2009, "Pack temperature", f"{BATTERY}.Temperature.Average"),
        Live(0x2010, "Charge limit", "%", f"{BATTERY}.Charging.ChargeLimit", size=1, step=1, writable=True),
    ),
    "BCM": (
        Live(0x3001, "Driver's window", "%", "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", size=1, step=1),
        Live(
            0x3002, "Passenger's window", "%", "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position", size=1, step=1
        ),
        Live(0x3003, "Washer fluid", "%", "Vehicle.Body.Windshield.Front.WasherFluid.Level", size=1, step=1),
        Live(0x3004, "Daylight", "%", "Vehicle.Exterior.LightIntensity"),
    ),
    "HVAC": (
        temperature(0x4001, "Cabin temperature", "Vehicle.Cabin.HVAC.AmbientAirTemperature"),
        Live(
            *(0x4002, "Wanted temperature", "°C", "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"),
            offset=-40.0,
            writable=True,
        ),
        Live(0x4003, "Fan", "%", "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", size=1, step=1),
        temperature(0x4004, "Outside temperature", "Vehicle.Exterior.AirTemperature"),
    ),
    "TPMS": tuple(
        Live(0x5001 + i, f"Tyre pressure {wheel}", "kPa", f"Vehicle.Chassis.Axle.{wheel}.Tire.Pressure")
        for i, wheel in enumerate(WHEELS)
    )
    + tuple(
        temperature(0x5011 + i, f"Tyre temperature {wheel}", f"Vehicle.Chassis.Axle.{wheel}.Tire.Temperature")
        for i, wheel in enumerate(WHEELS)
    ),
    "ABS": tuple(
        Live(
            0x6001 + i, f"Wheel speed {wheel}", "km/h", f"Vehicle.Chassis.Axle.{wheel}.Speed", step=0.01, offset=-100.0
        )
        for i, wheel in enumerate(WHEELS)
    )
    + tuple(
        Live(0x6011 + i, f"Pad wear {wheel}", "%", f"Vehicle.Chassis.Axle.{wheel}.Brake.PadWear", size=1, step=1)
        for i, wheel in enumerate(WHEELS)
    ),
}
"""By unit."""


def identity(ecu: str) -> dict[int, bytes]:
    """Part, serial and software number of a unit: invented, but stable."""
    return {
        PART: f"OC-{ecu}-0100".encode().ljust(16),
        SERIAL: f"SN{sum(ecu.encode()):06d}-{ecu}".encode().ljust(16),
        SOFTWARE: b"1.4.2",
    }
