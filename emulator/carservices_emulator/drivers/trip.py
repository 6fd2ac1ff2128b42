"""A driver on real roads: keeps limits, slows for bends, waits at stops, parks, and may start again."""

import math
import random
from typing import ClassVar

from carservices_emulator.drivers.base import Driver, feet, park, set_off
from carservices_emulator.drivers.route import Route
from carservices_emulator.model.car import PARK, STEERING_RATIO, Car, Pedals
from carservices_emulator.place import Place
from carservices_emulator.tables import clamp

LATERAL = 2.0
"""m/s² in bends (comfort limit of passenger studies: 1.8–2.5)."""
BRAKING, ACCELERATION = 1.3, 1.6
"""m/s² of a calm driver."""
JERK = 2.5
"""m/s³."""
CREEP = 0.8
"""m/s of the last metre to a stop line."""
LINE = 0.6
"""m before the line that count as reached."""
PAUSE = 20.0
"""s parked between two rounds."""


class TripDriver(Driver):
    """Follows a `Route`; with ``loop`` it starts again after a pause."""

    name: ClassVar[str] = "trip"

    def __init__(self, chance: random.Random, route: Route, *, loop: bool = True) -> None:
        super().__init__(chance)
        self.route = route
        self.loop = loop
        self.s = 0.0
        self._speeds = route.speeds(LATERAL, BRAKING)
        self._stops = list(route.stops)
        self._wait = 3.0
        self._temper = 1.0
        self._acceleration = 0.0

    @property
    def done(self) -> bool:
        return not self.loop and self.s >= self.route.length - LINE

    def drive(self, car: Car, dt: float) -> Pedals:
        if self._wait > 0.0:
            self._wait -= dt
            self._acceleration = 0.0
            return Pedals(0.0, 0.25, car.pedals.steering)
        if car.gear == PARK:
            if self.done or car.port.plug is not None:
                return Pedals()
            self._begin(car)
        end = self._stops[0][0] if self._stops else self.route.length
        left = end - self.s
        if left <= LINE:
            return self._arrive(car)
        v = car.road.speed
        allowed = self.route.at(self._speeds, self.s + v) * self._temper
        stopping = max(CREEP, math.sqrt(2.0 * BRAKING * max(0.0, left - LINE - 0.3 * v)))
        target = min(allowed, stopping)
        wish = clamp((target - v) / 0.8, -1.6 * BRAKING, ACCELERATION)
        self._acceleration += clamp(wish - self._acceleration, -2.0 * JERK * dt, JERK * dt)
        pedals = feet(car, v + 0.1 * self._acceleration, 0.84 * self._acceleration, car.grade)
        pedals.steering = self._steering(car)
        self._indicate(car)
        return pedals

    def moved(self, car: Car, place: Place, distance: float, dt: float) -> None:
        self.s = clamp(self.s + distance, 0.0, self.route.length)
        self.route.place(self.s, place)

    def _begin(self, car: Car) -> None:
        if self.s >= self.route.length - LINE:
            self.s = 0.0
            self._stops = list(self.route.stops)
        self._temper = 1.0 - 0.05 * self.chance.random()
        car.trip.start()
        set_off(car)

    def _arrive(self, car: Car) -> Pedals:
        if car.road.speed == 0.0:
            if self._stops:
                self._wait = self._stops.pop(0)[1] * self.chance.uniform(0.8, 1.2)
            else:
                self._wait = PAUSE
                park(car)
        return Pedals(0.0, 0.3, car.pedals.steering)

    def _steering(self, car: Car) -> float:
        """The wheel angle a bicycle model needs for the bend here; VSS counts left positive."""
        wheelbase = car.profile.body.wheelbase * 1e-3
        return -math.degrees(math.atan(wheelbase * self.route.curvature(self.s))) * STEERING_RATIO

    def _indicate(self, car: Car) -> None:
        turn = self.route.turn(self.s)
        car.body.lights.left, car.body.lights.right = turn < 0, turn > 0
