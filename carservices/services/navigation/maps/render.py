"""Builds render.npz, the drawn map, from an OSM extract.

Heights of buildings come from `height` or `building:levels` (3 m each) where mapped, else from a default by type and
footprint. Which ways cars may use, and their limits, are those of the road graph.
"""

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mapbox_earcut
import numpy as np
import osmium
import osmium.geom
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carservices.api.mapfile import AreaKind, LabelKind, Projection, RoadClass, pack_xy, save_map
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.maps.countries import countries
from carservices.services.navigation.maps.roads import ATTRIBUTION
from carservices.services.navigation.search.gather import places_beside

# Links are drawn one class below the road they belong to: as wide as the main road they would drown it.
ROADS = {
    "motorway": RoadClass.MOTORWAY, "motorway_link": RoadClass.PRIMARY, "trunk": RoadClass.PRIMARY,
    "trunk_link": RoadClass.SECONDARY, "primary": RoadClass.PRIMARY, "primary_link": RoadClass.SECONDARY,
    "secondary": RoadClass.SECONDARY, "secondary_link": RoadClass.TERTIARY, "tertiary": RoadClass.TERTIARY,
    "tertiary_link": RoadClass.RESIDENTIAL, "unclassified": RoadClass.RESIDENTIAL, "residential": RoadClass.RESIDENTIAL,
    "road": RoadClass.RESIDENTIAL, "living_street": RoadClass.RESIDENTIAL, "service": RoadClass.SERVICE,
    "pedestrian": RoadClass.PATH, "cycleway": RoadClass.PATH, "track": RoadClass.PATH, "footway": RoadClass.PATH,
    "path": RoadClass.PATH,
}  # fmt: skip
OTHER_LINES = {
    ("railway", "rail"): RoadClass.RAIL,
    ("waterway", "river"): RoadClass.RIVER,
    ("waterway", "canal"): RoadClass.RIVER,
}
AREAS = {
    "landuse": {
        "residential": AreaKind.SETTLEMENT, "commercial": AreaKind.INDUSTRY, "industrial": AreaKind.INDUSTRY,
        "retail": AreaKind.INDUSTRY, "military": AreaKind.INDUSTRY, "garages": AreaKind.INDUSTRY,
        "grass": AreaKind.GREEN, "meadow": AreaKind.GREEN, "allotments": AreaKind.GREEN, "cemetery": AreaKind.GREEN,
        "recreation_ground": AreaKind.GREEN, "village_green": AreaKind.GREEN, "forest": AreaKind.WOOD,
        "reservoir": AreaKind.WATER, "basin": AreaKind.WATER,
    },
    "leisure": {
        "park": AreaKind.GREEN, "garden": AreaKind.GREEN, "pitch": AreaKind.GREEN, "golf_course": AreaKind.GREEN,
    },
    "natural": {"water": AreaKind.WATER, "wood": AreaKind.WOOD, "scrub": AreaKind.GREEN, "wetland": AreaKind.GREEN},
    "waterway": {"riverbank": AreaKind.WATER},
}  # fmt: skip
PLACES = {
    "city": LabelKind.TOWN, "town": LabelKind.TOWN, "village": LabelKind.VILLAGE, "hamlet": LabelKind.VILLAGE,
    "suburb": LabelKind.SUBURB,
}  # fmt: skip
PLACES_BESIDE = PLACES | {"town": LabelKind.VILLAGE}
"""Of the list beside an extract, which is of whole countries: there a city comes before a town."""
HEIGHTS = {
    "house": 7, "detached": 7, "terrace": 8, "residential": 11, "apartments": 15, "garage": 3, "garages": 3,
    "carport": 3, "shed": 3, "roof": 4, "hut": 3, "church": 18, "cathedral": 30, "hospital": 14, "school": 11,
    "university": 16, "industrial": 8, "warehouse": 8, "hangar": 9, "commercial": 10, "retail": 7, "supermarket": 6,
    "office": 16, "public": 12, "dormitory": 15, "kiosk": 3, "block": 18,
}  # fmt: skip
HEIGHT_BY_FOOTPRINT = [(60, 3.0), (250, 7.0), (450, 10.0), (1200, 13.0), (float("inf"), 9.0)]  # up to m², height in m
LEVEL_M = 3.0
MIN_AREA_M2 = {"house": 18.0, "area": 150.0}
TOLERANCE_M = {"house": 0.3, "area": 2.0, "line": 0.4}
LABEL_EVERY_M = 220.0
MARGIN_M = 200.0
WATER_NAMED_M2 = 20_000
SEA_FROM_M, SEA_AROUND_M, SEA_LEAST_M2 = 200_000.0, 400_000.0, 1e7
"""Outlines of countries are right to a kilometre or two: of use on maps of that size, and for nothing smaller."""
AT_ONCE = 20_000  # areas or lines shaped together: fast, and 20 MB at most


