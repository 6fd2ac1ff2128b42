"""Where the camera goes: with the car, or where the fingers left it; eased, and pure arithmetic."""

import math

from carservices_ui.map.camera import MAX_PXM, MIN_PXM, Camera, zoom_tilt
from carservices_ui.map.motion import angle_to

START_PXM = 1.7
EASE_TAU_S, CRUISE_TAU_S = 0.18, 1.2
FREE_FOCUS = 0.5  # north up the car is in the middle
SETTLED_PX, SETTLED_DEG, SETTLED_ZOOM, SETTLED_PART = 0.2, 0.05, 0.005, 0.001
TOWN_KMH, FASTEST_KMH = 55.0, 150.0
OUT_PER_OCTAVE = 1.55  # how many octaves of scale the camera draws back when the speed doubles
NEAR_TURN_S, FAR_TURN_S = 9.0, 22.0  # time to a turn at which the camera is back at the turn, and begins to go there
TURN_PXM = 1.3
CALM_M, CALM_KMH = (1500.0, 12_000.0), (80.0, 115.0)  # way to a turn and speed over which it draws back further
CALM_OCTAVES = 2.0
CRUISE_STEP = 0.05  # octaves by which the wish must differ to be followed: small changes of speed move nothing

Point = tuple[float, float]
Pose = tuple[float, float, float]  # x, y in metres, heading in degrees


def cruise_pxm(speed_kmh: float, turn_m: float | None) -> float:
    """Pixels per metre that suit a speed: far ahead when fast, close before a turn, `turn_m` metres ahead."""
    speed = min(FASTEST_KMH, max(TOWN_KMH, speed_kmh))
    wide = math.log2(START_PXM) - OUT_PER_OCTAVE * math.log2(speed / TOWN_KMH)
    if turn_m is None:
        return float(2.0**wide)
    far = min(1.0, max(0.0, (turn_m - CALM_M[0]) / (CALM_M[1] - CALM_M[0])))
    wide -= CALM_OCTAVES * far * min(1.0, max(0.0, (speed - CALM_KMH[0]) / (CALM_KMH[1] - CALM_KMH[0])))
    left = turn_m / (max(speed_kmh, 20.0) / 3.6)
    part = min(1.0, max(0.0, (FAR_TURN_S - left) / (FAR_TURN_S - NEAR_TURN_S)))
    return float(2.0 ** (wide + part * max(0.0, math.log2(TURN_PXM) - wide)))


class Pilot:
    """The eased state of the camera."""

    def __init__(self) -> None:
        self.follow = True
        self.north_up = False
        self.center: Point = (0.0, 0.0)
        self.bearing = 0.0
        self.least_pxm = MIN_PXM
        """How far out one may zoom."""
        self.close_pxm = MAX_PXM
        """How close the usual scale comes: where roads are far apart, closer there would be none in sight."""
        self._focus = FREE_FOCUS
        self._tilt_part = 1.0  # 1 tilted by zoom, 0 seen from above
        self._zoom = self._zoom_target = math.log2(START_PXM)
        self._cruise = self._cruise_target = math.log2(START_PXM)
        self._offset: Point = (0.0, 0.0)

    def camera(self, size: Point) -> Camera:
        """The camera of this moment for a view of a size in pixels."""
        pxm = 2.0**self._zoom
        tilt = zoom_tilt(pxm) * self._tilt_part
        return Camera(*self.center, self.bearing, pxm, tilt, self._focus, size)

    def look_at(self, x: float, y: float, pxm: float) -> None:
        """Jump to a place and a scale, north up where that is wished for."""
        self.center, self._offset = (x, y), (0.0, 0.0)
        self._zoom = self._zoom_target = math.log2(pxm)
        if self.north_up:
            self.bearing, self._focus, self._tilt_part = 0.0, FREE_FOCUS, 0.0

    def start(self, pose: Pose, focus_height: float) -> None:
        """Stand behind the car at once: the first position is no reason to fly there."""
        self.look_at(pose[0], pose[1], 2.0**self._cruise)
        if not self.north_up:
            self.bearing, self._focus = pose[2], focus_height

    def rebase(self, center: Point) -> None:
        """The same place in the metres of another projection."""
        self.center = center

    def cruise(self, speed_kmh: float, turn_m: float | None = None) -> None:
        """Let the scale suit the speed and the next turn; what a person zoomed in or out stays on top."""
        wish = math.log2(min(self.close_pxm, cruise_pxm(speed_kmh, turn_m)))
        if abs(wish - self._cruise_target) > CRUISE_STEP:
            self._cruise_target = wish

    def _bounded(self, zoom: float) -> float:
        return min(math.log2(MAX_PXM), max(math.log2(self.least_pxm), zoom))

    def recenter(self, pose: Pose | None, *, reset: bool = False) -> None:
        """Follow again, gliding there from the present place; `reset` also goes back to the usual scale."""
        if pose is not None:
            self._offset = (self.center[0] - pose[0], self.center[1] - pose[1])
        self.follow = True
        if reset:
            self._zoom_target = self._cruise

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
        self._zoom_target = self._bounded(self._zoom_target + steps)
        if at is None or self.follow:
            return
        before = self.camera(size).ground(*at)
        self._zoom = self._zoom_target
        self._keep(before, at, size)

    def turn_by(self, degrees: float, at: Point, size: Point) -> None:
        """Turn the map counter-clockwise around a place; not while north is up."""
        if self.north_up:
            return
        before = self.camera(size).ground(*at)
        self.bearing = (self.bearing + degrees) % 360.0
        self._keep(before, at, size)

    def _keep(self, before: Point | None, at: Point, size: Point) -> None:
        """Bring the ground that was at a pixel back there."""
        after = self.camera(size).ground(*at)
        if before and after:
            self.center = (self.center[0] + before[0] - after[0], self.center[1] + before[1] - after[1])

    def step(self, dt: float, pose: Pose | None, focus_height: float) -> bool:
        """Advance by dt seconds; False once nothing moves any more."""
        pull = 1 - math.exp(-dt / EASE_TAU_S)
        cruising = self._drift(dt)
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
        return cruising or pull < 1.0

    def _drift(self, dt: float) -> bool:
        """Let the usual scale come slowly to what suits the speed; what a person zoomed stays on top of it."""
        left = self._cruise_target - self._cruise
        if abs(left) < SETTLED_ZOOM:
            return False
        drift = left * (1 - math.exp(-dt / CRUISE_TAU_S))
        self._cruise += drift
        if self.follow:
            self._zoom_target = self._bounded(self._zoom_target + drift)
        return True
