"""The parts of a map: the file of each, how it is built, and how long it takes among the others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from carservices.services.navigation.chargers.build import write_chargers
from carservices.services.navigation.maps.elevation import Elevation
from carservices.services.navigation.maps.memory import count_nodes
from carservices.services.navigation.maps.render import write_render
from carservices.services.navigation.maps.road_graph import write_graph
from carservices.services.navigation.maps.routing_tiles import write_tiles
from carservices.services.navigation.maps.store import CHARGERS, GRAPH, RENDER, SEARCH, TILES
from carservices.services.navigation.search.database import write_search


@dataclass(frozen=True)
class Source:
    """What a map is built of."""

    pbf: Path
    name: str
    title: str
    dem: Path | None = None
    """Folder of elevation tiles."""
    country: str | None = None
    """ISO 3166-1 alpha-2, None to look it up."""
    valhalla: Path | None = None
    """Its programs; None: no tiles for it."""

    def elevation(self) -> Elevation | None:
        """Raises `BadElevation`."""
        return Elevation(self.dem) if self.dem else None

    def bbox(self, folder: Path) -> tuple[float, float, float, float]:
        """West, south, east, north of the roads."""
        with np.load(folder / GRAPH) as graph:
            west, south, east, north = graph["bbox"].tolist()
        return west, south, east, north


@dataclass(frozen=True)
class MapPart:
    """One file; ``build`` gives counts of what is in it."""

    name: str
    file: str
    share: float
    """Of the work, by seconds for a city."""
    build: Callable[[Source, Path], dict[str, int]]
    wanted: Callable[[Source], bool] = field(default=lambda _: True)


def _roads(source: Source, target: Path) -> dict[str, int]:
    return {"osm_nodes": count_nodes(source.pbf)} | write_graph(source.pbf, target, source.elevation(), source.country)


def _tiles(source: Source, target: Path) -> dict[str, int]:
    if source.valhalla is not None:
        box = source.bbox(target.parent)
        write_tiles(source.valhalla, source.pbf, target, box, source.country, source.elevation())
    return {}


PARTS = (
    MapPart("roads", GRAPH, 1.0, _roads),
    MapPart("search", SEARCH, 2.0, lambda source, target: write_search(source.pbf, target)),
    MapPart(
        "chargers",
        CHARGERS,
        0.3,
        lambda source, target: write_chargers(source.pbf, target.with_name(GRAPH), target, source.name),
    ),
    MapPart(
        "drawing",
        RENDER,
        2.5,
        lambda source, target: write_render(source.pbf, target.with_name(GRAPH), target, source.name),
    ),
    MapPart("valhalla", TILES, 1.5, _tiles, wanted=lambda source: source.valhalla is not None),
)
"""In the order they are built: a later one may read an earlier one's file beside its own."""