def write_render(pbf: Path, graph: Path, target: Path, name: str) -> dict[str, int]:
    """Read ``pbf`` and its ``graph.npz`` and write ``target``; returns counts of lines, areas, buildings and labels."""
    builder = _Builder(pbf, graph)
    builder.read()
    meta = {
        "name": name,
        "attribution": ATTRIBUTION,
        "origin": [builder.projection.lat0, builder.projection.lon0],
        "bounds": builder.bounds,
        "names": list(builder.names),
    }
    save_map(target, meta, builder.arrays())
    return {
        "lines": len(builder.roads),
        "areas": len(builder.areas),
        "buildings": len(builder.houses),
        "labels": len(builder.labels),
    }


class _Builder:
    """Collects the features of one extract."""

    def __init__(self, pbf: Path, graph: Path) -> None:
        self.pbf = pbf
        drivable, self.drivable = _drivable(graph)
        low, high = np.percentile(drivable, (0.05, 99.95), axis=0)
        self.projection = Projection(*(float(round(v, 5)) for v in (low + high) / 2))
        corners = self.projection.array_xy(np.array([low, high]))
        self.bounds = [round(float(v), 1) for v in (*(corners[0] - MARGIN_M), *(corners[1] + MARGIN_M))]
        x0, y0, x1, y1 = self.bounds
        self.box = shapely.box(x0, y0, x1, y1)
        shapely.prepare(self.box)
        self.names: dict[str, int] = {"": 0}
        self.roads: list[tuple[Any, ...]] = []
        self.waiting: dict[str, list[tuple[str, AreaKind | None, dict[str, str]]]] = {"house": [], "area": []}
        self.lines: list[tuple[list[tuple[float, float]], RoadClass, str, tuple[int, bool, int]]] = []
        self.areas: list[tuple[AreaKind, shapely.Polygon]] = []
        self.houses: list[tuple[float, shapely.Polygon]] = []
        self.labels: list[tuple[LabelKind, int, tuple[float, float]]] = []
        self.streets: dict[tuple[LabelKind, str], list[BaseGeometry]] = defaultdict(list)

    def name(self, text: str) -> int:
        return self.names.setdefault(text, len(self.names))

    def read(self) -> None:
        wkb = osmium.geom.WKBFactory()
        wanted = osmium.filter.KeyFilter("building", "highway", "railway", *AREAS, "place")
        for item in osmium.FileProcessor(str(self.pbf)).with_areas().with_filter(wanted):
            if isinstance(item, osmium.osm.Way):
                self.line(item)
            elif isinstance(item, osmium.osm.Area):
                self.area(wkb.create_multipolygon(item), dict(item.tags))
            elif isinstance(item, osmium.osm.Node):
                kind, name = PLACES.get(item.tags.get("place") or ""), item.tags.get("name")
                if kind is not None and name:
                    self.label(kind, name, self.projection.to_xy(item.lat, item.lon))
        self.shape_lines()
        self.shape_waiting()
        self.street_labels()
        self.labels_beside()
        self.sea()

    def label(self, kind: LabelKind, name: str, at: tuple[float, float]) -> None:
        if self.box.contains(shapely.Point(at)):
            self.labels.append((kind, self.name(name), at))

    def line(self, item: osmium.osm.Way) -> None:
        tags = item.tags  # most ways are none of ours: a dict of all tags would cost more than it serves
        kind = ROADS.get(tags.get("highway") or "")
        if kind is None:
            kind = next((k for (key, value), k in OTHER_LINES.items() if tags.get(key) == value), None)
        hidden = tags.get("area") == "yes" or (
            tags.get("tunnel") == "yes" and kind in (RoadClass.RAIL, RoadClass.RIVER)
        )
        if kind is None or hidden:
            return
        points = [(place.lat, place.lon) for place in (node.location for node in item.nodes) if place.valid()]
        if len(points) < 2:
            return
        facts = 0, False, 0
        if kind.drivable:
            kind, facts = (kind, self.drivable[item.id]) if item.id in self.drivable else (RoadClass.PATH, facts)
        self.lines.append((points, kind, tags.get("name") or (tags.get("ref") or "").split(";")[0], facts))
        if len(self.lines) >= AT_ONCE:
            self.shape_lines()

    def shape_lines(self) -> None:
        """Simplify the lines read so far, many at once."""
        if not self.lines:
            return
        xy = self.projection.array_xy(np.array(list(itertools.chain.from_iterable(line[0] for line in self.lines))))
        which = np.repeat(np.arange(len(self.lines)), [len(line[0]) for line in self.lines])
        shapes = np.asarray(shapely.simplify(shapely.linestrings(xy, indices=which), TOLERANCE_M["line"]))
        seen = shapely.intersects(shapes, self.box) & (shapely.length(shapes) >= 1)
        for k in np.flatnonzero(seen).tolist():
            _, kind, name, facts = self.lines[k]
            self.roads.append((shapely.get_coordinates(shapes[k]), kind, self.name(name), *facts))
            if name and kind <= RoadClass.RESIDENTIAL:
                size = LabelKind.MAIN_ROAD if kind <= RoadClass.SECONDARY else LabelKind.ROAD
                self.streets[size, name].append(shapes[k])
        self.lines.clear()

    def area(self, wkb: str, tags: dict[str, str]) -> None:
        kind = next((AREAS[key][tags[key]] for key in AREAS if tags.get(key) in AREAS[key]), None)
        house = tags.get("building", "no") not in ("no", "demolished", "construction", "entrance", "proposed")
        if kind is None and not house:
            return
        self.waiting["house" if house else "area"].append((wkb, kind, tags))
        if sum(map(len, self.waiting.values())) >= AT_ONCE:
            self.shape_waiting()

    def shape_waiting(self) -> None:
        """Cut and simplify the areas read so far, many at once."""
        for what, found in self.waiting.items():
            if not found:
                continue
            shapes = shapely.from_wkb([wkb for wkb, _, _ in found])
            shapes = shapely.transform(shapes, lambda lonlat: self.projection.array_xy(lonlat[:, ::-1]))
            shapes = shapely.buffer(shapes, 0)
            beyond = ~shapely.contains(self.box, shapes)
            shapes[beyond] = shapely.intersection(shapes[beyond], self.box)
            parts, owner = shapely.get_parts(shapely.simplify(shapes, TOLERANCE_M[what]), return_index=True)
            sizes = shapely.area(parts)
            large = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (sizes >= MIN_AREA_M2[what])
            for polygon, size, index in zip(
                shapely.normalize(parts[large]), sizes[large].tolist(), owner[large].tolist(), strict=True
            ):
                _, kind, tags = found[index]
                if kind is None or what == "house":
                    self.houses.append((height(tags, size), polygon))
                    continue
                self.areas.append((kind, polygon))
                if kind == AreaKind.WATER and "name" in tags and size > WATER_NAMED_M2:
                    x, y = polygon.representative_point().coords[0]
                    self.label(LabelKind.WATER, tags["name"], (x, y))
            found.clear()

    def street_labels(self) -> None:
        for (kind, name), lines in self.streets.items():
            merged = shapely.line_merge(shapely.multilinestrings(lines))
            for part in shapely.get_parts(merged):
                if part.length < 60:
                    continue
                count = max(1, round(part.length / LABEL_EVERY_M))
                for i in range(count):
                    point = part.interpolate((i + 0.5) / count, normalized=True)
                    self.label(kind, name, (point.x, point.y))

    def labels_beside(self) -> None:
        """Settlements that the extract itself lacks."""
        table = places_beside(self.pbf)
        if not table.is_file():
            return
        with table.open(encoding="utf-8", newline="") as file:
            for name, lat, lon, place in csv.reader(file):
                self.label(PLACES_BESIDE[place], name, self.projection.to_xy(float(lat), float(lon)))

    def sea(self) -> None:
        """Where no country is, also around the map, for an extract of a large region's roads alone."""
        x0, y0, x1, y1 = self.bounds
        if self.areas or max(x1 - x0, y1 - y0) < SEA_FROM_M:
            return
        around = self.box.buffer(SEA_AROUND_M, join_style="mitre")
        west, south = self.projection.to_latlon(*around.bounds[:2])[::-1]
        east, north = self.projection.to_latlon(*around.bounds[2:])[::-1]
        frame = shapely.box(west, south, east, north)
        land = shapely.union_all([shapely.intersection(one.shape, frame) for one in countries().values()])
        water = shapely.transform(
            shapely.difference(frame, land), lambda lonlat: self.projection.array_xy(lonlat[:, ::-1])
        )
        self.areas += [(AreaKind.WATER, part) for part in shapely.get_parts(water) if part.area > SEA_LEAST_M2]

    def arrays(self) -> dict[str, NDArray[Any]]:
        self.areas.sort(key=lambda area: area[0])
        roads = sorted(self.roads, key=lambda road: (road[1], *road[0][0]))
        labels = sorted(self.labels)
        columns = list(zip(*roads, strict=True))
        return {
            "road_xy": pack_xy(np.concatenate(columns[0])),
            "road_start": starts(len(points) for points in columns[0]),
            "road_class": np.array(columns[1], np.uint8),
            "road_name": _numbers(columns[2]),
            "road_limit": np.array(columns[3], np.uint8),
            "road_posted": np.array(columns[4], bool),
            "road_oneway": np.array(columns[5], np.int8),
            "area_kind": np.array([kind for kind, _ in self.areas], np.uint8),
            **polygons("area", [polygon for _, polygon in self.areas]),
            "house_height": np.array([height for height, _ in self.houses], np.float32),
            **polygons("house", [polygon for _, polygon in self.houses]),
            "label_kind": np.array([kind for kind, _, _ in labels], np.uint8),
            "label_name": _numbers([name for _, name, _ in labels]),
            "label_xy": pack_xy(np.array([at for _, _, at in labels]).reshape(-1, 2)),
        }


