"""A time line to seek on, with marks where something happens."""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color, InstructionGroup
from kivy.metrics import dp
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.panel.kit import Cell
from carservices_ui.panel.simclock import clock
from carservices_ui.widgets.shapes import disc, plate


class SeekBar(Widget):
    """`position` of `length`, in s; ``on_seek`` tells the moment chosen when the pointer lifts."""

    position = NumericProperty(0.0)
    length = NumericProperty(1.0)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_seek")
        super().__init__(**{"size_hint_y": None, "height": dp(110), **kwargs})
        self._events: list[tuple[float, str]] = []
        self._dragged: float | None = None
        with self.canvas:
            Color(*color("track"))
            self._track = plate(dp(5))
            Color(*color("accent"))
            self._done = plate(dp(5))
        self._marks = InstructionGroup()
        self.canvas.add(self._marks)
        with self.canvas:
            Color(*color("inverse"))
            self._knob = disc(dp(28))
        self._now = Cell("", align="center", strong=True, size=(dp(120), dp(30)))
        self._end = Cell("", align="right", tone="text3", size=(dp(120), dp(30)))
        self.add_widget(self._now)
        self.add_widget(self._end)
        self.bind(pos=self._mark, size=self._mark, length=self._mark, position=self._place)

    def on_seek(self, seconds: float) -> None:
        """Event: go to this moment."""

    def show_events(self, events: Sequence[tuple[float, str]]) -> None:
        """Moments (s) at which something happens, and what."""
        if list(events) != self._events:
            self._events = list(events)
            self._mark()

    def on_touch_down(self, touch: Any) -> bool:
        if self.disabled or touch.is_mouse_scrolling or not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._drag(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        self._drag(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self._dragged is not None:
            self.position, self._dragged = self._dragged, None
            self.dispatch("on_seek", self.position)
        return True

    def _drag(self, touch: Any) -> None:
        left, width = self._span()
        self._dragged = float(round(min(1.0, max(0.0, (touch.x - left) / width)) * self.length))
        self._place()

    def _span(self) -> tuple[float, float]:
        return self.x + dp(20), max(1.0, self.width - dp(40))

    def _mark(self, *_: Any) -> None:
        self._marks.clear()
        left, width = self._span()
        self._marks.add(Color(*color("heat")))
        for moment in sorted({moment for moment, _ in self._events if moment <= self.length}):
            mark = plate(dp(2))
            mark.size, mark.pos = (
                (dp(4), dp(22)),
                (left + width * moment / self.length - dp(2), self._middle() - dp(11)),
            )
            self._marks.add(mark)
        self._place()

    def _middle(self) -> float:
        return float(self.y + self.height * 0.56)

    def _place(self, *_: Any) -> None:
        left, width = self._span()
        at = self.position if self._dragged is None else self._dragged
        share, middle = min(1.0, max(0.0, at / self.length)), self._middle()
        self._track.pos, self._track.size = (left - dp(5), middle - dp(5)), (width + dp(10), dp(10))
        self._done.pos, self._done.size = self._track.pos, (width * share + dp(10), dp(10))
        self._knob.size, self._knob.pos = (dp(28), dp(28)), (left + width * share - dp(14), middle - dp(14))
        self._now.text, self._end.text = clock(at), clock(self.length)
        self._now.pos = (min(self.x + self.width - dp(250), max(self.x, left + width * share - dp(60))), self.y + dp(2))
        self._end.pos = (self.x + self.width - dp(140), self.y + dp(2))
