"""An app's buttons: in the header's strip, below the content, on the map, and at the end of a row."""

from collections.abc import Sequence
from typing import Any

from kivy.metrics import dp

from carservices.app.templates import Action
from carservices_ui.i18n import t
from carservices_ui.templates.host import Host
from carservices_ui.templates.pictures import PictureView
from carservices_ui.templates.view import View, nth
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Control, Icon, Row, Text

ICON = 36
LOCKED = "block"
COLOURS = {"red": "alert", "green": "energy", "yellow": "heat"}
"""Colour of an action → colour token of its words."""


class AppButton(Control):
    """Icon and title of one `Action`; one that waits for a parked car is dimmed, and a tap tells so."""

    def __init__(self, host: Host, node: Action, *, surface: str = "surface3") -> None:
        super().__init__(radius="tile" if node.title else "pill")
        self._host = host
        self._node = node
        self.locked = node.parked_only and not node.enabled
        center = {"center_x": 0.5, "center_y": 0.5}
        primary = node.primary and not self.locked
        tone = "on_accent" if primary else COLOURS.get(node.colour, "text")
        self.add_widget(Card(tone="accent_fill" if primary else surface, radius=self._radius, pos_hint=center))
        content = Row(pos_hint=center)
        self.label = Text(tone=tone, strong=True, limit=320)
        self.label.pos_hint = {"center_y": 0.5}
        self._picture: PictureView | None = None
        if self.locked:
            content.add_widget(Icon(LOCKED, size="small", tone="heat", pos_hint={"center_y": 0.5}))
        elif node.icon is not None:
            self._picture = PictureView(host, ICON, bare=True, tone=tone)
            self._picture.pos_hint = {"center_y": 0.5}
            content.add_widget(self._picture)
        if node.title:
            content.add_widget(self.label)
            content.bind(width=lambda _, width: setattr(self, "width", max(dp(TARGET), width + dp(48))))
        self.add_widget(content)
        self.show(node)

    @property
    def node(self) -> Action:
        """What it stands for."""
        return self._node

    def show(self, node: Action) -> None:
        """A newer version."""
        self._node = node
        self.label.text = node.title
        if self._picture is not None:
            self._picture.show(node.icon)
        self.opacity = 1.0 if node.enabled else 0.5
        self.disabled = not (node.enabled or self.locked)

    def on_release(self) -> None:
        if self.locked:
            self._host.ui.tell(t("template.when_parked"), LOCKED, "heat")
        else:
            self._host.act(self._node.on_click)


def buttons(view: View, get: Any, *, surface: str = "surface3") -> list[AppButton]:
    """The actions that `get` takes out of the view's node, as buttons that follow it."""
    nodes: Sequence[Action] = get(view.node)
    made = []
    for index, node in enumerate(nodes):
        if node.kind in ("back", "app_icon", "pan"):
            continue  # the header has a way back of its own, and the map always follows the finger
        button = AppButton(view.host, node, surface=surface)
        made.append(view.keep(button, nth(get, index)))
    return made
