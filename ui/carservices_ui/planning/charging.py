"""Charging stations: those in view, those along the route, and the details of one."""

from collections.abc import Callable
from typing import Any

from carservices.api.navigation import RangeArea
from carservices.api.routes import Box, Charger, ChargerFilter, Place
from carservices_ui.planning.asking import Asking
from carservices_ui.planning.search import same
from carservices_ui.store import Store

CATEGORY = "charging"
AROUND = 1e-3
"""Degrees around a place in which its charging station is looked for."""
WIDEST = 2.0
"""Degrees: of a larger part of the map no stations are shown, they would cover it."""


class Charging:
    """The layer with its filter, and the reachable area."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.shown = False
        self.wanted = ChargerFilter()
        self.in_view: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.along: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.details: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.area: Asking[RangeArea] = Asking(store, "range_area", changed)
        self.reaching = False

    def show(self, on: bool) -> None:
        """The layer of stations, or not."""
        self.shown = on
        self.in_view.forget()
        self._changed()

    def filter(self, **wishes: Any) -> None:
        """Other wishes."""
        self.wanted = self.wanted.model_copy(update=wishes)
        self.in_view.forget()
        self._changed()

    def look(self, box: Box | None) -> None:
        """Ask for the stations of what is in view, while the layer is shown."""
        if not self.shown or box is None:
            return
        if max(box.east - box.west, box.north - box.south) > WIDEST:
            self.in_view.forget()
            self._changed()
        else:
            self.in_view.ask(box=box, wanted=self.wanted)

    def look_along(self) -> None:
        """Ask for the stations along the route under way."""
        self.along.ask(wanted=self.wanted)

    def detail(self, place: Place) -> None:
        """Ask for the station at a place."""
        box = Box(west=place.lon - AROUND, south=place.lat - AROUND, east=place.lon + AROUND, north=place.lat + AROUND)
        self.details.forget()
        self.details.ask(box=box)

    def station(self, place: Place) -> Charger | None:
        """What is known of the station at a place."""
        known = (*(self.details.answer or ()), *(self.in_view.answer or ()), *(self.along.answer or ()))
        return next((one for one in known if same(one.place, place)), None)

    def reach(self, on: bool) -> None:
        """The reachable area, or not."""
        self.reaching = on
        if on:
            self.area.ask()
        else:
            self.area.forget()
            self._changed()
