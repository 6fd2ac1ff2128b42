"""Reads a map and prepares everything heavy away from the UI thread."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Thread

import numpy as np
from kivy.clock import Clock

from carservices_ui.map.data import ASSETS, UNREADABLE, MapData, Projection, builtin_maps, load_map
from carservices_ui.map.geometry import MapGeometry, build
from carservices_ui.map.labels import Labeller
from carservices_ui.map.roads import RoadIndex
from carservices_ui.memory import give_back

log = logging.getLogger(__name__)
FIRST = "neubrandenburg"  # shown until a position is known
RENDER = "render.npz"


@dataclass(frozen=True)
class Wish:
    """The folder (real path) of the car's own map, None where it has none, and the degrees to be covered."""

    folder: Path | None
    place: tuple[float, float] | None


@dataclass(frozen=True)
class LoadedMap:
    """A map ready to be shown; `roads` only where no service says on which road the car is."""

    path: Path
    data: MapData
    geometry: MapGeometry
    roads: RoadIndex | None
    labels: Labeller
    roads_apart_m: float
    """The map's area for each metre of road: some 300 m in a town and around it."""

    @property
    def shipped(self) -> bool:
        """Whether it came with the shell."""
        return self.path.parent == ASSETS


def _covers(path: Path, place: tuple[float, float] | None) -> bool:
    if place is None:
        return True
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(file["meta"].tobytes())
    x, y = Projection(*meta["origin"]).to_xy(*place)
    x0, y0, x1, y1 = meta["bounds"]
    return bool(x0 <= x <= x1 and y0 <= y <= y1)


def find_map(place: tuple[float, float] | None) -> Path | None:
    """The shipped map that covers a latitude and longitude; the first one shown if the place is None."""
    if place is None:
        return next((path for path in builtin_maps() if path.stem == FIRST), None)
    return next((path for path in builtin_maps() if _covers(path, place)), None)


@lru_cache(maxsize=1)
def load(path: Path) -> LoadedMap:
    """Read and prepare a map file, about 0.3 s for a city."""
    data = load_map(path)
    roads = RoadIndex(data) if path.parent == ASSETS else None
    return LoadedMap(path, data, build(data), roads, Labeller(data), _roads_apart(data))


def _roads_apart(data: MapData) -> float:
    steps = np.hypot(*np.diff(data.road_xy, axis=0).T)
    steps[data.road_start[1:-1] - 1] = 0.0  # from the end of one road to where the next one begins
    x0, y0, x1, y1 = data.bounds
    return float((x1 - x0) * (y1 - y0) / max(1.0, steps.sum()))


def read(wish: Wish) -> tuple[LoadedMap | None, str]:
    """The car's own map where it covers the place, else a shipped one; and why the own one cannot be shown."""
    problem = ""
    if wish.folder is not None:
        own = wish.folder / RENDER
        try:
            if _covers(own, wish.place):
                return load(own), ""
        except UNREADABLE as error:
            problem = str(error)
            log.error("The map in %s cannot be drawn: %s; import it again", wish.folder, error)
    try:
        path = find_map(wish.place)
        return (load(path) if path else None), problem
    except UNREADABLE as error:
        log.error("No map: %s; reinstall the package or make its maps again with tools/map_data.py", error)
        return None, str(error)


def load_in_background(wish: Wish, done: Callable[[LoadedMap | None, str], None]) -> None:
    """Find and load a map in a thread; `done` is called on the UI thread with what `read` returns."""

    def work() -> None:
        found = read(wish)
        give_back()
        Clock.schedule_once(lambda _: done(*found))

    Thread(target=work, name="map-loading", daemon=True).start()
