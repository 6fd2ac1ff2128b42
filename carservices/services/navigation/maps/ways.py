"""The drivable ways of an extract as flat columns: a few dozen bytes each instead of Python objects."""

import itertools
from array import array
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from carservices.services.navigation.flags import Flag
from carservices.services.navigation.maps.countries import Box, Lands
from carservices.services.navigation.maps.landuse import BuiltUp
from carservices.services.navigation.maps.limits import Zone, legal_limits, outside, posted_limit, zone_of
from carservices.services.navigation.maps.roads import Way
from carservices.services.navigation.maps.signs import read_signs

CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
)  # fmt: skip
ALIKE = {"road": "unclassified"}
COLUMNS = (
    "way", "road_class", "flags", "oneway", "name", "ref", "zone", "posted_forward", "posted_backward", "exit",
    "toward_forward", "toward_backward", "lanes_forward", "lanes_backward",
)  # fmt: skip
"""Texts are indices in the names or -1, limits 0 where none is posted."""


@dataclass
class Ways:
    """Their points, and a row of `COLUMNS` for each."""

    ref: "array[int]" = field(default_factory=lambda: array("q"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    start: "array[int]" = field(default_factory=lambda: array("q", [0]))
    rows: list[tuple[int, ...]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    dead_ends: int = 0
    """Ends at barriers so far; each is a node of its own, numbered from -1 down, so that no road goes on there."""

    def add(self, way: Way, built_up: BuiltUp, barriers: set[int]) -> None:
        """Take over a way, in parts where barriers stand on it."""
        tags = way.tags
        posted = [posted_limit(tags, side) or 0 for side in ("forward", "backward")]
        kind = tags["highway"].removesuffix("_link")
        row = (
            way.id,
            CLASSES.index(ALIKE.get(kind, kind)),
            _flags(tags),
            way.oneway,
            self.text(tags.get("name", "")),
            self.text(tags.get("ref", "")),
            Zone.RURAL if all(posted) else zone_in(way, built_up),
            *posted,
            *map(self.text, (tags.get("junction:ref", ""), *read_signs(way))),
        )
        shut = [i for i, node in enumerate(way.nodes) if node in barriers]
        for a, b in itertools.pairwise(sorted({0, *shut, len(way.nodes) - 1})):
            refs = way.nodes[a : b + 1]
            for end in (0, -1):
                if refs[end] in barriers:
                    self.dead_ends += 1
                    refs[end] = -self.dead_ends
            self.ref.extend(refs)
            self.lat.extend(point[0] for point in way.points[a : b + 1])
            self.lon.extend(point[1] for point in way.points[a : b + 1])
            self.start.append(len(self.ref))
            self.rows.append(row)

    def text(self, text: str) -> int:
        """Its index in the names."""
        return self.names.setdefault(text, len(self.names)) if text else -1

    def box(self) -> Box:
        """West, south, east, north."""
        return min(self.lon), min(self.lat), max(self.lon), max(self.lat)

    def columns(self, lands: Lands) -> dict[str, NDArray[np.int64]]:
        """`COLUMNS`, and limits in km/h: the posted ones, else those of the law where each way begins."""
        table = dict(zip(COLUMNS, np.array(self.rows, np.int64).T, strict=True))
        begin = np.array(self.start[:-1], np.int64)
        land = lands.at(np.array(self.lat)[begin], np.array(self.lon)[begin])
        legal = legal_limits(lands.codes)[land, table["zone"]]
        for side in ("forward", "backward"):
            posted = table[f"posted_{side}"]
            table[f"limit_{side}"] = np.where(posted > 0, posted, legal)
        return table


def zone_in(way: Way, built_up: BuiltUp) -> Zone:
    """Where the way lies in the eyes of the law."""
    zone = zone_of(way.tags)
    if zone is not None:
        return zone
    line = shapely.LineString([point[::-1] for point in way.points])
    return Zone.URBAN if built_up.contains(line) else outside(way.tags)


def _flags(tags: dict[str, str]) -> int:
    present = {
        Flag.FERRY: tags.get("route") == "ferry",
        Flag.TOLL: tags.get("toll") == "yes",
        Flag.TUNNEL: tags.get("tunnel", "no") != "no",
        Flag.BRIDGE: tags.get("bridge", "no") != "no",
        Flag.ROUNDABOUT: tags.get("junction") in ("roundabout", "circular"),
        Flag.LINK: tags["highway"].endswith("_link"),
        Flag.DESTINATION: "destination" in (tags.get("access"), tags.get("motor_vehicle"), tags.get("vehicle")),
    }
    return int(sum(flag for flag, yes in present.items() if yes))
