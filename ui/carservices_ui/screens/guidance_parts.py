"""What the pieces on the map share."""

from kivy.metrics import dp

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
