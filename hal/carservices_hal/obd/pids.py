"""What OBD (SAE J1979) can say about a car, as signals: one row a PID of service 01."""

from dataclasses import dataclass

from carservices.signals import Catalogue, Datatype, Datum, SignalConfig

BATTERY = "Vehicle.Powertrain.TractionBattery"
VIN = "Vehicle.VehicleIdentification.VIN"
VIN_REQUEST = b"\x09\x02"
SLOWEST, FASTEST = 0.1, 10.0
"""Hz: adapters answer ten to thirty requests a second."""
SLOW_SECONDS = 2.0
"""Between two readings of what changes slowly."""
SUPPORTED = range(0x00, 0xE0, 0x20)
"""PIDs whose four bytes say which of the next 32 there are; the last bit is the next such PID."""


@dataclass(frozen=True, slots=True)
class Pid:
    """``size`` bytes from ``start`` are steps of ``step`` from ``offset``, in the signal's VSS unit."""

    number: int
    path: str
    size: int
    step: float
    offset: float = 0.0
    start: int = 0
    sampled: bool = False

    @property
    def request(self) -> bytes:
        return bytes((0x01, self.number))

    def config(self) -> SignalConfig:
        """The signal, read-only; sampled ones are continuous."""
        if self.sampled:
            return Catalogue.default().config(self.path, min_rate=SLOWEST, max_rate=FASTEST)
        return Catalogue.default().config(self.path)

    def value(self, data: bytes) -> Datum | None:
        """Of the bytes after service and PID; None when there are too few."""
        raw = data[self.start : self.start + self.size]
        if len(raw) < self.size:
            return None
        value = int.from_bytes(raw) * self.step + self.offset
        whole = Catalogue.default()[self.path].datatype is not Datatype.FLOAT
        return round(value) if whole else round(value, 4)


PIDS: tuple[Pid, ...] = (
    Pid(0x0D, "Vehicle.Speed", 1, 1.0, sampled=True),
    Pid(0x42, "Vehicle.LowVoltageBattery.CurrentVoltage", 2, 0.001),
    Pid(0x46, "Vehicle.Exterior.AirTemperature", 1, 1.0, -40.0),
    Pid(0x49, "Vehicle.Chassis.Accelerator.PedalPosition", 1, 100 / 255),
    Pid(0x5B, f"{BATTERY}.StateOfCharge.Displayed", 1, 100 / 255),
    Pid(0xA6, "Vehicle.TraveledDistance", 4, 100.0),
)
"""Those that have a signal in our profile; the others are read by `carservices diagnostics` and scan tools."""


def listed(first: int, data: bytes) -> set[int]:
    """The PIDs that an answer to one of `SUPPORTED` says there are."""
    bits = int.from_bytes(data[:4])
    return {first + 1 + place for place in range(32) if bits >> 31 - place & 1}
