"""A tile to press: an icon, what it is, and how it stands."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp

from carservices_ui.tokens import TARGET
from carservices_ui.units import NOTHING
from carservices_ui.widgets.card import Card
from carservices_ui.widgets.control import ValueControl
from carservices_ui.widgets.layout import Column, Row, spacer
from carservices_ui.widgets.text import Icon, Text


class SwitchTile(ValueControl):
    """A bool as a tile; `words` makes the second line of it, `icons` are those for off and on.

    `tone` colours the icon while it is on.
    """

    def __init__(
        self,
        title: str,
        icons: tuple[str, str],
        *,
        words: Callable[[bool], str] | None = None,
        tone: str = "accent",
        limit: float = 190,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"size_hint": (1, None), "size": (dp(TARGET), dp(84)), **kwargs})
        self._icons, self._words, self._tone = icons, words, tone
        self._back = Card(tone="surface2", radius="tile", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.icon = Icon(icons[0], tone="text2")
        self.title = Text(title, limit=limit)
        self.state_text = Text(" ", tone="text2", limit=limit)
        self.add_widget(self._back)
        self.add_widget(
            Row(
                self.icon,
                Column(self.title, *([self.state_text] if words else []), gap=None),
                spacer(),
                gap="m" if words else "s",
                size_hint=(1, 1),
                padding=(dp(20), 0, dp(12), 0),
                pos_hint={"x": 0, "y": 0},
            )
        )
        self.bind(value=self._show)
        self._show()

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        on = bool(self.value)
        self.icon.show(self._icons[on], tone=self._tone if on else "text2", filled=on)
        self._back.paint("accent_tint" if on and self._tone == "accent" else "surface3" if on else "surface2")
        if self._words:
            self.state_text.text = NOTHING if self.value is None else self._words(on)
