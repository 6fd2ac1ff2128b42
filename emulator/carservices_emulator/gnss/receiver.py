"""The satellite receiver in the emulated car: exact, or with the errors of a real one; in tunnels it is silent.

The error is a first-order Gauss-Markov process (orbits, ionosphere: it wanders slowly) and white noise, both scaled by
how the satellites stand; in streets, echoes from houses on top (Groves, "Principles of GNSS, Inertial, and Multisensor
Integrated Navigation Systems", 2nd edition, ch. 9). The figures below are assumed, of a receiver for one frequency.
"""

import math
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from carservices.signals.earth import EARTH_RADIUS_M
from carservices_emulator.gnss.sky import dilution, sky
from carservices_emulator.place import Place
from carservices_hal.gnss.nmea import RANGE_ERROR_M
from carservices_hal.gnss.sky import Dilution, Satellite

Quality = Literal["exact", "open", "urban"]
EPOCH = 0.1
"""s between two measurements."""
SKY_S = 10.0
"""s after which it is looked anew for what stands in the sky."""
WHITE = 0.25
"""Share of the error that is new with each measurement; the rest wanders."""
VELOCITY = 0.1
"""m/s of error across the course (receivers' data sheets: 0.05 to 0.1)."""
FROZEN = 0.5
"""m/s below which a receiver keeps the last course."""
JUMP = (250.0, 130.0)
"""m east and north by which a receiver errs that jumps."""
EXACT_ACCURACY = 1.5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a receiver sees: ° of the horizon that is hidden, s in which the bias changes, s between two echoes."""

    mask: float
    wander: float
    echoes: float


SURROUNDINGS: dict[Quality, Surroundings] = {
    "exact": Surroundings(5.0, math.inf, math.inf),
    "open": Surroundings(5.0, 120.0, math.inf),
    "urban": Surroundings(25.0, 40.0, 45.0),
}
ECHO_M, ECHO_S = (6.0, 25.0), (2.0, 8.0)
"""m and s of one echo."""


class Receiver:
    """Measures where the car is; `step` it with the world. ``chance`` is its own, so the drive stays the same."""

    def __init__(self, seed: int, place: Place, moment: datetime) -> None:
        self.quality: Quality = "exact"
        self.lost = False
        """Broken: no position."""
        self.jumping = False
        """Broken: far off."""
        self.satellites: list[Satellite] = []
        self.dops: Dilution | None = None
        self.place, self.moment = place, moment
        self.speed = 0.0
        self._travelled = 0.0
        self._tunnel: tuple[float, float] | None = None
        """Between these m travelled there is no sky."""
        self._chance = random.Random(f"receiver {seed}")
        self._bias = [0.0, 0.0, 0.0]
        self._error = [0.0, 0.0, 0.0]
        self._course = place.heading
        self._echo = (0.0, 0.0)
        self._echo_left = 0.0
        self._waited = 0.0
        self._sky_at: tuple[float, Quality] | None = None

    @property
    def silent(self) -> bool:
        """No position now: broken, in a tunnel, or too few satellites."""
        return self.lost or self.underground or (self.quality != "exact" and self.dops is None)

    @property
    def latitude(self) -> float:
        north = self._error[1] + JUMP[1] * self.jumping
        return self.place.latitude + math.degrees(north / EARTH_RADIUS_M)

    @property
    def longitude(self) -> float:
        east = self._error[0] + JUMP[0] * self.jumping
        across = EARTH_RADIUS_M * math.cos(math.radians(self.place.latitude))
        return self.place.longitude + math.degrees(east / across)

    @property
    def altitude(self) -> float:
        return self.place.altitude + self._error[2]

    @property
    def course(self) -> float:
        """Degrees clockwise from north."""
        return self.place.heading if self.quality == "exact" else self._course

    @property
    def accuracy(self) -> float:
        """m, as the receiver believes: by its satellites alone, so not of echoes and jumps."""
        if self.quality == "exact" or self.dops is None:
            return EXACT_ACCURACY
        return self.dops.horizontal * RANGE_ERROR_M

    def step(self, dt: float, place: Place, speed: float, moment: datetime) -> None:
        """``dt`` s have passed, and the car is here, at a speed in m/s."""
        self.place, self.speed, self.moment = place, speed, moment
        self._travelled += abs(speed) * dt
        if self._tunnel is not None and self._travelled >= self._tunnel[1]:
            self._tunnel = None
        if self.quality == "exact":
            return
        self._waited += dt
        if self._waited >= EPOCH - 1e-9:
            self.look()
            self._measure(self._waited)
            self._waited = 0.0

    def look(self) -> None:
        """Bring `satellites` and `dops` up to date."""
        now = self.moment.timestamp()
        if self._sky_at is None or self._sky_at[1] != self.quality or abs(now - self._sky_at[0]) >= SKY_S:
            mask = SURROUNDINGS[self.quality].mask
            self.satellites = sky(self.place.latitude, self.place.longitude, self.moment, mask)
            self.dops = dilution(self.satellites)
            self._sky_at = now, self.quality

    def be(self, quality: Quality) -> None:
        """Other surroundings; an exact one has no errors at once."""
        self.quality, self._course = quality, self.place.heading
        if quality == "exact":
            self._bias, self._error, self._echo_left = [0.0] * 3, [0.0] * 3, 0.0

    def enter_tunnel(self, after: float, length: float) -> None:
        """There is no sky ``after`` m from here for ``length`` m."""
        self._tunnel = self._travelled + after, self._travelled + after + length

    @property
    def underground(self) -> bool:
        """In a tunnel."""
        return self._tunnel is not None and self._tunnel[0] <= self._travelled < self._tunnel[1]

    def _measure(self, dt: float) -> None:
        around, dops = SURROUNDINGS[self.quality], self.dops
        if dops is None:
            return
        gauss = self._chance.gauss
        keep = math.exp(-dt / around.wander)
        fresh = math.sqrt(1.0 - keep * keep)
        level = RANGE_ERROR_M * dops.horizontal / math.sqrt(2.0)
        sigmas = (level, level, RANGE_ERROR_M * dops.vertical)
        slow = math.sqrt(1.0 - WHITE * WHITE)
        for axis, sigma in enumerate(sigmas):
            self._bias[axis] = keep * self._bias[axis] + fresh * slow * gauss(0.0, sigma)
            self._error[axis] = self._bias[axis] + WHITE * gauss(0.0, sigma)
        self._reflect(dt, around.echoes)
        if self._echo_left > 0.0:
            self._error[0] += self._echo[0]
            self._error[1] += self._echo[1]
        if abs(self.speed) >= FROZEN:
            heading = self.place.heading + (180.0 if self.speed < 0.0 else 0.0)
            self._course = (heading + math.degrees(gauss(0.0, VELOCITY / abs(self.speed)))) % 360.0

    def _reflect(self, dt: float, between: float) -> None:
        """Echoes come and go."""
        self._echo_left -= dt
        if self._echo_left <= 0.0 and self._chance.random() < dt / between:
            far, way = self._chance.uniform(*ECHO_M), self._chance.uniform(0.0, 2.0 * math.pi)
            self._echo = far * math.sin(way), far * math.cos(way)
            self._echo_left = self._chance.uniform(*ECHO_S)
