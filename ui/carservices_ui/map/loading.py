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

from carservices_ui.map.data import MapData, Projection, builtin_maps, load_map
from carservices_ui.map.geometry import MapGeometry, build
from carservices_ui.map.labels import Labeller
from carservices_ui.map.roads import RoadIndex

log = logging.getLogger(__name__)
FIRST = "neubrandenburg"  # shown until a position is known


@dataclass(frozen=True)
class LoadedMap:
    """A map ready to be shown and asked."""

    data: MapData
    geometry: MapGeometry
    roads: RoadIndex
    labels: Labeller


def _covers(path: Path, lat: float, lon: float) -> bool:
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(file["meta"].tobytes())
    x, y = Projection(*meta["origin"]).to_xy(lat, lon)
    x0, y0, x1, y1 = meta["bounds"]
    return bool(x0 <= x <= x1 and y0 <= y <= y1)


def find_map(place: tuple[float, float] | None) -> Path | None:
    """The shipped map that covers a latitude and longitude; the first one shown if the place is None."""
    if place is None:
        return next((path for path in builtin_maps() if path.stem == FIRST), None)
    return next((path for path in builtin_maps() if _covers(path, *place)), None)


@lru_cache(maxsize=2)
def load(path: Path) -> LoadedMap:
    """Read and prepare a map file, about 0.3 s for a city."""
    data = load_map(path)
    return LoadedMap(data, build(data), RoadIndex(data), Labeller(data))


def load_in_background(place: tuple[float, float] | None, done: Callable[[LoadedMap | None], None]) -> None:
    """Find and load a map in a thread; `done` is called on the UI thread, with None where no map covers the place."""

    def work() -> None:
        loaded = None
        try:
            path = find_map(place)
            loaded = load(path) if path else None
        except (OSError, ValueError, KeyError) as error:
            log.error("No map: %s; reinstall the package or make its maps again with tools/map_data.py", error)
        Clock.schedule_once(lambda _: done(loaded))

    Thread(target=work, name="map-loading", daemon=True).start()
