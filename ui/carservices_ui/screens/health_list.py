"""The faults as calm rows, worst first; while driving only those that matter on the road."""

from collections.abc import Callable

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.diagnostics import CarHealth, CodeStatus, DriveOn, Phase, TroubleCode
from carservices.api.driving import Restriction
from carservices_ui import health
from carservices_ui.i18n import t
from carservices_ui.ui import Ui
from carservices_ui.widgets import Calm, Column, CutNote, ListRow, Scroll, Text

MOST_DRIVING = 3
"""Rows while content is limited."""


class FaultList(Column):
    """Rows, or one sentence when there are none."""

    def __init__(self, ui: Ui, state: CarHealth | None, *, choose: Callable[[str | None], None]) -> None:
        self.rows: dict[str, ListRow] = {}
        self.more: CutNote | None = None
        self._ui, self._choose = ui, choose
        self._scroll: Scroll | None = None
        super().__init__(self._content(state), size_hint=(1, 1), padding=(dp(20), dp(20)), pos_hint={"x": 0, "y": 0})

    @property
    def scroll(self) -> float:
        """Where the list is, 1 at the top."""
        return 1.0 if self._scroll is None else float(self._scroll.scroll_y)

    @scroll.setter
    def scroll(self, position: float) -> None:
        if self._scroll is not None:
            self._scroll.scroll_y = position

    def _content(self, state: CarHealth | None) -> Widget:
        if state is None:
            return Calm("sync_problem", "text2", "health.away", "health.away_detail")
        if not state.ecus and not state.codes and state.phase is Phase.IDLE:
            return Calm("sensors_off", "text2", "health.no_units", "health.no_units_detail")
        limited = self._ui.restrictions.forbids(Restriction.LIMIT_CONTENT)
        shown = self._readable(state, limited)
        healed = () if limited else state.healed
        cut = len(state.codes) - len(shown)
        if not shown and not healed and not cut:
            return Calm("check_circle", "energy", "health.no_faults", "health.no_faults_detail")
        rows: list[Widget] = [self._row(code) for code in shown]
        if cut:
            self.more = CutNote(t("health.more", n=cut), self._ui.restrictions.why)
            rows.append(self.more)
        if healed:
            rows.append(Text(t("health.healed"), tone="text2", padding=(dp(8), dp(6))))
            rows += [self._row(code) for code in healed]
        self._scroll = Scroll(*rows)
        return self._scroll

    def _readable(self, state: CarHealth, limited: bool) -> tuple[TroubleCode, ...]:
        if not limited:
            return state.codes
        present = (CodeStatus.CONFIRMED, CodeStatus.PENDING)
        matter = [code for code in state.codes if code.drive_on is not DriveOn.YES and code.status in present]
        return tuple(matter[: min(MOST_DRIVING, self._ui.restrictions.count(len(matter)))])

    def _row(self, code: TroubleCode) -> ListRow:
        icon, tone = health.tone(code)
        if code.status is CodeStatus.CONFIRMED:
            advice = t(f"health.drive_{code.drive_on.value}")
        else:
            advice = t(f"health.status_{code.status.value}")
        row = ListRow(
            health.explain(self._ui, code).title,
            detail=f"{advice}  ·  {health.place(code)}",
            icon=icon,
            tone=tone,
            leads=True,
        )
        row.bind(on_release=lambda *_: self._choose(code.id))
        self.rows[code.id] = row
        return row
