"""Denser pieces for a desktop tool, made of the design system: groups, fields, cells, a plot."""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, InstructionGroup, Line, Rectangle
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.textinput import TextInput
from kivy.uix.widget import Widget

from carservices_ui.look import MEDIUM, SEMIBOLD, color
from carservices_ui.tokens import TYPE
from carservices_ui.widgets import Card, Icon, Row, Segmented, Text, TextButton
from carservices_ui.widgets.shapes import plate

SCALE = 0.7
"""Pixels per dp: what a finger needs in a car is a third too large for a mouse."""
CONTROL = 50
"""Height of buttons and fields in dp."""
SMALL = 18
"""Size of type in dp of which two lines fit where one of a body stands."""


def button(
    words: str, action: Callable[[], Any], *, icon: str | None = None, kind: str = "plain", width: float | None = None
) -> TextButton:
    """Words to click; as wide as they are unless `width` (dp) says otherwise."""
    made = TextButton(words, icon=icon, kind=kind, **({"width": dp(width)} if width else {}))
    made.height = dp(CONTROL)
    if width:
        made.width = dp(width)
    made.bind(on_release=lambda *_: action())
    return made


def relabel(made: TextButton, words: str, icon: str) -> None:
    """Give a button that has an icon other words and another icon."""
    made.label.text = words
    for part in made.walk(restrict=True):
        if isinstance(part, Icon):
            part.show(icon)


def choice(
    choices: Sequence[tuple[Any, str]], on_choose: Callable[[Any], Any], *, width: float | None = None
) -> Segmented:
    """One of a few, side by side; as wide as there is room unless `width` (dp) says otherwise."""
    made = Segmented(choices, width=width or 480)
    made.height = dp(CONTROL)
    made.size_hint_x = None if width else 1
    made.bind(on_choose=lambda _, value: on_choose(value))
    return made


class Words(Label):
    """Text that breaks its lines at its own width and is as high as they are."""

    def __init__(self, text: str = "", *, tone: str = "text2", role: str = "body", **kwargs: Any) -> None:
        super().__init__(
            text=text,
            font_name=MEDIUM,
            font_size=dp(TYPE[role]),
            font_hinting=None,
            color=color(tone),
            size_hint_y=None,
            height=0,
            halign="left",
            **kwargs,
        )
        self.bind(width=self._wrap, texture_size=lambda _, size: setattr(self, "height", size[1]))

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)


class Cell(Label):
    """One line as wide as it gets, cut at its right or left end; `align` is ``left``, ``center`` or ``right``."""

    def __init__(
        self,
        text: str = "",
        *,
        tone: str = "text",
        align: str = "left",
        role: str = "body",
        strong: bool = False,
        cut: str = "right",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            text=text,
            font_name=SEMIBOLD if strong else MEDIUM,
            font_size=dp(TYPE[role]),
            font_hinting=None,
            color=color(tone),
            disabled_color=color(tone),
            halign=align,
            valign="middle",
            shorten=True,
            shorten_from=cut,
            **kwargs,
        )
        self.bind(size=lambda *_: setattr(self, "text_size", self.size))
        self.text_size = self.size

    def tone(self, token: str) -> None:
        self.color = self.disabled_color = color(token)


class Said(Cell):
    """How a command ended: one line, or two smaller ones where it takes a sentence or two to mend it."""

    def __init__(self, text: str) -> None:
        super().__init__(text, tone="text2")
        self.bind(text=self._fit, width=self._fit)
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.shorten, self.max_lines, self.font_size = True, 0, dp(TYPE["body"])
        if self._width_of(self.text) > self.width:
            self.shorten, self.max_lines, self.font_size = False, 2, dp(SMALL)

    def _width_of(self, text: str) -> float:
        label = CoreLabel(text=text, font_name=self.font_name, font_size=self.font_size)
        return float(label.get_extents(text)[0])


