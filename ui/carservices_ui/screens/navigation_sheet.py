"""The sheet that lies over the map: a head with the way back, a body built anew when its content changes, a foot."""

from collections.abc import Sequence
from typing import Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.planning import Asking, Phase
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.navigation_rows import FILL, Busy, failed
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, CutNote, IconButton, Row, Scroll, Text

WIDTH = 600
PADDING = 16


class Sheet(Card):
    """One page of the planning; `wide` covers all of the map."""

    wide = False

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", size_hint=(None, None))
        self.ui, self.plan = ui, ui.plan
        self.back = IconButton("arrow_back")
        self.back.bind(on_release=lambda *_: self.plan.back())
        self.title = Text(role="primary", strong=True)
        self.title.shorten, self.title.shorten_from = True, "right"
        self.ends: list[Widget] = []
        self.body = FloatLayout(size_hint=(1, 1))
        self.foot = Row(gap="m", size_hint=(1, None))
        self.list: Scroll | None = None
        self._built: object = None
        self.build()
        self.heading = Row(*self.head(), gap="s", size_hint=(1, None))
        column = Column(
            self.heading,
            self.body,
            *([self.foot] if self.foot.children else []),
            gap="m",
            padding=(dp(PADDING), dp(PADDING - 4), dp(PADDING), dp(PADDING)),
            **FILL,
        )
        self.add_widget(column)
        self.bind(width=self._limit)
        self.refresh()

    def build(self) -> None:
        """Set `title`, `ends` of the head, and put buttons into `foot`."""

    def head(self) -> list[Widget]:
        """From left to right."""
        filler = Widget(size_hint=(1, None), height=1)
        return [self.back, self.title, filler, *self.ends]

    def depends(self) -> object:
        """All that the body depends on."""
        raise NotImplementedError

    def content(self) -> "Widget | Sequence[Widget]":
        """The rows of the list, or one widget that fills the body."""
        raise NotImplementedError

    def refresh(self) -> None:
        """The plan or the restrictions have changed."""
        now = (self.depends(), self.ui.restrictions)
        if now == self._built:
            return
        first, self._built = self._built is None, now
        position = self.list.scroll_y if self.list is not None else 1.0
        content = self.content()
        self.body.clear_widgets()
        self.list = None
        if isinstance(content, Widget):
            self.body.add_widget(content)
        else:
            self.list = Scroll(*content, **FILL)
            self.body.add_widget(self.list)
            self.list.scroll_y = position
        if not first:
            self.ui.rebuilt()

    def restrict(self, restrictions: Restrictions) -> None:
        """Other restrictions."""
        self.refresh()

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing falls through to the map."""
        return bool(super().on_touch_down(touch) or self.collide_point(*touch.pos))

    def write(self, text: str) -> None:
        """What a keyboard writes."""

    def key(self, name: str) -> bool:
        """A key by its name; True: it is used up."""
        return False

    # -- what pages share --------------------------------------------------------------------------------------------

    def waits(self, asking: Asking[Any], words: str) -> Widget | None:
        """The spinner while there is no answer yet, the problem when there will be none; else None."""
        if asking.phase is Phase.FAILED:
            return failed(asking.problem, self.again)
        return Busy(self.ui, words) if asking.answer is None else None

    def again(self) -> None:
        """Ask once more what failed."""

    def cut(self, rows: Sequence[Widget]) -> list[Widget]:
        """As many rows as may be listed now, and what is missing."""
        allowed = self.ui.restrictions.count(len(rows))
        missing = len(rows) - allowed
        note = [CutNote(t("template.more", n=missing), self.ui.restrictions.why)] if missing else []
        return [*rows[:allowed], *note]

    def _limit(self, *_: Any) -> None:
        ends = sum(end.width + dp(8) for end in self.ends)
        self.title.relimit(self.width - 2 * dp(PADDING) - self.back.width - ends - dp(24))
