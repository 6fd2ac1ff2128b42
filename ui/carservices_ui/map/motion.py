"""Smooth motion between position fixes: dead reckoning with speed and heading, gently corrected towards each fix."""

import math
from collections.abc import Callable

HORIZON_S = 1.0  # without a fix for longer the car is taken to stand still
JUMP_M = 150.0  # a fix this far off is a new place, not an error to smooth out
POSITION_TAU_S, HEADING_TAU_S = 0.25, 0.22
SETTLED_M, SETTLED_DEG = 0.02, 0.05


def angle_to(source: float, target: float) -> float:
    """Shortest turn in degrees, -180 to 180."""
    return (target - source + 180.0) % 360.0 - 180.0


class Motion:
    """The shown pose of the car in map metres; pure arithmetic, the caller brings the time."""

    def __init__(self) -> None:
        self.x = self.y = self.heading = 0.0
        self.known = False
        self._fix = (0.0, 0.0, 0.0, 0.0)  # x, y, heading, speed in m/s
        self._age = 0.0

    def fix(self, x: float, y: float, heading: float, speed: float) -> None:
        """A new position in metres, degrees from north and m/s."""
        if not self.known or math.hypot(x - self.x, y - self.y) > JUMP_M:
            self.x, self.y, self.heading = x, y, heading % 360.0
        self.known = True
        self._fix = (x, y, heading, speed)
        self._age = 0.0

    @property
    def pose(self) -> tuple[float, float, float] | None:
        """x, y in metres and heading in degrees as shown now; None before the first fix."""
        return (self.x, self.y, self.heading) if self.known else None

    def rebase(self, convert: Callable[[float, float], tuple[float, float]]) -> None:
        """Express everything in the metres of another projection."""
        self.x, self.y = convert(self.x, self.y)
        self._fix = (*convert(self._fix[0], self._fix[1]), self._fix[2], self._fix[3])

    def _expected(self) -> tuple[float, float, float]:
        x, y, heading, speed = self._fix
        angle, run = math.radians(heading), speed * min(self._age, HORIZON_S)
        return x + math.sin(angle) * run, y + math.cos(angle) * run, heading

    def step(self, dt: float) -> bool:
        """Advance by dt seconds; False once the pose is at rest."""
        moving = self._fix[3] > 0 and self._age < HORIZON_S
        x0, y0, _ = self._expected()
        self._age += dt
        x, y, heading = self._expected()
        self.x += x - x0
        self.y += y - y0
        pull, turn = 1 - math.exp(-dt / POSITION_TAU_S), 1 - math.exp(-dt / HEADING_TAU_S)
        self.x += (x - self.x) * pull
        self.y += (y - self.y) * pull
        self.heading = (self.heading + angle_to(self.heading, heading) * turn) % 360.0
        if moving:
            return True
        if math.hypot(x - self.x, y - self.y) > SETTLED_M or abs(angle_to(self.heading, heading)) > SETTLED_DEG:
            return True
        self.x, self.y, self.heading = x, y, heading % 360.0
        return False
