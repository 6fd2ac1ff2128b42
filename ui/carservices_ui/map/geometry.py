"""Vertices for the GPU: lines with mitred normals, areas and extruded buildings, cut into cells for culling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mapbox_earcut
import numpy as np
from numpy.typing import NDArray

from carservices_ui.map.data import AreaKind, MapData, RoadClass

Floats = NDArray[np.float32]
CELL_M, CELLS = 1200.0, 18  # a cell's side: at least that long, and so many along a map
HOUSE_CELLS = 3  # along a cell: buildings have most of the vertices, and are seen from near only
PATH_POINTS = 128  # of a path that changes in one piece: most of a long way is out of view
LONGEST_M = 2000.0  # a line's width is measured at its points, which must not be too far apart
OUTLINED = (AreaKind.GREEN, AreaKind.WOOD, AreaKind.WATER)
MAX_VERTICES = 60_000  # Kivy's mesh indices are 16 bit
MITRE_LIMIT = 2.0
CAP = 0.6  # how far ends reach out, in half widths: closes the gaps between ways without spikes at acute angles
LINE_FORMAT = [(b"aPos", 2, "float"), (b"aNrm", 3, "float"), (b"aDist", 1, "float")]
AREA_FORMAT = [(b"aPos", 2, "float")]
HOUSE_FORMAT = [(b"aPos", 3, "float"), (b"aLight", 1, "float")]
SUN = (-0.8, 0.6)  # where walls are brightest: light from the north-west, the custom of relief maps
WALL_LIGHT, WALL_CONTRAST, WALL_FOOT = 0.36, 0.22, 0.55


@dataclass(frozen=True)
class Piece:
    """One mesh: its box in metres (x0, y0, x1, y1), flat vertices and indices of triangles."""

    box: tuple[float, float, float, float]
    vertices: Floats
    indices: NDArray[np.uint16]


@dataclass(frozen=True)
class MapGeometry:
    """All meshes of a map by what they show."""

    roads: dict[RoadClass, list[Piece]]
    areas: dict[AreaKind, list[Piece]]
    shores: dict[AreaKind, list[Piece]]
    houses: list[Piece]


def _normals(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack((-direction[:, 1], direction[:, 0]))


def lines(xy: NDArray[np.floating], start: NDArray[np.integer]) -> tuple[Floats, NDArray[np.int64]]:
    """Triangle strips of polylines, n points in all, item i from start[i] to start[i + 1].

    Returns (2n, 6) vertices in LINE_FORMAT (position, mitre normal, side, metres from the start) and (2 * segments, 3)
    indices. Ends reach out a little, so that streets split over several ways have no gaps.
    """
    points = xy.astype(np.float64)
    step = np.diff(points, axis=0)
    inside = np.ones(len(step), bool)
    inside[start[1:-1] - 1] = False
    length = np.hypot(*step.T)
    unit = step / np.maximum(length, 1e-6)[:, None]
    first, last = start[:-1], start[1:] - 1
    incoming = np.vstack((unit[:1], unit))
    outgoing = np.vstack((unit, unit[-1:]))
    incoming[first], outgoing[last] = outgoing[first], incoming[last]
    n0, n1 = _normals(incoming), _normals(outgoing)
    mitre = n0 + n1
    size = np.hypot(*mitre.T)
    mitre = np.where(size[:, None] > 1e-3, mitre / np.maximum(size, 1e-3)[:, None], n1)
    mitre *= np.minimum(MITRE_LIMIT, 1 / np.maximum((mitre * n1).sum(axis=1), 1e-3))[:, None]
    cap = np.zeros_like(points)
    cap[first], cap[last] = -CAP * outgoing[first], CAP * incoming[last]
    run = np.concatenate(((0.0,), np.cumsum(np.where(inside, length, 0.0))))
    run -= np.repeat(run[first], np.diff(start))
    vertices = np.empty((len(points), 2, 6), np.float32)
    for side, sign in ((0, 1.0), (1, -1.0)):
        vertices[:, side, 0:2] = points
        vertices[:, side, 2:4] = mitre * sign + cap
        vertices[:, side, 4] = sign
        vertices[:, side, 5] = run
    a = 2 * np.flatnonzero(inside)
    indices = np.column_stack((a, a + 1, a + 2, a + 1, a + 3, a + 2)).reshape(-1, 3)
    return vertices.reshape(-1, 6), indices


def _ranges(start: NDArray[np.integer], items: NDArray[np.integer]) -> NDArray[np.int64]:
    """The concatenated ranges start[i]..start[i + 1] of some items."""
    counts = (start[1:] - start[:-1])[items]
    offset = np.repeat(start[:-1][items] - (np.cumsum(counts) - counts), counts)
    return offset + np.arange(counts.sum())


def _offsets(start: NDArray[np.integer], items: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate(((0,), np.cumsum((start[1:] - start[:-1])[items])))


def _cells(
    xy: NDArray[np.floating], start: NDArray[np.integer], items: NDArray[np.integer], weight: int, side: float
) -> Iterator[NDArray[np.int64]]:
    """Items of one cell after another (by their first point), cut so that weight x points stays below the limit."""
    if not len(items):
        return
    cell = np.floor(xy[start[:-1][items]] / side).astype(np.int64)
    order = np.lexsort((cell[:, 0], cell[:, 1]))
    cuts = np.flatnonzero(np.any(np.diff(cell[order], axis=0) != 0, axis=1)) + 1
    for group in np.split(items[order], cuts):
        total = np.cumsum((start[1:] - start[:-1])[group]) * weight
        yield from np.split(group, np.flatnonzero(np.diff(total // (MAX_VERTICES // 2))) + 1)


def _box(points: NDArray[np.floating]) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def line_piece(xy: NDArray[np.floating], start: NDArray[np.integer]) -> Piece:
    """Polylines as one piece."""
    vertices, indices = lines(xy, start)
    return Piece(_box(xy), vertices.ravel(), indices.astype(np.uint16).ravel())


def path_pieces(xy: NDArray[np.floating]) -> list[Piece]:
    """One polyline of any length, (n, 2) metres, as pieces that meet; distances run on from one to the next.

    Fewer than two different points make none.
    """
    if len(xy):
        xy = xy[np.concatenate(([True], np.any(np.diff(xy, axis=0) != 0, axis=1)))]
    if len(xy) < 2:
        return []
    xy, start = densified(xy, np.array((0, len(xy))))
    vertices, indices = lines(xy, start)
    pieces = []
    for first in range(0, len(xy) - 1, PATH_POINTS):
        last = min(first + PATH_POINTS, len(xy) - 1)
        part = indices[2 * first : 2 * last] - 2 * first
        box = _box(xy[first : last + 1])
        pieces.append(Piece(box, vertices[2 * first : 2 * (last + 1)].ravel(), part.astype(np.uint16).ravel()))
    return pieces


def side_of(data: MapData) -> float:
    """How long a cell's side is on a map."""
    x0, y0, x1, y1 = data.bounds
    return max(CELL_M, max(x1 - x0, y1 - y0) / CELLS)


