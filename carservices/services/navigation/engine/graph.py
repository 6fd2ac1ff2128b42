"""The road graph of a map as numpy arrays: who follows whom, where roads lie, and which are near a point."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carservices.api.mapfile import UNREADABLE
from carservices.services.navigation.engine.slopes import Slopes
from carservices.signals.earth import DEGREE_M

MOTORWAY, RESIDENTIAL, SERVICE = 0, 6, 8
"""Of ``road_class``: motorway, trunk, primary, secondary, tertiary, unclassified, residential, living, service."""
CELL = 0.004
"""Degrees of a cell of the grid of `nearest`: about 450 m from south to north."""
STEP = CELL / 4
"""Degrees between the points by which a segment gets into the grid's cells."""
ACROSS = 60.0
"""Degrees between a heading and a road that can still be meant."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class GraphError(ValueError):
    """The file holds no road graph; the message names file and reason."""


@dataclass(frozen=True, slots=True)
class Snap:
    """A point on an arc: m from its tail, m from the point asked for, where it is, and the arc's bearing there."""

    arc: int
    offset_m: float
    distance_m: float
    lat: float
    lon: float
    bearing: float


class RoadGraph:
    """Arcs are directed stretches of road between junctions, sorted by tail; a road for both ways is two arcs."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], names: Sequence[str]) -> None:
        self.names = names
        self.node_lat: Floats = arrays["node_lat"].astype(float)
        self.node_lon: Floats = arrays["node_lon"].astype(float)
        self.first: Ints = arrays["first"].astype(np.int64)
        self.head: Ints = arrays["head"].astype(np.int64)
        self.length: Floats = arrays["length"].astype(float)
        self.seconds: Floats = arrays["seconds"].astype(float)
        self.speed: Floats = arrays["speed"].astype(float)
        self.limit = arrays["limit"]
        self.road_class = arrays["road_class"].astype(np.int64)
        self.name = arrays["name"]
        self.ref = arrays["ref"]
        self.flags: Ints = arrays["flags"].astype(np.int64)
        self.way = arrays["way"]
        self.grade = arrays["grade"]
        self.altitude: Floats = arrays.get("node_ele", np.full(len(arrays["node_lat"]), np.nan)).astype(float)
        """m above the sea of each node, NaN without elevation data."""
        self.twin: Ints = arrays["twin"].astype(np.int64)
        self.left = bool(arrays.get("left", np.False_))
        """Driven on the left."""
        signs: Ints = arrays.get("signs", np.empty((0, 4))).astype(np.int64)  # maps of before have none
        self._signs: dict[int, list[int]] = {arc: row for arc, *row in signs.tolist()}
        self.restrict: Ints = arrays["restrict"].astype(np.int64).reshape(-1, 3)
        self.nodes = len(self.node_lat)
        self.arcs = len(self.head)
        self.tail: Ints = np.repeat(np.arange(self.nodes), np.diff(self.first))
        inside: Ints = arrays.get("profile_first", np.zeros(self.arcs + 1)).astype(np.int64)  # maps of before have none
        heights: Floats = arrays.get("profile", np.empty(0)).astype(float)
        self.slopes = Slopes(self.length, self.grade, (self.tail, self.head), self.altitude, inside, heights)
        self._lay(arrays["shape_first"].astype(np.int64), arrays["shape_lat"], arrays["shape_lon"])
        self._index()

    @classmethod
    def load(cls, path: Path) -> "RoadGraph":
        """Read ``graph.npz``. Raises `GraphError`."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
                arrays = {key: parts[key] for key in parts.files}
            names = json.loads(arrays.pop("names").tobytes())
            return cls(arrays, names)
        except FileNotFoundError:
            raise GraphError(f"{path} is missing: import the map again") from None
        except UNREADABLE as error:
            raise GraphError(f"{path} is damaged ({error}): import the map again") from None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        lat, lon = self.node_lat, self.node_lon
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def street(self, arc: int) -> str:
        """Name of the road, else its number, else nothing."""
        return self.streets_of([arc])[0]

    def streets(self, arc: int) -> tuple[str, ...]:
        """Name and number, what there is."""
        return tuple(text for text in (self._text(self.name.item(arc)), self._text(self.ref.item(arc))) if text)

    def streets_of(self, arcs: Sequence[int]) -> list[str]:
        """`street` of each of many."""
        pairs = zip(self.name[arcs].tolist(), self.ref[arcs].tolist(), strict=True)
        return [self._text(name) or self._text(ref) for name, ref in pairs]

    def exit(self, arc: int) -> str:
        """The number of the exit that the arc is, else nothing."""
        return self._text(self._signs[arc][0]) if arc in self._signs else ""

    def toward(self, arc: int) -> str:
        """Where signs at the arc say it leads, else nothing."""
        return self._text(self._signs[arc][1]) if arc in self._signs else ""

    def lanes(self, arc: int) -> tuple[tuple[str, ...], ...]:
        """The arrows on each lane at the end of the arc, leftmost lane first; none where that is not known."""
        text = self._text(self._signs[arc][2]) if arc in self._signs else ""
        return tuple(tuple(lane.split(";")) for lane in text.split("|")) if text else ()

    def out(self, node: int) -> range:
        """Arcs that begin at a node."""
        return range(int(self.first[node]), int(self.first[node + 1]))

    def geometry(self, arc: int, start_m: float = 0.0, end_m: float | None = None) -> list[tuple[float, float]]:
        """Points (lat, lon) of an arc, or of the part of it between two offsets."""
        a, b = self._points[arc], self._points[arc + 1]
        along, lat, lon = self._along[a:b], self._lat[a:b], self._lon[a:b]
        if start_m <= 0.0 and (end_m is None or end_m >= self.length[arc]):
            return list(zip(lat.tolist(), lon.tolist(), strict=True))
        end_m = float(self.length[arc]) if end_m is None else end_m
        inside = (along > start_m) & (along < end_m)
        ends = [start_m, end_m]
        y, x = np.interp(ends, along, lat), np.interp(ends, along, lon)
        middle = list(zip(lat[inside].tolist(), lon[inside].tolist(), strict=True))
        return [(float(y[0]), float(x[0])), *middle, (float(y[1]), float(x[1]))]

    def line(self, arcs: Sequence[int], start_m: float, end_m: float) -> tuple[list[tuple[float, float]], list[int]]:
        """Points along arcs that follow each other, and which of them is the first of each arc.

        From an offset of the first arc to one of the last.
        """
        if len(arcs) == 1:
            return self.geometry(arcs[0], start_m, end_m), [0]
        begin, end = self.geometry(arcs[0], start_m), self.geometry(arcs[-1], 0.0, end_m)
        inner = np.array(arcs[1:-1], np.int64)
        tails = self._points[inner]
        steps = self._points[inner + 1] - tails - 1
        sums = np.concatenate(([0], np.cumsum(steps)))
        which = np.repeat(tails + 1 - sums[:-1], steps) + np.arange(sums[-1])
        middle = zip(self._lat[which].tolist(), self._lon[which].tolist(), strict=True)
        return [*begin, *middle, *end[1:]], [0, *(len(begin) - 1 + sums).tolist()]

    def at(self, arc: int, offset_m: float) -> Snap:
        """The point of an arc that many m from its tail."""
        offset = min(max(offset_m, 0.0), float(self.length[arc]))
        lat, lon, course = self.spots(np.array([arc]), np.array([offset]))
        return Snap(arc, offset, 0.0, float(lat[0]), float(lon[0]), float(course[0]))

    def bearings_out(self, reach: float = 15.0) -> Floats:
        """Bearing with which each arc leaves its tail, over its first m."""
        arcs = np.arange(self.arcs)
        return self._chords(arcs, np.zeros(self.arcs), np.minimum(reach, self.length))

    def bearings_in(self, reach: float = 15.0) -> Floats:
        """Bearing with which each arc comes to its head, over its last m."""
        arcs = np.arange(self.arcs)
        return self._chords(arcs, np.maximum(self.length - reach, 0.0), self.length)

    def nearest(
        self, lat: float, lon: float, bearing: float | None = None, radius_m: float = 50.0, limit: int = 16
    ) -> list[Snap]:
        """Arcs within a radius, one point each, nearest first; with ``bearing`` only those that lead about there."""
        segments = self._near(lat, lon, radius_m)
        if not len(segments):
            return []
        across = np.cos(np.radians(lat))
        ax, ay = (self._lon[segments] - lon) * across * DEGREE_M, (self._lat[segments] - lat) * DEGREE_M
        bx, by = (self._lon[segments + 1] - lon) * across * DEGREE_M, (self._lat[segments + 1] - lat) * DEGREE_M
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        f = np.clip(-(ax * dx + ay * dy) / np.where(square, square, 1.0), 0.0, 1.0)
        distance = np.hypot(ax + f * dx, ay + f * dy)
        wanted = distance <= radius_m
        if bearing is not None:
            wanted &= np.abs((self._course[segments] - bearing + 180.0) % 360.0 - 180.0) <= ACROSS
        found: dict[int, Snap] = {}
        for k in np.flatnonzero(wanted)[np.argsort(distance[wanted], kind="stable")].tolist():
            i, arc = int(segments[k]), int(self._arc[segments[k]])
            if arc not in found:
                offset = self._along[i] + f[k] * (self._along[i + 1] - self._along[i])
                y = self._lat[i] + f[k] * (self._lat[i + 1] - self._lat[i])
                x = self._lon[i] + f[k] * (self._lon[i + 1] - self._lon[i])
                found[arc] = Snap(arc, float(offset), float(distance[k]), float(y), float(x), float(self._course[i]))
                if len(found) >= limit:
                    break
        return list(found.values())

    def spots(self, arcs: Ints, offsets: Floats) -> tuple[Floats, Floats, Floats]:
        """Latitude, longitude and bearing at an offset of each of some arcs."""
        first, last = self._points[arcs], self._points[arcs + 1] - 2
        begin = self._begin[arcs]
        i = np.clip(np.searchsorted(self._road, begin + offsets, "right") - 1, first, last)
        step = self._along[i + 1] - self._along[i]
        f = np.clip((offsets - self._along[i]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
        lat = self._lat[i] + f * (self._lat[i + 1] - self._lat[i])
        lon = self._lon[i] + f * (self._lon[i + 1] - self._lon[i])
        return lat, lon, self._course[i]

    # -- how it is laid out ------------------------------------------------------------------------------------------

    def _lay(self, shape_first: Ints, shape_lat: NDArray[Any], shape_lon: NDArray[Any]) -> None:
        """All points of all arcs one after the other: tail, inner points, head."""
        self._points = shape_first + 2 * np.arange(self.arcs + 1)
        ends = self._points[1:] - 1
        self._lat, self._lon = np.empty(self._points[-1]), np.empty(self._points[-1])
        inner = np.ones(len(self._lat), bool)
        inner[self._points[:-1]] = inner[ends] = False
        for out, nodes, shape in ((self._lat, self.node_lat, shape_lat), (self._lon, self.node_lon, shape_lon)):
            out[self._points[:-1]], out[ends], out[inner] = nodes[self.tail], nodes[self.head], shape
        self._arc = np.repeat(np.arange(self.arcs), np.diff(self._points))
        dy = np.diff(self._lat) * DEGREE_M
        dx = np.diff(self._lon) * DEGREE_M * np.cos(np.radians((self._lat[1:] + self._lat[:-1]) / 2))
        self._course = np.append(np.degrees(np.arctan2(dx, dy)) % 360.0, 0.0)
        step = np.hypot(dx, dy)
        step[ends[:-1]] = 0.0
        total = np.concatenate(([0.0], np.cumsum(step)))
        along = total - total[self._points[:-1]][self._arc]
        drawn = along[ends]
        self._along = along * (self.length / np.where(drawn, drawn, 1.0))[self._arc]
        self._begin = np.concatenate(([0.0], np.cumsum(self.length)[:-1]))
        self._road = self._begin[self._arc] + self._along

    def _index(self) -> None:
        """Put every segment into the cells it passes."""
        segments = np.delete(np.arange(len(self._lat)), self._points[1:] - 1)
        self._west, self._south = float(self._lon.min()), float(self._lat.min())
        self._columns = int((self._lon.max() - self._west) / CELL) + 2
        dlat = self._lat[segments + 1] - self._lat[segments]
        dlon = self._lon[segments + 1] - self._lon[segments]
        pieces = np.maximum(1, np.ceil(np.maximum(np.abs(dlat), np.abs(dlon)) / STEP)).astype(np.int64) + 1
        which = np.repeat(np.arange(len(segments)), pieces)
        rank = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        f = rank / (pieces[which] - 1)
        row = ((self._lat[segments][which] + f * dlat[which] - self._south) / CELL).astype(np.int64)
        column = ((self._lon[segments][which] + f * dlon[which] - self._west) / CELL).astype(np.int64)
        pairs = (row * self._columns + column) * len(self._lat) + segments[which]
        pairs = np.sort(pairs[np.diff(pairs, prepend=-1) != 0])
        pairs = pairs[np.diff(pairs, prepend=-1) != 0]
        self._cells, self._in_cell = np.divmod(pairs, len(self._lat))

    def _near(self, lat: float, lon: float, radius_m: float) -> Ints:
        """Segments of which a part can lie within the radius, in their order; some of them twice."""
        reach = radius_m / DEGREE_M + STEP / 2
        reach_lon = radius_m / (DEGREE_M * max(0.01, float(np.cos(np.radians(lat))))) + STEP / 2
        west = max(0, int((lon - reach_lon - self._west) // CELL))
        east = min(self._columns - 1, int((lon + reach_lon - self._west) // CELL))
        south, north = int((lat - reach - self._south) // CELL), int((lat + reach - self._south) // CELL)
        last = int(self._cells[-1]) // self._columns
        parts = []
        for row in range(max(0, south), min(last, north) + 1):
            bounds = np.searchsorted(self._cells, (row * self._columns + west, row * self._columns + east + 1))
            parts.append(self._in_cell[bounds[0] : bounds[1]])
        return np.sort(np.concatenate(parts)) if parts and east >= west else np.empty(0, np.int64)

    def _chords(self, arcs: Ints, start: Floats, end: Floats) -> Floats:
        """Bearing of the straight line between two offsets of each arc."""
        lat_a, lon_a, course = self.spots(arcs, start)
        lat_b, lon_b, _ = self.spots(arcs, end)
        dy, dx = lat_b - lat_a, (lon_b - lon_a) * np.cos(np.radians(lat_a))
        bearings: Floats = np.where((dx == 0) & (dy == 0), course, np.degrees(np.arctan2(dx, dy)) % 360.0)
        return bearings

    def _text(self, index: int) -> str:
        return self.names[index] if index >= 0 else ""
