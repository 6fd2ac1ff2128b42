"""A small number on the corner of a target."""

from typing import Any

from kivy.metrics import dp

from carservices_ui.widgets.card import Card
from carservices_ui.widgets.text import Text

MOST = 9
"""More than this is ``9+``."""


class Badge(Card):
    """Shows `count`; none is not shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(tone="accent_fill", radius="pill", edged=False, size_hint=(None, None), **kwargs)
        self.label = Text(role="caption", strong=True, tone="on_accent", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.add_widget(self.label)
        self.count(0)

    def count(self, number: int) -> None:
        """Show another number."""
        self.opacity = 1.0 if number else 0.0
        self.label.text = f"{MOST}+" if number > MOST else str(number)
        self.size = (dp(40 if number > MOST else 28), dp(28))
