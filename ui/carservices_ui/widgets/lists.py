"""Rows and the list that scrolls them."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.tokens import TARGET
from carservices_ui.widgets.card import Card, IconTile
from carservices_ui.widgets.control import Control
from carservices_ui.widgets.layout import Column, Row, spacer
from carservices_ui.widgets.text import Icon, Text

BAR = 6
"""Width of a scroll bar in dp; it stands beside the rows, where nothing is, and does not lie on them."""
RESTING = 0.5
"""Its opacity while nobody scrolls: it tells that there is more."""


class ListRow(Control):
    """Icon, title, a second line, and something at the end (a control, a value); a tap is ``on_release``.

    `lead` stands in the place of the icon.
    A row that leads somewhere (`leads`) has a chevron; a row that does nothing is no control: pass `inert`.
    """

    def __init__(
        self,
        title: str,
        *,
        detail: str = "",
        icon: str | None = None,
        lead: Widget | None = None,
        tone: str = "accent",
        end: Widget | None = None,
        leads: bool = False,
        inert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"size_hint": (1, None), "height": dp(96 if detail else TARGET + 8), **kwargs})
        self.inert = inert
        self.title = Text(title, role="body", strong=bool(detail))
        self.detail = Text(detail, role="body", tone="text2")
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint={"center_x": 0.5, "center_y": 0.5}))
        words = Column(self.title, *([self.detail] if detail else []))
        lead = lead or (IconTile(icon, tone=tone) if icon else None)
        row = Row(
            *([lead] if lead else []),
            words,
            spacer(),
            *([end] if end else []),
            *([Icon("chevron_right", tone="text2")] if leads else []),
            gap="m",
            size_hint=(1, 1),
            padding=(dp(16), 0),
            pos_hint={"center_x": 0.5, "center_y": 0.5},
        )
        self.add_widget(row)

    @property
    def usable(self) -> bool:
        return not self.inert and super().usable

    def on_touch_down(self, touch: Any) -> bool:
        if self.inert:
            return any(child.dispatch("on_touch_down", touch) for child in self.children[:])
        handled: bool = super().on_touch_down(touch)
        return handled


class Scroll(ScrollView):
    """A list that scrolls up and down; add rows to `body`, and leave `BAR` free at its right."""

    def __init__(self, *rows: Widget, gap: str = "s", **kwargs: Any) -> None:
        super().__init__(
            do_scroll_x=False,
            bar_width=dp(BAR),
            bar_margin=-dp(BAR + 1),
            bar_color=color("control"),
            bar_inactive_color=color("control", RESTING),
            scroll_type=["bars", "content"],
            **kwargs,
        )
        self.body = Column(*rows, gap=gap, size_hint=(1, None))
        self.add_widget(self.body)
