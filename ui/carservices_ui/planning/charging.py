"""Charging stations: those in view, those along the route, and the details of one."""

from collections.abc import Callable
from typing import Any

from carservices.api.navigation import RangeArea
from carservices.api.routes import Box, Charger, ChargerFilter, Place
from carservices_ui.i18n import t
from carservices_ui.planning.asking import Asking
from carservices_ui.planning.geo import Point, metres
from carservices_ui.planning.search import same
from carservices_ui.store import Store

AROUND = 1e-3
"""Degrees around a place in which its charging station is looked for."""
WIDEST = 2.0
"""Degrees: of a larger part of the map no stations are shown, they would cover it."""
MOST_SEEN = 40
NEAR = 0.15
"""Degrees around the car in which the nearest stations are looked for."""
MOST_NEAR = 20


class Charging:
    """The layer with its filter, and the reachable area."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.shown = False
        self.wanted = ChargerFilter()
        self.too_wide = False
        """So much of the map is in view that no stations are shown."""
        self.in_view: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.along: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.near: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.here: Point | None = None
        self.details: Asking[list[Charger]] = Asking(store, "chargers", changed)
        self.area: Asking[RangeArea] = Asking(store, "range_area", changed)
        self.reaching = False

    def show(self, on: bool) -> None:
        """The layer of stations, or not."""
        self.shown, self.too_wide = on, False
        self.in_view.forget()
        self._changed()

    def filter(self, **wishes: Any) -> None:
        """Other wishes."""
        self.wanted, self.too_wide = self.wanted.model_copy(update=wishes), False
        self.in_view.forget()
        self._changed()

    def look(self, box: Box | None) -> None:
        """Ask for the stations of what is in view, while the layer is shown."""
        if not self.shown or box is None:
            return
        too_wide = max(box.east - box.west, box.north - box.south) > WIDEST
        if not too_wide:
            self.too_wide = False
            self.in_view.ask(box=box, wanted=self.wanted)
        elif not self.too_wide:
            self.too_wide = True
            self.in_view.forget()
            self._changed()

    @property
    def seen(self) -> list[Charger]:
        """Those in view; of too many the strongest, or they would cover the map."""
        return sorted(self.in_view.answer or (), key=power, reverse=True)[:MOST_SEEN]

    def look_near(self, here: Point | None) -> None:
        """Ask for the stations around the car."""
        self.here = here
        self.near.forget()
        if here is None:
            self.near.refuse(t("nav.no_position"))
        else:
            self.near.ask(box=around(*here, NEAR), wanted=self.wanted)

    def nearest(self) -> list[Charger]:
        """Those around the car, the nearest first, with their distance."""
        if self.here is None:
            return []
        far = [(metres(self.here, (one.place.lat, one.place.lon)), one) for one in self.near.answer or ()]
        far.sort(key=lambda pair: pair[0])
        return [
            one.model_copy(update={"place": one.place.model_copy(update={"distance_m": away})})
            for away, one in far[:MOST_NEAR]
        ]

    def look_along(self) -> None:
        """Ask for the stations along the route under way."""
        self.along.ask(wanted=self.wanted)

    def detail(self, place: Place) -> None:
        """Ask for the station at a place."""
        self.details.forget()
        self.details.ask(box=around(place.lat, place.lon, AROUND))

    def station(self, place: Place) -> Charger | None:
        """What is known of the station at a place."""
        known = (
            *(self.details.answer or ()),
            *(self.near.answer or ()),
            *(self.in_view.answer or ()),
            *(self.along.answer or ()),
        )
        return next((one for one in known if same(one.place, place)), None)

    def reach(self, on: bool) -> None:
        """The reachable area, or not."""
        self.reaching = on
        if on:
            self.area.ask()
        else:
            self.area.forget()
            self._changed()


def power(charger: Charger) -> float:
    """Of its strongest plug, kW."""
    return max((plugs.power_kw for plugs in charger.plugs), default=0.0)


def around(lat: float, lon: float, degrees: float) -> Box:
    """The part of the map so many degrees around a place."""
    return Box(
        west=max(-180.0, lon - degrees),
        south=max(-90.0, lat - degrees),
        east=min(180.0, lon + degrees),
        north=min(90.0, lat + degrees),
    )
