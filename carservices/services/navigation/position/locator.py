"""From the car's signals to its position: fixes, wheel speed and yaw in, a point on the road out."""

import copy
import math
import sys
from dataclasses import dataclass
from datetime import datetime

from carservices.api.navigation import Position, Source
from carservices.services.navigation.engine.graph import RoadGraph, Snap
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.geo import Point
from carservices.services.navigation.position.kalman import Kalman
from carservices.services.navigation.position.matching import Matcher
from carservices.signals import Status, Value

LOCATION = "Vehicle.CurrentLocation"
LATITUDE, LONGITUDE = f"{LOCATION}.Latitude", f"{LOCATION}.Longitude"
HEADING, ACCURACY = f"{LOCATION}.Heading", f"{LOCATION}.HorizontalAccuracy"
CLOCK, FIX_TYPE = f"{LOCATION}.Timestamp", f"{LOCATION}.GNSSReceiver.FixType"
SPEED, YAW, GEAR = "Vehicle.Speed", "Vehicle.AngularVelocity.Yaw", "Vehicle.Powertrain.Transmission.CurrentGear"
PATHS = (LATITUDE, LONGITUDE, HEADING, ACCURACY, CLOCK, FIX_TYPE, SPEED, YAW, GEAR)

MOST = {SPEED: 500.0, ACCURACY: 100_000.0}
"""km/h and m beyond which, either way, a reading is no car's: it would carry the position off the earth."""
SILENT_S = 2.5
"""s without a new fix on the move after which the car reckons for itself."""
ACCURACY_M = 5.0
"""m of a fix that does not say how good it is (a single-frequency receiver in the open)."""
DOUBT_S = 1.0
"""s after which a fix that was not believed counts once more, as a receiver at rest says nothing new."""
CORRELATED_S = 1.0
"""s within which the errors of fixes are one and the same, so that ten fixes know no more than one."""
ROAD_SIGMA_M, ROAD_SIGMA_DEGREES = 8.0, 6.0
"""How well the road's line tells where a reckoning car is; wide, as its error is the same over many metres."""
PACE_S = 1.0
"""s over which the pace of the car's clock is measured."""
FASTEST_CLOCK = 100.0
"""A clock faster than this against ours has jumped."""
STANDS_S = 1.5
"""s without news of a car that drives after which its time stands still: an emulator is paused. A real one goes on with
its clock, and where no satellite tells that, does not turn by the same rate for so long."""
BENDS = 3.0
"""°/s from which on a car turns, whatever the offset of its sensor."""
REVERSE = -1
ANY_SPEED = 5.0
"""m/s that a car counts as driving whose wheels say nothing."""


@dataclass(slots=True)
class Fix:
    """The last fix, and when it came, by the car's time."""

    place: Point
    at: float


Known = tuple[Kalman, Matcher | None, float]
"""All that was reckoned when a signal last changed: filter, matcher, and m moved."""