def densified(
    xy: NDArray[np.floating], start: NDArray[np.integer], longest: float = LONGEST_M
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Polylines with points in between where two are further apart than `longest` metres."""
    points = xy.astype(np.float64)
    step = np.diff(points, axis=0, append=points[-1:])
    step[start[1:] - 1] = 0.0
    parts = np.maximum(1, np.ceil(np.hypot(*step.T) / longest)).astype(np.int64)
    first = np.repeat(np.arange(len(points)), parts)
    number = np.arange(len(first)) - np.repeat(np.cumsum(parts) - parts, parts)
    dense = points[first] + step[first] * (number / parts[first])[:, None]
    return dense, np.concatenate(((0,), np.cumsum(parts)))[start]


def road_pieces(data: MapData, kind: RoadClass) -> list[Piece]:
    """The lines of one class by cell."""
    items = np.flatnonzero(data.road_class == kind)
    if not len(items):
        return []
    xy, start = densified(data.road_xy[_ranges(data.road_start, items)], _offsets(data.road_start, items))
    groups = _cells(xy, start, np.arange(len(items)), 2, side_of(data))
    return [line_piece(xy[_ranges(start, group)], _offsets(start, group)) for group in groups]


def area_pieces(data: MapData, kind: AreaKind) -> list[Piece]:
    """The polygons of one kind by cell."""
    pieces = []
    for group in _cells(data.area_xy, data.area_start, np.flatnonzero(data.area_kind == kind), 1, side_of(data)):
        points = data.area_xy[_ranges(data.area_start, group)]
        base = np.repeat(_offsets(data.area_start, group)[:-1], np.diff(data.area_tri_start)[group])
        triangles = data.area_tri[_ranges(data.area_tri_start, group)] + base
        pieces.append(Piece(_box(points), points.ravel(), triangles.astype(np.uint16)))
    return pieces


def shore_pieces(data: MapData, kind: AreaKind) -> list[Piece]:
    """The outlines of the polygons of one kind: drawn as lines in the same colour they give areas soft edges."""
    area = np.searchsorted(data.area_start, data.area_ring[:-1], side="right") - 1
    rings = np.flatnonzero(data.area_kind[area] == kind)
    pieces = []
    for group in _cells(data.area_xy, data.area_ring, rings, 2, side_of(data)):
        closed = [
            data.area_xy[np.append(np.arange(data.area_ring[i], data.area_ring[i + 1]), data.area_ring[i])]
            for i in group
        ]
        start = np.concatenate(((0,), np.cumsum([len(ring) for ring in closed])))
        pieces.append(line_piece(np.concatenate(closed), start))
    return pieces


def house_pieces(data: MapData) -> list[Piece]:
    """Buildings by cell: roofs, then a quad for every wall, darker towards the ground and away from the light.

    All triangles run counter-clockwise seen from outside, so that those turned away need not be drawn.
    """
    n = len(data.house_xy)
    following = np.arange(1, n + 1)
    following[data.house_ring[1:] - 1] = data.house_ring[:-1]
    house = np.repeat(np.arange(len(data.house_height)), np.diff(data.house_start))
    a, b = data.house_xy, data.house_xy[following]
    edge = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-6)[:, None]
    light = WALL_LIGHT + WALL_CONTRAST * (-edge[:, 1] * SUN[0] + edge[:, 0] * SUN[1])
    z = data.house_height[house]
    zero = np.zeros_like(z)
    roof = np.column_stack((a, z, np.ones_like(z)))
    foot = light * WALL_FOOT
    walls = np.stack(
        (
            np.column_stack((a, zero, foot)), np.column_stack((b, zero, foot)),
            np.column_stack((a, z, light)), np.column_stack((b, z, light)),
        ),
        axis=1,
    )  # fmt: skip
    pieces = []
    side = side_of(data) / HOUSE_CELLS
    for group in _cells(data.house_xy, data.house_start, np.arange(len(data.house_height)), 5, side):
        points = _ranges(data.house_start, group)
        base = np.repeat(_offsets(data.house_start, group)[:-1], np.diff(data.house_tri_start)[group])
        roofs = data.house_tri[_ranges(data.house_tri_start, group)] + base
        quads = len(points) + 4 * np.arange(len(points))[:, None] + np.array((0, 2, 1, 1, 2, 3))
        vertices = np.concatenate((roof[points], walls[points].reshape(-1, 4))).astype(np.float32)
        indices = np.concatenate((roofs, quads.ravel())).astype(np.uint16)
        pieces.append(Piece(_box(a[points]), vertices.ravel(), indices))
    return pieces


def outline_pieces(rings: Sequence[NDArray[np.float64]]) -> list[Piece]:
    """Polygons without holes, each (n, 2) metres, filled."""
    pieces = []
    for ring in rings:
        points = ring[:MAX_VERTICES]
        if len(points) > 2:
            triangles = mapbox_earcut.triangulate_float64(points, np.array((len(points),), np.uint32))
            pieces.append(Piece(_box(points), points.astype(np.float32).ravel(), triangles.astype(np.uint16)))
    return pieces


def build(data: MapData) -> MapGeometry:
    """Everything of a map, about 0.1 s for a city; safe off the UI thread."""
    return MapGeometry(
        roads={kind: road_pieces(data, kind) for kind in RoadClass},
        areas={kind: area_pieces(data, kind) for kind in AreaKind},
        shores={kind: shore_pieces(data, kind) for kind in OUTLINED},
        houses=house_pieces(data),
    )
