"""What lies over a screen for a while: banner and dialog."""

from collections.abc import Callable
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.tokens import MOTION
from carservices_ui.widgets.buttons import TextButton
from carservices_ui.widgets.card import Card, IconTile
from carservices_ui.widgets.layout import Column, Row, spacer
from carservices_ui.widgets.text import Text

BANNER_SECONDS = 5.0


class Banner(Card):
    """One sentence at the top of the screen, gone after five seconds or a touch."""

    def __init__(self, text: str, *, icon: str = "info", tone: str = "accent", **kwargs: Any) -> None:
        super().__init__(tone="overlay", radius="overlay", afloat=True, size_hint=(None, None), **kwargs)
        self.text = text
        words = Text(text, wrap=620) if len(text) > 48 else Text(text)
        row = Row(IconTile(icon, tone=tone), words, gap="m", pos_hint={"center_x": 0.5, "center_y": 0.5})
        row.bind(size=lambda _, size: setattr(self, "size", (size[0] + dp(48), max(dp(84), size[1] + dp(32)))))
        self.add_widget(row)
        self.opacity = 0
        Animation(opacity=1, duration=MOTION["screen"]).start(self)
        self._timer = Clock.schedule_once(self.dismiss, BANNER_SECONDS)

    def on_touch_down(self, touch: Any) -> bool:
        if self.collide_point(*touch.pos):
            self.dismiss()
            return True
        return False

    def dismiss(self, *_: Any) -> None:
        """Take it away now."""
        self._timer.cancel()
        if self.parent:
            self.parent.remove_widget(self)


class Dialog(FloatLayout):
    """A question over everything; each of `actions` is (words, kind, what to do), and every one closes it."""

    def __init__(
        self, title: str, text: str, actions: list[tuple[str, str, Callable[[], None]]], *, body: Widget | None = None
    ) -> None:
        super().__init__()
        self._words, self._actions, self._body = (title, text), actions, body
        self.bind(size=lambda *_: setattr(self._scrim, "size", self.size))
        self.build()

    def build(self) -> None:
        """Build it, and again after a change of theme or size."""
        title, text = self._words
        body = self._body
        if body is not None and body.parent is not None:
            body.parent.remove_widget(body)
        self.clear_widgets()
        self.canvas.before.clear()
        with self.canvas.before:
            Color(*color("scrim", 0.6))
            self._scrim = Rectangle(size=self.size)
        buttons = Row(spacer(), gap="m", size_hint=(1, None), height=dp(76))
        for words, kind, action in self._actions:
            button = TextButton(words, kind=kind)
            button.bind(on_release=lambda *_, action=action: self._close(action))
            buttons.add_widget(button)
        content = Column(
            Text(title, role="primary", strong=True),
            *([Text(text, tone="text2", wrap=592)] if text else []),
            *([body] if body else []),
            buttons,
            gap="l",
            width=dp(592),
            size_hint=(None, None),
            pos_hint={"center_x": 0.5, "center_y": 0.5},
        )
        card = Card(tone="overlay", size_hint=(None, None), width=dp(656), pos_hint={"center_x": 0.5, "center_y": 0.5})
        content.bind(height=lambda _, height: setattr(card, "height", height + dp(64)))
        card.add_widget(content)
        self.add_widget(card)

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True

    def _close(self, action: Callable[[], None]) -> None:
        if self.parent:
            self.parent.remove_widget(self)
        action()
