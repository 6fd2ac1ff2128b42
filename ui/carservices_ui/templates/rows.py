"""One row of a list: picture, title, two texts, and at its end a badge, a distance, a switch, actions or an arrow."""

from typing import Any

from kivy.metrics import dp

from carservices.app import templates as t
from carservices_ui.templates.actions import AppButton
from carservices_ui.templates.host import Host
from carservices_ui.templates.pictures import PictureView
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Column, Control, Flow, Icon, Row, Text, Toggle

PICTURE = 56
LEAST = TARGET + 8


class Pill(Card):
    """A short word in a coloured pill."""

    def __init__(self, tone: str = "accent") -> None:
        super().__init__(tone="surface3", radius="pill", size_hint=(None, None), height=dp(40))
        self.word = Text(tone=tone, strong=True, limit=160, pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.word.bind(width=lambda _, width: setattr(self, "width", width + dp(32)))
        self.add_widget(self.word)
        self.pos_hint = {"center_y": 0.5}

    def show(self, word: str) -> None:
        """Another word."""
        self.word.text = word


class TemplateRow(Control):
    """A tap is its ``on_click``; a row that leads nowhere takes no touch, its switch and actions do."""

    def __init__(self, host: Host, node: t.Row, *, tone: str = "surface2") -> None:
        super().__init__(size_hint=(1, None), height=dp(LEAST))
        self._host = host
        self._node = node
        self.title = Flow(lines=2, strong=bool(node.text))
        self.text = Flow(lines=2, tone="text2")
        self.text2 = Flow(lines=2, tone="text2")
        self.badge = Pill()
        self.distance = Text(tone="accent", strong=True)
        self.toggle = Toggle()
        self.toggle.bind(on_choose=lambda _, on: self._flip(on))
        self._picture = PictureView(host, PICTURE)
        self.actions = [AppButton(host, action) for action in node.actions]
        texts = [self.title, *[w for w, there in ((self.text, node.text), (self.text2, node.text2)) if there]]
        self._words = Column(*texts, size_hint=(1, None))
        end = (
            (self.distance, node.distance_m is not None),
            (self.badge, node.badge),
            (self.toggle, node.toggle is not None),
            (Icon("chevron_right", tone="text2"), node.browsable),
        )
        parts = [*([self._picture] if node.image else []), self._words, *(widget for widget, there in end if there)]
        self.add_widget(Card(tone=tone, radius="tile", pos_hint={"center_x": 0.5, "center_y": 0.5}))
        line = Row(
            *parts,
            *self.actions,
            gap="m",
            size_hint=(1, 1),
            padding=(dp(16 if node.image else 20), 0, dp(16), 0),
            pos_hint={"x": 0, "y": 0},
        )
        self.add_widget(line)
        self._words.bind(height=self._fit)
        self.show(node)
        self._fit()

    @property
    def node(self) -> t.Row:
        """What it shows."""
        return self._node

    @property
    def usable(self) -> bool:
        return self._node.on_click is not None and self._node.enabled and super().usable

    def show(self, node: t.Row) -> None:
        """A newer version."""
        self._node = node
        self.title.text, self.text.text, self.text2.text = node.title, node.text, node.text2
        self.badge.show(node.badge)
        self._picture.show(node.image)
        if node.distance_m is not None:
            self.distance.text = self._host.ui.units.way(node.distance_m)
        if node.toggle is not None:
            self.toggle.value = node.toggle.checked
            self.toggle.available = node.toggle.enabled and node.enabled
        for button, action in zip(self.actions, node.actions, strict=True):
            button.show(action)
        self.opacity = 1.0 if node.enabled else 0.5

    def on_touch_down(self, touch: Any) -> bool:
        if not self.usable:
            return any(child.dispatch("on_touch_down", touch) for child in self.children[:])
        handled: bool = super().on_touch_down(touch)
        return handled

    def on_release(self) -> None:
        self._host.act(self._node.on_click)

    def _flip(self, on: bool) -> None:
        if self._node.toggle is not None:
            self._host.act(self._node.toggle.on_change, on)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(LEAST), self._words.height + dp(28))


class SectionTitle(Text):
    """The header over rows or tiles."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, tone="text2", strong=True, limit=900)

    def show(self, text: str) -> None:
        """Other words."""
        self.text = text
