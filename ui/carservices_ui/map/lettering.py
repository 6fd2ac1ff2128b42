"""What is written on the map: names that keep clear of all else, markers, attribution, a notice without a map."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from kivy.graphics import InstructionGroup
from kivy.metrics import Metrics
from kivy.uix.label import Label

from carservices_ui.map.camera import Camera
from carservices_ui.map.data import Projection
from carservices_ui.map.labels import Labeller, Rect
from carservices_ui.map.route import RouteProgress
from carservices_ui.map.signs import Marker, Signs
from carservices_ui.map.style import MapStyle

LABEL_PERIOD_S = 0.1
PUCK_CLEAR_DP = 44.0
STREET_CLEAR = 0.35  # names keep off the street right ahead of the car, as part of the view's height
ROUTE_CLEAR_PX, ROUTE_CLEAR_REACH_PX = 8.0, 1200.0  # names keep off the route ahead
SMALL_SP = 12


class Lettering:
    """Names are placed ten times a second at most, and move with the ground in between."""

    def __init__(self, group: InstructionGroup, font: str) -> None:
        self._signs = Signs(group, Metrics.density, font)
        self.markers: list[Marker] = []
        self._age = math.inf
        self._wait = 0.0
        small = SMALL_SP * Metrics.density
        # unhinted as all texts: a font in SDL's cache keeps the hinting of whoever used it last
        self.attribution = Label(font_size=small, font_hinting=None)
        self.notice = Label(font_size=2 * small, font_hinting=None)

    @property
    def due(self) -> bool:
        """Whether names are to be placed anew though nothing moves."""
        return self._age > 0

    def renew(self) -> None:
        """Place the names anew with the next picture."""
        self._age = math.inf

    def cover(self, rectangles: Sequence[Rect]) -> None:
        """These lie under other widgets."""
        self._signs.covered = rectangles
        self.renew()

    def dress(self, font: str, style: MapStyle) -> None:
        """Font and colours."""
        self._signs.font = font
        for label in (self.attribution, self.notice):
            label.font_name, label.color = font, style.text_quiet
            label.texture_update()
            label.size = label.texture_size

    def show_markers(self, projection: Projection, style: MapStyle) -> None:
        """Put up the markers on a map of this projection."""
        pairs = [(marker, projection.to_xy(marker.lat, marker.lon)) for marker in self.markers]
        self._signs.show_markers(pairs, style)

    def marker_at(self, at: tuple[float, float]) -> Marker | None:
        """The marker at a pixel."""
        index = self._signs.marker_at(at)
        return None if index is None else self.markers[index]

    def wait(self, dt: float) -> None:
        """Time goes by, in seconds."""
        self._wait += dt

    def follow(self, camera: Camera) -> list[Rect] | None:
        """Move everything with the camera; the pixels markers take, when names are to be placed, else None."""
        taken = self._signs.follow(camera)
        self._age += self._wait
        self._wait = 0.0
        if self._age < LABEL_PERIOD_S:
            return None
        self._age = 0.0
        return taken

    def place(self, labels: Labeller | None, camera: Camera, style: MapStyle, taken: Iterable[Rect]) -> None:
        """Choose the names to be seen; None: there are none."""
        if labels is None:
            self._signs.show_labels([], style)
            return
        placed = labels.place(camera, lambda text, kind: self._signs.label_texture(text, kind, style).size, taken)
        self._signs.show_labels(placed, style)
        self._signs.follow(camera)


def covered(insets: Sequence[float], rectangles: Sequence[Rect], size: tuple[float, float]) -> list[Rect]:
    """What lies under other widgets: bands at left, top, right and bottom, and rectangles."""
    left, top, right, bottom = insets
    width, height = size
    bands = [(0.0, 0.0, width, bottom), (0.0, height - top, width, height)]
    return [*bands, (0.0, 0.0, left, height), (width - right, 0.0, width, height), *rectangles]


def around_car(camera: Camera, car: tuple[float, float], *, street: bool) -> list[Rect]:
    """The car, in map metres, and where its `street` leads upwards."""
    screen, _ = camera.project(np.array([car]))
    (x, y), clear = screen[0].tolist(), PUCK_CLEAR_DP * Metrics.density
    ahead = [(x - ROUTE_CLEAR_PX, y, x + ROUTE_CLEAR_PX, y + camera.size[1] * STREET_CLEAR)] if street else []
    return [(x - clear, y - clear, x + clear, y + clear), *ahead]


def along_route(camera: Camera, progress: RouteProgress) -> list[Rect]:
    """The route ahead."""
    points = progress.ahead(ROUTE_CLEAR_REACH_PX / camera.pxm, 2 * ROUTE_CLEAR_PX / camera.pxm)
    screen, _ = camera.project(points)
    return [(x - ROUTE_CLEAR_PX, y, x + ROUTE_CLEAR_PX, y) for x, y in screen.tolist()]
