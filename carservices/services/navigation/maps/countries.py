"""In which country a road lies, and the outlines a router needs to know the side of driving.

A city extract never holds the relation of its country; without it Valhalla answers left-hand driving everywhere. The
outlines are Natural Earth's, 1:50m: right to a kilometre or two; an extract's own boundaries come before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
import osmium
import osmium.geom
import shapely
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Relation, Way
from shapely.geometry.base import BaseGeometry

from carservices.services.navigation.maps.defaults import DATA
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.limits import regions

FILE = DATA / "countries.npz"
"""Written by tools/country_shapes.py."""
SCALE = 1e4
"""Units of its corners in a degree."""
MARGIN_DEG = 0.1
ISO_KEYS = {"2": ("ISO3166-1:alpha2", "ISO3166-1"), "4": ("ISO3166-2",)}
"""Codes of boundaries, by their `admin_level`: countries, and their regions."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Country:
    """``code`` is ISO 3166-1 alpha-2; ``shape`` in degrees, longitude first."""

    code: str
    name: str
    shape: BaseGeometry


@cache
def countries() -> dict[str, Country]:
    """By code."""
    with np.load(FILE) as file:
        corners = np.cumsum(file["steps"], axis=0) / SCALE
        offsets = tuple(file[f"offsets{k}"].astype(np.int64) for k in range(3))
        shapes = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, corners, offsets)
        names = file["names"].tolist()
        return {code: Country(code, *row) for code, *row in zip(file["codes"].tolist(), names, shapes, strict=True)}


@dataclass(frozen=True)
class Lands:
    """The countries a map reaches into. What lies in none of them, as piers and skerries, counts to the first.

    ``regions`` have limits of their own, and are known where the extract holds their boundaries.
    """

    box: Box
    countries: tuple[Country, ...]
    regions: tuple[Country, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Of the countries, then of the regions."""
        return [one.code for one in (*self.countries, *self.regions)]

    @classmethod
    def around(cls, box: Box, code: str | None = None, pbf: Path | None = None) -> Self:
        """Of a map (west, south, east, north); ``code`` says that all of it is one country.

        The outlines of the extract are taken before ours. Raises `MapError`.
        """
        if code is not None:
            if (known := countries().get(code.upper())) is None:
                raise MapError(f"no country '{code}': use an ISO code such as {', '.join(list(countries())[:3])}")
            return cls(box, (known,), _regions([known.code], pbf))
        frame = shapely.box(*box)
        every = list(countries().values())
        size = shapely.area(shapely.intersection([one.shape for one in every], frame))
        if not size.any():
            return cls(box, (min(every, key=lambda one: float(shapely.distance(one.shape, frame))),))
        found = [every[k] for k in np.argsort(-size).tolist() if size[k] > 0.0]
        if len(found) > 1 and pbf is not None:
            own = _boundaries(pbf)
            found = [Country(one.code, one.name, own.get(one.code, one.shape)) for one in found]
        return cls(box, tuple(found), _regions([one.code for one in found], pbf))

    def at(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.int64]:
        """Which of `codes` each place lies in."""
        which = np.zeros(len(lat), np.int64)
        for number, land in enumerate((*self.countries[1:], *self.regions), 1):
            shapely.prepare(land.shape)
            which[shapely.contains_xy(land.shape, lon, lat)] = number
        return which

    def write(self, target: Path) -> None:
        """A PBF with nothing but the countries, together as large as the map."""
        west, south, east, north = self.box
        frame = shapely.box(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
        others = [shapely.intersection(country.shape, frame) for country in self.countries[1:]]
        _write([shapely.difference(frame, shapely.union_all(others)), *others], self.countries, target)


def _regions(countries: Sequence[str], pbf: Path | None) -> tuple[Country, ...]:
    wanted = [code for code in regions() if code.partition("-")[0] in countries]
    own = _boundaries(pbf, "4") if wanted and pbf is not None else {}
    return tuple(Country(code, code, own[code]) for code in wanted if code in own)


def _boundaries(pbf: Path, level: str = "2") -> dict[str, BaseGeometry]:
    """The whole countries, or with ``4`` the regions, that an extract holds, by code."""
    wkb = osmium.geom.WKBFactory()
    found: dict[str, BaseGeometry] = {}
    keys = ISO_KEYS[level]
    wanted = osmium.filter.TagFilter(("boundary", "administrative"))
    for area in osmium.FileProcessor(str(pbf)).with_areas(wanted).with_filter(osmium.filter.KeyFilter(*keys)):
        if isinstance(area, osmium.osm.Area) and area.tags.get("admin_level") == level:
            code = next(area.tags[key] for key in keys if key in area.tags)
            found[code] = shapely.make_valid(shapely.from_wkb(wkb.create_multipolygon(area)))
    return found


def _write(shapes: Sequence[BaseGeometry], lands: Sequence[Country], target: Path) -> None:
    rings = [
        (number, role, shapely.get_coordinates(ring)[:-1].tolist())
        for number, shape in enumerate(shapes)
        for polygon in shapely.get_parts(shape)
        if isinstance(polygon, shapely.Polygon)
        for role, ring in (("outer", polygon.exterior), *(("inner", hole) for hole in polygon.interiors))
    ]
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        node = 0
        firsts = []
        for _, _, points in rings:
            firsts.append(node + 1)
            for place in points:
                node += 1
                writer.add_node(Node(id=node, version=1, location=tuple(place)))
        for way, (first, (_, _, points)) in enumerate(zip(firsts, rings, strict=True), 1):
            writer.add_way(Way(id=way, version=1, nodes=[*range(first, first + len(points)), first]))
        for number, country in enumerate(lands):
            members = [("w", way, role) for way, (owner, role, _) in enumerate(rings, 1) if owner == number]
            tags = {
                "type": "boundary",
                "boundary": "administrative",
                "admin_level": "2",
                "name": country.name,
                "name:en": country.name,
                "ISO3166-1": country.code,
                "ISO3166-1:alpha2": country.code,
            }
            writer.add_relation(Relation(id=number + 1, version=1, members=members, tags=tags))
