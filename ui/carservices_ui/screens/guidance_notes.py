"""Short notes over the map: the road, how guidance stands when there is no turn, and a map that is being built."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp

from carservices.api.navigation import ImportProgress, MapsState
from carservices_ui.i18n import number, t
from carservices_ui.screens.guidance_parts import GLASS
from carservices_ui.screens.guidance_turn import HEIGHT, WIDTH
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Bar, Card, Column, Icon, IconButton, IconTile, Row, Text, TextButton, put

WORDS = 400
"""The longest line in dp."""


class RoadPill(Card):
    """The name of the road the car is on."""

    def __init__(self) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None), height=dp(64))
        self.name = Text(role="body", strong=True, limit=480)
        row = Row(Icon("near_me", size="small", tone="accent", filled=True), self.name, gap="s")
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(48)))
        self.add_widget(row)

    def show(self, name: str) -> None:
        """The road's name, empty for none."""
        self.name.text = name


class StateCard(Card):
    """An icon, what is the matter, and about what; with a button where guidance can be ended."""

    def __init__(self) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None), height=dp(HEIGHT))
        self.tile = IconTile("flag", side=TARGET)
        self.title = Text(strong=True, limit=WORDS)
        self.text = Text(tone="text2", limit=WORDS)
        self.end = TextButton(t("guidance.end"), kind="primary", pos_hint={"center_y": 0.5})
        self._action: Callable[[], None] = lambda: None
        self.end.bind(on_release=lambda *_: self._action())
        self._words = Column(self.title, self.text)
        self._row = Row(self.tile, self._words, gap="m", pos_hint={"center_y": 0.5})
        self._row.bind(width=self._fit)
        self.bind(x=self._fit)
        self.add_widget(self._row)

    def show(self, icon: str, tone: str, title: str, text: str, end: Callable[[], None] | None = None) -> None:
        """How it stands now; `end` gives it a button."""
        self.tile.icon.show(icon, tone=tone)
        self.title.text, self.text.text = title, text
        put(self._words, self.text, bool(text))
        self._action = end or (lambda: None)
        put(self._row, self.end, end is not None)

    def _fit(self, *_: Any) -> None:
        self._row.x = self.x + dp(16)
        self.width = max(dp(WIDTH), self._row.width + dp(16 + (16 if self.end.parent else 28)))


class NotePill(Card):
    """What is wrong though guidance goes on."""

    def __init__(self) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None), height=dp(52))
        self.words = Text(role="caption", wrap=WORDS - 60)
        row = Row(Icon("warning", size="small", tone="heat", filled=True), self.words, gap="s")
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(size=lambda _, size: setattr(self, "size", (size[0] + dp(40), max(dp(52), size[1] + dp(24)))))
        self.add_widget(row)


class ImportCard(Card):
    """How far a map is, or why it could not be built until somebody has read it."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None), height=dp(96))
        self._ui = ui
        self.wanted = False
        self._read: ImportProgress | None = None
        self._now: ImportProgress | None = None
        self.title = Text(limit=WORDS)
        self.text = Text(role="caption", tone="text2", wrap=WORDS)
        self.bar = Bar(size_hint=(None, None), width=dp(300))
        self.done = Text(role="caption", tone="text2")
        self._progress = Row(self.bar, self.done, gap="m")
        self._words = Column(self.title, self._progress, gap="s")
        self.close = IconButton("close", tone="text2", pos_hint={"center_y": 0.5})
        self.close.bind(on_release=lambda *_: self._have_read())
        self._tile = IconTile("map")
        self._row = Row(self._tile, self._words, gap="m", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self._row.bind(size=lambda _, size: setattr(self, "size", (size[0] + dp(40), max(dp(96), size[1] + dp(32)))))
        self.add_widget(self._row)

    def show(self, maps: MapsState | None) -> None:
        """What the service says."""
        now = self._now = maps.importing if maps else None
        self.wanted = now is not None and now != self._read
        if now is None or maps is None:
            return
        name = now.title or now.name
        failed = now.problem is not None
        if failed:
            self.title.text, self.text.text = t("map.failed", name=name), self._ui.restrictions.text(now.problem or "")
        else:
            self.title.text, self.done.text = t("map.building", name=name), f"{number(now.done)} %"
            self.bar.share = now.done / 100
        self._tile.icon.show("warning" if failed else "map", tone="heat" if failed else "accent")
        put(self._words, self._progress, not failed)
        put(self._words, self.text, failed)
        put(self._row, self.close, failed)

    def _have_read(self) -> None:
        self._read, self.wanted = self._now, False
        if self.parent is not None:
            self.parent.remove_widget(self)