class Locator:
    """Keeps the position. Times are monotonic seconds; `take` what comes, then ask for the `position`."""

    def __init__(self, lines: LineGraph | None = None) -> None:
        self._kalman = Kalman()
        self._matcher: Matcher | None = None
        self._roads: RoadGraph | None = None
        self._values: dict[str, float | str] = {}
        self._fix: Fix | None = None
        self._fresh = False
        self._doubted = False
        self._at: float | None = None
        self._time = 0.0
        """s that have passed in the car, which may live faster than we do, or pause."""
        self._news = 0.0
        """When a signal last changed, in our s."""
        self._known: Known | None = None
        self._pace = 1.0
        self._clock: tuple[float, float] | None = None
        self._moved = 0.0
        self.snap: Snap | None = None
        """Where on the map's roads the car was last."""
        self.use(lines)

    def use(self, lines: LineGraph | None) -> None:
        """Match to the roads of this map from now on."""
        self._matcher, self._known = Matcher(lines) if lines else None, None
        self._roads = lines.roads if lines else None
        self.snap = None

    def take(self, value: Value, now: float) -> None:
        """A signal of `PATHS`; what is not available, no number or beyond `MOST` is forgotten."""
        datum = value.value if value.status is Status.AVAILABLE else None
        most = MOST.get(value.path, sys.float_info.max)
        if not isinstance(datum, float | int | str) or not (isinstance(datum, str) or abs(datum) <= most):
            if self._values.pop(value.path, None) is not None:
                self._news = now
            return
        if self._values.get(value.path) != datum:
            self._news = now
        if value.path in (LATITUDE, LONGITUDE):
            self._fresh = True
        elif value.path == CLOCK:
            self._set_pace(str(datum), now)
            self._fresh = self._fresh or LATITUDE in self._values
        self._values[value.path] = datum

    def position(self, now: float) -> Position | None:
        """Where the car is at this moment; None before the first fix."""
        wheels = self._number(SPEED) / 3.6 * (-1 if self._number(GEAR) == REVERSE else 1)
        told = self._at is None or self._news > self._at
        self._predict(now, wheels if SPEED in self._values else None)
        speed = wheels if SPEED in self._values else ANY_SPEED
        self._measure(speed)
        if not self._kalman.started:
            return None
        silent = self._fix is None or (abs(speed) > 0.5 and self._time - self._fix.at > SILENT_S)
        silent = silent or not self._has_fix()
        snap = self._match(speed, silent=silent)
        if told:
            self._known = copy.copy(self._kalman), copy.copy(self._matcher), self._moved
        lat, lon = (snap.lat, snap.lon) if snap else self._kalman.place
        roads = self._roads
        return Position(
            lat=lat,
            lon=lon,
            bearing=snap.bearing if snap else self._kalman.course,
            speed_kmh=abs(wheels) * 3.6,
            accuracy_m=max(self._kalman.sigma, 0.5 * self._number(ACCURACY, ACCURACY_M) * (not silent)),
            street=(roads.street(snap.arc) or None) if snap and roads else None,
            limit_kmh=(int(roads.limit[snap.arc]) or None) if snap and roads else None,
            on_road=snap is not None,
            source=Source.DEAD_RECKONING if silent else Source.GNSS,
            time=int(now * 1e9),
        )

    def _predict(self, now: float, speed: float | None) -> None:
        since, self._at = self._at, now
        if since is None:
            return
        if speed and now - self._news > STANDS_S and (CLOCK in self._values or abs(self._number(YAW)) > BENDS):
            if self._known is not None:  # what was reckoned without news has not happened
                self._kalman, self._matcher, self._moved = self._known
                self._known = None
            self._clock = None
            return
        seconds = max(0.0, now - since) * self._pace
        yaw = -math.radians(self._number(YAW)) if YAW in self._values else None
        self._kalman.predict(seconds, speed, yaw)
        self._time += seconds
        self._moved += abs(speed or 0.0) * seconds

    def _measure(self, speed: float) -> None:
        again = self._doubted and self._fix is not None and self._time - self._fix.at >= DOUBT_S
        if not (self._fresh or again) or not self._has_fix():
            return
        self._fresh = False
        lat, lon = self._number(LATITUDE), self._number(LONGITUDE)
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            return
        since = 1.0 if self._fix is None else self._time - self._fix.at
        self._fix = Fix((lat, lon), self._time)
        begun = self._kalman.started
        sigma = max(1.0, self._number(ACCURACY, ACCURACY_M))
        self._doubted = not self._kalman.fix(
            (lat, lon), sigma * math.sqrt(CORRELATED_S / min(max(since, 0.05), CORRELATED_S))
        )
        if HEADING in self._values:
            if begun:
                self._kalman.heading(self._number(HEADING), abs(speed))
            else:
                self._kalman.bend(self._number(HEADING), 20.0)

    def _match(self, speed: float, *, silent: bool) -> Snap | None:
        if self._matcher is None:
            return None
        kalman = self._kalman
        course = kalman.course if kalman.course_sigma < 30.0 else None
        self.snap = self._matcher.update(
            kalman.place, kalman.sigma, course, self._moved if SPEED in self._values else None
        )
        self._moved = 0.0 if self._matcher.took else self._moved
        if self.snap and silent and self._matcher.took and abs(speed) > 1.0:
            kalman.across((self.snap.lat, self.snap.lon), self.snap.bearing, ROAD_SIGMA_M)
            kalman.bend(self.snap.bearing, ROAD_SIGMA_DEGREES)
        return self.snap

    def _has_fix(self) -> bool:
        return LATITUDE in self._values and LONGITUDE in self._values and self._values.get(FIX_TYPE) != "NONE"

    def _number(self, path: str, missing: float = 0.0) -> float:
        value = self._values.get(path)
        return float(value) if isinstance(value, float | int) else missing

    def _set_pace(self, stamp: str, now: float) -> None:
        """How fast the car's clock runs against ours: an emulated car may live faster than we do."""
        try:
            said = datetime.fromisoformat(stamp).timestamp()
        except ValueError:
            return
        if self._clock is not None and now < self._clock[1] + PACE_S:
            return
        if self._clock is not None:
            pace = (said - self._clock[0]) / (now - self._clock[1])
            self._pace = pace if 0.0 < pace <= FASTEST_CLOCK else 1.0
        self._clock = said, now
