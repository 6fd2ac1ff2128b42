"""Pedals and steering wheel to drag: what the hand wants, and what the car says it got."""

import math
from typing import Any

from kivy.graphics import Color, Ellipse, Line, PopMatrix, PushMatrix, Rotate
from kivy.metrics import dp
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.panel.kit import Cell
from carservices_ui.widgets.shapes import plate

FULL_LOCK = 480.0
"""Degrees of steering wheel shown from the middle to one side; the emulator takes up to 500."""


class _Handle(Widget):
    """Something to drag: `wanted` follows the hand and tells ``on_move``, `actual` is the car's word."""

    wanted = NumericProperty(0.0)
    actual = NumericProperty(0.0)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_move")
        super().__init__(**kwargs)
        self.held = False
        """Stays where the hand left it."""
        self.dragged = False

    def on_move(self, wanted: float) -> None:
        """Event: the hand moved it."""

    def move(self, wanted: float) -> None:
        """Move it as a hand would."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.dispatch("on_move", wanted)

    def reach(self, touch: Any, first: bool) -> None:
        """Follow the pointer."""
        raise NotImplementedError

    def on_touch_down(self, touch: Any) -> bool:
        if self.disabled or touch.is_mouse_scrolling or not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self.dragged = True
        self.reach(touch, True)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        self.reach(touch, False)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.dragged = False
        if not self.held:
            self.move(0.0)
        return True


class Pedal(_Handle):
    """From 0 at the bottom to 1 at the top; the car's own position is the mark beside it."""

    def __init__(self, name: str, *, tone: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.canvas:
            Color(*color("surface3"))
            self._track = plate(dp(20))
            self._fill_paint = Color(*color(tone))
            self._fill = plate(dp(20))
            self._mark_paint = Color(*color("text"))
            self._mark = plate(dp(2))
        self._name = Cell(name, tone="text2", align="center", size=(dp(170), dp(34)))
        self._number = Cell("0 %", align="center", strong=True, size=(dp(170), dp(34)))
        self.add_widget(self._name)
        self.add_widget(self._number)
        self.bind(pos=self._place, size=self._place, wanted=self._place, actual=self._place)

    def reach(self, touch: Any, first: bool) -> None:
        bottom, height = self._span()
        self.move(round(min(1.0, max(0.0, (touch.y - bottom) / height)), 2))

    def _span(self) -> tuple[float, float]:
        return self.y + dp(40), max(1.0, self.height - dp(84))

    def _place(self, *_: Any) -> None:
        bottom, height = self._span()
        width = min(self.width - dp(24), dp(120))
        left = self.center_x - width / 2
        self._track.pos, self._track.size = (left, bottom), (width, height)
        self._fill_paint.a = 1.0 if self.wanted else 0.0
        self._fill.pos, self._fill.size = (left, bottom), (width, max(dp(42), height * self.wanted))
        self._mark.size = (width + dp(16), dp(4))
        self._mark.pos = (left - dp(8), bottom + height * self.actual - dp(2))
        self._name.center_x, self._name.y = self.center_x, self.y
        self._number.center_x, self._number.y = self.center_x, self.y + self.height - dp(38)
        self._number.text = f"{self.wanted * 100:.0f} %"


class Wheel(_Handle):
    """Turned by dragging around its hub; degrees, left positive."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._last = 0.0
        with self.canvas:
            PushMatrix()
            self._turn = Rotate(angle=0.0)
            Color(*color("surface3"))
            self._rim = Line(width=dp(15))
            Color(*color("control"))
            self._inner = Line(width=1.2)
            self._outer = Line(width=1.2)
            Color(*color("surface3"))
            self._spokes = [Line(width=dp(12), cap="round") for _ in range(3)]
            self._hub = Ellipse()
            Color(*color("accent"))
            self._top = Line(width=dp(15), cap="none")
            PopMatrix()
            Color(*color("text", 0.9))
            self._mark = Line(width=dp(2.5))
        self._number = Cell("0°", align="center", strong=True, size=(dp(160), dp(40)))
        self.add_widget(self._number)
        self.bind(pos=self._place, size=self._place, wanted=self._place, actual=self._place)

    def reach(self, touch: Any, first: bool) -> None:
        angle = math.degrees(math.atan2(touch.y - self.center_y, touch.x - self.center_x))
        step = 0.0 if first else (angle - self._last + 180.0) % 360.0 - 180.0
        self._last = angle
        self.move(round(min(FULL_LOCK, max(-FULL_LOCK, self.wanted + step)), 1))

    def _place(self, *_: Any) -> None:
        x, y = self.center_x, self.center_y
        radius = max(dp(40), min(self.width, self.height) / 2 - dp(36))
        self._turn.origin, self._turn.angle = (x, y), float(self.wanted)
        self._rim.circle = (x, y, radius)
        self._outer.circle, self._inner.circle = (x, y, radius + dp(16)), (x, y, radius - dp(16))
        self._top.circle = (x, y, radius, -7, 7)
        for spoke, degrees in zip(self._spokes, (180.0, 0.0, 270.0), strict=True):
            ray = math.radians(degrees)
            spoke.points = (x, y, x + (radius - dp(20)) * math.cos(ray), y + (radius - dp(20)) * math.sin(ray))
        hub = radius * 0.32
        self._hub.pos, self._hub.size = (x - hub, y - hub), (2 * hub, 2 * hub)
        ray = math.radians(90.0 + float(self.actual))
        reach = radius + dp(19), radius + dp(30)
        self._mark.points = [c for r in reach for c in (x + r * math.cos(ray), y + r * math.sin(ray))]
        self._number.center = (x, y)
        self._number.text = f"{self.wanted:.0f}°"
