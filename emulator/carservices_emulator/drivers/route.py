"""A trip's road: its file, and the geometry the driver reads from it on a fine grid."""

import json
import math
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carservices.hal.registry import BadOptions
from carservices.signals.earth import EARTH_RADIUS_M
from carservices_emulator.place import Place
from carservices_emulator.tables import Curve, clamp

GRID = 5.0
"""m between grid points."""
ROUNDING = 7.0
"""m before and after a point over which a corner is rounded."""
SLOPE_WINDOW = 20.0
MAX_GRADE = 0.12
TURN_AHEAD = 60.0
"""m before a turn the indicator starts."""
TURN_ANGLE = 40.0
"""Degrees within that distance that make it a turn."""


class TripFile(BaseModel):
    """A trip as stored: points (lat, lon, altitude in m), limits from a point on (km/h), stops (s)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str
    attribution: str
    start: str = Field(alias="from")
    to: str
    points: list[tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)], float]]
    limits: list[tuple[Annotated[int, Field(ge=0)], Annotated[float, Field(gt=0)]]]
    stops: list[tuple[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=0)]]]


def load_trip(path: Path) -> TripFile:
    """Read a trip file. Raises BadOptions naming file, place and cure."""
    try:
        trip = TripFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadOptions(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except ValueError as error:
        problem = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, problem["loc"])) if problem else "file"
        what = problem["msg"] if problem else f"not valid JSON, {error}"
        raise BadOptions(f"{path}: {where}: {what}; correct it or take a shipped trip") from None
    last = len(trip.points) - 1
    if last < 1 or any(index > last for index, _ in [*trip.limits, *trip.stops]):
        raise BadOptions(f"{path}: points: limits and stops refer to {last + 1} points; add the missing points")
    return trip


class Route:
    """The road as functions of the distance ``s`` in m from its start."""

    def __init__(self, trip: TripFile) -> None:
        self.trip = trip
        latitude, longitude = trip.points[0][:2]
        scale = math.cos(math.radians(latitude))
        x = [math.radians(lon - longitude) * EARTH_RADIUS_M * scale for _, lon, _ in trip.points]
        y = [math.radians(lat - latitude) * EARTH_RADIUS_M for lat, _, _ in trip.points]
        along, kept, index = [0.0], [0], {0: 0.0}
        for i in range(1, len(x)):
            step = math.hypot(x[i] - x[kept[-1]], y[i] - y[kept[-1]])
            if step > 0.05:
                along.append(along[-1] + step)
                kept.append(i)
            index[i] = along[-1]
        self.length = along[-1]
        count = max(2, math.ceil(self.length / GRID) + 1)
        self._step = self.length / (count - 1)
        east = Curve((s, x[i]) for s, i in zip(along, kept, strict=True))
        north = Curve((s, y[i]) for s, i in zip(along, kept, strict=True))
        height = Curve((s, trip.points[i][2]) for s, i in zip(along, kept, strict=True))
        grid = [i * self._step for i in range(count)]
        self._longitude = [longitude + math.degrees(east(s) / EARTH_RADIUS_M / scale) for s in grid]
        self._latitude = [latitude + math.degrees(north(s) / EARTH_RADIUS_M) for s in grid]
        self._altitude = [height(s) for s in grid]
        self._grade = [
            clamp((height(s + SLOPE_WINDOW) - height(s - SLOPE_WINDOW)) / (2 * SLOPE_WINDOW), -MAX_GRADE, MAX_GRADE)
            for s in grid
        ]
        self._course = _unwrap([_course(east, north, s) for s in grid])
        self.along = index
        """m from the start at which each point is."""
        self.limits = sorted((index[i], limit / 3.6) for i, limit in trip.limits)
        self.stops = sorted((index[i], seconds) for i, seconds in trip.stops if 0.0 < index[i] < self.length)

    def __reduce__(self) -> tuple[type["Route"], tuple[TripFile]]:
        """As its trip: 300 km on the grid would be megabytes, each time the world is kept."""
        return Route, (self.trip,)

    def place(self, s: float, place: Place) -> None:
        """Put ``place`` to ``s``."""
        place.latitude = self._at(self._latitude, s)
        place.longitude = self._at(self._longitude, s)
        place.altitude = self._at(self._altitude, s)
        place.grade = self._at(self._grade, s)
        place.heading = self._at(self._course, s) % 360.0

    def curvature(self, s: float) -> float:
        """rad/m at ``s``, positive to the right."""
        return math.radians(self._at(self._course, s + 4.0) - self._at(self._course, s - 4.0)) / 8.0

    def turn(self, s: float) -> int:
        """-1 or 1 when a turn to the left or right lies just ahead, else 0."""
        angle = self._at(self._course, s + TURN_AHEAD) - self._at(self._course, s)
        return 0 if abs(angle) < TURN_ANGLE else 1 if angle > 0 else -1

    def speeds(self, lateral: float, braking: float) -> list[float]:
        """m/s allowed at each grid point: limit, curves at ``lateral`` m/s², in time for what comes (``braking``)."""
        allowed, limit, following = [], 50.0 / 3.6, list(reversed(self.limits))
        for i in range(len(self._latitude)):
            s = i * self._step
            while following and following[-1][0] <= s + 0.1:
                limit = following.pop()[1]
            bend = abs(self.curvature(s))
            allowed.append(min(limit, math.sqrt(lateral / bend)) if bend > 1e-4 else limit)
        for i in range(len(allowed) - 2, -1, -1):
            allowed[i] = min(allowed[i], math.sqrt(allowed[i + 1] ** 2 + 2.0 * braking * self._step))
        return allowed

    def at(self, values: list[float], s: float) -> float:
        """Interpolate one of `speeds`' lists."""
        return self._at(values, s)

    def _at(self, values: list[float], s: float) -> float:
        position = clamp(s, 0.0, self.length) / self._step
        i = min(int(position), len(values) - 2)
        return values[i] + (values[i + 1] - values[i]) * (position - i)


def _course(east: Curve, north: Curve, s: float) -> float:
    """Degrees clockwise from north of the chord around ``s``: corners come out rounded."""
    dx = east(s + ROUNDING) - east(s - ROUNDING)
    dy = north(s + ROUNDING) - north(s - ROUNDING)
    return math.degrees(math.atan2(dx, dy))


def _unwrap(degrees: list[float]) -> list[float]:
    """The same angles without jumps of 360°."""
    out = degrees[:1]
    for angle in degrees[1:]:
        out.append(out[-1] + (angle - out[-1] + 180.0) % 360.0 - 180.0)
    return out
