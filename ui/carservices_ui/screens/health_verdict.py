"""The verdict of the car-health screen: how the car is, which units answer, and the buttons to scan and clear."""

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.api.diagnostics import CarHealth, Ecu, Phase, Verdict
from carservices.api.driving import Restriction
from carservices_ui import health
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.ui import Ui
from carservices_ui.widgets import Bar, Card, Column, Dialog, IconTile, Row, Text, TextButton, spacer
from carservices_ui.widgets.shapes import disc

COLUMNS = 3
DOT = 12


class VerdictCard(Card):
    """One large icon with the verdict; below it the units, each with a dot, and the buttons."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self._state: CarHealth | None = None
        self.tile = IconTile("help", side=76)
        self.title = Text("", role="primary", strong=True, limit=344)
        self.age = Text("", tone="text2", limit=344)
        self.bar = Bar(size_hint=(1, None))
        self.units = GridLayout(cols=COLUMNS, size_hint=(1, None), spacing=(0, dp(12)))
        self.units.bind(minimum_height=self.units.setter("height"))
        self.heading = Text(t("health.units"), tone="text2")
        self.why = Text("", tone="heat", limit=344)
        self.scan = TextButton(t("health.scan"), kind="primary", size_hint=(1, None))
        self.clear = TextButton(t("health.clear"), size_hint=(1, None))
        self.scan.bind(on_release=lambda *_: health.call(ui, "scan"))
        self.clear.bind(on_release=lambda *_: self._ask())
        self.add_widget(
            Column(
                self.tile,
                Column(self.title, self.age, gap=None),
                self.bar,
                spacer(),
                self.heading,
                self.units,
                spacer(),
                self.why,
                Row(self.scan, self.clear, gap="m", size_hint=(1, None)),
                spacing=dp(14),
                size_hint=(1, 1),
                padding=(dp(28), dp(24)),
                pos_hint={"x": 0, "y": 0},
            )
        )

    def show(self, state: CarHealth | None) -> None:
        """The service's state; None while it is away."""
        self._state = state
        verdict = Verdict.UNKNOWN if state is None else state.verdict
        icon, tone = health.VERDICTS[verdict]
        self.tile.icon.show(icon, tone=tone, filled=True)
        self.title.text = t(f"health.verdict_{verdict.value}")
        busy = state is not None and state.phase is not Phase.IDLE
        self.bar.opacity = 1.0 if busy else 0.0
        self.bar.share = state.progress if state is not None else 0.0
        self.units.clear_widgets()
        for ecu in () if state is None else state.ecus:
            self.units.add_widget(UnitMark(ecu))
        self.heading.opacity = 1.0 if state is not None and state.ecus else 0.0
        self._allow(state, busy)

    def write_age(self, now: float) -> None:
        """Say anew how long ago the scan was."""
        self.age.text = " " if self._state is None else health.checked(self._state, now)

    def _allow(self, state: CarHealth | None, busy: bool) -> None:
        restricted = self._ui.restrictions.forbids(Restriction.NO_SETUP)
        has_faults = state is not None and bool(state.codes)
        self.scan.available = state is not None and not busy
        self.clear.available = state is not None and has_faults and not state.obstacles and not restricted
        if state is None:
            self.why.text = " "
        elif restricted and has_faults:
            self.why.text = self._ui.restrictions.why
        elif has_faults and state.obstacles and not busy:
            self.why.text = t(f"health.obstacle.{state.obstacles[0].value}")
        else:
            self.why.text = " "

    def _ask(self) -> None:
        actions = [
            (t("health.cancel"), "plain", lambda: None),
            (t("health.clear"), "danger", lambda: health.call(self._ui, "clear")),
        ]
        self._ui.ask(Dialog(t("health.clear_title"), t("health.clear_text"), actions))


class UnitMark(Row):
    """A unit's name with a dot: green when it answers, red when it does not, amber when it answers strangely."""

    def __init__(self, ecu: Ecu) -> None:
        tone = "alert" if not ecu.reachable else "heat" if ecu.problem else "energy"
        dot = Widget(size_hint=(None, None), size=(dp(DOT), dp(DOT)))
        with dot.canvas:
            Color(*color(tone))
            mark = disc(dp(DOT))
        mark.size = dot.size
        dot.bind(pos=lambda _, pos: setattr(mark, "pos", pos))
        self.name = Text(ecu.name, tone="text" if ecu.reachable else "alert", limit=86)
        super().__init__(dot, self.name, gap="s", size_hint=(1, None))
