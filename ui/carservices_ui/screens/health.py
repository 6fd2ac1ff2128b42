"""Car health: the verdict and the control units on the left, faults or one of them in detail on the right."""

import time

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.diagnostics import CarHealth, Phase, TroubleCode
from carservices_ui import health
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.screens.health_detail import Detail
from carservices_ui.screens.health_list import FaultList
from carservices_ui.screens.health_verdict import VerdictCard
from carservices_ui.widgets import Card

LEFT = 400
GAP = 16
AGE_SECONDS = 10.0
"""How often the ages are written anew."""


class HealthScreen(Screen):
    """Which fault is open is kept in `Ui.places`, so it outlasts building again."""

    name = "health"

    def build(self) -> None:
        self.verdict = VerdictCard(self.ui)
        self.panel = Card()
        self._shown = FloatLayout(size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        self.panel.add_widget(self._shown)
        self.content: FaultList | Detail | None = None
        self._built: object = None
        for card in (self.verdict, self.panel):
            card.size_hint = (None, None)
            self.add_widget(card)
        self.bind(pos=self._place, size=self._place)
        self.ui.store.bind_stream(health.STREAM, lambda _: self._show())
        self._clock = Clock.schedule_interval(lambda _: self._write_ages(), AGE_SECONDS)

    def close(self) -> None:
        self._clock.cancel()

    def restrict(self, restrictions: Restrictions) -> None:
        self._show()

    def revisit(self) -> None:
        self._show()

    def open(self, fault: str | None) -> None:
        """Show one fault, or the list."""
        if fault is None:
            self.ui.places.pop(self.name, None)
        else:
            self.ui.places[self.name] = fault
        self._show()

    def _show(self) -> None:
        state: CarHealth | None = self.ui.store.stream(health.STREAM)
        self.verdict.show(state)
        fault = self._open_fault(state)
        self._write_ages()
        if (built := self._what(state, fault)) == self._built:
            return  # a scan tells its progress many times: rows that stay can be touched
        self._built = built
        position = self.content.scroll if self.content is not None else 1.0
        same = isinstance(self.content, Detail) == (fault is not None)
        if fault is not None and state is not None:
            self.content = Detail(self.ui, fault, state, back=lambda: self.open(None))
        else:
            self.content = FaultList(self.ui, state, choose=self.open)
        self._shown.clear_widgets()
        self._shown.add_widget(self.content)
        if same:
            self.content.scroll = position

    def _what(self, state: CarHealth | None, fault: TroubleCode | None) -> object:
        """All that the panel depends on."""
        if state is None:
            return None, self.ui.restrictions
        nothing = not state.ecus and state.phase is Phase.IDLE
        return fault, state.codes, state.healed, state.attempts, nothing, self.ui.restrictions

    def _open_fault(self, state: CarHealth | None) -> TroubleCode | None:
        wanted = self.ui.places.get(self.name)
        if state is None or wanted is None:
            return None
        return next((code for code in (*state.codes, *state.healed) if code.id == wanted), None)

    def _write_ages(self) -> None:
        self.verdict.write_age(time.time())

    def _place(self, *_: object) -> None:
        left, gap = dp(LEFT), dp(GAP)
        self.verdict.pos, self.verdict.size = self.pos, (left, self.height)
        self.panel.pos = (self.x + left + gap, self.y)
        self.panel.size = (self.width - left - gap, self.height)
