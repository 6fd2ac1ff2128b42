"""What breaks: sensors that fall silent, stick, jitter or lie, and parts that wear out or give up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from carservices.hal import HalError
from carservices.signals import Datum, SignalConfig, Status

if TYPE_CHECKING:
    from carservices_emulator.simulation import Simulation


class FailMode(StrEnum):
    """How a sensor fails."""

    SILENT = "silent"
    STUCK = "stuck"
    JITTER = "jitter"
    OUT_OF_RANGE = "out_of_range"
    ERROR = "error"


JITTER = 0.08
"""Standard deviation of a jittering sensor as a share of its value (at least of 1)."""
LEAK = 1.2e-3
"""Share of the air lost per second: a nail; flat in a quarter of an hour."""
FAR_OUT = 1e6


@dataclass(slots=True)
class Broken:
    """One failed or overridden signal; ``until`` in simulated s."""

    mode: FailMode | None
    value: Datum
    until: float


def _slow_leak(sim: "Simulation", on: bool) -> None:
    wheel = sim.car.chassis.wheels["Row2.Wheel.Left"]
    wheel.leak = LEAK if on else 0.0
    if not on:
        wheel.air = 1.0


def _weak_battery(sim: "Simulation", on: bool) -> None:
    if on:
        sim.car.low_voltage.weaken()
    else:
        sim.car.low_voltage.renew(sim.car.profile.auxiliary.low_voltage_capacity)


def _overheating(sim: "Simulation", on: bool) -> None:
    sim.car.unit.cooling_failed = on


def _plug_pulled(sim: "Simulation", on: bool) -> None:
    if on:
        sim.car.port.disconnect()


def _worn_brakes(sim: "Simulation", on: bool) -> None:
    for name in ("Row1.Wheel.Left", "Row1.Wheel.Right"):
        sim.car.chassis.wheels[name].wear = 94.0 if on else 0.0


def _beam_defect(sim: "Simulation", on: bool) -> None:
    sim.car.body.lights.low_defect = on


def _washer_empty(sim: "Simulation", on: bool) -> None:
    sim.car.body.washer = 4.0 if on else 100.0


def _distracted(sim: "Simulation", on: bool) -> None:
    person = sim.person
    person.distraction = 85.0 if on else 5.0
    person.eyes_on_road = person.hands_on_wheel = not on
    person.drifting = on


def _abs(sim: "Simulation", on: bool) -> None:
    sim.car.antilock = sim.car.anti_slip = sim.car.stability = not on


FAULTS: dict[str, Callable[["Simulation", bool], None]] = {
    "slow-leak": _slow_leak,
    "weak-12v": _weak_battery,
    "overheating": _overheating,
    "plug-pulled": _plug_pulled,
    "worn-brakes": _worn_brakes,
    "low-beam": _beam_defect,
    "washer-empty": _washer_empty,
    "distracted-driver": _distracted,
    "abs": _abs,
}
"""Faults of parts by name, each switched on and off."""


class Faults:
    """What is broken now."""

    def __init__(self, chance: random.Random) -> None:
        self.active: set[str] = set()
        self.sensors: dict[str, Broken] = {}
        self._chance = chance

    def switch(self, sim: "Simulation", name: str, *, on: bool) -> None:
        """Break or repair a part. Raises HalError for a fault there is not."""
        if name not in FAULTS:
            raise HalError(f"there is no fault '{name[:40]}'; take one of {', '.join(FAULTS)}")
        FAULTS[name](sim, on)
        (self.active.add if on else self.active.discard)(name)

    def clear(self, path: str | None = None) -> None:
        """Repair one sensor, or all."""
        if path is None:
            self.sensors.clear()
        else:
            self.sensors.pop(path, None)

    def see(self, config: SignalConfig, value: Datum, time: float) -> tuple[Datum | None, Status]:
        """What the broken sensor of ``config`` shows instead of ``value``."""
        broken = self.sensors[config.path]
        if time >= broken.until:
            del self.sensors[config.path]
            return value, Status.AVAILABLE
        match broken.mode:
            case FailMode.SILENT:
                return None, Status.UNAVAILABLE
            case FailMode.ERROR:
                return None, Status.ERROR
            case FailMode.JITTER if isinstance(value, int | float) and not isinstance(value, bool):
                noisy = value + self._chance.gauss(0.0, JITTER) * max(1.0, abs(value))
                return (round(noisy) if config.datatype.is_integer else noisy), Status.AVAILABLE
            case FailMode.OUT_OF_RANGE if isinstance(value, int | float) and not isinstance(value, bool):
                beyond = FAR_OUT if config.max is None else config.max * 2.0 + 1.0
                return (round(beyond) if config.datatype.is_integer else beyond), Status.AVAILABLE
        return broken.value, Status.AVAILABLE
