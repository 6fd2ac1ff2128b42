"""The picture in the map's card: ground, ways, car and lettering, drawn on the GPU."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from kivy.metrics import Metrics

from carservices_ui.map.camera import Camera
from carservices_ui.map.frame import Frame
from carservices_ui.map.geometry import MapGeometry
from carservices_ui.map.labels import Labeller, Rect
from carservices_ui.map.lettering import PUCK_CLEAR_DP, Lettering, along_route, around_car
from carservices_ui.map.pilot import Pose
from carservices_ui.map.scene import Scene
from carservices_ui.map.style import MapStyle
from carservices_ui.map.ways import Ways
from carservices_ui.widgets.ahead import FboAhead

VISIBLE_PX = 1.0  # a move by less is not drawn yet: in slow traffic most pictures would look like the last
FINE_PX = 0.1  # nor by less at rest: the place of a standing car, as it is estimated, creeps by micrometres
SEEN_DEPTH = 2.0  # focal lengths; what is further off moves less than what is near


class Picture:
    """Drawn onto a widget's canvas; `ways` lie on the map, `letters` stand over it."""

    def __init__(self, canvas: Any, font: str) -> None:
        with canvas:
            self._fbo = FboAhead(size=(1, 1), with_depthbuffer=True)
        self._frame = Frame()
        canvas.add(self._frame)
        self._scene = Scene(self._fbo, Metrics.density)
        self.letters = Lettering(self._scene.labels, font)
        self.ways = Ways(self._scene)
        self._drawn: tuple[Camera, np.ndarray] | None = None
        self.show(None)

    def show(self, geometry: MapGeometry | None) -> None:
        """The ground to be drawn, None: the plain grid."""
        self._scene.load(geometry)

    def place(self, pos: Sequence[float], size: Sequence[float], radius: float, opacity: float) -> None:
        """Where the card is, in pixels."""
        whole = (max(1, round(size[0])), max(1, round(size[1])))
        if tuple(self._fbo.size) != whole:
            self._fbo.size = whole
        self._frame.place(self._fbo.texture, (pos[0], pos[1]), radius, opacity)

    def moved(self, camera: Camera, car: Pose | None, pixels: float) -> bool:
        """Whether the car or the ground is elsewhere by now than in the last picture, by so many pixels at least."""
        if self._drawn is None:
            return True
        before, arrow = self._drawn
        corners = before.footprint(SEEN_DEPTH)
        now, _ = camera.project(np.vstack((corners, _arrow(camera, car))))
        then, _ = before.project(np.vstack((corners, arrow)))
        return not bool(np.nanmax(np.abs(now - then)) < pixels)

    def draw(
        self,
        camera: Camera,
        style: MapStyle,
        car: Pose | None,
        names: Labeller | None,
        covered: Sequence[Rect],
        *,
        street: bool,
    ) -> bool:
        """Draw it; True while there is more to be drawn than fitted into one picture.

        No name stands where other widgets `covered` the map, nor on the `street` right ahead of the car.
        """
        self._drawn = camera, _arrow(camera, car)
        progress = self.ways.progress
        passed = progress.update(car[0], car[1]) if progress and car else 0.0
        unfinished = self._scene.draw(camera, style, car, passed)
        if (taken := self.letters.follow(camera)) is not None:
            clear = [*taken, *covered]
            if car is not None:
                clear += around_car(camera, car[:2], street=street)
            if progress is not None:
                clear += along_route(camera, progress)
            self.letters.place(names, camera, style, clear)
        return unfinished


def _arrow(camera: Camera, car: Pose | None) -> np.ndarray:
    """The car and a point ahead of it in metres, so that a turn is seen as a move; nothing without a car."""
    if car is None:
        return np.empty((0, 2))
    x, y, heading = car[0], car[1], math.radians(car[2])
    reach = PUCK_CLEAR_DP * Metrics.density / camera.pxm
    return np.array(((x, y), (x + math.sin(heading) * reach, y + math.cos(heading) * reach)))
