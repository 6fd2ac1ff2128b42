"""The line over a template: back, the app's icon, what is shown, that it is not locked in, and the strip of actions."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.app.templates import Action
from carservices_ui.i18n import t
from carservices_ui.templates.actions import buttons
from carservices_ui.templates.states import CutPill, cut_words
from carservices_ui.templates.view import View
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Column, Icon, IconButton, Row, Text, spacer

HEIGHT = TARGET
Head = tuple[str, tuple[Action, ...]]
TITLE = 560


class Unsandboxed(Card):
    """The permanent badge of an app that this machine can lock in only weakly."""

    def __init__(self) -> None:
        super().__init__(tone="alert_tint", radius="pill", size_hint=(None, None), height=dp(48))
        self.pos_hint = {"center_y": 0.5}
        row = Row(Icon("lock_open", size="small", tone="alert"), Text(t("template.unsandboxed"), tone="alert"))
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(36)))
        self.add_widget(row)


class Header(View):
    """Its node is (title, actions); `middle` takes the place of the title, such as the field of a search."""

    def __init__(self, host: Any, node: Any, icon: Widget, middle: Widget | None = None) -> None:
        self._icon = icon
        self._middle = middle
        super().__init__(host, head(node))
        self.size_hint = (1, None)
        self.height = dp(HEIGHT)

    def build(self) -> None:
        self.back = IconButton("arrow_back")
        self.back.bind(on_release=lambda *_: self.host.ask("back"))
        self.title = Text(role="primary", strong=True, limit=TITLE)
        self.app = Text(tone="text2", limit=TITLE)
        self.keep(self, lambda node: node)
        words = Column(self.title, *([self.app] if self.title.text != self.host.name else []), gap=None)
        self.actions = buttons(self, lambda node: node[1], surface="surface2")
        middle = [self._middle] if self._middle else [words, spacer()]
        cut = cut_words(self.host)
        marks = [*([CutPill(cut)] if cut else []), *([Unsandboxed()] if self.host.screen.unsandboxed else [])]
        row = Row(self.back, self._icon, *middle, *marks, *self.actions, gap="m", size_hint=(1, 1))
        row.pos_hint = {"x": 0, "y": 0}
        self.add_widget(row)

    def show(self, node: Head) -> None:
        """Another title."""
        self.title.text = node[0] or self.host.name
        self.app.text = self.host.name


def head(node: Any) -> Head:
    """Title and actions of a template: its own, else those of the one inside it."""
    content = getattr(node, "content", None)
    title = getattr(node, "title", "") or getattr(content, "title", "")
    return title, (*getattr(node, "actions", ()), *getattr(content, "actions", ()))
