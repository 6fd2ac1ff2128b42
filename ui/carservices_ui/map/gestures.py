"""Fingers on the map: one drags, taps or holds, two pinch and turn, the wheel zooms."""

import math
from typing import Any, Protocol

from kivy.clock import Clock

SLOP_DP = 8.0  # a finger that moves less is a tap
HOLD_S = 0.6
TURN_FROM_DEG = 8.0  # two fingers that turn by less only pinch
WHEEL = {"scrolldown": 0.5, "scrollup": -0.5}  # Kivy names the wheel by the content's movement; steps of log2 zoom
Point = tuple[float, float]


class Draggable(Protocol):
    """What the gestures act on; positions in the widget's own pixels."""

    def drag(self, old: Point, new: Point) -> None:
        """Move the ground under `old` to `new`."""

    def zoom_by(self, steps: float, at: Point | None = None) -> None:
        """Zoom by 2 ** steps, keeping the ground under `at`."""

    def turn_by(self, degrees: float, at: Point) -> None:
        """Turn the map counter-clockwise around a place."""

    def tap(self, at: Point) -> None:
        """A finger touched and lifted."""

    def hold(self, at: Point) -> None:
        """A finger rests."""


class Gestures:
    """Turns touches into drags, zooms, turns, taps and holds."""

    def __init__(self, target: Draggable, density: float) -> None:
        self._target = target
        self._density = density
        self._fingers: dict[Any, Point] = {}
        self._dragging = False
        self._turned = 0.0
        self._hold: Any = None

    def wheel(self, button: str, at: Point) -> bool:
        """A turn of the wheel; False if it is no wheel button of ours."""
        if button not in WHEEL:
            return False
        self._target.zoom_by(WHEEL[button], at)
        return True

    def down(self, finger: Any, at: Point) -> None:
        """A finger lands."""
        self._fingers[finger] = at
        self._dragging, self._turned = len(self._fingers) > 1, 0.0
        self._stop_holding()
        if not self._dragging:
            self._hold = Clock.schedule_once(lambda _: self._held(at), HOLD_S)

    def move(self, finger: Any, at: Point) -> None:
        """A finger moves."""
        old = self._fingers.get(finger)
        if old is None or (not self._dragging and math.dist(old, at) < SLOP_DP * self._density):
            return
        self._dragging = True
        self._stop_holding()
        others = [place for other, place in self._fingers.items() if other != finger]
        self._fingers[finger] = at
        if not others:
            self._target.drag(old, at)
            return
        self._two(others[0], old, at)

    def _two(self, pivot: Point, old: Point, at: Point) -> None:
        before, after = max(1.0, math.dist(pivot, old)), max(1.0, math.dist(pivot, at))
        middle = ((pivot[0] + old[0]) / 2, (pivot[1] + old[1]) / 2)
        self._target.drag(middle, ((pivot[0] + at[0]) / 2, (pivot[1] + at[1]) / 2))
        self._target.zoom_by(math.log2(after / before), middle)
        turn = math.degrees(_angle(pivot, at) - _angle(pivot, old))
        turn = (turn + 180.0) % 360.0 - 180.0
        self._turned += turn
        if abs(self._turned) > TURN_FROM_DEG:
            self._target.turn_by(turn, middle)

    def up(self, finger: Any) -> None:
        """A finger lifts."""
        at = self._fingers.pop(finger, None)
        if at is not None and not self._dragging and self._hold is not None:
            self._stop_holding()
            self._target.tap(at)
        self._dragging = bool(self._fingers)

    def _held(self, at: Point) -> None:
        self._hold, self._dragging = None, True
        self._target.hold(at)

    def _stop_holding(self) -> None:
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None


def _angle(pivot: Point, at: Point) -> float:
    return math.atan2(at[1] - pivot[1], at[0] - pivot[0])
