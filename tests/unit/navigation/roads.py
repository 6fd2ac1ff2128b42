"""Road graphs for tests, and cars that drive along routes."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from carservices.api.navigation import Position
from carservices.services.navigation.engine.base import Route
from carservices.services.navigation.engine.graph import RoadGraph, Snap
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import moved, turned
from carservices.services.navigation.maps.road_graph import write_graph
from carservices.services.navigation.position.locator import ACCURACY, HEADING, LATITUDE, LONGITUDE, SPEED, YAW, Locator
from carservices.signals import Datum, Status, Value
from carservices.signals.earth import DEGREE_M
from tests.unit.navigation.towns import write_town

LAT, LON = 52.0, 13.0
METRE = 1 / DEGREE_M
"""Degrees of latitude."""


def at(east: float, north: float) -> tuple[float, float]:
    """A point of a town by m from its middle."""
    return LAT + north * METRE, LON + east * METRE / 0.61566


def town(folder: Path, nodes: dict[int, tuple], ways: dict[int, tuple], bans=()) -> RoadEngine:
    """Nodes by m east and north, and tags; ways as nodes, name and tags; residential unless they say otherwise."""
    drawn = {
        number: (refs, _tags({"highway": "residential", "name": name, **(tags[0] if tags else {})}))
        for number, (refs, name, *tags) in ways.items()
    }
    places = {number: (*at(*place[:2]), *place[2:]) for number, place in nodes.items()}
    pbf = write_town(folder / "town.osm.pbf", places, drawn, bans)
    write_graph(pbf, folder / "graph.npz")
    return RoadEngine(RoadGraph.load(folder / "graph.npz"))


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in tags.items() if text}


def value(path: str, datum: Datum | None, status: Status = Status.AVAILABLE) -> Value:
    return Value(path, datum, 0, status)


@dataclass(frozen=True)
class Moment:
    """Where the car really is, and where it believes to be."""

    time: float
    arc: int
    place: tuple[float, float]
    s: float
    position: Position
    snap: Snap | None


def drive(
    engine: RoadEngine,
    route: Route,
    *,
    sigma: float = 5.0,
    rate: float = 1.0,
    silent: Callable[[float], bool] = lambda s: False,
    seed: int = 0,
    locator: Locator | None = None,
    begin: float = 0.0,
) -> Iterator[Moment]:
    """A car with a receiver of this noise (m), a speedometer 1 % off and a yaw sensor 0.2 °/s off."""
    chance = random.Random(seed)
    locator = locator or Locator(engine.lines)
    edges = route.edges
    lead = float(engine.roads.length[edges[0].arc]) - edges[0].metres if len(edges) > 1 else 0.0
    time, s, k, passed, course = begin, 0.0, 0, 0.0, None
    while s < route.metres:
        while s >= passed + edges[k].metres and k < len(edges) - 1:
            passed += edges[k].metres
            k += 1
        spot = engine.roads.at(edges[k].arc, s - passed + (lead if k == 0 else 0.0))
        speed = min(edges[k].speed, 50.0) / 3.6
        turn = turned(course, spot.bearing) * rate if course is not None else 0.0
        course = spot.bearing
        readings: dict[str, float] = {SPEED: speed * 3.6 * 1.01, YAW: 0.2 - turn}
        if not silent(s):
            seen = moved(moved((spot.lat, spot.lon), 0.0, chance.gauss(0, sigma)), 90.0, chance.gauss(0, sigma))
            readings |= {LATITUDE: seen[0], LONGITUDE: seen[1], ACCURACY: sigma}
            readings |= {HEADING: (course + chance.gauss(0, 2)) % 360.0}
        for path, datum in readings.items():
            locator.take(value(path, datum), time)
        position = locator.position(time)
        assert position is not None
        yield Moment(time, edges[k].arc, (spot.lat, spot.lon), s, position, locator.snap)
        s += speed / rate
        time += 1.0 / rate