def height(tags: dict[str, str], footprint: float) -> float:
    """Metres, rounded to half a metre."""
    for key, scale in (("height", 1.0), ("building:levels", LEVEL_M)):
        try:
            return min(150.0, max(3.0, round(2 * scale * float(tags[key].removesuffix("m").strip())) / 2))
        except (KeyError, ValueError):
            continue
    default = next(metres for limit, metres in HEIGHT_BY_FOOTPRINT if footprint < limit)
    return float(HEIGHTS.get(tags["building"], default))


def starts(lengths: Iterable[int]) -> NDArray[np.int32]:
    """Offsets of items of the given lengths, and the total."""
    return np.array([0, *itertools.accumulate(lengths)], np.int32)


def open_rings(polygon: shapely.Polygon) -> list[NDArray[np.float64]]:
    """The rings of a polygon without the repeated last point."""
    return [shapely.get_coordinates(ring)[:-1] for ring in (polygon.exterior, *polygon.interiors)]


def polygons(prefix: str, shapes: list[shapely.Polygon]) -> dict[str, NDArray[Any]]:
    """Vertices, rings and triangles of polygons."""
    points, triangles = [np.zeros((0, 2))], [np.zeros(0, np.uint32)]
    rings: list[int] = []
    for polygon in shapes:
        parts = open_rings(polygon)
        rings += map(len, parts)
        points.append(np.concatenate(parts))
        ends = np.array(list(itertools.accumulate(len(part) for part in parts)), np.uint32)
        triangles.append(mapbox_earcut.triangulate_float64(points[-1], ends))
    return {
        f"{prefix}_ring": starts(rings),
        f"{prefix}_xy": pack_xy(np.concatenate(points)),
        f"{prefix}_start": starts(len(p) for p in points[1:]),
        f"{prefix}_tri": _numbers(np.concatenate(triangles)),
        f"{prefix}_tri_start": starts(len(t) for t in triangles[1:]),
    }


