"""Gives back to the system what building a picture and a map took, once nothing moves."""

import gc
import time
from pathlib import Path

from carservices_ui.cockpit import Cockpit
from carservices_ui.memory import give_back, release_compiler

QUIET_SECONDS = 2.0


class Tidy:
    """Once for each map, and never while the car moves: looking through all that lives stops the picture for 150 ms."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._due = True
        self._collected = False
        self._map: Path | None = None

    def look(self) -> None:
        """To be called each second."""
        if self._collected:  # a frame later, as only that frees what was on the graphics card
            self._collected = False
            release_compiler()
            give_back()
        elif self._at_rest():
            view = self._cockpit.ui.map.view
            shown = view.source if view is not None else None
            if self._due or shown != self._map:
                self._due, self._map, self._collected = False, shown, True
                gc.unfreeze()  # the cockpit before the car's theme, units and language came was frozen with the rest
                gc.collect()
                gc.freeze()

    def _at_rest(self) -> bool:
        store, live_map = self._cockpit.ui.store, self._cockpit.ui.map
        if not store.linked or time.monotonic() - store.grown < QUIET_SECONDS or live_map.loading:
            return False
        return live_map.view is None or (live_map.resting and not live_map.unfinished)
