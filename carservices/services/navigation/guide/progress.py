"""How far along a route the car is, and whether it still is on it."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.base import Route
from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.geo import Point, turned
from carservices.signals.earth import DEGREE_M

BACK_M, AHEAD_M = 60.0, 400.0
"""m before and after the last place on the route in which the car is looked for first."""
ASIDE_M = 30.0
"""m beside the route at which the car has left it, whatever its course."""
TURNED_AWAY_M, TURNED_AWAY = 9.0, 20.0
"""m beside it and degrees across it that together mean the same."""
OVERSHOT_M = 15.0
"""m beyond a turn so sharp that nothing after it leads the car's way: turning round takes less."""
AGAINST = 120.0
"""Degrees across the route from which on the car goes the other way."""
SAME_M = 0.3
SURE = 2
"""So many positions in a row must say that the route was left."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the route: m from its start, m beside it, degrees between its direction and the car's."""

    along_m: float
    aside_m: float
    across: float
    beyond: bool
    """Whether the car has driven on where the route turns back."""


class Progress:
    """Follows the car along a route; distances in m from the start of the route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        points = np.array(route.geometry)
        self._lat, self._lon = points[:, 0], points[:, 1]
        dy = np.diff(self._lat) * DEGREE_M
        dx = np.diff(self._lon) * DEGREE_M * np.cos(np.radians(self._lat[:-1]))
        self._course = np.degrees(np.arctan2(dx, dy)) % 360.0
        drawn = np.concatenate(([0.0], np.cumsum(np.hypot(dx, dy))))
        self._along: Floats = drawn * (route.metres / drawn[-1] if drawn[-1] else 1.0)
        self.length = float(self._along[-1])
        self.marks = [float(self._along[maneuver.at_index]) for maneuver in route.maneuvers]
        """Where each maneuver is."""
        self._marks: Floats = np.array([*self.marks, self.length])
        self._seconds: Floats = np.concatenate(([0.0], np.cumsum([maneuver.seconds for maneuver in route.maneuvers])))
        self.seconds = float(self._seconds[-1])
        self._edges = [float(self._along[edge.at_index]) for edge in route.edges]
        self.along_m = 0.0
        self._doubts = 0

    @property
    def left(self) -> bool:
        """Whether the car has left the route."""
        return self._doubts >= SURE

    def update(self, lat: float, lon: float, course: float, accuracy: float) -> Spot:
        """The car is here now, heading there (degrees), within ``accuracy`` m."""
        spot = self._find(lat, lon, course, self.along_m - BACK_M, self.along_m + AHEAD_M)
        if self._aside(spot, accuracy):
            anywhere = self._find(lat, lon, course, self.along_m - BACK_M, self.length)
            if not self._aside(anywhere, accuracy):
                spot = anywhere
        if self._aside(spot, accuracy):
            self._doubts += 1
        else:
            self._doubts = 0
            self.along_m = spot.along_m
        return spot

    def rest(self, before_m: float) -> tuple[float, list[Point]]:
        """The route from so many m behind the car on; m along that line at which the car is."""
        begin = max(0.0, self.along_m - before_m)
        first = int(np.searchsorted(self._along, begin, side="right"))
        lat, lon = (float(np.interp(begin, self._along, axis)) for axis in (self._lat, self._lon))
        line = [(lat, lon), *zip(self._lat[first:].tolist(), self._lon[first:].tolist(), strict=True)]
        return self.along_m - begin, line

    def seconds_at(self, along_m: float) -> float:
        """Expected s from the start to a place."""
        return float(np.interp(along_m, self._marks, self._seconds))

    def edge_at(self, along_m: float) -> int:
        """Which edge of the route is there; -1 when it names none."""
        return bisect_right(self._edges, along_m) - 1

    def _aside(self, spot: Spot, accuracy: float) -> bool:
        slack = min(accuracy, ASIDE_M)
        crossing = spot.aside_m > TURNED_AWAY_M + 0.5 * slack and spot.across > TURNED_AWAY
        overshot = spot.beyond and spot.aside_m > OVERSHOT_M + 0.5 * slack
        return crossing or overshot or spot.aside_m > ASIDE_M + slack

    def _find(self, lat: float, lon: float, course: float, start: float, end: float) -> Spot:
        """The nearest place of a part of the route, one that leads the car's way before another."""
        a = max(0, int(np.searchsorted(self._along, start)) - 1)
        b = min(len(self._along) - 1, int(np.searchsorted(self._along, end)) + 1)
        a = min(a, b - 1)
        across = np.cos(np.radians(lat))
        x, y = (self._lon[a : b + 1] - lon) * across * DEGREE_M, (self._lat[a : b + 1] - lat) * DEGREE_M
        dx, dy = np.diff(x), np.diff(y)
        square = dx * dx + dy * dy
        f = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        aside = np.hypot(x[:-1] + f * dx, y[:-1] + f * dy)
        turn = np.abs((self._course[a:b] - course + 180.0) % 360.0 - 180.0)
        cost = aside + np.where(turn > AGAINST, ASIDE_M, 0.0)
        k = int(np.flatnonzero(cost <= cost.min() + SAME_M)[-1])  # at a corner the road after it: who goes on is aside
        along = self._along[a + k] + f[k] * (self._along[a + k + 1] - self._along[a + k])
        beyond = bool(f[k] == 1.0) and a + k + 1 < len(self._course)
        return Spot(float(along), float(aside[k]), abs(turned(float(self._course[a + k]), course)), beyond)
