"""What the app screen shows in the place of a template: the app starts, has failed, or waits for a parked car."""

from typing import NamedTuple

from kivy.metrics import dp

from carservices.api.appscreen import Card as Kind
from carservices_ui.i18n import t
from carservices_ui.templates.host import Host
from carservices_ui.templates.states import Spinner
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Column, Flow, IconTile, Row, Text, TextButton, spacer

WIDTH = 860


class Look(NamedTuple):
    """Icon, its tone, and the buttons: (word, kind, method of `Apps`)."""

    icon: str
    tone: str
    buttons: tuple[tuple[str, str, str], ...] = ()


CLOSE = ("close", "plain", "close")
LOOKS = {
    Kind.STARTING: Look("", ""),
    Kind.CRASHED: Look("error", "alert", (("restart", "primary", "open"), CLOSE)),
    Kind.NOT_RESPONDING: Look("timer", "heat", (("wait", "primary", "wait"), CLOSE)),
    Kind.DISABLED: Look("block", "alert", (("enable", "primary", "enable"), CLOSE)),
    Kind.REFUSED: Look("code", "heat", (CLOSE,)),
    Kind.PARKED_ONLY: Look("block", "heat"),
}


class CardView(Column):
    """Icon or spinner, a title, a sentence, the developer's detail, and what can be done about it."""

    def __init__(self, host: Host, kind: Kind, error: str | None) -> None:
        look = LOOKS[kind]
        self.kind = kind
        self.buttons: dict[str, TextButton] = {}
        parked_only = kind is Kind.PARKED_ONLY
        sentence = host.ui.restrictions.why if parked_only else t(f"template.card_{kind.value}_detail")
        lead = Spinner(still=host.still) if kind is Kind.STARTING else IconTile(look.icon, tone=look.tone, side=TARGET)
        self.title = Text(t(f"template.card_{kind.value}", app=host.name), role="primary", strong=True, limit=WIDTH)
        parts = [lead, self.title, *([Text(sentence, tone="text2", limit=WIDTH)] if sentence else [])]
        self.error = Flow(error or "", tone="text2", halign="center", lines=4, size_hint=(None, None), width=dp(WIDTH))
        if error and not host.still:
            parts.append(self.error)
        for word, style, method in look.buttons:
            button = self.buttons[method] = TextButton(t(f"template.{word}"), kind=style)
            button.bind(on_release=lambda *_, method=method: host.ask(method, app=host.screen.app))
        if self.buttons:
            parts.append(Row(*self.buttons.values(), gap="m"))
        super().__init__(spacer(), *parts, spacer(), gap="m", align="center_x", size_hint=(1, 1))
