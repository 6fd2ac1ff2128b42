"""Controls that choose a value: toggle, slider, stepper, segments."""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.animation import Animation
from kivy.graphics import Color
from kivy.metrics import dp
from kivy.properties import NumericProperty

from carservices_ui.i18n import number
from carservices_ui.look import color
from carservices_ui.tokens import MOTION, RADIUS, TARGET
from carservices_ui.units import NOTHING
from carservices_ui.widgets.buttons import IconButton
from carservices_ui.widgets.card import Card
from carservices_ui.widgets.control import Control, ValueControl
from carservices_ui.widgets.layout import Row
from carservices_ui.widgets.shapes import disc, plate
from carservices_ui.widgets.text import Text

_CENTER = {"center_x": 0.5, "center_y": 0.5}
TOGGLE = 80
"""Width of a switch in dp, of what is touched as of what is seen, so that it ends where the texts above it end."""
INSET = 4 / TARGET
"""Between what is touched, its plate, and the chosen segment on it, as part of the height."""


class Toggle(ValueControl):
    """A switch; `value` is a bool."""

    _knob_at = NumericProperty(0.0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(radius="pill", **{"size": (dp(TOGGLE), dp(TARGET)), **kwargs})
        with self.canvas:
            self._rim = Color(*color("control"))
            self._outer = plate(dp(24))
            self._fill = Color(*color("surface"))
            self._inner = plate(dp(22))
            self._knob_color = Color(*color("control"))
            self._knob = disc(dp(32))
        self.bind(value=self._show, pos=self._place, size=self._place, _knob_at=self._place)
        self._show()

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        on = bool(self.value)
        self._rim.rgba = color("accent_fill" if on else "control")
        self._fill.rgba = color("accent_fill" if on else "surface")
        self._knob_color.rgba = color("on_accent" if on else "control")
        Animation.cancel_all(self, "_knob_at")
        Animation(_knob_at=1.0 if on else 0.0, duration=MOTION["value"], transition="out_quad").start(self)

    def _place(self, *_: Any) -> None:
        width, height = dp(TOGGLE), dp(48)
        x, y = self.center_x - width / 2, self.center_y - height / 2
        self._outer.pos, self._outer.size = (x, y), (width, height)
        self._inner.pos, self._inner.size = (x + dp(2), y + dp(2)), (width - dp(4), height - dp(4))
        side = dp(24) + dp(8) * self._knob_at
        centre = x + height / 2 + (width - height) * self._knob_at
        self._knob.pos, self._knob.size = (centre - side / 2, self.center_y - side / 2), (side, side)


class ValueSlider(ValueControl):
    """A value between `low` and `high` in steps of `step`; chosen when the finger lifts, if `live` with each step."""

    engages = True

    def __init__(
        self,
        *,
        low: float = 0,
        high: float = 100,
        step: float = 1,
        tone: str = "accent",
        live: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(radius="pill", **{"size": (dp(320), dp(TARGET)), **kwargs})
        self.always_release = True
        self._low, self._high, self._step = low, high, step
        self._live = live
        self._dragged: float | None = None
        with self.canvas:
            Color(*color("track"))
            self._track = plate(dp(6))
            self._fill_paint = Color(*color(tone))
            self._fill = plate(dp(6))
            self._knob_paint = Color(*color("inverse"))
            self._knob = disc(dp(36))
        self.bind(value=self._place, pos=self._place, size=self._place)
        self._place()

    def turn(self, steps: int) -> None:
        self.choose(self._snap(self._level + steps * self._step))

    def on_touch_down(self, touch: Any) -> bool:
        handled: bool = super().on_touch_down(touch)
        if handled and touch.grab_current is None and self.usable:
            self._drag(touch)
        return handled

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is self:
            self._drag(touch)
            return True
        moved: bool = super().on_touch_move(touch)
        return moved

    def on_release(self) -> None:
        if self._dragged is not None:
            value, self._dragged = self._dragged, None
            if not self._live:
                self.choose(value)

    @property
    def _level(self) -> float:
        return self._low if self.value is None else float(self.value)

    def _drag(self, touch: Any) -> None:
        left, width = self.x + dp(22), max(1.0, self.width - dp(44))
        before = self._dragged
        self._dragged = self._snap(self._low + (touch.x - left) / width * (self._high - self._low))
        if self._live and self._dragged != before:
            self.choose(self._dragged)
        self._place()

    def _snap(self, value: float) -> float:
        steps = round((min(self._high, max(self._low, value)) - self._low) / self._step)
        return self._low + steps * self._step

    def _place(self, *_: Any) -> None:
        value = self._dragged if self._dragged is not None else self._level
        self._fill_paint.a = self._knob_paint.a = 0.0 if self.value is None and self._dragged is None else 1.0
        share = min(1.0, max(0.0, (value - self._low) / (self._high - self._low)))
        left, width = self.x + dp(22), self.width - dp(44)
        self._track.pos, self._track.size = (left - dp(6), self.center_y - dp(6)), (width + dp(12), dp(12))
        self._fill.pos, self._fill.size = self._track.pos, (width * share + dp(12), dp(12))
        self._knob.size = (dp(36), dp(36))
        self._knob.pos = (left + width * share - dp(18), self.center_y - dp(18))


class Stepper(ValueControl):
    """A number between a minus and a plus; `show` makes its text, taps in quick succession add up."""

    engages = True

    def __init__(
        self,
        *,
        low: float,
        high: float,
        step: float,
        show: Callable[[float], str] = number,
        role: str = "primary",
        label_width: float = 104,
        **kwargs: Any,
    ) -> None:
        size = (dp(2 * TARGET + label_width), dp(TARGET))
        super().__init__(radius="pill", **{"size": size, **kwargs})
        self._low, self._high, self._step, self._text = low, high, step, show
        self.less = IconButton("remove")
        self.more = IconButton("add")
        self.label = Text(role=role, size_hint=(1, 1), halign="center", valign="middle")
        self.less.bind(on_release=lambda *_: self.turn(-1))
        self.more.bind(on_release=lambda *_: self.turn(1))
        self.add_widget(Row(self.less, self.label, self.more, gap=None, size_hint=(1, 1), pos_hint=_CENTER))
        self.bind(value=self._show)
        self._show()

    def turn(self, steps: int) -> None:
        if self.value is not None:
            self.choose(min(self._high, max(self._low, float(self.value) + steps * self._step)))

    def _show(self, *_: Any) -> None:
        self.label.text = NOTHING if self.value is None else self._text(float(self.value))
        self.less.disabled = self.value is None or float(self.value) <= self._low
        self.more.disabled = self.value is None or float(self.value) >= self._high


class Segmented(ValueControl):
    """One of a few choices side by side; `choices` are (value, words)."""

    engages = True

    def __init__(self, choices: Sequence[tuple[Any, str]], *, width: float = 480, **kwargs: Any) -> None:
        super().__init__(radius="tile", **{"size": (dp(width), dp(TARGET)), **kwargs})
        inside: dict[str, Any] = {"size_hint": (1, 1 - 2 * INSET), "pos_hint": _CENTER}
        self.add_widget(Card(tone="track", alpha=0.45, radius="tile", edged=False, **inside))
        self.segments: list[tuple[Any, _Segment]] = []
        row = Row(gap=None, size_hint=(1, 1), pos_hint=_CENTER)
        for value, words in choices:
            segment = _Segment(words, size_hint=(1, 1))
            segment.bind(on_release=lambda *_, value=value: self.choose(value))
            self.segments.append((value, segment))
            row.add_widget(segment)
        self.add_widget(row)
        self.bind(value=self._show)
        self._show()

    def turn(self, steps: int) -> None:
        values = [value for value, _ in self.segments]
        index = values.index(self.value) if self.value in values else 0
        self.choose(values[min(len(values) - 1, max(0, index + steps))])

    def _show(self, *_: Any) -> None:
        for value, segment in self.segments:
            segment.select(value == self.value)


class _Segment(Control):
    def __init__(self, words: str, **kwargs: Any) -> None:
        super().__init__(radius="tile", **kwargs)
        inner = RADIUS["tile"] - INSET * TARGET
        self._back = Card(tone="accent_fill", radius=inner, edged=False, size_hint=(None, None), pos_hint=_CENTER)
        self.label = Text(words, pos_hint=_CENTER)
        self.bind(size=self._fit)
        self.add_widget(self._back)
        self.add_widget(self.label)

    def _fit(self, *_: Any) -> None:
        inset = self.height * INSET
        self._back.size = self.width - 2 * inset, self.height - 4 * inset
        self.label.relimit(self.width - dp(4))

    def select(self, selected: bool) -> None:
        self._back.bare(not selected)
        self.label.tone("on_accent" if selected else "text2")
