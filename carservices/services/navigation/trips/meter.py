"""Measures what stretches of road took, from the car's signals and in the car's own time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from carservices.services.navigation.trips.conditions import ALTITUDE
from carservices.services.navigation.trips.figures import figure
from carservices.services.navigation.trips.vehicle import BATTERY
from carservices.signals import Datum

SPEED, POWER, LOSS = "Vehicle.Speed", f"{BATTERY}.CurrentPower", f"{BATTERY}.PowerLoss"
CHARGING, IGNITION, CLOCK = f"{BATTERY}.Charging.IsCharging", "Vehicle.LowVoltageSystemState", "Vehicle.TripDuration"
HEADING = "Vehicle.CurrentLocation.Heading"
PATHS = (SPEED, POWER, LOSS, CHARGING, IGNITION, CLOCK, HEADING)

OFF = ("LOCK", "OFF")
LENGTH_M, LONGEST_S = 1000.0, 180.0
"""A stretch ends after so many m or s."""
SAMPLE_S = 0.95
"""s of the car in one sample: a speed that is sent once a second must not seem to jump within a fifth of one."""
COARSEST_S = 3.0
"""s of the car between two looks at it, above which a stretch says too little of accelerations."""
ASLEEP_S = 10.0
"""s of ours between two looks after which this program must have slept, or the clock jumped."""
FASTEST_CLOCK = 200.0
PACE_S = 5.0
"""s of ours over which the pace of the car's clock is measured."""
SAME_PACE = 0.2
"""Share by which two measured paces may differ and be one."""
FASTEST_KMH, STRONGEST_W = 300.0, 800e3
SLOPE_M = 120.0
"""m over which the slope is taken from heights, as a height in 0.1 m says nothing over a few."""
STEEPEST = 0.15
STANDING_MS = 0.05


@dataclass(slots=True)
class Stretch:
    """Samples one after the other: s, m/s, m/s², tangent of the slope, W out of the cells, course in radians.

    The course is clockwise from north, NaN where it is not known.
    """

    seconds: list[float] = field(default_factory=list)
    speed: list[float] = field(default_factory=list)
    acceleration: list[float] = field(default_factory=list)
    grade: list[float] = field(default_factory=list)
    power: list[float] = field(default_factory=list)
    course: list[float] = field(default_factory=list)
    metres: float = 0.0
    duration: float = 0.0

    @property
    def kwh(self) -> float:
        """Out of the cells."""
        return float(np.dot(self.seconds, self.power)) / 3.6e6

    def part(self, *, moving: bool) -> "Stretch":
        """Only what was driven, or only what was stood."""
        kept = [k for k, speed in enumerate(self.speed) if (speed > STANDING_MS) is moving]
        columns = (self.seconds, self.speed, self.acceleration, self.grade, self.power, self.course)
        seconds, speed, acceleration, grade, power, course = ([column[k] for k in kept] for column in columns)
        metres = float(np.dot(seconds, speed))
        return Stretch(seconds, speed, acceleration, grade, power, course, metres, sum(seconds))

    @property
    def fine(self) -> bool:
        """Whether it was looked at often enough to learn from."""
        return max(self.seconds, default=0.0) <= COARSEST_S


@dataclass(slots=True)
class Sample:
    """Looks taken together: s, m, J out of the cells, and m/s at its begin."""

    seconds: float = 0.0
    metres: float = 0.0
    joules: float = 0.0
    begin: float = 0.0

    def add(self, seconds: float, speed: float, power: float, before: float) -> None:
        if not self.seconds:
            self.begin = before
        self.seconds += seconds
        self.metres += speed * seconds
        self.joules += power * seconds


class Meter:
    """`look` about five times a second; it gives a stretch when one has come to its end."""

    def __init__(self) -> None:
        self._at: float | None = None
        self._before: tuple[float, float] | None = None
        self._clock: tuple[float, float] | None = None
        self._pace = 1.0
        self._height: float | None = None
        self._stretch = Stretch()
        self._sampled = Sample()
        self.last_s = self.last_ms = self.last_w = 0.0
        """s of the car between the last two looks, and m/s and W in them; 0 s after a gap."""
        self.course = math.nan
        """At the last look, radians clockwise from north; NaN: not known."""

    def look(self, values: Mapping[str, Datum], now: float) -> Stretch | None:
        """The values of now (monotonic s); what is broken off by a gap is not given."""
        since = 0.0 if self._at is None else now - self._at
        self._at, self.last_s = now, 0.0
        heading = figure(values, HEADING)
        self.course = math.nan if heading is None else math.radians(heading)
        self._keep_time(figure(values, CLOCK), now)
        sample = self._sample(values)
        before, self._before = self._before, sample
        if sample is None or before is None or not 0.0 <= since <= ASLEEP_S:
            self._break()
            return None
        seconds = since * self._pace
        if seconds <= 0.0:
            return None
        self.last_s, self.last_ms, self.last_w = seconds, (before[0] + sample[0]) / 2.0, (before[1] + sample[1]) / 2.0
        self._sampled.add(seconds, self.last_ms, self.last_w, before[0])
        if self._sampled.seconds < SAMPLE_S:
            return None
        stretch, sampled, self._sampled = self._stretch, self._sampled, Sample()
        stretch.seconds.append(sampled.seconds)
        stretch.speed.append(sampled.metres / sampled.seconds)
        stretch.acceleration.append((sample[0] - sampled.begin) / sampled.seconds)
        stretch.power.append(sampled.joules / sampled.seconds)
        stretch.course.append(self.course)
        stretch.grade.append(self._slope(figure(values, ALTITUDE), sampled.metres))
        stretch.metres += sampled.metres
        stretch.duration += sampled.seconds
        if stretch.metres < LENGTH_M and stretch.duration < LONGEST_S:
            return None
        self._stretch = Stretch()
        return stretch

    def _break(self) -> None:
        self._stretch, self._sampled = Stretch(), Sample()
        self._height = None

    def _sample(self, values: Mapping[str, Datum]) -> tuple[float, float] | None:
        """(m/s, W out of the cells) while the car is on and drives by itself."""
        speed = figure(values, SPEED, -FASTEST_KMH, FASTEST_KMH)
        power = figure(values, POWER, -STRONGEST_W, STRONGEST_W)
        if speed is None or power is None or values.get(CHARGING) is True or values.get(IGNITION) in OFF:
            return None
        return abs(speed) / 3.6, max(0.0, figure(values, LOSS) or 0.0) - power

    def _slope(self, height: float | None, metres: float) -> float:
        """Smoothed over `SLOPE_M`."""
        if height is None:
            self._height = None
            return 0.0
        before = height if self._height is None else self._height
        self._height = before + (1.0 - math.exp(-metres / SLOPE_M)) * (height - before)
        grade = (height - self._height) / SLOPE_M if metres else 0.0
        return min(max(grade, -STEEPEST), STEEPEST)

    def _keep_time(self, said: float | None, now: float) -> None:
        """How fast the car's clock runs against ours: an emulated car may live faster than we do."""
        if said is None:
            self._clock, self._pace = None, 1.0
        elif self._clock is None or not 0.0 <= now - self._clock[1] <= ASLEEP_S or said < self._clock[0]:
            self._clock = said, now
        elif said > self._clock[0] and now - self._clock[1] >= PACE_S:
            pace = (said - self._clock[0]) / (now - self._clock[1])
            self._clock = said, now
            if pace > FASTEST_CLOCK:
                return
            if abs(pace - self._pace) > SAME_PACE * self._pace:
                self._break()
            self._pace = pace
