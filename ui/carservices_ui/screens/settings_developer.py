"""Settings, developer's view: restrictions in force and why, the rules behind them, the link and the processes."""

from collections.abc import Callable

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.driving import Driving, DrivingState, Motion, Restriction
from carservices.api.driving import Outcome as Rule
from carservices.system.run_dir import default_run_dir
from carservices.system.state import NotRunning, ProcessState, load
from carservices_ui.i18n import number, t
from carservices_ui.restrictions import STREAM
from carservices_ui.screens import settings_sandbox
from carservices_ui.screens.settings_explain import explain
from carservices_ui.screens.settings_parts import Part
from carservices_ui.store import Outcome
from carservices_ui.widgets import Card, Column, Icon, ListRow, Row, Segmented, Text, spacer

PROCESS_SECONDS = 2.0
"""How often the list of processes is read again."""

TONES = {"running": "energy", "starting": "accent", "waiting": "text2", "off": "text2"}
"""Of a process's state; every other one is a failure."""

PLACE = "settings.developer"


class DeveloperPart(Part):
    """One of `VIEWS` below the choice among them."""

    def rows(self) -> list[Widget]:
        self._clock = Clock.schedule_interval(lambda _: self._read_processes(), PROCESS_SECONDS)
        self.view = self.ui.places.get(PLACE, "restrictions")
        self.tabs = Segmented([(name, t(f"developer.{name}")) for name in VIEWS], size_hint=(1, None))
        self.tabs.value = self.view
        self.tabs.bind(on_choose=lambda _, name: self._go(name))
        self.content = Column(gap="s", size_hint=(1, None))
        self.explanations: dict[Restriction, Text] = {}
        self.rules: list[Rule] = []
        self.ui.store.bind_stream(STREAM, lambda _: self._show())
        self.ui.store.bind_link(lambda _: self._show())
        return [self.tabs, self.content]

    def close(self) -> None:
        self._clock.cancel()

    def _go(self, name: str) -> None:
        self.view = self.ui.places[PLACE] = name
        self._show()

    def _show(self) -> None:
        VIEWS[self.view](self)

    def _fill(self, rows: list[Widget]) -> None:
        self.content.clear_widgets()
        for row in rows:
            self.content.add_widget(row)

    # -- restrictions --------------------------------------------------------------------------------------------------

    def show_restrictions(self) -> None:
        """The driving state, and each restriction explained."""
        state: DrivingState | None = self.ui.store.stream(STREAM)
        flags = self.ui.restrictions.flags if state is None else state.restrictions
        self.explanations = {one: Text(tone="text2", wrap=660) for one in Restriction}
        motion = Motion.UNKNOWN if state is None else state.motion
        why = t("cause.service_away" if state is None else f"cause.{state.cause.value}")
        self._fill(
            [
                ListRow(t(f"motion.{motion.value}"), detail=why, icon="directions_car", inert=True),
                *(RestrictionRow(one, text, in_force=bool(flags & one)) for one, text in self.explanations.items()),
            ]
        )
        if state is not None:
            for one, text in self.explanations.items():
                text.text = explain(one, state, self.rules)
            if not self.rules:
                self.ui.store.call(Driving, "outcomes", self._take_rules)

    # -- rules ---------------------------------------------------------------------------------------------------------

    def show_rules(self) -> None:
        """What the rules say of every driving state, speed range and restriction."""
        if self.rules:
            self._fill([RuleTable(self.rules)])
        else:
            self._fill([ListRow(t("developer.no_rules"), icon="sync_problem", tone="text2", inert=True)])
        self.ui.store.call(Driving, "outcomes", self._take_rules)

    def _take_rules(self, outcome: Outcome) -> None:
        rules = outcome.result if outcome.ok else []
        if rules != self.rules:
            self.rules = rules
            if self.view in ("restrictions", "rules"):
                self._show()

    # -- processes -----------------------------------------------------------------------------------------------------

    def show_processes(self) -> None:
        """The link to the car, and what its supervisor says of each process."""
        linked = self.ui.store.linked
        link = Text(t("developer.linked" if linked else "developer.not_linked"), tone="text2" if linked else "alert")
        rows: list[Widget] = [ListRow(t("developer.link"), icon="link" if linked else "link_off", end=link, inert=True)]
        try:
            rows += [process_row(process) for process in load(default_run_dir()).processes]
        except NotRunning:
            rows.append(ListRow(t("developer.no_processes"), icon="memory", tone="text2", inert=True))
        self._fill(rows)

    # -- sandbox -------------------------------------------------------------------------------------------------------

    def show_sandbox(self) -> None:
        """How apps are shut in."""
        self._fill(settings_sandbox.rows(self.ui))

    def _read_processes(self) -> None:
        if self.view == "processes":
            self._show()


