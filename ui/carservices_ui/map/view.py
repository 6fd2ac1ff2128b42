"""The map widget: follows the car over a tilted map drawn on the GPU, and draws only when something changes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.metrics import Metrics
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from carservices_ui.map.camera import MAX_PXM, MIN_PXM, Camera
from carservices_ui.map.data import Projection
from carservices_ui.map.gestures import Gestures
from carservices_ui.map.ground import Ground
from carservices_ui.map.labels import Rect
from carservices_ui.map.lettering import covered
from carservices_ui.map.loading import LoadedMap
from carservices_ui.map.motion import Motion
from carservices_ui.map.overview import overview
from carservices_ui.map.picture import FINE_PX, SEEN_DEPTH, VISIBLE_PX, Picture
from carservices_ui.map.pilot import Pilot
from carservices_ui.map.signs import Marker
from carservices_ui.map.style import STYLES

RATE_HZ = 20.0  # smooth enough with dead reckoning, and cheap enough for software GL
LONGEST_STEP_S = 0.2
OVERVIEW_PXM = 0.04
WHOLE_MAP = 0.7  # of the view's shorter side that a map takes at least
ROADS_APART_PX = 600.0  # roads are not further apart than that in the usual scale
FINGER_DP = 24.0  # how near to a line a finger must be
LatLon = tuple[float, float]


class MapView(Widget):
    """A map in a card with round corners.

    Feed it with `set_position` as fixes come (10 Hz is fine): it reckons between them. Dragging sets `follow` to False,
    `recenter` brings the car back.
    """

    follow = BooleanProperty(True)
    north_up = BooleanProperty(False)
    theme = OptionProperty("night", options=list(STYLES))
    radius = NumericProperty(32.0)
    focus_height = NumericProperty(0.26)
    """Where the car is while following, as part of the height from the bottom."""
    insets = ListProperty([0, 0, 0, 0])
    """Pixels at left, top, right, bottom that other widgets cover: attribution and names keep clear of them."""
    covered = ListProperty([])
    """Rectangles (x0, y0, x1, y1) in pixels from the lower left corner under other widgets: no names there."""
    font_name = StringProperty("Roboto")
    no_map_text = StringProperty("No map for this place")
    broken_text = StringProperty("The map cannot be drawn")
    roads = ObjectProperty(None, allownone=True)
    """RoadIndex of the loaded map, None while there is none."""
    has_map = BooleanProperty(False)
    """False while the plain grid is shown: no map yet, or none for this place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._motion = Motion()
        self._pilot = Pilot()
        self._ground = Ground(self._show, self._layout)
        self._place: LatLon | None = None
        self._looking: LatLon | None = None
        self._overlooked: Sequence[LatLon] = ()
        self.on_marker: Callable[[Marker], None] | None = None
        """Called with a marker that was tapped."""
        self.on_alternate: Callable[[int], None] | None = None
        """Called with the number of an alternate that was tapped."""
        self.on_hold: Callable[[float, float], None] | None = None
        """Called with the latitude and longitude on which a finger rests."""
        self.on_drawn: Callable[[], object] = lambda: None
        """Called with each picture."""
        self._stale = True
        self._tick_event: Any = None
        self.frames_drawn = 0
        self._gestures = Gestures(self, Metrics.density)
        self._picture = Picture(self.canvas, self.font_name)
        self._letters, self._ways = self._picture.letters, self._picture.ways
        self.attribution, self.notice = self._letters.attribution, self._letters.notice
        self.add_widget(self.attribution)
        self.add_widget(self.notice)
        for name in ("pos", "size", "radius", "insets", "font_name", "no_map_text", "theme", "has_map", "opacity"):
            self.fbind(name, self._layout)
        for name in ("north_up", "focus_height", "follow", "parent"):
            self.fbind(name, self._wake)
        self.fbind("covered", self._cover)
        self._ground.search(None)
        self._layout()

    # What the shell calls

    @property
    def loading(self) -> bool:
        """Whether a map is being read."""
        return self._ground.loading

    @property
    def source(self) -> Path | None:
        """The file of the map in use."""
        return self._ground.loaded.path if self._ground.loaded else None

    @property
    def track(self) -> list[LatLon]:
        """Where the car has been."""
        return self._ways.track

    def use_map(self, folder: Path | None) -> None:
        """Prefer the map in a folder of the car to those shipped with the shell."""
        self._ground.use(folder)

    def set_position(self, lat: float, lon: float, heading_deg: float, speed_kmh: float) -> None:
        """A new fix: degrees, degrees clockwise from north, km/h."""
        self._place = (lat, lon)
        if self._looking is None:
            self._ground.stand_on(lat, lon)
        x, y = self._ground.projection.to_xy(lat, lon)
        first = self._motion.pose is None
        self._motion.fix(x, y, heading_deg, speed_kmh / 3.6)
        if first and self.follow:
            self._pilot.start((x, y, heading_deg), self.focus_height)
        self._ways.add_fix(lat, lon)
        self._stale = self._stale or first
        self._run()

    def cruise(self, speed_kmh: float, turn_m: float | None = None) -> None:
        """Let the scale suit the speed and the way to the next turn."""
        self._pilot.cruise(speed_kmh, turn_m)

    def clear_track(self) -> None:
        """Forget the travelled path."""
        self._ways.clear_track()
        self._wake()

    def set_route(self, points: Sequence[LatLon] | None) -> None:
        """The way ahead as latitude/longitude points, None = no route."""
        self._ways.set_route(points)
        self._wake()

    def set_alternates(self, routes: Sequence[Sequence[LatLon]]) -> None:
        """Other ways to choose from."""
        self._ways.set_alternates(routes)
        self._wake()

    def set_areas(self, reach: Sequence[Sequence[LatLon]], back: Sequence[Sequence[LatLon]]) -> None:
        """Outlines of what can be reached, and from where one can return."""
        self._ways.set_areas(reach, back)
        self._wake()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Replace the markers."""
        self._letters.markers = list(markers)
        self._show_markers()
        self._wake()

    def set_theme(self, theme: str) -> None:
        """`night` or `day`."""
        self.theme = theme

    def recenter(self) -> None:
        """Glide back to the car and follow it."""
        away, self._looking, self._overlooked = self._looking is not None, None, ()
        if self._place is not None:
            self._ground.stand_on(*self._place)
        self._pilot.recenter(self._motion.pose, reset=away)
        self.follow = True
        self._wake()

    def look_at(self, lat: float, lon: float, pxm: float) -> None:
        """Leave the car and show a place, at a scale in pixels per metre."""
        self.follow, self._looking, self._overlooked = False, (lat, lon), ()
        self._ground.stand_on(lat, lon)
        self._pilot.look_at(*self._ground.projection.to_xy(lat, lon), pxm)
        self._wake()

    def look_over(self, places: Sequence[LatLon]) -> None:
        """Leave the car and show all of the places at once, in the middle of what is free, as close as that allows.

        A map that comes later may be larger, and is looked over anew unless a finger has moved it.
        """
        self.look_at(*overview(places, self.size, self.insets, self._pilot.least_pxm))
        self._overlooked = places

    def rename(self) -> None:
        """Choose the names anew, whatever was to be seen before."""
        if self._ground.loaded is not None:
            self._ground.loaded.labels.forget()
        self._letters.renew()
        self._wake()

    @property
    def unfinished(self) -> bool:
        """True while it is shown and parts of it are still on their way to the graphics card."""
        return self._stale and self._in_window

    @property
    def _in_window(self) -> bool:
        """A screen that was left keeps its widgets, and so this one's parent, until another screen borrows the map."""
        return self.get_root_window() is not None

    @property
    def resting(self) -> bool:
        """True while nothing moves and nothing is drawn."""
        return self._tick_event is None

    @property
    def camera(self) -> Camera:
        """The camera of this moment, for placing things over the map."""
        return self._pilot.camera((float(self.width), float(self.height)))

    def corners(self) -> tuple[float, float, float, float] | None:
        """South, west, north and east of the ground in view; None on the plain grid."""
        if not self.has_map:
            return None
        xy = self.camera.footprint(SEEN_DEPTH)
        low, high = xy.min(axis=0), xy.max(axis=0)
        to = self._ground.projection.to_latlon
        return *to(float(low[0]), float(low[1])), *to(float(high[0]), float(high[1]))

    # Gestures

    def drag(self, old: tuple[float, float], new: tuple[float, float]) -> None:
        """Move the ground under one pixel of the widget to another; ends following."""
        self._pilot.drag(old, new, (float(self.width), float(self.height)))
        self.follow, self._overlooked = False, ()
        self._wake()

    def zoom_by(self, steps: float, at: tuple[float, float] | None = None) -> None:
        """Zoom by 2 ** steps; with a place, and not following, the ground there stays where it is."""
        self._pilot.zoom_by(steps, at, (float(self.width), float(self.height)))
        self._overlooked = ()
        self._wake()

    def turn_by(self, degrees: float, at: tuple[float, float]) -> None:
        """Turn the map counter-clockwise around a place."""
        self._pilot.turn_by(degrees, at, (float(self.width), float(self.height)))
        self._wake()

    def tap(self, at: tuple[float, float]) -> None:
        """Tell whose marker or alternate was meant."""
        if self.on_marker is not None and (marker := self._letters.marker_at(at)) is not None:
            self.on_marker(marker)
            return
        if self.on_alternate is not None:
            way = self._ways.alternate_at(self.camera, at, FINGER_DP * Metrics.density)
            if way is not None:
                self.on_alternate(way)

    def hold(self, at: tuple[float, float]) -> None:
        """Tell the place a finger rests on."""
        ground = self.camera.ground(*at)
        if self.on_hold is not None and ground is not None:
            self.on_hold(*self._ground.projection.to_latlon(*ground))

    def on_touch_down(self, touch: Any) -> bool:
        """Takes every touch on the map."""
        if not self.collide_point(*touch.pos):
            return False
        if "button" in touch.profile and touch.button.startswith("scroll"):
            return self._gestures.wheel(touch.button, self._inside(touch))
        touch.grab(self)
        self._gestures.down(touch.uid, self._inside(touch))
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Drags and pinches."""
        if touch.grab_current is not self:
            return False
        self._gestures.move(touch.uid, self._inside(touch))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Ends a gesture."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._gestures.up(touch.uid)
        return True

    def _inside(self, touch: Any) -> tuple[float, float]:
        return float(touch.x - self.x), float(touch.y - self.y)

    # Which map

    def _show(self, loaded: LoadedMap | None, projection: Projection) -> None:
        """Switch what is drawn and bring everything into its projection."""
        old = self._ways.projection

        def convert(x: float, y: float) -> tuple[float, float]:
            return projection.to_xy(*old.to_latlon(x, y))

        self._motion.rebase(convert)
        self._pilot.rebase(convert(*self._pilot.center))
        self._picture.show(loaded.geometry if loaded else None)
        self._ways.rebase(projection)
        if loaded is not None:
            self._measure(loaded)
        self.has_map = loaded is not None
        if loaded is not None and self._overlooked:
            self.look_over(self._overlooked)
        self._show_markers()
        self._layout()

    def _measure(self, loaded: LoadedMap) -> None:
        """What depends on how large a map is; before any position it is seen from above its first town."""
        x0, y0, x1, y1 = loaded.data.bounds
        whole = WHOLE_MAP * min(self.size) / max(1.0, x1 - x0, y1 - y0)
        self._pilot.least_pxm = min(MIN_PXM, whole)
        self._pilot.close_pxm = min(MAX_PXM, ROADS_APART_PX / loaded.roads_apart_m)
        self.roads = loaded.roads
        if self._place is None and self._looking is None:
            towns = loaded.data.label_xy
            x, y = towns[0].tolist() if len(towns) else ((x0 + x1) / 2, (y0 + y1) / 2)
            self._pilot.look_at(x, y, OVERVIEW_PXM)

    # Drawing

    def _layout(self, *_: Any) -> None:
        """Size, texts and colours."""
        self._picture.place(self.pos, self.size, self.radius, self.opacity)
        style = STYLES[self.theme]
        ground = self._ground
        self.attribution.text = ground.loaded.data.attribution if ground.loaded else ""
        lost = self._place is not None and not self.has_map and not self.loading
        self.notice.text = "" if not lost else self.broken_text if ground.problem else self.no_map_text
        self._letters.dress(self.font_name, style)
        right, bottom = self.insets[2], self.insets[3]
        margin = max(8.0 * Metrics.density, self.radius * 0.6)
        self.attribution.pos = (round(self.right - right - margin - self.attribution.width), round(self.y + bottom + 8))
        self.attribution.opacity = 1.0 if self.has_map else 0.0
        self.notice.pos = (round(self.center_x - self.notice.width / 2), round(self.y + self.height * 0.6))
        self._show_markers()
        self._cover()

    def _cover(self, *_: Any) -> None:
        """Other widgets move with every word on them: only the names make room."""
        self._letters.cover(self._over())
        self._wake()

    def _over(self) -> list[Rect]:
        """Pixels of the map that something else is written on."""
        x, y = self.attribution.x - self.x, self.attribution.y - self.y
        return [*self.covered, (x, y, x + self.attribution.width, y + self.attribution.height)]

    def _show_markers(self) -> None:
        self._letters.show_markers(self._ground.projection, STYLES[self.theme])

    def _wake(self, *_: Any) -> None:
        self._stale = True
        self._run()

    def _run(self) -> None:
        self._pilot.follow, self._pilot.north_up = self.follow, self.north_up
        if self._tick_event is None:
            self._tick_event = Clock.schedule_interval(self._tick, 1 / RATE_HZ)

    def _tick(self, dt: float) -> bool:
        """Unschedules itself (returns False) at rest and while nobody can see the widget."""
        if not self._in_window or not self.advance(min(dt, LONGEST_STEP_S)):
            self._tick_event = None
            return False
        return True

    def advance(self, dt: float) -> bool:
        """One picture, dt seconds after the last one; False once nothing moves any more."""
        driving = self._motion.known and self._motion.step(dt)
        gliding = self._pilot.step(dt, self._motion.pose, self.focus_height)
        self._letters.wait(dt)
        moving = driving or gliding
        least = VISIBLE_PX if moving else FINE_PX
        wanted = self._stale or (self._letters.due and not moving)
        if wanted or self._picture.moved(self.camera, self._motion.pose, least):
            self._draw()
        return moving or self._stale or self._letters.due

    def _draw(self) -> None:
        loaded = self._ground.loaded if self.has_map else None
        self._stale = self._picture.draw(
            self.camera,
            STYLES[self.theme],
            self._motion.pose,
            loaded.labels if loaded else None,
            covered(self.insets, self._over(), self.size),
            street=self.follow and not self.north_up,
        )
        self.frames_drawn += 1
        self.on_drawn()
