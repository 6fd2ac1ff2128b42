"""Where a city is built up: settlement polygons of an OpenStreetMap extract."""

from pathlib import Path
from typing import Self

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

    def __init__(self, polygons: list[BaseGeometry]) -> None:
        closed = shapely.unary_union([polygon.buffer(CLOSE_DEG, quad_segs=2) for polygon in polygons])
        self.area = closed.buffer(KEEP_DEG - CLOSE_DEG, quad_segs=2)
        shapely.prepare(self.area)

    @classmethod
    def read(cls, pbf: Path) -> Self:
        """From the `landuse` areas of an extract."""
        wkb = osmium.geom.WKBFactory()
        areas = osmium.FileProcessor(str(pbf)).with_areas().with_filter(osmium.filter.KeyFilter("landuse"))
        return cls(
            [
                shapely.from_wkb(wkb.create_multipolygon(area), on_invalid="fix").buffer(0)
                for area in areas
                if isinstance(area, osmium.osm.Area) and area.tags.get("landuse") in BUILT_UP
            ]
        )

    def contains(self, line: shapely.LineString) -> bool:
        """True if more than half of the line is in the built-up area."""
        return bool(line.intersection(self.area).length > line.length / 2)
