"""Signals: a searchable table of everything on offer, and one of them in detail."""

from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.panel.detail import Detail
from carservices_ui.panel.kit import CONTROL, Cell, Field, Words, choice
from carservices_ui.panel.table import BAR, COLUMNS, SignalTable, column
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import Card, Icon

REFRESH = 0.2
RESORT = 1.0
"""s between two looks at the values, and at their order while the latest come first."""
DETAIL = 520
"""Width of the detail in dp."""
STEPS = {"up": -1, "down": 1, "pageup": -15, "pagedown": 15}


class SignalsTab(Tab):
    """Works with any HAL; only the way to break a signal depends on it."""

    needs_emulator = False

    def build(self) -> Widget:
        memory = self.desk.memory
        self.query = Field(hint=t("panel.query"), text=memory.query)
        self.query.bind(text=lambda *_: self._find())
        self.order = choice([(False, t("panel.by_name")), (True, t("panel.latest"))], self._sort, width=310)
        self.order.value = memory.recent
        self.count = Cell("", tone="text3", align="right", size_hint_x=None, width=dp(152))
        self.table = SignalTable(self.desk.signals)
        self.table.bind(selected=lambda _, path: self._select(path))
        self.detail = Detail(self.desk, size_hint_x=None, width=dp(DETAIL))

        top = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(14))
        for part in (
            Icon("search", size="small", tone="text2", pos_hint={"center_y": 0.5}),
            self.query,
            self.count,
            self.order,
        ):
            top.add_widget(part)
        head = BoxLayout(size_hint_y=None, height=dp(44), padding=(dp(16), 0, dp(16 + BAR), 0), spacing=dp(14))
        for name in COLUMNS:
            head.add_widget(column(name, text=t(f"panel.column_{name.lower()}"), tone="text2"))
        card = Card(radius="tile")
        inside = BoxLayout(orientation="vertical", padding=(dp(4), dp(8)), pos_hint={"x": 0, "y": 0})
        inside.add_widget(head)
        self.nothing = Words("", tone="text3", padding=(dp(16), dp(12)))
        inside.add_widget(self.nothing)
        inside.add_widget(self.table)
        card.add_widget(inside)
        left = BoxLayout(orientation="vertical", spacing=dp(14))
        left.add_widget(top)
        left.add_widget(card)
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(left)
        both.add_widget(self.detail)
        return both

    def wire(self) -> None:
        Window.bind(on_key_down=self._key)
        self._timers = [
            Clock.schedule_interval(lambda _: self._refresh(), REFRESH),
            Clock.schedule_interval(lambda _: self._find() if self.order.value else None, RESORT),
        ]
        self._find()
        selected = self.desk.memory.selected
        self.table.selected = selected if selected in self.table.paths else next(iter(self.table.paths), None)

    def changed(self) -> None:
        super().changed()
        self.detail.changed()

    def offered(self) -> None:
        self._find()
        if self.table.selected not in self.desk.signals.configs:
            self.table.selected = next(iter(self.table.paths), None)

    def close(self) -> None:
        Window.unbind(on_key_down=self._key)
        for timer in self._timers:
            timer.cancel()

    def _find(self) -> None:
        memory = self.desk.memory
        memory.query = self.query.text
        self.table.paths = self.desk.signals.find(memory.query, recent=memory.recent)
        self.nothing.text = "" if self.table.paths or not memory.query else t("panel.nothing_found")
        self.count.text = t("panel.count", n=len(self.table.paths), all=len(self.desk.signals.configs))

    def _sort(self, recent: bool) -> None:
        self.desk.memory.recent = recent
        self._find()

    def _select(self, path: str | None) -> None:
        self.desk.memory.selected = path
        self.detail.show(path)

    def _refresh(self) -> None:
        self.table.refresh()
        self.detail.refresh()

    def _key(self, _window: Any, code: int, _scan: int, _text: str | None, _modifiers: list[str]) -> bool:
        name = KEYS.get(code)
        if name in STEPS and not self.detail.typing:
            self.table.step(STEPS[name])
            return True
        return False


KEYS = {273: "up", 274: "down", 280: "pageup", 281: "pagedown"}
"""Key codes of kivy's window."""
