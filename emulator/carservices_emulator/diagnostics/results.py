"""Results of the tests that a unit makes of itself, as OBD's mode 06 reports them (SAE J1979)."""

from collections.abc import Callable
from dataclasses import dataclass

from carservices_emulator.diagnostics.codes import number
from carservices_emulator.diagnostics.faults import LOW_12V, MOTOR_HOT, PACK_HOT, SPENT
from carservices_emulator.diagnostics.memory import FAILED, PASSED, Memory
from carservices_emulator.world import World

OWN_TEST = 0x80
"""Test identifiers from here are the maker's, as monitors from E1 are."""
NEITHER = bytes(6)
"""Value and limits of a test that has not been completed since the memory was cleared."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """One of J1979's units and scalings: a number of steps from an offset, in two bytes."""

    number: int
    step: float
    offset: float = 0.0

    def bytes_of(self, value: float) -> bytes:
        """Held at the ends of its range."""
        return max(0, min(0xFFFF, round((value - self.offset) / self.step))).to_bytes(2)


VOLTS = Scaling(0x0B, 0.001)
CELSIUS = Scaling(0x16, 0.1, -40.0)
PERCENT = Scaling(0x39, 0.01, -327.68)


@dataclass(frozen=True, slots=True)
class Monitor:
    """One test: the fault that it is the test of, what it measures, and between which limits that is sound."""

    ecu: str
    number: int
    name: str
    code: str
    read: Callable[[World], float]
    scaling: Scaling
    low: float
    high: float

    def result(self, value: float) -> bytes:
        """Value and limits."""
        return b"".join(map(self.scaling.bytes_of, (value, self.low, self.high)))


MONITORS: tuple[Monitor, ...] = (
    Monitor("VCU", 0xE1, "12 V supply", "P0562-16", lambda w: w.car.low_voltage.voltage, VOLTS, LOW_12V, 16.0),
    Monitor("VCU", 0xE2, "Drive motor", "P0A2F-98", lambda w: w.car.unit.temperature, CELSIUS, -40.0, MOTOR_HOT),
    Monitor("BMS", 0xE1, "Warmest cell", "P0A7E-98", lambda w: w.car.battery.warmest, CELSIUS, -40.0, PACK_HOT),
    Monitor("BMS", 0xE2, "Health", "P0A80-00", lambda w: w.car.battery.health * 100, PERCENT, SPENT * 100, 100.0),
)


class Results:
    """The newest result of each test of one unit; a clear forgets them."""

    def __init__(self, ecu: str) -> None:
        self._monitors = {monitor.number: monitor for monitor in MONITORS if monitor.ecu == ecu}
        self.found: dict[int, bytes] = {}
        """By monitor: value and limits."""

    @property
    def numbers(self) -> list[int]:
        """The monitors there are."""
        return list(self._monitors)

    def of(self, number: int) -> bytes | None:
        """Monitor, test, scaling, value and limits; None without such a monitor."""
        monitor = self._monitors.get(number)
        if monitor is None:
            return None
        return bytes([number, OWN_TEST, monitor.scaling.number]) + self.found.get(number, NEITHER)

    def look(self, memory: Memory, world: World) -> None:
        """Keep what the tests that are completed have found."""
        for key, monitor in self._monitors.items():
            if memory.troubles[number(monitor.code)].counter in (PASSED, FAILED):
                self.found[key] = monitor.result(monitor.read(world))

    def clear(self) -> None:
        self.found.clear()
