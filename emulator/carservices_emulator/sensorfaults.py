"""Sensors that break: they fall silent, stick, jitter or lie."""

import random
from dataclasses import dataclass
from enum import StrEnum

from carservices.signals import Datum, SignalConfig, Status


class FailMode(StrEnum):
    """How a sensor fails."""

    SILENT = "silent"
    STUCK = "stuck"
    JITTER = "jitter"
    OUT_OF_RANGE = "out_of_range"
    ERROR = "error"


JITTER = 0.08
"""Standard deviation of a jittering sensor as a share of its value (at least of 1)."""
FAR_OUT = 1e6


@dataclass(slots=True)
class Broken:
    """One failed or overridden signal; ``until`` in simulated s."""

    mode: FailMode | None
    value: Datum
    until: float


class SensorFaults:
    """Which sensors are broken or overridden, and what they show instead."""

    def __init__(self, chance: random.Random) -> None:
        self.broken: dict[str, Broken] = {}
        self._chance = chance

    def clear(self, path: str | None = None) -> None:
        """Repair one sensor, or all."""
        if path is None:
            self.broken.clear()
        else:
            self.broken.pop(path, None)

    def see(self, config: SignalConfig, value: Datum, time: float) -> tuple[Datum | None, Status]:
        """What the broken sensor of ``config`` shows instead of ``value``."""
        broken = self.broken[config.path]
        if time >= broken.until:
            del self.broken[config.path]
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