VIEWS: dict[str, Callable[[DeveloperPart], None]] = {
    "restrictions": DeveloperPart.show_restrictions,
    "rules": DeveloperPart.show_rules,
    "processes": DeveloperPart.show_processes,
    "sandbox": DeveloperPart.show_sandbox,
}


def process_row(process: ProcessState) -> ListRow:
    """One process: its state, or why it is not running; CPU and memory."""
    tone = TONES.get(process.state, "alert")
    cpu = "–" if process.cpu is None else f"{number(process.cpu, 1)} %"
    memory = "–" if process.rss is None else f"{number(process.rss / 1e6)} MB"
    restarts = t("developer.restarts", n=process.restarts) if process.restarts else ""
    words = " · ".join(filter(None, (process.state, restarts, process.reason or process.last_exit)))
    figures = Text(f"{cpu}   {memory}", tone="text2")
    row = ListRow(process.name, detail=words, icon="memory", tone=tone, end=figures, inert=True)
    row.detail.shorten, row.detail.shorten_from = True, "right"
    row.detail.text_size = (dp(480), None)
    return row


class RestrictionRow(Card):
    """One restriction: whether it is in force, and why."""

    def __init__(self, restriction: Restriction, why: Text, *, in_force: bool) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None))
        self.in_force = in_force
        icon, tone = ("block", "heat") if in_force else ("check", "energy")
        words = Column(Text(str(restriction.name), strong=True), why)
        row = Row(
            Icon(icon, tone=tone),
            words,
            gap="m",
            size_hint=(1, 1),
            padding=(dp(20), 0),
            pos_hint={"x": 0, "y": 0},
        )
        self.add_widget(row)
        words.bind(height=lambda _, height: setattr(self, "height", height + dp(28)))
        self.height = words.height + dp(28)


class RuleTable(Card):
    """Restrictions by driving state and speed range: a mark where one is in force."""

    COLUMN = 100

    def __init__(self, rules: list[Rule]) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None))
        columns = list(dict.fromkeys((rule.motion, rule.from_speed, rule.to_speed) for rule in rules))
        in_force = {(r.motion, r.from_speed, r.restriction) for r in rules if r.in_force}
        self.marks = 0
        head = [
            self._cell(Text(self._head(*column), role="caption", tone="text2", halign="center")) for column in columns
        ]
        lines = [Row(spacer(), *head, gap=None, size_hint=(1, None), height=dp(56))]
        for restriction in dict.fromkeys(rule.restriction for rule in rules):
            cells = []
            for motion, start, _ in columns:
                held = (motion, start, restriction) in in_force
                self.marks += held
                cells.append(
                    self._cell(Icon("block" if held else "check", size="small", tone="heat" if held else "energy"))
                )
            name = Text(str(restriction.name), role="caption")
            lines.append(Row(name, spacer(), *cells, gap=None, size_hint=(1, None), height=dp(44)))
        content = Column(
            *lines, gap=None, size_hint=(1, None), padding=(dp(20), dp(12)), pos_hint={"x": 0, "center_y": 0.5}
        )
        self.height = dp(56 + 44 * (len(lines) - 1) + 24)
        self.add_widget(content)

    def _cell(self, content: Widget) -> Widget:
        cell = Card(edged=False, size_hint=(None, 1), width=dp(self.COLUMN))
        cell.bare(True)
        content.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        cell.add_widget(content)
        return cell

    def _head(self, motion: Motion, start: float, end: float | None) -> str:
        speeds = "" if not start and end is None else f"\n{start:g}–{end:g} m/s" if end else f"\n≥ {start:g} m/s"
        return t(f"motion.{motion.value}") + speeds
