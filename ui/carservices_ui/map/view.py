"""The map widget: follows the car over a tilted map drawn on the GPU, and draws only when something changes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from kivy.clock import Clock
from kivy.graphics import Fbo
from kivy.metrics import Metrics
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from carservices_ui.map.camera import MIN_PXM, Camera
from carservices_ui.map.data import Projection
from carservices_ui.map.frame import Frame
from carservices_ui.map.gestures import Gestures
from carservices_ui.map.loading import LoadedMap, load_in_background
from carservices_ui.map.motion import Motion
from carservices_ui.map.pilot import START_PXM, Pilot
from carservices_ui.map.route import RouteProgress
from carservices_ui.map.scene import Scene
from carservices_ui.map.signs import Marker, Signs
from carservices_ui.map.style import STYLES

RATE_HZ = 20.0  # smooth enough with dead reckoning, and cheap enough for software GL
VISIBLE_PX = 1.0  # a move by less is not drawn yet: in slow traffic most pictures would look like the last
SEEN_DEPTH = 2.0  # focal lengths; what is further off moves less than what is near
LABEL_PERIOD_S = 0.1
LONGEST_STEP_S = 0.2
OVERVIEW_PXM = 0.3
ZOOM_STEP = 0.75  # log2 per press
SPREAD, CLOSE_PXM = 0.6, 1.2  # of the view that places may take to be seen all at once; a single one from not closer
TRACK_STEP_M, TRACK_POINTS = 4.0, 2000
SEARCH_AGAIN_M = 1000.0  # how far the car goes off the map before the next look for a map
GRID_REACH_M = 1500.0  # how far the car goes on the plain grid before it is laid anew around it
PUCK_CLEAR_DP = 44.0
STREET_CLEAR = 0.35  # names keep off the street right ahead of the car, as part of the view's height
ROUTE_CLEAR_PX, ROUTE_CLEAR_REACH_PX = 8.0, 1200.0  # names keep off the route ahead
ATTRIBUTION = "© OpenStreetMap contributors"  # ODbL 4.3: to be shown wherever the map is
SMALL_SP = 12
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
    font_name = StringProperty("Roboto")
    no_map_text = StringProperty("No map for this place")
    roads = ObjectProperty(None, allownone=True)
    """RoadIndex of the loaded map, None while there is none."""
    has_map = BooleanProperty(False)
    """False while the plain grid is shown: no map yet, or none for this place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._motion = Motion()
        self._pilot = Pilot()
        self._loaded: LoadedMap | None = None
        self._projection = Projection(0.0, 0.0)
        self._place: LatLon | None = None
        self._looking: LatLon | None = None
        self._searched: LatLon | None = None
        self.loading = False
        self.track: list[LatLon] = []
        self._route: list[LatLon] = []
        self._progress: RouteProgress | None = None
        self._markers: list[Marker] = []
        self._label_age = math.inf
        self._label_wait = 0.0
        self._stale = True
        self._drawn: tuple[Camera, np.ndarray] = (self._pilot.camera((1.0, 1.0)), self._arrow())
        self._tick_event: Any = None
        self.frames_drawn = 0
        self._gestures = Gestures(self, Metrics.density)
        with self.canvas:
            self._fbo = Fbo(size=(1, 1), with_depthbuffer=True)
        self._frame = Frame()
        self.canvas.add(self._frame)
        self._scene = Scene(self._fbo, Metrics.density)
        self._signs = Signs(self._scene.labels, Metrics.density, self.font_name)
        self._scene.load(None)
        small = SMALL_SP * Metrics.density
        # unhinted as all texts: a font in SDL's cache keeps the hinting of whoever used it last
        self.attribution = Label(text=ATTRIBUTION, font_size=small, font_hinting=None)
        self.notice = Label(font_size=2 * small, font_hinting=None)
        self.add_widget(self.attribution)
        self.add_widget(self.notice)
        for name in ("pos", "size", "radius", "insets", "font_name", "no_map_text", "theme", "has_map", "opacity"):
            self.fbind(name, self._layout)
        for name in ("north_up", "focus_height", "follow", "parent"):
            self.fbind(name, self._wake)
        self._search(None)
        self._layout()

    # What the shell calls

    def set_position(self, lat: float, lon: float, heading_deg: float, speed_kmh: float) -> None:
        """A new fix: degrees, degrees clockwise from north, km/h."""
        self._place = (lat, lon)
        if self._looking is None:
            self._stand_on(lat, lon)
        x, y = self._projection.to_xy(lat, lon)
        first = self._motion.pose is None
        self._motion.fix(x, y, heading_deg, speed_kmh / 3.6)
        if first and self.follow:
            self._pilot.start((x, y, heading_deg), self.focus_height)
        if not self.track or math.dist(self._projection.to_xy(*self.track[-1]), (x, y)) >= TRACK_STEP_M:
            self.track = [*self.track[1 - TRACK_POINTS :], (lat, lon)]
            self._load_track()
        self._stale = self._stale or first
        self._run()

    def clear_track(self) -> None:
        """Forget the travelled path."""
        self.track = []
        self._load_track()
        self._wake()

    def set_route(self, points: Sequence[LatLon] | None) -> None:
        """The way ahead as latitude/longitude points, None = no route."""
        self._route = list(points) if points and len(points) > 1 else []
        xy = self._metres(self._route)
        self._progress = RouteProgress(xy) if self._route else None
        self._scene.load_route(xy)
        self._wake()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Replace the markers."""
        self._markers = list(markers)
        self._show_markers()
        self._wake()

    def set_theme(self, theme: str) -> None:
        """`night` or `day`."""
        self.theme = theme

    def zoom_in(self) -> None:
        """One step closer."""
        self.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step further away."""
        self.zoom_by(-ZOOM_STEP)

    def recenter(self) -> None:
        """Glide back to the car and follow it."""
        if self._looking is not None:
            self._looking = None
            self._pilot.zoom_to(START_PXM)
        if self._place is not None:
            self._stand_on(*self._place)
        self._pilot.recenter(self._motion.pose)
        self.follow = True
        self._wake()

    def look_at(self, lat: float, lon: float, pxm: float) -> None:
        """Leave the car and show a place, at a scale in pixels per metre."""
        self.follow, self._looking = False, (lat, lon)
        self._stand_on(lat, lon)
        self._pilot.look_at(*self._projection.to_xy(lat, lon), pxm)
        self._wake()

    def look_over(self, places: Sequence[LatLon]) -> None:
        """Leave the car and show all of the places at once, as close as that allows."""
        (south, west), (north, east) = np.min(places, axis=0), np.max(places, axis=0)
        middle = Projection(float(south + north) / 2, float(west + east) / 2)
        metres = 2 * np.abs(middle.to_xy(float(north), float(east)))
        pxm = float(np.min(np.array(self.size) * SPREAD / np.maximum(metres, 1.0)))
        self.look_at(float(south + north) / 2, float(west + east) / 2, min(CLOSE_PXM, max(MIN_PXM, pxm)))

    @property
    def resting(self) -> bool:
        """True while nothing moves and nothing is drawn."""
        return self._tick_event is None

    @property
    def camera(self) -> Camera:
        """The camera of this moment, for placing things over the map."""
        return self._pilot.camera((float(self.width), float(self.height)))

    # Gestures

    def drag(self, old: tuple[float, float], new: tuple[float, float]) -> None:
        """Move the ground under one pixel of the widget to another; ends following."""
        self._pilot.drag(old, new, (float(self.width), float(self.height)))
        self.follow = False
        self._wake()

    def zoom_by(self, steps: float, at: tuple[float, float] | None = None) -> None:
        """Zoom by 2 ** steps; with a place, and not following, the ground there stays where it is."""
        self._pilot.zoom_by(steps, at, (float(self.width), float(self.height)))
        self._wake()

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

    def _stand_on(self, lat: float, lon: float) -> None:
        """Show the map that covers a place, else the plain grid around it."""
        loaded = self._loaded
        if loaded is not None and loaded.data.contains(*loaded.data.projection.to_xy(lat, lon)):
            if not self.has_map:
                self._show(loaded, loaded.data.projection)
            return
        if self.has_map or math.hypot(*self._projection.to_xy(lat, lon)) > GRID_REACH_M:
            self._show(None, Projection(lat, lon))
        here = Projection(lat, lon)
        if self._searched is None or math.hypot(*here.to_xy(*self._searched)) > SEARCH_AGAIN_M:
            self._search((lat, lon))

    def _search(self, place: LatLon | None) -> None:
        if not self.loading:
            self.loading, self._searched = True, place
            load_in_background(place, self._found)

    def _found(self, loaded: LoadedMap | None) -> None:
        self.loading = False
        if loaded is not None:
            self._loaded, self.roads, self.has_map = loaded, loaded.roads, False
        if (place := self._looking or self._place) is not None:
            self._stand_on(*place)
        elif loaded is not None:
            self._show(loaded, loaded.data.projection)
            x, y = loaded.data.label_xy[0].tolist()  # the most important label: a town
            self._pilot.look_at(x, y, OVERVIEW_PXM)
        self._layout()

    def _show(self, loaded: LoadedMap | None, projection: Projection) -> None:
        """Switch what is drawn and bring everything into its projection."""
        old, self._projection = self._projection, projection

        def convert(x: float, y: float) -> tuple[float, float]:
            return projection.to_xy(*old.to_latlon(x, y))

        self._motion.rebase(convert)
        self._pilot.rebase(convert(*self._pilot.center))
        self.has_map = loaded is not None
        self._scene.load(loaded.geometry if loaded else None)
        self._load_track()
        passed = self._progress.passed if self._progress else 0.0
        self.set_route(self._route)
        if self._progress:
            self._progress.passed = passed
        self._show_markers()

    def _load_track(self) -> None:
        """All but the newest point, which the smoothed car may not have reached yet; the gap is under the car."""
        self._scene.load_track(self._metres(self.track[:-1]))

    def _metres(self, points: Sequence[LatLon]) -> np.ndarray:
        return self._projection.array_xy(np.array(points, np.float64).reshape(-1, 2))

    # Drawing

    def _layout(self, *_: Any) -> None:
        """Size, texts and colours."""
        size = (max(1, round(self.width)), max(1, round(self.height)))
        if tuple(self._fbo.size) != size:
            self._fbo.size = size
        self._frame.place(self._fbo.texture, self.pos, self.radius, self.opacity)
        style = STYLES[self.theme]
        self._signs.font = self.font_name
        for label in (self.attribution, self.notice):
            label.font_name, label.color = self.font_name, style.text_quiet
            label.texture_update()
            label.size = label.texture_size
        right, bottom = self.insets[2], self.insets[3]
        margin = max(8.0 * Metrics.density, self.radius * 0.6)
        self.attribution.pos = (round(self.right - right - margin - self.attribution.width), round(self.y + bottom + 8))
        self.attribution.opacity = 1.0 if self.has_map else 0.0
        lost = self._place is not None and not self.has_map and not self.loading
        self.notice.text = self.no_map_text if lost else ""
        self.notice.pos = (round(self.center_x - self.notice.width / 2), round(self.y + self.height * 0.6))
        self._label_age = math.inf
        self._show_markers()
        self._wake()

    def _show_markers(self) -> None:
        places = self._metres([(marker.lat, marker.lon) for marker in self._markers]).tolist()
        pairs = [(marker, (x, y)) for marker, (x, y) in zip(self._markers, places, strict=True)]
        self._signs.show_markers(pairs, STYLES[self.theme])

    def _moved(self) -> bool:
        """Whether the car or the ground is visibly elsewhere by now than in the last picture."""
        camera, (before, car) = self.camera, self._drawn
        corners = before.footprint(SEEN_DEPTH)
        now, _ = camera.project(np.vstack((corners, self._arrow())))
        then, _ = before.project(np.vstack((corners, car)))
        return not bool(np.nanmax(np.abs(now - then)) < VISIBLE_PX)

    def _arrow(self) -> np.ndarray:
        """The car and a point ahead of it in metres, so that a turn is seen as a move; nothing without a car."""
        if (pose := self._motion.pose) is None:
            return np.empty((0, 2))
        x, y, heading = pose[0], pose[1], math.radians(pose[2])
        reach = PUCK_CLEAR_DP * Metrics.density / self.camera.pxm
        return np.array(((x, y), (x + math.sin(heading) * reach, y + math.cos(heading) * reach)))

    def _wake(self, *_: Any) -> None:
        self._stale = True
        self._run()

    def _run(self) -> None:
        self._pilot.follow, self._pilot.north_up = self.follow, self.north_up
        if self._tick_event is None:
            self._tick_event = Clock.schedule_interval(self._tick, 1 / RATE_HZ)

    def _tick(self, dt: float) -> bool:
        """One picture; unschedules itself (returns False) at rest and while the widget is nowhere."""
        if self.parent is None:
            self._tick_event = None
            return False
        dt = min(dt, LONGEST_STEP_S)
        driving = self._motion.known and self._motion.step(dt)
        gliding = self._pilot.step(dt, self._motion.pose, self.focus_height)
        self._label_wait += dt
        if self._stale or not (driving or gliding) or self._moved():
            self._draw()
        if driving or gliding or self._label_age > 0:
            return True
        self._tick_event = None
        return False

    def _draw(self) -> None:
        self._stale, self._drawn = False, (self.camera, self._arrow())
        camera, style = self.camera, STYLES[self.theme]
        pose = self._motion.pose
        passed = self._progress.update(pose[0], pose[1]) if self._progress and pose else 0.0
        self._scene.draw(camera, style, pose, passed, bool(self._route))
        taken = self._signs.follow(camera)
        self._label_age += self._label_wait
        self._label_wait = 0.0
        if self._label_age >= LABEL_PERIOD_S:
            self._label_age = 0.0
            self._place_labels(taken)
        self.frames_drawn += 1

    def _place_labels(self, taken: list[tuple[float, float, float, float]]) -> None:
        camera, style = self.camera, STYLES[self.theme]
        if not self.has_map or self._loaded is None:
            self._signs.show_labels([], style)
            return
        left, top, right, bottom = self.insets
        width, height = camera.size
        taken = [*taken, (0, 0, width, bottom), (0, height - top, width, height)]
        taken += [(0, 0, left, height), (width - right, 0, width, height)]
        if (pose := self._motion.pose) is not None:
            (x, y), clear = camera.project(np.array([pose[:2]]))[0][0], PUCK_CLEAR_DP * Metrics.density
            taken.append((x - clear, y - clear, x + clear, y + clear))
            if self.follow and not self.north_up:
                taken.append((x - ROUTE_CLEAR_PX, y, x + ROUTE_CLEAR_PX, y + height * STREET_CLEAR))
        if self._progress is not None:
            ahead = camera.project(
                self._progress.ahead(ROUTE_CLEAR_REACH_PX / camera.pxm, 2 * ROUTE_CLEAR_PX / camera.pxm)
            )[0]
            taken += [(x - ROUTE_CLEAR_PX, y, x + ROUTE_CLEAR_PX, y) for x, y in ahead.tolist()]
        placed = self._loaded.labels.place(
            camera, lambda text, kind: self._signs.label_texture(text, kind, style).size, taken
        )
        self._signs.show_labels(placed, style)
        self._signs.follow(camera)
