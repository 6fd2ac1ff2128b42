"""The charge along a way as a curve: the expected line, the band of 90 %, and the stops."""

from typing import Any

from kivy.graphics import Color, Mesh, Rectangle, SmoothLine
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.routes import ChargePoint, RoutePreview
from carservices_ui.look import color
from carservices_ui.ui import Ui
from carservices_ui.widgets import Text
from carservices_ui.widgets.shapes import disc

HEIGHT = 168
LEFT, RIGHT, BOTTOM, TOP = 68, 12, 30, 12
LINES = (0, 50, 100)
FLOOR = 10.0
"""Percent below which the line turns red."""


class ChargeCurve(FloatLayout):
    """Percent over the way; a charging stop is an upright step with a dot at its top."""

    def __init__(self, ui: Ui, route: RoutePreview) -> None:
        super().__init__(size_hint=(1, None), height=dp(HEIGHT))
        self._points = route.charge
        self._stops = [(stop.at_m, stop.depart_soc) for stop in route.charge_stops]
        self._metres = max(1.0, route.metres)
        self.marks = {level: Text(f"{level} %", role="caption", tone="text2") for level in LINES}
        self.end = Text(ui.units.distance(route.metres), role="caption", tone="text2")
        for text in (*self.marks.values(), self.end):
            self.add_widget(text)
        self.bind(pos=self._draw, size=self._draw)

    def _draw(self, *_: Any) -> None:
        x0, x1 = self.x + dp(LEFT), self.x + self.width - dp(RIGHT)
        y0, y1 = self.y + dp(BOTTOM), self.y + self.height - dp(TOP)

        def at(metres: float, soc: float) -> tuple[float, float]:
            return x0 + (x1 - x0) * metres / self._metres, y0 + (y1 - y0) * min(100.0, max(0.0, soc)) / 100.0

        self.canvas.before.clear()
        with self.canvas.before:
            for level, text in self.marks.items():
                height = round(at(0.0, level)[1])
                Color(*color("control", 0.6 if level == 0 else 0.25))
                Rectangle(pos=(x0, height), size=(x1 - x0, 1))
                text.pos = (round(x0 - dp(10) - text.width), round(height - text.height / 2))
            strip = list(range(2 * len(self._points)))
            Color(*color("energy", 0.1))
            Mesh(vertices=_below(self._points, at), indices=strip, mode="triangle_strip")
            Color(*color("energy", 0.28))
            Mesh(vertices=_band(self._points, at), indices=strip, mode="triangle_strip")
            Color(*color("alert", 0.6))
            Rectangle(pos=(x0, round(at(0.0, FLOOR)[1])), size=(x1 - x0, max(1, round(dp(1)))))
            line = [c for point in self._points for c in at(point.at_m, point.charge.mean)]
            if len(line) >= 4:
                Color(*color("energy"))
                SmoothLine(points=line, width=dp(1.8), joint="round", cap="round")
            for metres, soc in self._stops:
                x, y = at(metres, soc)
                for tone, side in (("overlay", dp(20)), ("energy", dp(14))):
                    Color(*color(tone))
                    mark = disc(side)
                    mark.pos, mark.size = (x - side / 2, y - side / 2), (side, side)
        self.end.pos = (round(x1 - self.end.width), round(self.y))


def _below(points: tuple[ChargePoint, ...], at: Any) -> list[float]:
    """A strip from the expected line to nothing."""
    return [c for point in points for soc in (point.charge.mean, 0.0) for c in (*at(point.at_m, soc), 0, 0)]


def _band(points: tuple[ChargePoint, ...], at: Any) -> list[float]:
    """A strip between the bounds."""
    vertices = []
    for point in points:
        for soc in (point.charge.low, point.charge.high):
            vertices += [*at(point.at_m, soc), 0, 0]
    return vertices
