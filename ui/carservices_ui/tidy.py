"""Gives back to the system what building a picture and a map took, once nothing moves."""

import gc
import time
from pathlib import Path

from carservices_ui.cockpit import Cockpit
from carservices_ui.livemap import SPEED
from carservices_ui.memory import give_back, release_compiler, resident

QUIET_SECONDS = 2.0
GROWN = 5_000_000
"""Bytes; a program compiled after all brings 7 MB, a few pictures 3."""


class Tidy:
    """Never while the car moves. Looking through all that lives stops the picture for 150 ms: once for each map."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._due = True
        self._collected = False
        self._map: Path | None = None
        self._left = 0

    def look(self) -> None:
        """To be called each second."""
        if self._collected:  # a frame later, as only that frees what was on the graphics card
            self._collected = False
            self._give_back()
        elif self._at_rest():
            view = self._cockpit.ui.map.view
            shown = view.source if view is not None else None
            if self._due or shown != self._map:
                self._due, self._map, self._collected = False, shown, True
                gc.unfreeze()  # the cockpit before the car's theme, units and language came was frozen with the rest
                gc.collect()
                gc.freeze()
            elif resident() > self._left + GROWN:
                self._give_back()

    def _give_back(self) -> None:
        release_compiler()
        give_back()
        self._left = resident()

    def _at_rest(self) -> bool:
        store, live_map = self._cockpit.ui.store, self._cockpit.ui.map
        if not store.linked or time.monotonic() - store.grown < QUIET_SECONDS or live_map.loading or store.get(SPEED):
            return False
        return live_map.view is None or (live_map.resting and not live_map.unfinished)
