"""Which road the car is on: nearest segment of the map by distance and direction, through a grid of cells."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carservices_ui.map.data import MapData, RoadClass

REACH_M = 40.0
CELL_M = 80.0
# A road crossing at a right angle counts as this many metres further away, so that crossings do not flicker between
# names; a one-way against its direction counts twice that.
HEADING_COST_M = 14.0
SERVICE_COST_M = 4.0  # car parks and yards lie beside the street the car is on


@dataclass(frozen=True)
class Road:
    """The road at a place."""

    name: str
    road_class: RoadClass
    limit_kmh: int
    limit_is_posted: bool
    """False where the map has no limit and the statutory one is assumed."""
    distance_m: float


class RoadIndex:
    """Drivable segments of a map in a hash grid; immutable, so any thread may ask."""

    def __init__(self, data: MapData) -> None:
        self.data = data
        drivable = np.flatnonzero(data.road_class <= RoadClass.SERVICE)
        counts = np.diff(data.road_start)[drivable] - 1
        self._road = np.repeat(drivable, counts)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        first = data.road_start[self._road] + np.arange(len(self._road)) - before
        self._a = data.road_xy[first].astype(np.float64)
        self._d = data.road_xy[first + 1] - self._a
        self._length2 = np.maximum((self._d**2).sum(axis=1), 1e-9)
        self._unit = self._d / np.sqrt(self._length2)[:, None]
        self._oneway = data.road_oneway[self._road]
        self._extra = np.where(data.road_class[self._road] == RoadClass.SERVICE, SERVICE_COST_M, 0.0)
        self._fill_cells()

    def _fill_cells(self) -> None:
        low = np.floor(np.minimum(self._a, self._a + self._d) / CELL_M).astype(np.int64)
        high = np.floor(np.maximum(self._a, self._a + self._d) / CELL_M).astype(np.int64)
        wide = high - low + 1
        counts = wide.prod(axis=1)
        segment = np.repeat(np.arange(len(counts)), counts)
        number = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
        column = low[segment, 0] + number % wide[segment, 0]
        row = low[segment, 1] + number // wide[segment, 0]
        order = np.lexsort((row, column))
        keys, starts = np.unique(np.column_stack((column, row))[order], axis=0, return_index=True)
        groups = np.split(segment[order], starts[1:]) if len(keys) else []
        self._cells = {(int(x), int(y)): group for (x, y), group in zip(keys, groups, strict=True)}

    def _near(self, x: float, y: float) -> NDArray[np.int64] | None:
        columns = range(math.floor((x - REACH_M) / CELL_M), math.floor((x + REACH_M) / CELL_M) + 1)
        rows = range(math.floor((y - REACH_M) / CELL_M), math.floor((y + REACH_M) / CELL_M) + 1)
        found = [self._cells[c, r] for c in columns for r in rows if (c, r) in self._cells]
        return np.concatenate(found) if found else None

    def at(self, lat: float, lon: float, heading: float | None = None) -> Road | None:
        """The road within 40 m that fits best; heading in degrees clockwise from north, None = by distance alone."""
        x, y = self.data.projection.to_xy(lat, lon)
        near = self._near(x, y)
        if near is None:
            return None
        to = np.array((x, y)) - self._a[near]
        along = np.clip((to * self._d[near]).sum(axis=1) / self._length2[near], 0.0, 1.0)
        distance = np.hypot(*(to - self._d[near] * along[:, None]).T)
        cost = distance
        if heading is not None:
            angle = math.radians(heading)
            cosine = self._unit[near] @ np.array((math.sin(angle), math.cos(angle)))
            oneway = self._oneway[near]
            agreement = np.where(oneway == 0, np.abs(cosine), cosine * oneway)
            cost = distance + self._extra[near] + HEADING_COST_M * (1 - agreement)
        cost = np.where(distance <= REACH_M, cost, np.inf)
        best = int(np.argmin(cost))
        if not math.isfinite(cost[best]):
            return None
        return self._describe(int(self._road[near[best]]), float(distance[best]))

    def _describe(self, road: int, distance: float) -> Road:
        data = self.data
        return Road(
            name=data.names[data.road_name[road]],
            road_class=RoadClass(int(data.road_class[road])),
            limit_kmh=int(data.road_limit[road]),
            limit_is_posted=bool(data.road_posted[road]),
            distance_m=distance,
        )
