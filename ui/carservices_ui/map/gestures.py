"""Fingers on the map: one drags, two pinch, the wheel zooms."""

import math
from typing import Any, Protocol

SLOP_DP = 8.0  # a finger that moves less is a tap
WHEEL = {"scrolldown": 0.5, "scrollup": -0.5}  # Kivy names the wheel by the content's movement; steps of log2 zoom


class Draggable(Protocol):
    """What the gestures act on; positions in the widget's own pixels."""

    def drag(self, old: tuple[float, float], new: tuple[float, float]) -> None:
        """Move the ground under `old` to `new`."""

    def zoom_by(self, steps: float, at: tuple[float, float] | None = None) -> None:
        """Zoom by 2 ** steps, keeping the ground under `at`."""


class Gestures:
    """Turns touches into drags and zooms."""

    def __init__(self, target: Draggable, density: float) -> None:
        self._target = target
        self._slop = SLOP_DP * density
        self._fingers: dict[Any, tuple[float, float]] = {}
        self._dragging = False

    def wheel(self, button: str, at: tuple[float, float]) -> bool:
        """A turn of the wheel; False if it is no wheel button of ours."""
        if button not in WHEEL:
            return False
        self._target.zoom_by(WHEEL[button], at)
        return True

    def down(self, finger: Any, at: tuple[float, float]) -> None:
        """A finger lands."""
        self._fingers[finger] = at
        self._dragging = len(self._fingers) > 1

    def move(self, finger: Any, at: tuple[float, float]) -> None:
        """A finger moves."""
        old = self._fingers.get(finger)
        if old is None or (not self._dragging and math.dist(old, at) < self._slop):
            return
        self._dragging = True
        others = [place for other, place in self._fingers.items() if other != finger]
        self._fingers[finger] = at
        if not others:
            self._target.drag(old, at)
            return
        pivot = others[0]
        before, after = max(1.0, math.dist(pivot, old)), max(1.0, math.dist(pivot, at))
        middle = ((pivot[0] + old[0]) / 2, (pivot[1] + old[1]) / 2)
        self._target.drag(middle, ((pivot[0] + at[0]) / 2, (pivot[1] + at[1]) / 2))
        self._target.zoom_by(math.log2(after / before), middle)

    def up(self, finger: Any) -> None:
        """A finger lifts."""
        self._fingers.pop(finger, None)
        self._dragging = bool(self._fingers)
