"""Buttons: icon, text, and one that steps through levels."""

from typing import Any, ClassVar

from kivy.graphics import Color
from kivy.metrics import dp

from carservices_ui.look import color
from carservices_ui.tokens import TARGET
from carservices_ui.widgets.card import Card
from carservices_ui.widgets.control import Control, ValueControl
from carservices_ui.widgets.layout import Row
from carservices_ui.widgets.shapes import plate
from carservices_ui.widgets.text import Icon, Text

_CENTER = {"center_x": 0.5, "center_y": 0.5}


class IconButton(Control):
    """An icon to press; `surface` (a colour token) puts it on a disc of its own."""

    def __init__(
        self,
        icon: str,
        *,
        tone: str = "text",
        size_token: str = "medium",
        filled: bool = False,
        surface: str | None = None,
        radius: str = "pill",
        **kwargs: Any,
    ) -> None:
        super().__init__(radius=radius, **kwargs)
        if surface:
            self.add_widget(Card(tone=surface, radius=radius, pos_hint=_CENTER))
        self.icon = Icon(icon, size=size_token, tone=tone, filled=filled, pos_hint=_CENTER)
        self.add_widget(self.icon)


class TextButton(Control):
    """Words to press, with an icon before them if given; `kind` is ``primary``, ``plain`` or ``danger``."""

    _KINDS: ClassVar = {
        "primary": ("accent_fill", "on_accent"),
        "plain": ("surface3", "text"),
        "danger": ("surface3", "alert"),
    }

    def __init__(self, text: str, *, icon: str | None = None, kind: str = "plain", **kwargs: Any) -> None:
        surface, tone = self._KINDS[kind]
        super().__init__(radius="tile", **kwargs)
        self.label = Text(text, tone=tone, strong=True)
        content = Row(*([Icon(icon, size="small", tone=tone)] if icon else []), self.label, pos_hint=_CENTER)
        if "width" not in kwargs and "size" not in kwargs and self.size_hint_x is None:
            content.bind(width=lambda _, width: setattr(self, "width", max(dp(TARGET), width + dp(56))))
        self.add_widget(Card(tone=surface, radius="tile", pos_hint=_CENTER))
        self.add_widget(content)


class IconToggle(ValueControl):
    """An icon that is on (filled, in `tone`) or off; `value` is a bool. `on` is another icon for that."""

    def __init__(self, icon: str, *, on: str | None = None, tone: str = "accent", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tone = tone
        self._icons = icon, on or icon
        self.icon = Icon(icon, tone="text2", pos_hint=_CENTER)
        self.add_widget(self.icon)
        self.bind(value=self._show)

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        on = bool(self.value)
        self.icon.show(self._icons[on], tone=self._tone if on else "text2", filled=on)


class WordToggle(ValueControl):
    """A word that is on (in `tone`) or off; `value` is a bool."""

    def __init__(self, word: str, *, tone: str = "accent", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tone = tone
        self.word = Text(word, role="caption", strong=True, tone="text2", pos_hint=_CENTER)
        self.add_widget(self.word)
        self.bind(value=self._show)

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        self.word.tone(self._tone if self.value else "text2")


class LevelButton(ValueControl):
    """An icon with small bars below; each tap takes one level less, from off to the highest.

    `value` is the level, 0 to `levels`.
    """

    def __init__(self, icon: str, *, levels: int = 3, tone: str = "heat", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._levels = levels
        self._tone = tone
        self.icon = Icon(icon, tone="text2", pos_hint={"center_x": 0.5, "center_y": 0.58})
        self.add_widget(self.icon)
        self._bars = []
        with self.canvas.after:
            for _ in range(levels):
                self._bars.append((Color(*color("control")), plate(dp(2))))
        self.bind(value=self._show, pos=self._show, size=self._show)
        self._show()

    def on_release(self) -> None:
        level = int(self.value or 0)
        self.choose(level - 1 if level else self._levels)

    def _show(self, *_: Any) -> None:
        level = int(self.value or 0)
        self.icon.show(tone=self._tone if level else "text2", filled=level > 0)
        width, gap = dp(10), dp(3)
        left = self.center_x - (self._levels * (width + gap) - gap) / 2
        for index, (paint, bar) in enumerate(self._bars):
            paint.rgba = color(self._tone if index < level else "control", 1.0 if index < level else 0.6)
            bar.pos, bar.size = (left + index * (width + gap), self.y + dp(9)), (width, dp(4))
