"""Rows and columns that hug their children, the space between, and what comes and goes in them."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from carservices_ui.tokens import SPACE


class _Line(BoxLayout):
    """Children in a line, `gap` (a spacing token) apart; as large as its children unless given `size_hint`."""

    cross: str

    def __init__(self, *children: Widget, gap: str | None = "s", **kwargs: Any) -> None:
        kwargs.setdefault("spacing", dp(SPACE[gap]) if gap else 0)
        kwargs.setdefault("size_hint", (None, None))
        super().__init__(**kwargs)
        if self.size_hint_x is None and "width" not in kwargs and "size" not in kwargs:
            self.bind(minimum_width=self.setter("width"))
        if self.size_hint_y is None and "height" not in kwargs and "size" not in kwargs:
            self.bind(minimum_height=self.setter("height"))
        for child in children:
            if not child.pos_hint:
                child.pos_hint = {self.cross: 0.5}
            self.add_widget(child)


class Row(_Line):
    """Side by side, centred vertically."""

    cross = "center_y"

    def __init__(self, *children: Widget, gap: str | None = "s", **kwargs: Any) -> None:
        super().__init__(*children, gap=gap, orientation="horizontal", **kwargs)


class Column(_Line):
    """One below the other; `align` is ``x`` (left), ``center_x`` or ``right``."""

    def __init__(self, *children: Widget, gap: str | None = "xs", align: str = "x", **kwargs: Any) -> None:
        self.cross = align
        for child in children:
            child.pos_hint = child.pos_hint or {align: 1.0 if align == "right" else 0.5 if align == "center_x" else 0.0}
        super().__init__(*children, gap=gap, orientation="vertical", **kwargs)


def spacer(**kwargs: Any) -> Widget:
    """Takes the space that is left."""
    return Widget(**kwargs)


def put(line: Widget, widget: Widget, wanted: bool) -> None:
    """Add a widget at the end of a line, or take it out."""
    if wanted and widget.parent is None:
        line.add_widget(widget)
    elif not wanted and widget.parent is not None:
        line.remove_widget(widget)
