"""The country of a map, and its outline as an OSM boundary: what tells a router the side of driving.

A city extract never holds the relation of its country; without it Valhalla answers left-hand driving everywhere.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

from carservices.services.navigation.maps.errors import MapError

FILE = Path(__file__).with_name("countries.toml")
MARGIN_DEG = 0.1
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Country:
    """``code`` is ISO 3166-1 alpha-2."""

    code: str
    name: str
    box: Box


@cache
def countries() -> dict[str, Country]:
    """By code."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {code: Country(code, row["name"], (*row["box"],)) for code, row in rows.items()}


def country_of(box: Box, code: str | None = None) -> Country | None:
    """That of the code, or the smallest one around the middle of a map; None far from all. Raises `MapError`."""
    if code is not None:
        if (known := countries().get(code.upper())) is None:
            raise MapError(f"no country '{code}': use one of {', '.join(countries())}")
        return known
    lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    around = [c for c in countries().values() if c.box[0] <= lon <= c.box[2] and c.box[1] <= lat <= c.box[3]]
    return min(around, key=lambda c: (c.box[2] - c.box[0]) * (c.box[3] - c.box[1]), default=None)


def write_boundary(country: Country, box: Box, target: Path) -> None:
    """A PBF with nothing but the country, as large as the map."""
    west, south, east, north = box[0] - MARGIN_DEG, box[1] - MARGIN_DEG, box[2] + MARGIN_DEG, box[3] + MARGIN_DEG
    corners = [(west, south), (east, south), (east, north), (west, north)]
    tags = {
        "type": "boundary",
        "boundary": "administrative",
        "admin_level": "2",
        "name": country.name,
        "name:en": country.name,
        "ISO3166-1": country.code,
        "ISO3166-1:alpha2": country.code,
    }
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for number, corner in enumerate(corners, 1):
            writer.add_node(Node(id=number, version=1, location=corner))
        writer.add_way(Way(id=1, version=1, nodes=[1, 2, 3, 4, 1]))
        writer.add_relation(Relation(id=1, version=1, members=[("w", 1, "outer")], tags=tags))
