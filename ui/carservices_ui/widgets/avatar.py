"""A person as a disc with the initial of the name."""

from typing import Any, Final
from zlib import crc32

from kivy.metrics import dp

from carservices_ui.widgets.card import Card
from carservices_ui.widgets.text import Icon, Text

TONES: Final = ("heat", "accent", "energy", "energy2")
_CENTER = {"center_x": 0.5, "center_y": 0.5}


class Avatar(Card):
    """`key` chooses the colour, which stays when the name changes; `show` for a person, nobody else shown before."""

    def __init__(self, side: float = 48, **kwargs: Any) -> None:
        super().__init__(tone="surface3", radius="pill", size_hint=(None, None), size=(dp(side), dp(side)), **kwargs)
        self._nobody = Icon("person", size="small", tone="text2", pos_hint=_CENTER)
        self.initial = Text(role="body" if side > 40 else "caption", strong=True, tone="on_inverse", pos_hint=_CENTER)
        self.add_widget(self._nobody)
        self.add_widget(self.initial)

    def show(self, key: str, name: str) -> None:
        """The person with this key and name; without a name nobody is known."""
        self.initial.text = name[:1].upper()[:1]
        self._nobody.opacity = 0.0 if name else 1.0
        self.paint(TONES[crc32(key.encode()) % len(TONES)] if name else "surface3")
