"""What stands where content is missing: loading, nothing there, and what the driving restrictions have taken away."""

from typing import Any

from kivy.animation import Animation
from kivy.graphics import Color, PopMatrix, PushMatrix, Rotate, SmoothLine
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.appscreen import CutKind
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.templates.host import Host
from carservices_ui.widgets import Card, Column, CutNote, Flow, Icon, IconTile, Row, Text, spacer

TURN_SECONDS = 1.2


class Spinner(Widget):
    """An arc that turns; it stands still while nothing may move."""

    def __init__(self, *, still: bool, side: float = 64) -> None:
        super().__init__(size_hint=(None, None), size=(dp(side), dp(side)))
        with self.canvas:
            Color(*color("track"))
            self._ring = SmoothLine(width=dp(3))
            PushMatrix()
            self._turn = Rotate(angle=0)
            Color(*color("accent"))
            self._arc = SmoothLine(width=dp(3))
            PopMatrix()
        self.bind(pos=self._place, size=self._place)
        self._motion = Animation(angle=-360, duration=TURN_SECONDS) + Animation(angle=0, duration=0)
        self._motion.repeat = True
        if not still:
            self._motion.start(self._turn)
            self.bind(parent=self._stop)

    def _stop(self, _: Any, parent: Widget | None) -> None:
        if parent is None:
            self._motion.cancel(self._turn)

    def _place(self, *_: Any) -> None:
        radius = self.width / 2 - dp(4)
        self._turn.origin = self.center
        self._ring.circle = (self.center_x, self.center_y, radius)
        self._arc.circle = (self.center_x, self.center_y, radius, 0, 100)


class Waiting(Column):
    """The spinner and one quiet word, in the middle."""

    def __init__(self, host: Host) -> None:
        words = Text(t("template.loading"), tone="text2")
        super().__init__(
            spacer(),
            Spinner(still=host.still),
            words,
            spacer(),
            gap="m",
            align="center_x",
            size_hint=(1, 1),
            pos_hint={"x": 0, "y": 0},
        )


class Empty(Column):
    """One sentence of the app, or ours, where there is nothing to list."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            spacer(),
            IconTile("list", tone="text2", filled=False, side=72),
            Flow(sentence or t("template.empty"), tone="text2", halign="center", lines=4),
            spacer(),
            gap="m",
            align="center_x",
            size_hint=(1, 1),
            pos_hint={"x": 0, "y": 0},
        )


class CutPill(Card):
    """In the header: that something is missing until the car is parked."""

    def __init__(self, words: str) -> None:
        super().__init__(tone="surface2", radius="pill", size_hint=(None, None), height=dp(48))
        self.pos_hint = {"center_y": 0.5}
        self.words = Text(words, tone="text2")
        row = Row(Icon("block", size="small", tone="heat"), self.words, pos_hint={"center_x": 0.5, "center_y": 0.5})
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(36)))
        self.add_widget(row)


def cut_words(host: Host) -> str:
    """That rows are left out, else that texts are shortened; empty when all is there."""
    if rows := host.cut(CutKind.ROWS):
        return t("template.more", n=rows)
    return t("template.shortened") if host.cut(CutKind.TEXT) else ""


def cut_notes(host: Host) -> list[CutNote]:
    """At the end of a list: what is missing, and why."""
    words = cut_words(host)
    return [CutNote(words, host.ui.restrictions.why)] if words else []
