"""Places on the map: those a screen shows, and those of a route."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carservices.api.navigation import Place, RoutePreview, RouteState
from carservices_ui.icons import glyph
from carservices_ui.look import ICONS_FILLED, theme
from carservices_ui.planning.names import plain
from carservices_ui.polyline import decode

if TYPE_CHECKING:
    from carservices_ui.map.signs import Marker


@dataclass(frozen=True)
class Mark:
    """A place on the map; `icon` names one of `icons.ICONS`, `tone` a colour token, `key` is whoever made it's."""

    lat: float
    lon: float
    icon: str
    tone: str = "accent"
    name: str = ""
    key: str = ""
    chosen: bool = False


def marker_of(mark: Mark, *, yields: bool = False) -> "Marker":
    from carservices_ui.map.signs import Marker  # brings numpy along

    tint = theme().colors[mark.tone]
    return Marker(mark.lat, mark.lon, glyph(mark.icon), mark.name, tint, ICONS_FILLED, mark.chosen, mark.key, yields)


def route_marks(route: RoutePreview | None, state: RouteState | None) -> list[Mark]:
    """Where a route stops to charge, where it is left for a while, and where it ends."""
    if route is None:
        return []
    marks = [_charge_mark(stop.place, stop.operator) for stop in route.charge_stops]
    charging = {(mark.lat, mark.lon) for mark in marks}
    if state is not None and state.route is route:
        marks += [
            Mark(stop.lat, stop.lon, "location_on", "heat", plain(stop.name))
            for stop in state.stops
            if (stop.lat, stop.lon) not in charging
        ]
        if state.destination is not None:
            end = state.destination
            return [*marks, Mark(end.lat, end.lon, "flag", "accent", plain(end.name), chosen=True)]
    points = decode(route.geometry)
    return [*marks, Mark(*points[-1], "flag", "accent", chosen=True)] if points else marks


def _charge_mark(place: Place, operator: str) -> Mark:
    return Mark(place.lat, place.lon, "ev_station", "energy", plain(place.name or operator))
