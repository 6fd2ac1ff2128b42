"""One tile of a grid: a large picture, a title, a text, and a badge on its corner."""

from typing import Any, NamedTuple

from kivy.metrics import dp

from carservices.app.templates import GridItem
from carservices_ui.templates.host import Host
from carservices_ui.templates.pictures import PictureView
from carservices_ui.templates.rows import Pill
from carservices_ui.templates.states import Spinner
from carservices_ui.widgets import Card, Column, Control, Flow, Text


class Size(NamedTuple):
    """Columns in the whole width and beside a map; height and picture in dp."""

    columns: int
    narrow: int
    height: float
    picture: float


SMALL = Size(columns=4, narrow=2, height=208, picture=72)
LARGE = Size(columns=3, narrow=2, height=264, picture=128)


class TemplateTile(Control):
    """A tap is its ``on_click``."""

    def __init__(self, host: Host, node: GridItem, size: Size) -> None:
        super().__init__(size_hint=(1, None), height=dp(size.height))
        self._host = host
        self._node = node
        self._picture = PictureView(host, size.picture)
        self.title = Text(strong=True, limit=200)
        self.text = Flow(tone="text2", halign="center", lines=2)
        self.badge = Pill()
        self.badge.pos_hint = {"right": 0.97, "top": 0.95}
        center = {"center_x": 0.5, "center_y": 0.5}
        top = Spinner(still=host.still, side=size.picture) if node.loading else self._picture
        texts = [self.title, *([self.text] if node.text else [])]
        self.words = Column(top, *texts, gap="s", align="center_x", size_hint=(1, None), pos_hint=center)
        self.words.padding = (dp(12), 0)
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint=center))
        self.add_widget(self.words)
        if node.badge:
            self.add_widget(self.badge)
        self.bind(width=self._limit)
        self.show(node)

    @property
    def node(self) -> GridItem:
        """What it shows."""
        return self._node

    @property
    def usable(self) -> bool:
        return self._node.on_click is not None and super().usable

    def show(self, node: GridItem) -> None:
        """A newer version."""
        self._node = node
        self.title.text, self.text.text = node.title, node.text
        self._picture.show(node.image)
        self.badge.show(node.badge)

    def on_touch_down(self, touch: Any) -> bool:
        handled: bool = super().on_touch_down(touch) if self.usable else False
        return handled

    def on_release(self) -> None:
        self._host.act(self._node.on_click)

    def _limit(self, *_: Any) -> None:
        self.title.relimit(self.width - dp(24))
