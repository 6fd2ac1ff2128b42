"""What every driver shares: the place the car is at, and feet that reach a wanted speed."""

import math
import random
from abc import ABC, abstractmethod
from typing import ClassVar

from carservices_emulator.model.car import DRIVE, PARK, Car, Pedals
from carservices_emulator.model.drive import MAX_BRAKING, MODES
from carservices_emulator.place import Place
from carservices_emulator.tables import clamp

STANDING = 0.05
"""m/s below which the car counts as standing."""


class Driver(ABC):
    """One who holds pedals and steering wheel; ``chance`` is the simulation's seeded source of moods."""

    name: ClassVar[str]

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    @abstractmethod
    def drive(self, car: Car, dt: float) -> Pedals:
        """What to do for the next ``dt`` s."""

    def moved(self, car: Car, place: Place, distance: float, dt: float) -> None:
        """The car went ``distance`` m: carry the place along. Default: dead reckoning by the yaw rate."""
        if distance:
            place.move(distance, -math.degrees(car.yaw_rate * dt))

    @property
    def done(self) -> bool:
        """Whether there is nothing left to drive."""
        return False


def set_off(car: Car) -> None:
    """Belts, doors, brake off, D: what a driver does before the first metre, unless the car does not start."""
    if not car.startable:
        return
    car.state = "ON"
    front = car.body.seats["Row1.DriverSide"]
    front.occupied = front.belted = True
    car.parking_brake = False
    car.gear = DRIVE


def park(car: Car) -> None:
    """P and the parking brake, lights and indicators back to rest; the driver stays in."""
    car.gear = PARK
    car.parking_brake = True
    car.body.lights.left = car.body.lights.right = False
    car.body.lock(wanted=False)


def feet(car: Car, target: float, ahead: float, grade: float) -> Pedals:
    """Pedals that take the car to ``target`` m/s while the target itself changes by ``ahead`` m/s².

    The inverse of the car's own pedal map, closed by a proportional term: a driver who knows the car.
    """
    road, unit, mode = car.road, car.unit, MODES[car.mode]
    speed = road.speed
    if target < STANDING and ahead <= 0.0 and speed < 4.0 * STANDING:
        return Pedals(0.0, 0.25, car.pedals.steering)
    wanted = ahead + 1.6 * (target - speed)
    force = road.inertia * wanted + road.load(speed, grade, car.chassis.rolling, car.weather.wind)
    lift = unit.lift_off(speed, road.mass, mode)
    if force >= -lift:
        return Pedals(unit.pedal(force, speed, road.mass, mode), 0.0, car.pedals.steering)
    taken = min(lift, unit.max_regen(speed, max(0.0, car.battery.regen_limit + car.auxiliary)))
    return Pedals(0.0, clamp((-force - taken) / (MAX_BRAKING * road.mass), 0.0, 1.0), car.pedals.steering)
