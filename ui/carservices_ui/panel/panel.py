"""The root of the panel's window: what runs at the top, tabs at the left, the last outcome at the bottom."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui import i18n, look
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.panel.backend import PanelBackend
from carservices_ui.panel.desk import Desk
from carservices_ui.panel.emulator import Emulator
from carservices_ui.panel.header import Header
from carservices_ui.panel.kit import SCALE, Said
from carservices_ui.panel.signals import STEP, Signals
from carservices_ui.panel.tabs import BY_NAME, TABS
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.store import Store, Unbind
from carservices_ui.widgets import Card, Control, Icon, Layer, Row, Text

SURVEY_SECONDS = 1.0
SIDE = 196
"""Width of the tabs' column in dp."""


class Panel(BoxLayout):
    """One per window; `desk` is what its tabs share."""

    def __init__(
        self,
        store: Store,
        backend: PanelBackend,
        tab: str = TABS[0].name,
        *,
        wanted_language: Callable[[], str] = i18n.language,
        **kwargs: Any,
    ) -> None:
        """`wanted_language` is asked now and then; the panel follows it."""
        self._wanted_language = wanted_language
        i18n.set_language(wanted_language())
        look.set_theme("night")
        look.set_scale(SCALE)
        super().__init__(orientation="vertical", **kwargs)
        Window.clearcolor = color("bg")
        emulator = Emulator(store, backend, self.tell)
        self.desk = Desk(store, backend, emulator, Signals(store), self.tell)
        self.tab: Tab | None = None
        self.current = ""
        self._bindings: list[Unbind] = []
        self._build()
        emulator.on_change.append(self._changed)
        store.bind_link(lambda _: self._linked())
        self._timers = [
            Clock.schedule_interval(emulator.survey, SURVEY_SECONDS),
            Clock.schedule_interval(self.desk.signals.sample, STEP),
        ]
        self.show(tab)

    def show(self, name: str) -> None:
        """Go to a tab; it is built anew, the one shown before is dropped."""
        self._drop()
        self.current = name
        with self.desk.store.recording() as self._bindings:
            self.tab = BY_NAME[name].make(self.desk)
        self._stage.add_widget(self.tab)
        for other, button in self._buttons.items():
            button.select(other == name)
        self.tab.changed()

    def tell(self, words: str, well: bool) -> None:
        """Say in one line how something ended."""
        self._said.text = " ".join(words.split())
        self._said.tone("text2" if well else "alert")
        self._said_icon.show("check" if well else "error", tone="energy" if well else "alert")

    def close(self) -> None:
        """Let go of the clock and of the window's keys."""
        for timer in self._timers:
            timer.cancel()
        self._header.close()
        self._drop()

    def _drop(self) -> None:
        if self.tab:
            self._stage.remove_widget(self.tab)
            self.tab.close()
            self.tab = None
        for unbind in self._bindings:
            unbind()

    def _linked(self) -> None:
        self.desk.emulator.survey()
        self._changed()

    def _changed(self) -> None:
        grown = self.desk.signals.offer(self.desk.emulator.last.configs)
        self._header.changed()
        if i18n.language() != (language := self._wanted_language()):
            self._speak(language)
        elif self.tab:
            self.tab.changed()
            if grown:
                self.tab.offered()

    def _speak(self, language: str) -> None:
        """Build everything again in another language."""
        i18n.set_language(language)
        self._header.close()
        self._drop()
        self.clear_widgets()
        self._build()
        self._header.changed()
        self.show(self.current)

    def _build(self) -> None:
        self._said = Said(t("panel.ready"))
        self._said_icon = Icon("info", size="small", tone="text3")
        self._stage = FloatLayout()
        self._buttons = {info.name: _TabButton(info.icon, t(info.title)) for info in TABS}
        self._header = Header(self.desk)
        side = BoxLayout(orientation="vertical", size_hint_x=None, width=dp(SIDE), spacing=dp(6))
        for name, tab_button in self._buttons.items():
            tab_button.bind(on_release=lambda *_, name=name: self.show(name))
            side.add_widget(tab_button)
        side.add_widget(Widget())
        middle = BoxLayout(padding=(dp(16), 0, dp(16), 0), spacing=dp(16))
        middle.add_widget(side)
        middle.add_widget(self._stage)
        foot = BoxLayout(size_hint_y=None, height=dp(50), padding=(dp(28), 0), spacing=dp(12))
        for part in (self._said_icon, self._said):
            part.pos_hint = {"center_y": 0.5}
            foot.add_widget(part)
        below = BoxLayout(orientation="vertical", pos_hint={"x": 0, "y": 0})
        below.add_widget(middle)
        below.add_widget(foot)
        layer = Layer()  # the clock above it runs on while nothing else changes
        layer.add_widget(below)
        self.add_widget(self._header)
        self.add_widget(layer)


class _TabButton(Control):
    def __init__(self, icon: str, title: str) -> None:
        super().__init__(size_hint=(1, None), size=(dp(SIDE), dp(58)))
        center = {"center_x": 0.5, "center_y": 0.5}
        self._card = Card(tone="surface3", radius="tile", edged=False, pos_hint=center)
        self._icon = Icon(icon, size="medium", tone="text2")
        self._icon.font_size = dp(30)
        self._title = Text(title, tone="text2")
        self.add_widget(self._card)
        self.add_widget(Row(self._icon, self._title, gap="m", pos_hint={"x": 0.07, "center_y": 0.5}))

    def select(self, selected: bool) -> None:
        self._card.bare(not selected)
        self._icon.show(tone="accent" if selected else "text2", filled=selected)
        self._title.tone("text" if selected else "text2")
