"""What stands in the middle of a place where nothing is: an icon and two sentences."""

from carservices_ui.i18n import t
from carservices_ui.widgets.card import IconTile
from carservices_ui.widgets.layout import Column, spacer
from carservices_ui.widgets.text import Text


class Calm(Column):
    """``title`` and ``detail`` are keys of texts."""

    def __init__(self, icon: str, tone: str, title: str, detail: str) -> None:
        super().__init__(
            spacer(),
            IconTile(icon, tone=tone, side=72),
            Text(t(title), role="primary", strong=True),
            Text(t(detail), tone="text2", wrap=640, halign="center"),
            spacer(),
            gap="m",
            align="center_x",
            size_hint=(1, 1),
            pos_hint={"x": 0, "y": 0},
        )
