"""A list that scrolls by touch, by rotary through its rows, and by two large buttons when there is more than fits."""

from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Column, IconButton, Row, Scroll, put, spacer

LEAST = 2 * TARGET + 8
"""A lower list has no room for the buttons."""
SHARE = 0.8
"""Of a page that a button goes on; the last rows stay in sight."""


class Paged(Row):
    """`scroller` holds the rows; the buttons come and go by themselves."""

    def __init__(self, *rows: Widget, gap: str = "s") -> None:
        self.scroller = Scroll(*rows, gap=gap, size_hint=(1, 1))
        super().__init__(self.scroller, gap="s", size_hint=(1, 1))
        self.scroller.pos_hint = {"top": 1}
        self.up, self.down = (
            IconButton("expand_less", surface="surface2"),
            IconButton("expand_more", surface="surface2"),
        )
        self.up.bind(on_release=lambda *_: self.page(1))
        self.down.bind(on_release=lambda *_: self.page(-1))
        self._buttons = Column(self.up, spacer(), self.down, size_hint=(None, 1))
        self._look = Clock.create_trigger(self._offer, -1)
        self.scroller.body.bind(height=self._look)
        self.scroller.bind(height=self._look, scroll_y=self._look)

    @property
    def position(self) -> float:
        """Where it is, 1 at the top."""
        return float(self.scroller.scroll_y)

    @position.setter
    def position(self, position: float) -> None:
        self.scroller.scroll_y = position

    def page(self, direction: int) -> None:
        """A page up (1) or down."""
        hidden = self.scroller.body.height - self.scroller.height
        if hidden > 0:
            step = direction * SHARE * self.scroller.height / hidden
            self.scroller.scroll_y = min(1.0, max(0.0, self.scroller.scroll_y + step))

    def _offer(self, *_: Any) -> None:
        roomy = self.scroller.height > dp(LEAST)
        overflows = roomy and self.scroller.body.height > self.scroller.height + dp(1)
        put(self, self._buttons, overflows)
        for button, more in ((self.up, self.position < 0.999), (self.down, self.position > 0.001)):
            button.disabled = not more
            button.opacity = 1.0 if more else 0.4
