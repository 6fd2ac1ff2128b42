"""Where the camera goes: with the car, or where the fingers left it; eased, and pure arithmetic."""

import math

from carservices_ui.map.camera import MAX_PXM, MIN_PXM, Camera, zoom_tilt
from carservices_ui.map.motion import angle_to

START_PXM = 1.7
EASE_TAU_S = 0.18
FREE_FOCUS = 0.5  # north up the car is in the middle
SETTLED_PX, SETTLED_DEG, SETTLED_ZOOM, SETTLED_PART = 0.2, 0.05, 0.005, 0.001

Point = tuple[float, float]
Pose = tuple[float, float, float]  # x, y in metres, heading in degrees


class Pilot:
    """The eased state of the camera."""

    def __init__(self) -> None:
        self.follow = True
        self.north_up = False
        self.center: Point = (0.0, 0.0)
        self.bearing = 0.0
        self._focus = FREE_FOCUS
        self._tilt_part = 1.0  # 1 tilted by zoom, 0 seen from above
        self._zoom = self._zoom_target = math.log2(START_PXM)
        self._offset: Point = (0.0, 0.0)

    def camera(self, size: Point) -> Camera:
        """The camera of this moment for a view of a size in pixels."""
        pxm = 2.0**self._zoom
        tilt = zoom_tilt(pxm) * self._tilt_part
        return Camera(*self.center, self.bearing, pxm, tilt, self._focus, size)

    def look_at(self, x: float, y: float, pxm: float) -> None:
        """Jump to a place and a scale."""
        self.center, self._offset = (x, y), (0.0, 0.0)
        self._zoom = self._zoom_target = math.log2(pxm)

    def start(self, pose: Pose, focus_height: float) -> None:
        """Stand behind the car at once: the first position is no reason to fly there."""
        self.look_at(pose[0], pose[1], START_PXM)
        if not self.north_up:
            self.bearing, self._focus = pose[2], focus_height

    def rebase(self, center: Point) -> None:
        """The same place in the metres of another projection."""
        self.center = center

    def zoom_to(self, pxm: float) -> None:
        """Glide to a scale in pixels per metre."""
        self._zoom_target = math.log2(pxm)

    def recenter(self, pose: Pose | None) -> None:
        """Follow again, gliding there from the present place."""
        if pose is not None:
            self._offset = (self.center[0] - pose[0], self.center[1] - pose[1])
        self.follow = True

    def drag(self, old: Point, new: Point, size: Point) -> None:
        """Move the ground under one pixel to another; ends following."""
        self.follow = False
        camera = self.camera(size)
        source, target = camera.ground(*old), camera.ground(*new)
        if source and target:
            reach = size[1] / camera.pxm  # near the horizon a pixel is kilometres wide
            dx, dy = (min(reach, max(-reach, s - t)) for s, t in zip(source, target, strict=True))
            self.center = (self.center[0] + dx, self.center[1] + dy)

    def zoom_by(self, steps: float, at: Point | None, size: Point) -> None:
        """Zoom by 2 ** steps; with a place, and not following, at once and with the ground there kept in place."""
        self._zoom_target = min(math.log2(MAX_PXM), max(math.log2(MIN_PXM), self._zoom_target + steps))
        if at is None or self.follow:
            return
        before = self.camera(size).ground(*at)
        self._zoom = self._zoom_target
        after = self.camera(size).ground(*at)
        if before and after:
            self.center = (self.center[0] + before[0] - after[0], self.center[1] + before[1] - after[1])

    def step(self, dt: float, pose: Pose | None, focus_height: float) -> bool:
        """Advance by dt seconds; False once nothing moves any more."""
        pull = 1 - math.exp(-dt / EASE_TAU_S)
        ahead_up = self.follow and pose is not None and not self.north_up
        bearing = pose[2] if ahead_up and pose else 0.0 if self.north_up else self.bearing
        focus = FREE_FOCUS if self.north_up or pose is None else focus_height
        turn, shift = angle_to(self.bearing, bearing), focus - self._focus
        zoom, tilt = self._zoom_target - self._zoom, (0.0 if self.north_up else 1.0) - self._tilt_part
        far = math.hypot(*self._offset) * 2.0**self._zoom if self.follow else 0.0
        if max(far / SETTLED_PX, abs(turn) / SETTLED_DEG, abs(zoom) / SETTLED_ZOOM) < 1 and (
            max(abs(shift), abs(tilt)) < SETTLED_PART
        ):
            pull = 1.0
        self.bearing = (self.bearing + turn * pull) % 360.0
        self._focus += shift * pull
        self._zoom += zoom * pull
        self._tilt_part += tilt * pull
        self._offset = (self._offset[0] * (1 - pull), self._offset[1] * (1 - pull))
        if self.follow and pose is not None:
            self.center = (pose[0] + self._offset[0], pose[1] + self._offset[1])
        return pull < 1.0
