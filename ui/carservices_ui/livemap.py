"""The window's one map: fed by navigation and the car's signals, lent to the screen that shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.navigation import (
    Box,
    Guidance,
    GuidanceState,
    MapsState,
    Position,
    RoutePreview,
    RouteState,
)
from carservices_ui.i18n import t
from carservices_ui.look import MEDIUM, theme
from carservices_ui.mapmarks import Mark, marker_of, route_marks
from carservices_ui.polyline import decode
from carservices_ui.store import Store
from carservices_ui.streams import GUIDANCE, MAPS, POSITION, ROUTE
from carservices_ui.tokens import RADIUS
from carservices_ui.units import is_number

if TYPE_CHECKING:
    from carservices_ui.map.view import MapView

LOCATION = "Vehicle.CurrentLocation"
LATITUDE, LONGITUDE, HEADING = f"{LOCATION}.Latitude", f"{LOCATION}.Longitude", f"{LOCATION}.Heading"
SPEED = "Vehicle.Speed"
MOVED_S = 0.5
"""Least time between two calls about what is seen."""

LatLon = tuple[float, float]
Insets = tuple[float, float, float, float]
OnMap = Callable[["MapView"], None]


@dataclass(frozen=True)
class Road:
    """The road the car is on, as far as known; `limit_kmh` only where a sign says so."""

    name: str = ""
    limit_kmh: float | None = None


OnRoad = Callable[[Road], None]


class LiveMap:
    """Made when first shown, then kept, as its geometry is on the graphics card; it follows the car while not shown.

    The first picture on the glass does not wait for it: it is loaded right after. What a screen puts on it goes when
    another one borrows it.
    """

    def __init__(self, store: Store) -> None:
        self._view: MapView | None = None
        self.road = Road()
        self._store = store
        self._on_road: OnRoad | None = None
        self._on_map: OnMap | None = None
        self._guided = False
        self._previews: tuple[RoutePreview, ...] = ()
        self._chosen = 0
        self._on_choose: Callable[[int], None] | None = None
        self._marks: tuple[Mark, ...] = ()
        self._on_tap: Callable[[Mark], None] | None = None
        self._on_hold: Callable[[float, float], None] | None = None
        self._on_moved: Callable[[], None] | None = None
        self._sights: tuple[Mark, ...] = ()
        self._on_sight: Callable[[Mark], None] | None = None
        self._on_seen: Callable[[], None] | None = None
        self._drawn: object = None
        self._fed: Position | None = None
        self._feed_soon = Clock.create_trigger(self._feed)
        self._moved_soon = Clock.create_trigger(self._tell_moved, MOVED_S)
        for path in (LATITUDE, LONGITUDE, HEADING, SPEED):
            store.bind(path, self._feed_soon)
        store.bind_stream(POSITION, self._feed_soon)
        store.bind_stream(GUIDANCE, self._feed_soon)
        store.bind_stream(ROUTE, lambda _: self._draw_ways())
        store.bind_stream(MAPS, lambda _: self._use_map())

    @property
    def loading(self) -> bool:
        """Whether the map is still being read."""
        return self._on_map is not None or (self._view is not None and self._view.loading)

    @property
    def view(self) -> "MapView | None":
        """The map itself, once it has been shown."""
        return self._view

    @property
    def unfinished(self) -> bool:
        """Whether it is still being read or drawn for the first time."""
        return self.loading or (self._view is not None and self._view.unfinished)

    @property
    def resting(self) -> bool:
        """Whether it is drawn and nothing moves."""
        return self._view is not None and self._view.resting

    # -- lending -----------------------------------------------------------------------------------------------------

    def lend(self, parent: Widget, *, insets: Insets, on_map: OnMap, on_road: OnRoad, guided: bool = False) -> None:
        """Put the map into `parent`, below everything else there; it leaves the screen it was in.

        `insets` are the pixels left, top, right, bottom that `parent` covers. `on_map` gets the map, at once if it has
        been shown before; `on_road` gets the road now and then. `guided` shows the active route on it.
        """
        self._previews, self._marks, self._sights = (), (), ()
        self._on_choose = self._on_tap = self._on_hold = self._on_moved = self._on_sight = self._on_seen = None
        self._on_map = lambda view: self._lend(view, parent, insets, on_map, on_road, guided)
        if self._view is not None:
            self._hand_over()
        else:
            Window.bind(on_flip=self._next_frame)

    def _next_frame(self, *_: object) -> None:
        """Kivy tells of a picture just before it shows it."""
        Window.unbind(on_flip=self._next_frame)
        Clock.schedule_once(self._hand_over, 0)

    def _hand_over(self, *_: object) -> None:
        if self._on_map is None:
            return
        if self._view is None:
            from carservices_ui.map.view import MapView  # brings numpy along

            self._view = MapView()
            self._view.on_drawn = self._moved_soon
            self._use_map()
        on_map, self._on_map = self._on_map, None
        on_map(self._view)

    def _lend(
        self, view: "MapView", parent: Widget, insets: Insets, on_map: OnMap, on_road: OnRoad, guided: bool
    ) -> None:
        if view.parent:
            view.parent.remove_widget(view)
        view.radius = dp(RADIUS["card"])
        view.font_name = MEDIUM
        view.no_map_text, view.broken_text = t("map.none"), t("map.broken")
        view.insets, view.covered = list(insets), []
        view.set_theme(theme().name)
        parent.add_widget(view, index=len(parent.children))
        self._guided, self._on_road = guided, on_road
        if view.north_up:
            self.recenter()
        self._drawn = None
        self._clear(view)
        self._draw_ways()
        on_map(view)
        view.rename()
        on_road(self.road)
        self._feed_soon()

    @staticmethod
    def _clear(view: "MapView") -> None:
        """Take everything off the map that belongs to a screen."""
        view.set_route(None)
        view.set_alternates(())
        view.set_areas((), ())
        view.set_markers(())
        view.on_marker = view.on_alternate = view.on_hold = None

    # -- what a screen shows on it -----------------------------------------------------------------------------------

    def preview(
        self, routes: Sequence[RoutePreview], chosen: int = 0, on_choose: Callable[[int], None] | None = None
    ) -> None:
        """Show ways to choose from in place of the active route, `on_choose` gets the one tapped; none ends it."""
        self._previews, self._chosen, self._on_choose = tuple(routes), chosen, on_choose
        self._draw_ways()

    def show_marks(self, marks: Sequence[Mark], on_tap: Callable[[Mark], None] | None = None) -> None:
        """Show places beside those of the route; `on_tap` gets the one tapped."""
        self._marks, self._on_tap = tuple(marks), on_tap
        self._draw_ways()

    def show_sights(self, marks: Sequence[Mark], on_tap: Callable[[Mark], None]) -> None:
        """Show places that are there anyway, below those of a screen and of the route; `on_tap` gets the one tapped."""
        self._sights, self._on_sight = tuple(marks), on_tap
        self._draw_ways()

    def on_seen(self, callback: Callable[[], None]) -> None:
        """As `on_moved`, for those places."""
        self._on_seen = callback

    def show_areas(self, reach: Sequence[str], back: Sequence[str]) -> None:
        """Show what can be reached, and from where one can return: outlines as polylines; none ends it."""
        if self._view is not None:
            self._view.set_areas([decode(line) for line in reach], [decode(line) for line in back])

    def on_hold(self, callback: Callable[[float, float], None] | None) -> None:
        """Be told the place on which a finger rests."""
        self._on_hold = callback
        self._draw_ways()

    def on_moved(self, callback: Callable[[], None] | None) -> None:
        """Be told, twice a second at most, that another part of the map is seen."""
        self._on_moved = callback

    def look_over(self, points: Sequence[LatLon]) -> None:
        """Leave the car and show all of the points, north up."""
        if self._view is not None and points:
            self._view.north_up = True
            self._view.look_over(points)

    def look_over_routes(self) -> None:
        """Leave the car and show the ways to choose from, or what is left of the active route."""
        chosen, others = self._ways()
        self.look_over([point for way in (chosen, *others) for point in way])

    def recenter(self) -> None:
        """Back to the car."""
        if self._view is not None:
            self._view.north_up = False
            self._view.recenter()

    @property
    def place(self) -> LatLon | None:
        """Where the car is."""
        position: Position | None = self._store.stream(POSITION)
        if position is not None:
            return position.lat, position.lon
        latitude, longitude = self._store.get(LATITUDE), self._store.get(LONGITUDE)
        return (latitude, longitude) if is_number(latitude) and is_number(longitude) else None

    def box(self) -> Box | None:
        """The part of the map in view."""
        corners = self._view.corners() if self._view else None
        if corners is None:
            return None
        south, west, north, east = corners
        return Box(south=max(-90.0, south), west=max(-180.0, west), north=min(90.0, north), east=min(180.0, east))

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _ways(self) -> tuple[list[LatLon], list[list[LatLon]]]:
        """The way shown as the route, and the others."""
        if self._previews:
            others = [route for index, route in enumerate(self._previews) if index != self._chosen]
            return decode(self._previews[self._chosen].geometry), [decode(route.geometry) for route in others]
        state: RouteState | None = self._store.stream(ROUTE)
        if state is None or state.route is None:
            return [], []
        return decode(state.route.geometry), []

    def _draw_ways(self) -> None:
        view = self._view
        if view is None or not self._guided:
            return
        state: RouteState | None = self._store.stream(ROUTE)
        active = state.route if state is not None else None
        shown = (self._previews, self._chosen) if self._previews else active and active.geometry
        if self._drawn is None or shown != self._drawn:
            self._drawn = shown
            chosen, others = self._ways()
            view.set_route(chosen or None)
            view.set_alternates(others)
        marks = [*route_marks(self._previews[self._chosen] if self._previews else active, state), *self._marks]
        taken = {(mark.lat, mark.lon) for mark in marks}
        sights = [marker_of(mark, yields=True) for mark in self._sights if (mark.lat, mark.lon) not in taken]
        view.set_markers([*sights, *(marker_of(mark) for mark in marks)])
        view.on_marker = (lambda marker: self._tap(marker.key)) if self._on_tap or self._on_sight else None
        view.on_alternate = self._choose if self._previews and self._on_choose else None
        view.on_hold = self._on_hold

    def _choose(self, other: int) -> None:
        """Alternates are numbered without the chosen one."""
        if self._on_choose is not None:
            self._on_choose(other + (other >= self._chosen))

    def _tap(self, key: str) -> None:
        for marks, on_tap in ((self._marks, self._on_tap), (self._sights, self._on_sight)):
            mark = next((mark for mark in marks if mark.key == key), None)
            if mark is not None and on_tap is not None:
                on_tap(mark)
                return

    def _use_map(self) -> None:
        """While the service is away the map stays."""
        state: MapsState | None = self._store.stream(MAPS)
        if self._view is not None and state is not None:
            self._view.use_map(Path(state.folder) if state.folder else None)

    def _tell_moved(self, *_: object) -> None:
        for tell in (self._on_moved, self._on_seen):
            if tell is not None:
                tell()

    # -- the car -----------------------------------------------------------------------------------------------------

    def _feed(self, *_: object) -> None:
        view = self._view
        if view is None:
            return
        position: Position | None = self._store.stream(POSITION)
        road = self._from_signals(view) if position is None else self._from_service(view, position)
        if road != self.road:
            self.road = road
            if self._on_road is not None:
                self._on_road(road)

    def _from_service(self, view: "MapView", position: Position) -> Road:
        if position is not self._fed:  # the view goes on by itself from each fix
            self._fed = position
            view.set_position(position.lat, position.lon, position.bearing, max(0.0, position.speed_kmh))
        guidance: Guidance | None = self._store.stream(GUIDANCE)
        guided = guidance is not None and guidance.state is GuidanceState.DRIVING
        view.cruise(position.speed_kmh, guidance.distance_m if guidance and guided else None)
        if position.on_road:
            return Road(position.street or "", position.limit_kmh)
        return _shipped_road(view, position.lat, position.lon, position.bearing)

    def _from_signals(self, view: "MapView") -> Road:
        """Without the service: the receiver's place."""
        latitude, longitude, heading, speed = (self._store.get(p) for p in (LATITUDE, LONGITUDE, HEADING, SPEED))
        if not (is_number(latitude) and is_number(longitude)):
            return Road()
        course, kmh = heading if is_number(heading) else None, max(0.0, speed) if is_number(speed) else 0.0
        view.set_position(latitude, longitude, course or 0.0, kmh)
        view.cruise(kmh)
        return _shipped_road(view, latitude, longitude, course)


def _shipped_road(view: "MapView", latitude: float, longitude: float, course: float | None) -> Road:
    """The road a map shipped with the shell has at a place; none on navigation's own map."""
    found = view.roads.at(latitude, longitude, course) if view.roads else None
    return Road(found.name, found.limit_kmh if found.limit_is_posted else None) if found else Road()
