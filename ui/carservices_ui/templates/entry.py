"""A field that the on-screen keyboard fills: text with a caret, a hint while it is empty, dots for a password."""

from kivy.metrics import dp

from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Control, Icon, Row, Text, spacer

CARET = "|"
DOT = "•"
LONGEST = 200


class Entry(Control):
    """A tap is ``on_release``: whoever holds it brings the keyboard."""

    def __init__(self, text: str, hint: str, *, icon: str, password: bool = False, most: int = LONGEST) -> None:
        super().__init__(size_hint=(1, None), height=dp(TARGET))
        self.value = text
        self.typing = False
        self._hint, self._password, self._most = hint, password, most
        self._words = Text(limit=600)
        self._words.shorten_from = "left"
        center = {"center_x": 0.5, "center_y": 0.5}
        self._back = Card(tone="surface2", radius="tile", pos_hint=center)
        self.add_widget(self._back)
        row = Row(Icon(icon, tone="text2"), self._words, spacer(), gap="m", size_hint=(1, 1), pos_hint=center)
        row.padding = (dp(20), 0)
        self.add_widget(row)
        self.bind(width=lambda *_: self._words.relimit(self.width - dp(96)))
        self._show()

    @property
    def shown(self) -> str:
        """What stands in it."""
        return str(self._words.text)

    def type(self, typing: bool) -> None:
        """Whether the keyboard is for this field now."""
        self.typing = typing
        self._back.paint("surface3" if typing else "surface2")
        self._show()

    def put(self, text: str) -> None:
        """Add what was typed."""
        self.fill(self.value + text)

    def fill(self, text: str) -> None:
        """Replace what stands in it; none clears it."""
        self.value = text[: self._most]
        self._show()

    def erase(self) -> None:
        """Take the last character away."""
        self.fill(self.value[:-1])

    def _show(self) -> None:
        text = DOT * len(self.value) if self._password else self.value
        self._words.text = text + CARET if self.typing else text or self._hint
        self._words.tone("text" if text or self.typing else "text2")
