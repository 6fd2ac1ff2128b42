"""The car's own map for a template: what the app puts on it, and where it looks; given back as it was."""

import math
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.app.templates import Icon, MapView, Marker, Place
from carservices_ui.icons import glyph
from carservices_ui.look import ICONS_FILLED, theme
from carservices_ui.templates.pictures import TONES, icon_name
from carservices_ui.tokens import RADIUS
from carservices_ui.ui import Ui

if TYPE_CHECKING:
    from carservices_ui.map.view import MapView as Drawn

EQUATOR_M = 156_543.034
"""Metres per pixel at the equator at zoom 0 with tiles of 256 pixels (Web Mercator)."""
PLACE = "flag"
Insets = tuple[float, float, float, float]


def pixels_per_metre(zoom: float, latitude: float) -> float:
    """The scale of a Web Mercator zoom at a latitude."""
    return float(2.0**zoom / (EQUATOR_M * math.cos(math.radians(latitude))))


class HostMap(FloatLayout):
    """Lent while it is shown; `insets` are pixels at left, top, right and bottom that lie below something else."""

    def __init__(self, ui: Ui, *, insets: Insets = (0, 0, 0, 0), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.map: Drawn | None = None
        self._ui = ui
        self._places: tuple[Place, ...] = ()
        self._view: MapView | None = None
        self.bind(pos=self._arrange, size=self._arrange)
        ui.map.lend(self, insets=insets, on_map=self._take, on_road=lambda _: None)

    def close(self) -> None:
        """Leave nothing of the app on it."""
        if self.map is not None and self.map.parent is self:
            self.map.set_markers([])
            self.map.set_route(None)
            self.map.north_up = False
            self.map.recenter()

    def show(self, view: MapView, places: tuple[Place, ...]) -> None:
        """Look where the app wants, with its places on the map."""
        moved = self._view is None or _looks(view) != _looks(self._view) or (places != self._places and not _at(view))
        self._view, self._places = view, places
        if self.map is not None:
            self._draw(moved)

    def _take(self, drawn: "Drawn") -> None:
        self.map = drawn
        self._arrange()
        if self._view is not None:
            self._draw(moved=True)

    def _draw(self, moved: bool) -> None:
        drawn, view = self.map, self._view
        if drawn is None or view is None:
            return
        drawn.set_markers([_marker(place) for place in self._places])
        route = list(zip(view.route[::2], view.route[1::2], strict=True))
        drawn.set_route(route or None)
        if not moved:
            return
        if view.latitude is not None and view.longitude is not None:
            drawn.north_up = True
            drawn.look_at(view.latitude, view.longitude, pixels_per_metre(view.zoom, view.latitude))
        elif self._places:
            drawn.north_up = True
            drawn.look_over([(place.latitude, place.longitude) for place in self._places])
        else:
            drawn.north_up = False
            drawn.recenter()

    def _arrange(self, *_: Any) -> None:
        if self.map is None or self.map.parent is not self:
            return
        grown = tuple(self.map.size) != tuple(self.size)
        self.map.pos, self.map.size = self.pos, self.size
        self.map.radius = dp(RADIUS["card"])
        if grown and self._view is not None and self._places:
            self._draw(moved=True)  # how far out one has to be to see all places depends on the size


def _at(view: MapView) -> bool:
    return view.latitude is not None


def _looks(view: MapView) -> tuple[Any, ...]:
    return view.latitude, view.longitude, view.zoom


def _marker(place: Place) -> Any:
    from carservices_ui.map.signs import Marker as Sign  # brings numpy along

    marker = place.marker or Marker(icon=Icon(PLACE))
    tint = theme().colors[TONES[marker.colour]]
    if isinstance(marker.icon, Icon):
        return Sign(place.latitude, place.longitude, glyph(icon_name(marker.icon)), "", tint, ICONS_FILLED)
    return Sign(place.latitude, place.longitude, marker.label or "•", "", tint)
