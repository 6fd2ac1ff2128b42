"""An extended Kalman filter of satellite fixes, wheel speed and yaw rate; it reckons on when satellites are silent.

State: east and north in m from an anchor, course in rad clockwise from north, bias of the yaw sensor in rad/s, and
scale of the wheel speed. The model is the unicycle with biased odometry of Thrun, Burgard, Fox, "Probabilistic
Robotics" (2005), §5.4 and §7.4; the gate on the normalised innovation is that of Bar-Shalom, Li, Kirubarajan,
"Estimation with Applications to Tracking and Navigation" (2001), §5.4.
"""

import math

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.geo import Point
from carservices.signals.earth import DEGREE_M

COURSE_NOISE, BIAS_NOISE, SCALE_NOISE, SLIP_NOISE = 0.01, 2e-4, 3e-4, 0.15
"""Standard deviations after 1 s: rad, rad/s, share of the speed, m. Assumed: a stability-control yaw sensor (bias
drifts by some 0.01 °/s in a minute) and tyres whose radius changes by warmth and pressure."""
DRIFT_NOISE = 15.0
"""m after 1 s of a place without wheel speed: a car that drives as fast as usual in towns, who knows where to."""
UNSTEERED_NOISE = 0.5
"""rad after 1 s of a course that no yaw sensor follows: half a turn into a side street."""
HELD_S, HELD_SHARE, USUAL_MS = 1.0, 0.5, 14.0
"""s for which a reading of wheels and yaw holds, by which share of the way that is possible since then it errs, and m/s
of that way at least: a car that lives faster than it is read turns, stops and drives off in between."""
GATE = 13.8
"""Square of a plausible innovation in two dimensions, in standard deviations: 99.9 % of a χ² distribution."""
STUBBORN = 5
"""So many implausible fixes in a row are right and we are wrong (a ferry, a lift of a car park)."""
CREEPING = 2.0
"""m/s below which a satellite's course says nothing."""
VELOCITY_NOISE = 0.3
"""m/s of the velocity behind a satellite's course, across it (datasheets of automotive receivers: 0.05–0.5)."""
REANCHOR_M = 20_000.0
"""m from the anchor at which the flat frame is moved, so that the earth's curve does not count."""
ANCHOR_SIGMAS = (10.0, 10.0, math.pi, 0.01, 0.03)


