"""Drivers that follow a speed over time: the WLTC and a constant speed."""

import random
from functools import cache
from typing import ClassVar

from carservices_emulator.drivers.base import Driver, feet, park, set_off
from carservices_emulator.model.car import PARK, Car, Pedals
from carservices_emulator.tables import clamp
from carservices_emulator.tomlfile import DATA

COMFORT = 1.5
"""m/s² a calm driver accelerates with."""


@cache
def wltc() -> tuple[float, ...]:
    """Speed in m/s at each second of the WLTC class 3b (UN GTR 15, Annex 1): 1801 samples, 23.27 km."""
    lines = (DATA / "wltc-3b.csv").read_text(encoding="utf-8").splitlines()
    return tuple(float(number) / 3.6 for line in lines if not line.startswith("#") for number in line.split(","))


class WltcDriver(Driver):
    """Drives the cycle once, then parks."""

    name: ClassVar[str] = "wltc"

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.trace = wltc()
        self.time = 0.0

    @property
    def done(self) -> bool:
        return self.time >= len(self.trace) - 1

    def drive(self, car: Car, dt: float) -> Pedals:
        if self.done:
            if car.gear != PARK and not car.road.speed:
                park(car)
            return Pedals(0.0, 0.3)
        if car.gear == PARK:
            set_off(car)
        self.time += dt
        second = min(int(self.time), len(self.trace) - 2)
        slope = self.trace[second + 1] - self.trace[second]
        target = self.trace[second] + slope * (self.time - second)
        return feet(car, target, slope if target or slope else 0.0, car.grade)


class ConstantDriver(Driver):
    """Accelerates to a speed (m/s) and holds it."""

    name: ClassVar[str] = "constant"

    def __init__(self, chance: random.Random, speed: float) -> None:
        super().__init__(chance)
        self.speed = speed

    def drive(self, car: Car, dt: float) -> Pedals:
        if car.gear == PARK and self.speed:
            set_off(car)
        now = car.road.speed
        target = clamp(self.speed, now - COMFORT / 1.6, now + COMFORT / 1.6)
        return feet(car, target, 0.0, car.grade)
