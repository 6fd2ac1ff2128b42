"""The on-screen keyboard: letters as the language has them, digits and signs, all keys of full size."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kivy.metrics import dp

from carservices_ui.i18n import language
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Column, Control, Icon, Row, Text

LETTERS: Final = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß"),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbnéèç"),
}
"""Rows of letters by language: QWERTY, QWERTZ and AZERTY."""
SIGNS: Final = ("1234567890", "@#€&-_+()/", ".,:;!?'\"*")
SHIFT, SIGN, LETTER, ERASE, SPACE, DONE = "⇧", "?123", "ABC", "⌫", " ", "⏎"
ICONS: Final = {SHIFT: "arrow_upward", ERASE: "backspace", DONE: "check"}
WEIGHTS: Final = {SPACE: 5.0, SIGN: 1.6, LETTER: 1.6, DONE: 1.6, SHIFT: 1.4, ERASE: 1.4}
"""Width of a key in letters."""
GAP = 6


class Keyboard(Column):
    """Tells `typed` each character, and `erase` and `done`; `upper`: the first letter is a capital."""

    weights: Mapping[str, float] = WEIGHTS

    def __init__(
        self, typed: Callable[[str], None], erase: Callable[[], None], done: Callable[[], None], *, upper: bool = False
    ) -> None:
        super().__init__(spacing=dp(GAP), size_hint=(1, None))
        self._typed = typed
        self._special: dict[str, Callable[[], None]] = {
            SHIFT: self._shift, SIGN: self._swap, LETTER: self._swap, ERASE: erase, DONE: done,
        }  # fmt: skip
        self._signs = False
        self._upper = upper
        self.keys: dict[str, Key] = {}
        self._lay()

    def _letters(self) -> list[list[str]]:
        """Three rows of characters."""
        letters: tuple[str, ...] = SIGNS if self._signs else LETTERS[language()]
        if self._upper and not self._signs:
            letters = tuple("".join(c if c == "ß" else c.upper() for c in row) for row in letters)
        return [list(row) for row in letters]

    def _rows(self) -> list[list[str]]:
        first, second, third = self._letters()
        last = [LETTER if self._signs else SIGN, SPACE, DONE]
        return [first, second, [*([] if self._signs else [SHIFT]), *third, ERASE], last]

    def _lay(self) -> None:
        self.clear_widgets()
        self.keys = {}
        for row in self._rows():
            line = Row(spacing=dp(GAP), size_hint=(1, None), height=dp(TARGET))
            for name in row:
                weight = self.weights.get(name, 1.0)
                key = self.keys[name] = Key(name, weight, lit=name == SHIFT and self._upper)
                key.bind(on_release=lambda _, name=name: self._press(name))
                line.add_widget(key)
            self.add_widget(line)

    def _press(self, name: str) -> None:
        if name in self._special:
            self._special[name]()
            return
        self._typed(name)
        if self._upper:
            self._shift()

    def _shift(self) -> None:
        self._upper = not self._upper
        self._lay()

    def _swap(self) -> None:
        self._signs, self._upper = not self._signs, False
        self._lay()


class Key(Control):
    """One key."""

    def __init__(self, name: str, weight: float, *, lit: bool = False) -> None:
        super().__init__(size_hint=(weight, 1))
        center = {"center_x": 0.5, "center_y": 0.5}
        plain = name not in WEIGHTS or name == SPACE
        tone = "accent_fill" if lit or name == DONE else "surface3" if plain else "surface2"
        self.add_widget(Card(tone=tone, radius="tile", pos_hint=center))
        words = "on_accent" if tone == "accent_fill" else "text"
        icon: Any = ICONS.get(name)
        self.add_widget(Icon(icon, tone=words, pos_hint=center) if icon else Text(name, tone=words, pos_hint=center))


class LowKeyboard(Keyboard):
    """In three rows, for letters of any case and room for results above: no shift, all other keys beside letters."""

    weights: Mapping[str, float] = {SPACE: 2.2, SIGN: 1.2, LETTER: 1.2, DONE: 1.4, ERASE: 1.3}

    def _rows(self) -> list[list[str]]:
        first, second, third = self._letters()
        return [first, [*second, ERASE], [LETTER if self._signs else SIGN, *third, SPACE, DONE]]