class Kalman:
    """Where the car is by all that is measured; nothing before the first fix.

    Arrays are replaced and never written to, so that a plain copy of a filter is one of its own.
    """

    def __init__(self) -> None:
        self.started = False
        self._anchor: Point = (0.0, 0.0)
        self._x: Floats = np.zeros(5)
        self._p: Floats = np.diag(np.square(ANCHOR_SIGMAS))
        self._missed = 0

    @property
    def place(self) -> Point:
        """Latitude and longitude in degrees, on the other side of the date line once that is passed."""
        lat, lon = self._anchor
        north, east = lat + self._x[1] / DEGREE_M, lon + self._x[0] / (DEGREE_M * math.cos(math.radians(lat)))
        return min(90.0, max(-90.0, north)), math.remainder(east, 360.0)

    @property
    def course(self) -> float:
        """Degrees clockwise from north."""
        return math.degrees(self._x[2]) % 360.0

    @property
    def course_sigma(self) -> float:
        """Degrees."""
        return math.degrees(math.sqrt(self._p[2, 2]))

    @property
    def sigma(self) -> float:
        """m, of the axis that is known worst."""
        return math.sqrt(max(0.0, float(np.linalg.eigvalsh(self._p[:2, :2])[-1])))

    def predict(self, seconds: float, speed: float | None, yaw: float | None) -> None:
        """Drive on: m/s by the wheels (backwards below zero), rad/s clockwise by the yaw sensor; None without one."""
        if not self.started or seconds <= 0.0:
            return
        slip = SLIP_NOISE * min(1.0, abs(speed)) if speed is not None else DRIFT_NOISE
        held = max(0.0, seconds - HELD_S)
        moving = 1.0 if speed is None or held else min(1.0, abs(speed))
        speed = speed or 0.0
        _, _, course, bias, scale = self._x
        turn = 0.0 if yaw is None else (yaw - bias) * seconds
        course += turn / 2.0
        step = scale * speed * seconds
        sin, cos = math.sin(course), math.cos(course)
        self._x = self._x + np.array((step * sin, step * cos, turn, 0.0, 0.0))
        f = np.eye(5)
        f[0, 2], f[1, 2] = step * cos, -step * sin
        f[0, 4], f[1, 4] = speed * seconds * sin, speed * seconds * cos
        f[2, 3] = 0.0 if yaw is None else -seconds
        unsteered = 1.0 if yaw is None else min(1.0, held)
        course_noise = max(COURSE_NOISE, UNSTEERED_NOISE * unsteered) * moving
        noise = np.square([slip, slip, course_noise, BIAS_NOISE, SCALE_NOISE]) * seconds
        noise[:2] += (HELD_SHARE * held * max(abs(speed), USUAL_MS)) ** 2
        self._p = f @ self._p @ f.T + np.diag(noise)

    def fix(self, place: Point, sigma: float) -> bool:
        """A satellite fix with its standard deviation in m; False when it was implausible and not believed."""
        if not self.started:
            self._begin(place, sigma)
            return True
        if math.hypot(self._x[0], self._x[1]) > REANCHOR_M:
            self._move_anchor()
        lat, lon = self._anchor
        z = np.array([(place[1] - lon) * DEGREE_M * math.cos(math.radians(lat)), (place[0] - lat) * DEGREE_M])
        h = np.eye(5)[:2]
        believed = self._update(z - self._x[:2], h, np.eye(2) * sigma**2, GATE)
        self._missed = 0 if believed else self._missed + 1
        if self._missed >= STUBBORN:
            self._begin(place, sigma)
        return believed

    def heading(self, degrees: float, speed: float) -> None:
        """The satellites' course over ground at this speed in m/s."""
        if speed >= CREEPING:
            self.bend(degrees, math.degrees(VELOCITY_NOISE / speed))

    def bend(self, degrees: float, sigma: float) -> None:
        """The course is this, within a standard deviation in degrees."""
        if not self.started:
            return
        error = (math.radians(degrees) - self._x[2] + math.pi) % (2 * math.pi) - math.pi
        self._update(np.array([error]), np.eye(5)[2:3], np.array([[math.radians(sigma) ** 2]]), GATE)

    def across(self, place: Point, degrees: float, sigma: float) -> None:
        """The car is on a line through ``place`` with this bearing, within ``sigma`` m to its sides."""
        lat, lon = self._anchor
        dx = (place[1] - lon) * DEGREE_M * math.cos(math.radians(lat)) - self._x[0]
        dy = (place[0] - lat) * DEGREE_M - self._x[1]
        sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        h = np.array([[cos, -sin, 0.0, 0.0, 0.0]])
        self._update(np.array([dx * cos - dy * sin]), h, np.array([[sigma**2]]), GATE)

    def _begin(self, place: Point, sigma: float) -> None:
        course, bias, scale = (self._x[2], self._x[3], self._x[4]) if self.started else (0.0, 0.0, 1.0)
        self._anchor, self._x = place, np.array([0.0, 0.0, course, bias, scale])
        self._p = np.diag(np.square((sigma, sigma, *ANCHOR_SIGMAS[2:])))
        self._missed = 0
        self.started = True

    def _move_anchor(self) -> None:
        self._anchor, self._x = self.place, self._x * np.array((0.0, 0.0, 1.0, 1.0, 1.0))

    def _update(self, error: Floats, h: Floats, r: Floats, gate: float) -> bool:
        """One measurement by its innovation, in Joseph's form, which keeps the covariance symmetric and positive."""
        s = h @ self._p @ h.T + r
        inverse = np.linalg.inv(s)
        if float(error @ inverse @ error) > gate:
            return False
        gain = self._p @ h.T @ inverse
        self._x = self._x + gain @ error
        rest = np.eye(5) - gain @ h
        self._p = rest @ self._p @ rest.T + gain @ r @ gain.T
        return True
