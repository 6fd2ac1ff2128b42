"""Where a city is built up: settlement polygons of an OpenStreetMap extract."""

from functools import cached_property
from pathlib import Path

import osmium
import osmium.geom
import shapely
from shapely.geometry.base import BaseGeometry

BUILT_UP = frozenset(
    {"residential", "commercial", "industrial", "retail", "allotments", "garages", "construction", "cemetery"}
)
# Settlement polygons often end at the kerb, and the main road between two of them lies in neither: close gaps of up to
# about 500 m, then reach about 60 m beyond (degrees of latitude: the shapes are compared in plain degrees).
CLOSE_DEG, KEEP_DEG = 0.0025, 0.0006


class BuiltUp:
    """Tells whether most of a street lies in a settlement."""

    def __init__(self, pbf: Path) -> None:
        self._pbf = pbf

    @cached_property
    def area(self) -> BaseGeometry:
        """From the `landuse` areas of the extract, read when first asked for."""
        wkb = osmium.geom.WKBFactory()
        areas = osmium.FileProcessor(str(self._pbf)).with_areas().with_filter(osmium.filter.KeyFilter("landuse"))
        shapes = [
            wkb.create_multipolygon(area)
            for area in areas
            if isinstance(area, osmium.osm.Area) and area.tags.get("landuse") in BUILT_UP
        ]
        polygons = shapely.buffer(shapely.from_wkb(shapes, on_invalid="fix"), 0)
        closed = shapely.union_all(shapely.buffer(polygons, CLOSE_DEG, quad_segs=2))
        area = closed.buffer(KEEP_DEG - CLOSE_DEG, quad_segs=2)
        shapely.prepare(area)
        return area

    def contains(self, line: shapely.LineString) -> bool:
        """True if more than half of the line is in the built-up area."""
        return bool(line.intersection(self.area).length > line.length / 2)
