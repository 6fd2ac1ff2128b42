"""Which map is shown: the car's own, else one shipped with the shell, else a plain grid; read in the background."""

import math
from collections.abc import Callable
from pathlib import Path

from carservices_ui.map.data import Projection
from carservices_ui.map.loading import LoadedMap, Wish, load_in_background

SEARCH_AGAIN_M = 1000.0  # how far the car goes off the map before the next look for a map
GRID_REACH_M = 1500.0  # how far the car goes on the plain grid before it is laid anew around it
LatLon = tuple[float, float]


class Ground:
    """Holds the map in use; `on_show` is called when another one, or the grid around a place, is to be drawn.

    `on_loaded` is called when reading has ended, whatever came of it.
    """

    def __init__(self, on_show: Callable[[LoadedMap | None, Projection], None], on_loaded: Callable[[], None]) -> None:
        self.projection = Projection(0.0, 0.0)
        self.loaded: LoadedMap | None = None
        self.has_map = False
        self.loading = False
        self.problem = ""
        """Why the car's own map cannot be shown, empty when it can."""
        self._on_show, self._on_loaded = on_show, on_loaded
        self._folder: Path | None = None
        self._searched: LatLon | None = None
        self._again = False
        self._place: LatLon | None = None

    def use(self, folder: Path | None) -> None:
        """Prefer the map in a folder of the car; what is shown stays until it is read."""
        folder = folder.resolve() if folder else None
        if folder == self._folder:
            return
        self._folder = folder
        self.search(self._place)

    def stand_on(self, lat: float, lon: float) -> None:
        """Show the map that covers a place, else the plain grid around it."""
        self._place = (lat, lon)
        loaded = self.loaded
        if loaded is not None and loaded.data.contains(*loaded.data.projection.to_xy(lat, lon)):
            if not self.has_map:
                self._show(loaded, loaded.data.projection)
            return
        if self.has_map or math.hypot(*self.projection.to_xy(lat, lon)) > GRID_REACH_M:
            self._show(None, Projection(lat, lon))
        here = Projection(lat, lon)
        if self._searched is None or math.hypot(*here.to_xy(*self._searched)) > SEARCH_AGAIN_M:
            self.search(self._place)

    def search(self, place: LatLon | None) -> None:
        """Look for a map of a place, None: any."""
        if self.loading:
            self._again = True
            return
        self.loading, self._searched = True, place
        load_in_background(Wish(self._folder, place), self._found)

    def _found(self, loaded: LoadedMap | None, problem: str) -> None:
        self.loading, self.problem = False, problem
        if self._again:
            self._again = False
            self.search(self._place)
            return
        before = self.loaded
        kept = before if before is not None and (before.shipped or before.path.parent == self._folder) else None
        self.loaded = loaded or kept
        if self.loaded is not before:
            self.has_map = False
        if self._place is not None:
            if self.loaded is None and before is not None:
                self._show(None, Projection(*self._place))
            self.stand_on(*self._place)
        elif self.loaded is not None and not self.has_map:
            self._show(self.loaded, self.loaded.data.projection)
        self._on_loaded()

    def _show(self, loaded: LoadedMap | None, projection: Projection) -> None:
        self.projection, self.has_map = projection, loaded is not None
        self._on_show(loaded, projection)
