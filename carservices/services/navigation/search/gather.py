"""What an OSM extract says for search: settlements, streets, addresses and places of a kind."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from carservices.services.navigation.geo import Point, plane_metres
from carservices.services.navigation.search.categories import keys_of_tags, kind_of, kinds
from carservices.services.navigation.search.folding import fold, house_number
from carservices.signals.earth import DEGREE_M

SETTLEMENTS = {"city": (1.0, 8000.0), "town": (0.85, 4000.0), "village": (0.7, 1500.0), "hamlet": (0.55, 700.0)}
"""`place` → importance, and how far in m it reaches as the town of an address that names none."""
QUARTERS = {"suburb": 0.6, "quarter": 0.5, "neighbourhood": 0.5, "locality": 0.4}
STREETS = {
    "motorway": 0.5, "trunk": 0.5, "primary": 0.5, "secondary": 0.48, "tertiary": 0.46, "unclassified": 0.42,
    "residential": 0.42, "living_street": 0.42, "pedestrian": 0.44, "service": 0.35, "road": 0.4, "track": 0.3,
    "footway": 0.25, "path": 0.25, "cycleway": 0.25, "steps": 0.2,
}  # fmt: skip
SAME_STREET_M = 1500.0
"""A road belongs to the street of an address of the same name that is nearer."""
EVERY_M = 40.0
"""Distance of the points kept of a street."""


@dataclass
class Named:
    """Something with a name: ``kind`` settlement, street or a key of the categories."""

    kind: str
    name: str
    city: str
    lat: float
    lon: float
    importance: float
    address: str = ""


@dataclass
class Street(Named):
    """A street of one town, with its addresses (number, letter, postcode, lat, lon) and points along it."""

    addresses: list[tuple[int, str, str, float, float]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def metres_to(self, at: Point) -> float:
        """From what is known of it to a point."""
        known = [(lat, lon) for *_, lat, lon in self.addresses[:: 1 + len(self.addresses) // 200]]
        known += self.points[:: 1 + len(self.points) // 200]
        return float(_metres(np.array(known), at).min()) if known else math.inf


@dataclass
class Gathered:
    """All of one extract."""

    settlements: list[Named] = field(default_factory=list)
    places: list[Named] = field(default_factory=list)
    streets: dict[str, list[Street]] = field(default_factory=dict)
    """By folded name; one for each town, and several in one where they are too far apart."""


def gather(pbf: Path) -> Gathered:
    """Read an extract once for settlements and once for all that is named after them.

    A file NAME.places.csv beside NAME.osm.pbf (name, latitude, longitude, `place`) adds settlements it lacks.
    """
    found = Gathered(settlements=_beside(pbf))
    for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("place")):
        if isinstance(node, osmium.osm.Node) and (name := node.tags.get("name")):
            weight = SETTLEMENTS.get(node.tags["place"], (QUARTERS.get(node.tags["place"], 0.0), 0.0))
            if weight[0]:
                sort = "settlement" if weight[1] else "quarter"
                found.settlements.append(Named(sort, name, "", node.lat, node.lon, weight[0]))
    towns = _Towns([place for place in found.settlements if place.kind == "settlement"])
    for place in found.settlements:
        if place.kind == "quarter":
            place.city = towns.at(place.lat, place.lon)
    roads: list[tuple[str, float, list[Point]]] = []
    wanted = osmium.filter.KeyFilter("addr:housenumber", "highway", *keys_of_tags())
    for item in osmium.FileProcessor(str(pbf)).with_areas().with_filter(wanted):
        if isinstance(item, osmium.osm.Changeset | osmium.osm.Relation):
            continue
        if isinstance(item, osmium.osm.Way):
            kind, street = item.tags.get("highway"), item.tags.get("name")
            if kind and street and kind in STREETS:
                points = [(n.location.lat, n.location.lon) for n in item.nodes if n.location.valid()]
                roads.append((street, STREETS[kind], points))
            if kind in STREETS or item.is_closed():
                continue  # no more than a street, or it comes as an area too
        tags = dict(item.tags)
        kind = kind_of(tags)
        if (kind or "addr:housenumber" in tags) and (at := _middle(item)):
            _take(found, towns, tags, kind, at)
    for street, importance, points in roads:
        if points:
            _add_road(found, towns, street, importance, points)
    return found


def _beside(pbf: Path) -> list[Named]:
    table = places_beside(pbf)
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return [
            Named("settlement", name, "", float(lat), float(lon), SETTLEMENTS[place][0])
            for name, lat, lon, place in csv.reader(file)
        ]


def places_beside(pbf: Path) -> Path:
    """Where settlements are listed that an extract lacks."""
    return pbf.with_name(pbf.name.removesuffix(".pbf").removesuffix(".osm") + ".places.csv")


class _Towns:
    def __init__(self, places: list[Named]) -> None:
        self._names = [place.name for place in places]
        self._at = np.array([(place.lat, place.lon) for place in places]).reshape(-1, 2)
        reach = dict(SETTLEMENTS.values())
        self._reach = np.array([reach[place.importance] for place in places])
        self._cells: dict[tuple[int, int], str] = {}

    def at(self, lat: float, lon: float) -> str:
        """The town a point belongs to, by distance over size; the same for all of a cell of about 50 m."""
        if not self._names:
            return ""
        cell = (round(lat * 2000), round(lon * 1200))
        if cell not in self._cells:
            self._cells[cell] = self._names[int(np.argmin(_metres(self._at, (lat, lon)) / self._reach))]
        return self._cells[cell]


def _metres(points: NDArray[np.float64], at: Point) -> NDArray[np.float64]:
    kx = DEGREE_M * math.cos(math.radians(at[0]))
    distances: NDArray[np.float64] = np.hypot((points[:, 0] - at[0]) * DEGREE_M, (points[:, 1] - at[1]) * kx)
    return distances


def _middle(item: osmium.osm.Node | osmium.osm.Way | osmium.osm.Area) -> Point | None:
    """Where it is: a node itself, of others the middle of their bounds."""
    if isinstance(item, osmium.osm.Node):
        return item.lat, item.lon
    rings = [item.nodes] if isinstance(item, osmium.osm.Way) else list(item.outer_rings())
    points = [(n.location.lat, n.location.lon) for ring in rings for n in ring if n.location.valid()]
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _take(found: Gathered, towns: _Towns, tags: dict[str, str], kind: str | None, at: Point) -> None:
    street, text = tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber")
    city = tags.get("addr:city") or towns.at(*at)
    if street and text:
        numbers = [number for part in text.replace(",", ";").split(";") if (number := house_number(part))]
        if numbers:
            known = _street(found, street, city, at).addresses
            known += [(*number, tags.get("addr:postcode", ""), *at) for number in numbers]
    if kind is None:
        return
    name = tags.get("name") or tags.get("brand") or tags.get("operator")
    if name is None and kind not in ("charging", "fuel", "parking", "toilets", "rest_area"):
        return
    address = f"{street} {text}" if street and text else street or ""
    weight = kinds()[kind].weight + (0.1 if "wikipedia" in tags or "wikidata" in tags else 0.0)
    found.places.append(Named(kind, name or "", city, *at, weight, address))


def _street(found: Gathered, name: str, city: str, at: Point) -> Street:
    same = found.streets.setdefault(fold(name), [])
    for street in same:
        if street.city == city and plane_metres(*at, street.lat, street.lon) < 4 * SAME_STREET_M:
            return street
    same.append(Street("street", name, city, *at, STREETS["residential"]))
    return same[-1]


def _add_road(found: Gathered, towns: _Towns, name: str, weight: float, points: list[Point]) -> None:
    middle = points[len(points) // 2]
    near = [(street.metres_to(middle), index) for index, street in enumerate(found.streets.get(fold(name), []))]
    distance, index = min(near, default=(math.inf, 0))
    if distance > SAME_STREET_M:
        street = _street(found, name, towns.at(*middle), middle)
    else:
        street = found.streets[fold(name)][index]
    street.importance = max(street.importance, weight)
    street.points += _spaced(points)


def _spaced(points: list[Point]) -> Iterator[Point]:
    """Points along a line, none further from the next than `EVERY_M`."""
    for a, b in zip(points, points[1:] or points, strict=False):
        pieces = max(1, math.ceil(plane_metres(*a, *b) / EVERY_M))
        for i in range(pieces):
            yield a[0] + (b[0] - a[0]) * i / pieces, a[1] + (b[1] - a[1]) * i / pieces
    yield points[-1]
