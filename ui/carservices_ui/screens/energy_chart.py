"""The trip as a chart: consumption of each stretch as bars, the range left as a line over them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kivy.graphics import Color, Mesh, Rectangle, SmoothLine
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.i18n import number
from carservices_ui.look import color
from carservices_ui.widgets import Text

LEFT, RIGHT, BOTTOM, TOP = 44, 44, 28, 28
"""Room for the axis labels in dp."""
CONSUMPTION_STEP, RANGE_STEP = 10, 50
"""The axes end at a multiple of twice these."""
MOST = 100.0
"""Higher consumption, as when starting off cold, is cut there so that the rest stays readable."""

SHORTEST = 1.0
"""Km or miles on the axis of a trip that has just begun, or its first stretch would fill the chart."""


@dataclass(frozen=True)
class Stretch:
    """One part of the way in the units shown: where it ends, its consumption, the range left at its end."""

    end: float
    consumption: float
    range: float | None


@dataclass(frozen=True)
class Course:
    """What the chart shows; units are the words at its axes."""

    stretches: Sequence[Stretch] = ()
    average: float | None = None
    distance_unit: str = ""
    consumption_unit: str = ""
    range_words: str = ""


class TripChart(FloatLayout):
    """Shows `course`: one axis each for consumption (left) and range (right), the way below."""

    course = ObjectProperty(Course())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        left = {name: Text(role="caption", tone="accent", fixed=True) for name in ("unit", "top", "middle", "zero")}
        right = {name: Text(role="caption", tone="energy", fixed=True) for name in ("unit", "top", "middle", "zero")}
        self.labels = {"left": left, "right": right}
        self.start, self.end = (Text(role="caption", tone="text2", fixed=True) for _ in range(2))
        for text in (*left.values(), *right.values(), self.start, self.end):
            self.add_widget(text)
        self.bind(course=self._draw, pos=self._draw, size=self._draw)

    @property
    def _length(self) -> float:
        """What the way's axis shows."""
        return max(SHORTEST, float(self.course.stretches[-1].end))

    def _draw(self, *_: Any) -> None:
        course: Course = self.course
        self.canvas.before.clear()
        known = bool(course.stretches)
        for text in self.children:
            text.opacity = 1.0 if known else 0.0
        if not known:
            return
        values = [max(-MOST, min(MOST, stretch.consumption)) for stretch in course.stretches]
        ranges = [stretch.range for stretch in course.stretches if stretch.range is not None]
        top = _ceiling(max(values), CONSUMPTION_STEP)
        bottom = min(0.0, min(values))
        far = _ceiling(max(ranges, default=0.0), RANGE_STEP)
        x0, x1 = self.x + dp(LEFT), self.x + self.width - dp(RIGHT)
        y0, y1 = self.y + dp(BOTTOM), self.y + self.height - dp(TOP)
        scale = (y1 - y0) / (top - bottom)
        zero = round(y0 - bottom * scale)
        along = (x1 - x0) / self._length
        with self.canvas.before:
            for share, alpha in ((1.0, 0.25), (0.5, 0.25), (0.0, 0.6)):
                Color(*color("control", alpha))
                Rectangle(pos=(x0, round(zero + (y1 - zero) * share)), size=(x1 - x0, 1))
            self._draw_bars(x0, zero, along, scale, values)
            if course.average is not None:
                Color(*color("text2", 0.9))
                y = round(zero + min(top, max(bottom, course.average)) * scale)
                for x in range(round(x0), round(x1), round(dp(12))):
                    Rectangle(pos=(x, y), size=(min(dp(6), x1 - x), max(1, round(dp(1.5)))))
            points = [
                c
                for stretch in course.stretches
                if stretch.range is not None
                for c in (x0 + stretch.end * along, zero + stretch.range / far * (y1 - zero))
            ]
            if len(points) >= 4:
                Color(*color("energy"))
                SmoothLine(points=points, width=dp(1.6), joint="round", cap="round")
        self._label(course, (top, far), (x0, x1), (zero, y1), bool(ranges))

    def _draw_bars(self, x0: float, zero: float, along: float, scale: float, values: Sequence[float]) -> None:
        bars: dict[str, list[float]] = {"accent": [], "energy": []}
        begin = 0.0
        for stretch, value in zip(self.course.stretches, values, strict=True):
            left, right = x0 + begin * along, x0 + stretch.end * along
            gap = min(dp(2), (right - left) * 0.2)
            y = zero + value * scale
            corners = ((left, zero), (right - gap, zero), (right - gap, y), (left, zero), (right - gap, y), (left, y))
            bars["accent" if value >= 0 else "energy"] += [c for corner in corners for c in (*corner, 0, 0)]
            begin = stretch.end
        for tone, vertices in bars.items():
            Color(*color(tone, 0.55))
            Mesh(vertices=vertices, indices=list(range(len(vertices) // 4)), mode="triangles")

    def _label(
        self,
        course: Course,
        tops: tuple[float, float],
        across: tuple[float, float],
        upright: tuple[float, float],
        ranged: bool,
    ) -> None:
        (x0, x1), (zero, y1) = across, upright
        words = (course.consumption_unit, course.range_words if ranged else "")
        for (side, texts), top, unit in zip(self.labels.items(), tops, words, strict=True):
            marks = {"top": (top, y1), "middle": (top / 2, (zero + y1) / 2), "zero": (0.0, zero)}
            for name, (value, y) in marks.items():
                text = texts[name]
                _write(text, number(value) if side == "left" or ranged else "")
                x = x0 - dp(8) - text.width if side == "left" else x1 + dp(8)
                text.pos = (round(x), round(y - text.height / 2))
            text = texts["unit"]
            _write(text, unit)
            x = self.x if side == "left" else self.x + self.width - text.width
            text.pos = (round(x), round(self.y + self.height - text.height + dp(4)))
        _write(self.start, "0")
        _write(self.end, f"{number(self._length, 1 if self._length < 100 else 0)} {course.distance_unit}")
        self.start.pos = (round(x0), round(self.y))
        self.end.pos = (round(x1 - self.end.width), round(self.y))


def _write(text: Text, words: str) -> None:
    """Set words and know their size at once, to place them in the same frame."""
    text.text = words
    text.texture_update()


def _ceiling(value: float, step: float) -> float:
    """The next end of an axis: a multiple of two steps, so that its middle is round too."""
    return max(2.0 * step, math.ceil(value / (2 * step)) * 2.0 * step)
