"""What the pieces on the map share."""

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.widgets import Card

GLASS = 0.95
"""Opacity of what lies on the map."""


class Divider(Card):
    """A thin upright line."""

    def __init__(self) -> None:
        super().__init__(
            tone="track",
            radius=0,
            edged=False,
            size_hint=(None, None),
            size=(dp(1), dp(36)),
            pos_hint={"center_y": 0.5},
        )


def put(line: Widget, widget: Widget, wanted: bool) -> None:
    """Add a widget at the end of a line, or take it out."""
    if wanted and widget.parent is None:
        line.add_widget(widget)
    elif not wanted and widget.parent is not None:
        line.remove_widget(widget)
