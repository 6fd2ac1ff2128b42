"""The drawn map of who builds and who draws it: roads, areas, buildings, labels as arrays in local metres, one npz."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carservices.signals.earth import DEGREE_M

STEPS_PER_M = 4  # stored coordinates are whole quarter metres, delta-coded: small numbers compress well
FORMAT = 2
UNREADABLE = (OSError, EOFError, ValueError, KeyError, IndexError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged npz raises; all but the first four come from the zip it is."""


class RoadClass(IntEnum):
    """What a line is, most important first; the value is stored in the file."""

    MOTORWAY = 0
    PRIMARY = 1
    SECONDARY = 2
    TERTIARY = 3
    RESIDENTIAL = 4
    SERVICE = 5
    PATH = 6
    RAIL = 7
    RIVER = 8

    @property
    def drivable(self) -> bool:
        """True for roads a car may use."""
        return self <= RoadClass.SERVICE


class AreaKind(IntEnum):
    """What a polygon is, in order of drawing; the value is stored in the file."""

    SETTLEMENT = 0
    INDUSTRY = 1
    GREEN = 2
    WOOD = 3
    WATER = 4


class LabelKind(IntEnum):
    """What a label names, most important first; the value is stored in the file."""

    TOWN = 0
    VILLAGE = 1
    SUBURB = 2
    WATER = 3
    MAIN_ROAD = 4
    ROAD = 5


@dataclass(frozen=True)
class Projection:
    """Equirectangular metres around an origin, x east and y north; 0.2 % scale error 10 km from it."""

    lat0: float
    lon0: float

    @property
    def _metres_per_degree(self) -> tuple[float, float]:
        return DEGREE_M * math.cos(math.radians(self.lat0)), DEGREE_M

    def to_xy(self, lat: float, lon: float) -> tuple[float, float]:
        """Metres east and north of the origin."""
        kx, ky = self._metres_per_degree
        return (lon - self.lon0) * kx, (lat - self.lat0) * ky

    def to_latlon(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude in degrees of a point in metres."""
        kx, ky = self._metres_per_degree
        return self.lat0 + y / ky, self.lon0 + x / kx

    def array_xy(self, latlon: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) latitude/longitude to (n, 2) metres."""
        kx, ky = self._metres_per_degree
        return np.column_stack(((latlon[:, 1] - self.lon0) * kx, (latlon[:, 0] - self.lat0) * ky))


@dataclass(frozen=True)
class MapData:
    """Everything drawn or looked up; `*_start` arrays have one entry more than there are items (CSR)."""

    name: str
    attribution: str
    projection: Projection
    bounds: tuple[float, float, float, float]  # x0, y0, x1, y1 in metres
    names: list[str]  # names[0] is ""
    road_xy: NDArray[np.float32]  # (n, 2)
    road_start: NDArray[np.int32]
    road_class: NDArray[np.uint8]  # RoadClass
    road_name: NDArray[np.uint16]  # index in names
    road_limit: NDArray[np.uint8]  # km/h, 0 for lines that are not drivable
    road_posted: NDArray[np.bool_]  # False: the limit is the statutory default
    road_oneway: NDArray[np.int8]  # 1 along the points, -1 against, 0 both
    area_xy: NDArray[np.float32]
    area_start: NDArray[np.int32]
    area_ring: NDArray[np.int32]  # first vertex of each ring, then the number of vertices
    area_kind: NDArray[np.uint8]  # AreaKind
    area_tri: NDArray[np.uint16]  # vertex numbers within the area, three a triangle
    area_tri_start: NDArray[np.int32]
    house_xy: NDArray[np.float32]
    house_start: NDArray[np.int32]
    house_ring: NDArray[np.int32]
    house_height: NDArray[np.float32]  # m
    house_tri: NDArray[np.uint16]
    house_tri_start: NDArray[np.int32]
    label_xy: NDArray[np.float32]
    label_kind: NDArray[np.uint8]  # LabelKind
    label_name: NDArray[np.uint16]

    def contains(self, x: float, y: float) -> bool:
        """True if a point in metres is on the map."""
        x0, y0, x1, y1 = self.bounds
        return x0 <= x <= x1 and y0 <= y <= y1

    def road(self, index: int) -> NDArray[np.float32]:
        """The (n, 2) points of one road in metres."""
        return self.road_xy[self.road_start[index] : self.road_start[index + 1]]


ARRAYS = tuple(name for name in MapData.__annotations__ if "_" in name)


def pack_xy(metres: NDArray[np.float64]) -> NDArray[np.int32]:
    """Quarter-metre steps, each the difference to the point before."""
    steps = np.rint(metres * STEPS_PER_M).astype(np.int32)
    return np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int32))


def _unpack_xy(deltas: NDArray[np.int32]) -> NDArray[np.float32]:
    return (np.cumsum(deltas, axis=0, dtype=np.int64) / STEPS_PER_M).astype(np.float32)


def save_map(path: Path, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a map file; `*_xy` arrays as packed by pack_xy, meta with the scalar fields of MapData."""
    text = json.dumps({"format": FORMAT, **meta}, ensure_ascii=False)
    content: dict[str, Any] = {"meta": np.frombuffer(text.encode(), np.uint8), **arrays}
    np.savez_compressed(path, **content)


def load_map(path: Path) -> MapData:
    """Read a map file (about 30 ms for a city). Raises one of `UNREADABLE`, ValueError for another format."""
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves a damaged one open
        meta = json.loads(file["meta"].tobytes())
        if meta["format"] != FORMAT:
            raise ValueError(f"{path.name} has map format {meta['format']}, not {FORMAT}: import it again")
        arrays: dict[str, Any] = {
            name: _unpack_xy(file[name]) if name.endswith("_xy") else file[name] for name in ARRAYS
        }
    return MapData(
        name=meta["name"],
        attribution=meta["attribution"],
        projection=Projection(*meta["origin"]),
        bounds=tuple(meta["bounds"]),
        names=meta["names"],
        **arrays,
    )
