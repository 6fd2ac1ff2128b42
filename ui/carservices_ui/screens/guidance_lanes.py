"""The lanes before a turn, drawn from left to right, those to take lit."""

import math
from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color, InstructionGroup, Line, SmoothLine, SmoothRoundedRectangle
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import Lane
from carservices_ui.look import color

WIDTH, HEIGHT, SCALE = 60, 68, 1.4
THICK, HEAD, PLATE = 2.6, 6.5, 18
TURNS = {
    "through": 0.0,
    "none": 0.0,
    "merge_to_left": -35.0,
    "merge_to_right": 35.0,
    "slight_left": -40.0,
    "slight_right": 40.0,
    "left": -90.0,
    "right": 90.0,
    "sharp_left": -130.0,
    "sharp_right": 130.0,
    "reverse": -180.0,
}
"""OpenStreetMap's ``turn`` words as degrees, right positive."""
MOST = 8
"""Lanes beyond this are not drawn: nobody can count them in a glance."""


class Lanes(Widget):
    """A row of arrows with broken lines between, in the middle of a plate."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), height=dp(HEIGHT))
        self._lanes: tuple[Lane, ...] = ()
        self._drawing = InstructionGroup()
        self.canvas.add(self._drawing)
        self.bind(pos=self._draw, width=self._draw)

    @property
    def least(self) -> float:
        """The width that they need."""
        return float(dp(WIDTH) * min(MOST, len(self._lanes)))

    def show(self, lanes: Sequence[Lane]) -> None:
        """Other lanes."""
        if tuple(lanes) == self._lanes:
            return
        self._lanes = tuple(lanes)
        self._draw()

    def _draw(self, *_: Any) -> None:
        drawing = self._drawing
        drawing.clear()
        drawing.add(Color(*color("text", 0.06)))
        drawing.add(SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[dp(PLATE)]))
        first = round(self.center_x - self.least / 2)
        for index, lane in enumerate(self._lanes[:MOST]):
            left = first + index * dp(WIDTH)
            if index:
                drawing.add(Color(*color("control", 0.7)))
                mark = (left, self.y + dp(8), left, self.top - dp(8))
                drawing.add(Line(points=mark, dash_length=5, dash_offset=5))
            drawing.add(Color(*(color("text") if lane.valid else color("control", 0.75))))
            width = dp(THICK if lane.valid else THICK * 0.8)
            for angle in sorted({TURNS.get(words, 0.0) for words in lane.directions or ("through",)}):
                for points in arrow(left + dp(WIDTH) / 2, self.y + dp(10), dp(SCALE), angle):
                    drawing.add(SmoothLine(points=points, width=width, joint="round", cap="round"))


def arrow(x: float, y: float, scale: float, angle: float) -> list[list[float]]:
    """The lines of an arrow that comes from below and leaves at `angle` degrees: its way, and its head."""
    side, turn = math.copysign(1.0, angle), abs(math.radians(angle))
    if turn == 0:
        way = [(0.0, 0.0), (0.0, 32.0)]
    else:
        radius, stem = (5.0, 20.0) if angle in (-180.0, 180.0) else (8.0, 14.0)
        bend = [
            (side * radius * (1 - math.cos(part)), stem + radius * math.sin(part))
            for part in (turn * step / 8 for step in range(9))
        ]
        run = 7.0
        end = (bend[-1][0] + side * run * math.sin(turn), bend[-1][1] + run * math.cos(turn))
        way = [(0.0, 0.0), *bend, end]
    tip = way[-1]
    back = math.atan2(way[-2][1] - tip[1], way[-2][0] - tip[0])
    head = [
        (tip[0] + HEAD * math.cos(back + part), tip[1] + HEAD * math.sin(back + part))
        for part in (math.radians(40), -math.radians(40))
    ]
    return [_at(x, y, scale, way), _at(x, y, scale, [head[0], tip, head[1]])]


def _at(x: float, y: float, scale: float, points: list[tuple[float, float]]) -> list[float]:
    return [value for px, py in points for value in (x + px * scale, y + py * scale)]