class Group(Card):
    """A titled surface; children lie below the title in `body`, one below the other.

    With `hug` it is as high as they are.
    """

    def __init__(
        self,
        title: str,
        *children: Widget,
        icon: str | None = None,
        gap: float = 12,
        end: Widget | None = None,
        hug: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(radius="tile", **kwargs)
        self.heading = Text(title, strong=True)
        head = BoxLayout(size_hint_y=None, height=dp(36), spacing=dp(12))
        for part in ([Icon(icon, size="small", tone="text2")] if icon else []) + [self.heading, Widget()]:
            part.pos_hint = {"center_y": 0.5}
            head.add_widget(part)
        if end:
            end.pos_hint = {"center_y": 0.5}
            head.add_widget(end)
        self.body = BoxLayout(orientation="vertical", padding=(dp(24), dp(16), dp(24), dp(20)), spacing=dp(gap))
        self.body.pos_hint = {"x": 0, "y": 0}
        self.body.add_widget(head)
        for child in children:
            self.body.add_widget(child)
        if hug:
            self.size_hint_y = None
            self.body.bind(minimum_height=self.setter("height"))
        self.add_widget(self.body)


def line(name: str, *ends: Widget, width: float | None = None) -> BoxLayout:
    """A name and at its right what belongs to it; `width` (dp) lines names up and puts the rest just behind them."""
    made = BoxLayout(size_hint_y=None, height=dp(CONTROL + 6), spacing=dp(12))
    label = Cell(name, tone="text2", **({"size_hint_x": None, "width": dp(width)} if width else {}))
    for part in (label, *ends):
        part.pos_hint = {"center_y": 0.5}
        made.add_widget(part)
    return made


def fact(name: str, cell: Cell | None = None) -> tuple[BoxLayout, Cell]:
    """A name with a live value at the right."""
    cell = cell or Cell("–", align="right", strong=True)
    made = BoxLayout(size_hint_y=None, height=dp(36))
    made.add_widget(Cell(name, tone="text2"))
    made.add_widget(cell)
    return made, cell


def flow(*children: Widget, gap: str = "s") -> Row:
    """Side by side, as high as a control."""
    return Row(*children, gap=gap, height=dp(CONTROL), size_hint=(1, None))


class Field(TextInput):
    """One line to type in; ``on_text_validate`` is Enter. Escape lets go of the keyboard."""

    def __init__(self, *, hint: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("size_hint_y", None)
        super().__init__(
            multiline=False,
            write_tab=False,
            hint_text=hint,
            font_name=MEDIUM,
            font_size=dp(TYPE["body"]),
            foreground_color=color("text"),
            disabled_foreground_color=color("text3"),
            hint_text_color=color("text3"),
            cursor_color=color("accent"),
            cursor_width=dp(2),
            selection_color=color("accent", 0.35),
            background_color=(0, 0, 0, 0),
            padding=(dp(18), dp(10), dp(18), dp(8)),
            height=dp(CONTROL),
            **kwargs,
        )
        self._plate, self._ring = plate(dp(14)), Line(width=1)
        self._ring_color = Color(*color("accent", 0.0))
        back = InstructionGroup()
        for instruction in (Color(*color("surface3")), self._plate, self._ring_color, self._ring):
            back.add(instruction)
        self.canvas.before.insert(0, back)  # kivy's own instructions after it end with the colour of the text
        self.bind(pos=self._follow, size=self._follow, focus=self._follow)

    def _follow(self, *_: Any) -> None:
        self._plate.pos, self._plate.size = self.pos, self.size
        self._ring_color.a = 1.0 if self.focus else 0.0
        self._ring.rounded_rectangle = (*self.pos, *self.size, dp(14))


class Plot(Widget):
    """A curve that fills its height from the least to the greatest value; None makes a gap."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._values: tuple[float | None, ...] = ()
        self._count = 1
        with self.canvas:
            Color(*color("surface2"))
            self._back = plate(dp(14))
            Color(*color("track"))
            self._rules = [Rectangle() for _ in range(3)]
            Color(*color("accent"))
            self._lines = [Line(width=1.1) for _ in range(4)]
        self._high = Cell("", tone="text3", role="caption", align="right", size=(dp(150), dp(24)))
        self._low = Cell("", tone="text3", role="caption", align="right", size=(dp(150), dp(24)))
        self.add_widget(self._high)
        self.add_widget(self._low)
        self.bind(pos=self._place, size=self._place)

    def show(self, values: tuple[float | None, ...], count: int, words: Callable[[float], str]) -> None:
        """`values`, the newest last, in a width made for `count` of them; `words` makes the labels of the limits."""
        if (values, count) == (self._values, self._count):
            return  # laying lines anew draws the window anew
        self._values, self._count = values, count
        known = [value for value in values if value is not None]
        self._high.text, self._low.text = (words(max(known)), words(min(known))) if known else ("", "")
        self._place()

    def _place(self, *_: Any) -> None:
        self._back.pos, self._back.size = self.pos, self.size
        left, bottom = self.x + dp(16), self.y + dp(30)
        width, height = self.width - dp(32), self.height - dp(60)
        for index, rule in enumerate(self._rules):
            rule.pos, rule.size = (left, round(bottom + height * index / 2)), (width, 1)
        self._high.pos = (self.x + self.width - dp(162), self.y + self.height - dp(27))
        self._low.pos = (self.x + self.width - dp(162), self.y + dp(3))
        known = [value for value in self._values if value is not None]
        low, high = (min(known), max(known)) if known else (0.0, 0.0)
        span = (high - low) or 1.0
        offset = self._count - len(self._values)
        runs: list[list[float]] = [[]]
        for index, value in enumerate(self._values):
            if value is None:
                runs.append([])
            else:
                level = (value - low) / span if high > low else 0.5
                runs[-1] += (left + width * (index + offset) / max(1, self._count - 1), bottom + height * level)
        runs = [run for run in runs if len(run) > 2][-len(self._lines) :]
        for index, path in enumerate(self._lines):
            path.points = runs[index] if index < len(runs) else []
