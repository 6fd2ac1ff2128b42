"""The lines that lie on the map: the route, its alternates and the path travelled, in degrees and in map metres."""

import math
from collections.abc import Sequence

import numpy as np

from carservices_ui.map.camera import Camera
from carservices_ui.map.data import Projection
from carservices_ui.map.route import RouteProgress
from carservices_ui.map.scene import Scene

TRACK_STEP_M, TRACK_POINTS = 4.0, 2000
TRACK_JUMP_M = 1000.0  # nobody drove that far between two fixes: the path begins anew
LatLon = tuple[float, float]
Line = Sequence[LatLon]


class Ways:
    """Keeps the lines as degrees, so that they can be laid on any map."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.projection = Projection(0.0, 0.0)
        self.track: list[LatLon] = []
        self._route: list[LatLon] = []
        self._driven: tuple[list[LatLon], float] = [], 0.0
        self._alternates: list[list[LatLon]] = []
        self._laid: list[np.ndarray] = []
        self._areas: tuple[list[Line], list[Line]] = ([], [])
        self.progress: RouteProgress | None = None

    def rebase(self, projection: Projection) -> None:
        """Lay everything on a map of another projection."""
        self.projection = projection
        self._load_track()
        self.set_route(self._route)
        self.set_alternates(self._alternates)
        self.set_areas(*self._areas)

    def set_route(self, points: Sequence[LatLon] | None) -> None:
        """The way ahead, None = no route; of one that was taken off and comes again, what is driven stays so."""
        if self.progress is not None:
            self._driven = self._route, self.progress.passed
        self._route = list(points) if points and len(points) > 1 else []
        xy = self._metres(self._route)
        self.progress = RouteProgress(xy) if self._route else None
        if self.progress is not None and self._route == self._driven[0]:
            self.progress.passed = self._driven[1]
        self._scene.strokes.load_route(xy)

    def set_alternates(self, routes: Sequence[Line]) -> None:
        """Other ways to choose from."""
        self._alternates = [list(route) for route in routes if len(route) > 1]
        self._laid = [self._metres(route) for route in self._alternates]
        self._scene.strokes.load_alternates(self._laid)

    def set_areas(self, reach: Sequence[Line], back: Sequence[Line]) -> None:
        """Outlines of what can be reached, and from where one can return."""
        self._areas = list(reach), list(back)
        self._scene.load_areas(*([self._metres(ring) for ring in rings] for rings in self._areas))

    def alternate_at(self, camera: Camera, at: tuple[float, float], reach: float) -> int | None:
        """The alternate that passes nearest to a pixel, within `reach` pixels."""
        best: tuple[float, int] | None = None
        for index, xy in enumerate(self._laid):
            screen, _ = camera.project(xy)
            start, step = screen[:-1], np.diff(screen, axis=0)
            along = np.clip(((at - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-9), 0.0, 1.0)
            far = np.hypot(*(start + step * along[:, None] - at).T)
            if np.isnan(far).all():
                continue
            nearest = float(np.nanmin(far))
            if nearest <= reach and (best is None or nearest < best[0]):
                best = nearest, index
        return best[1] if best else None

    def add_fix(self, lat: float, lon: float) -> None:
        """The car has been here."""
        here = self.projection.to_xy(lat, lon)
        step = math.dist(self.projection.to_xy(*self.track[-1]), here) if self.track else math.inf
        if step >= TRACK_STEP_M:
            before = self.track[1 - TRACK_POINTS :] if step < TRACK_JUMP_M else []
            self.track = [*before, (lat, lon)]
            self._load_track()

    def clear_track(self) -> None:
        """Forget the travelled path."""
        self.track = []
        self._load_track()

    def _load_track(self) -> None:
        """All but the newest point, which the smoothed car may not have reached yet; the gap is under the car."""
        self._scene.strokes.load_track(self._metres(self.track[:-1]))

    def _metres(self, points: Sequence[LatLon]) -> np.ndarray:
        return self.projection.array_xy(np.array(points, np.float64).reshape(-1, 2))