def _numbers(values: Any) -> NDArray[Any]:
    """Whole numbers in two bytes each, or in four where one is too large."""
    array = np.array(values, np.uint32)
    return array if array.size and array.max() > np.iinfo(np.uint16).max else array.astype(np.uint16)


def _drivable(graph: Path) -> tuple[NDArray[np.float64], dict[int, tuple[int, bool, int]]]:
    """(n, 2) latitudes and longitudes of all points cars reach; of each way km/h, whether posted, and its direction."""
    with np.load(graph) as roads:
        ways, limit, flags = roads["way"], roads["limit"], roads["flags"]
        lat = np.concatenate((roads["node_lat"], roads["shape_lat"]))
        lon = np.concatenate((roads["node_lon"], roads["shape_lon"]))
    backward = (flags & Flag.BACKWARD) != 0
    direction = np.where((flags & Flag.ONEWAY) == 0, 0, np.where(backward, -1, 1))
    order = np.argsort(backward, kind="stable")  # of a way for both directions the limit is that of the first
    ids, first = np.unique(ways[order], return_index=True)
    rows = order[first]
    facts = zip(
        limit[rows].tolist(), ((flags[rows] & Flag.POSTED) != 0).tolist(), direction[rows].tolist(), strict=True
    )
    return np.column_stack((lat, lon)), dict(zip(ids.tolist(), facts, strict=True))
