"""Places of interest on the map, near by: few, the same ones as long as the car is thereabouts, each a touch away."""

import math

from carservices.api.navigation import MapsState
from carservices.api.routes import Box, Charger, Place
from carservices_ui.i18n import language
from carservices_ui.mapmarks import Mark
from carservices_ui.planning import Phase
from carservices_ui.planning.asking import Asking
from carservices_ui.planning.charging import power
from carservices_ui.planning.geo import metres
from carservices_ui.planning.search import CHARGING
from carservices_ui.screens import navigation_words as say
from carservices_ui.streams import MAPS
from carservices_ui.ui import Ui

SCREEN = "navigation"
"""Where the card of a place is shown."""
TONES = {
    "parking": "accent",
    "restaurant": "heat",
    "cafe": "heat",
    "supermarket": "accent",
    "hotel": "accent",
    "hospital": "alert",
    "sight": "energy",
}
"""Kinds that a driver looks for on the way → colour token."""
WIDEST = 0.03
"""Degrees of latitude in view from which on there are none: they would cover the roads."""
TILE = 0.01
"""Degrees by which the part of the map that is asked for goes on: what is shown does not change all the time."""
APART_M, KIND_APART = 180.0, 2.0
"""m between two of them, and so many times more between two of a kind."""
MOST = 30


class Sights:
    """Asks for what is in view; `visible` is False while something else is on the map."""

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        self._places: Asking[list[Place]] = Asking(ui.store, "places", self._draw)
        self._stations: Asking[list[Charger]] = Asking(ui.store, "chargers", self._draw)
        self._asked: Box | None = None
        self._map: str | None = None
        self._shown: dict[str, tuple[Place, str]] = {}
        self.visible = True
        ui.store.bind_stream(MAPS, self._follow_map)

    def show(self, visible: bool) -> None:
        """Be seen, or make room."""
        if visible is not self.visible:
            self.visible = visible
            self._draw()

    def look(self) -> None:
        """Another part of the map is seen."""
        box = self._ui.map.box() if self._map is not None else None
        if box is None or box.north - box.south > WIDEST:
            self._forget()
            return
        tiles = _tiles(box)
        if tiles != self._asked:
            self._asked = tiles
            self._places.ask(box=tiles, categories=list(TONES), apart_m=APART_M, limit=MOST, language=language())
            self._stations.ask(box=tiles)

    def _follow_map(self, maps: MapsState | None) -> None:
        current = maps.current if maps is not None else None
        if current != self._map:
            self._map = current
            self._forget()
            self.look()

    def _forget(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._places.forget()
            self._stations.forget()
            self._draw()

    def _draw(self) -> None:
        if Phase.BUSY not in (self._places.phase, self._stations.phase):
            self._shown = self._chosen()
        shown = self._shown if self.visible else {}
        nearest = self._nearest()
        marks = [
            say.mark(key, place, tone, self._ui.restrictions.text(say.title(place)) if key == nearest else "")
            for key, (place, tone) in shown.items()
        ]
        self._ui.map.show_sights(marks, self._tap)

    def _chosen(self) -> dict[str, tuple[Place, str]]:
        """By their keys: charging stations, the strongest first, then the others, as far apart as is calm."""
        stations = sorted(self._stations.answer or (), key=power, reverse=True)
        offered = [(one.place, say.station_tone(one)) for one in stations]
        offered += [(place, TONES[place.category or ""]) for place in self._places.answer or ()]
        found: list[tuple[Place, str]] = []
        for place, tone in offered:
            if all(
                metres((place.lat, place.lon), (other.lat, other.lon))
                >= APART_M * (KIND_APART if place.category == other.category else 1.0)
                for other, _ in found
            ):
                found.append((place, tone))
        return {f"{place.lat:.5f},{place.lon:.5f}": (place, tone) for place, tone in found}

    def _nearest(self) -> str | None:
        """The charging station that is called by its name."""
        here = self._ui.map.place
        if here is None:
            return None
        stations = {key: place for key, (place, _) in self._shown.items() if place.category == CHARGING}
        return min(stations, key=lambda key: metres(here, (stations[key].lat, stations[key].lon)), default=None)

    def _tap(self, mark: Mark) -> None:
        if mark.key in self._shown:
            self._ui.plan.show_place(self._shown[mark.key][0])
            self._ui.show(SCREEN)


def _tiles(box: Box) -> Box:
    """The whole tiles that a part of the map meets."""
    return Box(
        west=max(-180.0, math.floor(box.west / TILE) * TILE),
        south=max(-90.0, math.floor(box.south / TILE) * TILE),
        east=min(180.0, math.ceil(box.east / TILE) * TILE),
        north=min(90.0, math.ceil(box.north / TILE) * TILE),
    )
