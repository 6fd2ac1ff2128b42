"""One fault in detail: what it means, what to do, what software can do, and what the unit saw when it came."""

import time
from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.api.diagnostics import Attempt, CarHealth, Offer, TroubleCode
from carservices.api.driving import Restriction
from carservices_ui import health
from carservices_ui.i18n import number, t
from carservices_ui.ui import Ui
from carservices_ui.widgets import (
    Card,
    Column,
    CutNote,
    Dialog,
    Icon,
    IconButton,
    Row,
    Scroll,
    Text,
    TextButton,
    spacer,
)

COLUMNS = 3


class Detail(Column):
    """A title that stays, and the rest to scroll; while driving only what to do."""

    def __init__(self, ui: Ui, code: TroubleCode, state: CarHealth, *, back: Callable[[], None]) -> None:
        self._ui, self.code = ui, code
        self.back = IconButton("arrow_back")
        self.back.bind(on_release=lambda *_: back())
        self.repair: RepairCard | None = None
        words = health.explain(ui, code)
        icon, tone = health.tone(code)
        self.title = Text(words.title, role="primary", strong=True, limit=580)
        self._flowing = [Text(words.text, tone="text2"), Text(words.action)]
        self.scroller = Scroll(*self._parts(code, state), gap="m")
        head = Row(self.back, Icon(icon, tone=tone, filled=True), self.title, gap="m", size_hint=(1, None))
        super().__init__(
            head,
            self.scroller,
            gap="m",
            size_hint=(1, 1),
            padding=(dp(12), dp(12), dp(24), dp(16)),
            pos_hint={"x": 0, "y": 0},
        )
        self.bind(width=self._flow)

    @property
    def scroll(self) -> float:
        """Where the text is, 1 at the top."""
        return float(self.scroller.scroll_y)

    @scroll.setter
    def scroll(self, position: float) -> None:
        self.scroller.scroll_y = position

    def _parts(self, code: TroubleCode, state: CarHealth) -> list[Widget]:
        icon, tone = health.DRIVE_ON[code.drive_on]
        advice = Row(
            Icon(icon, tone=tone, filled=True), Text(t(f"health.drive_{code.drive_on.value}"), tone=tone, strong=True)
        )
        if self._ui.restrictions.forbids(Restriction.LIMIT_CONTENT):
            return [_indent(advice), _indent(self._flowing[1]), CutNote(t("health.detail"), self._ui.restrictions.why)]
        parts: list[Widget] = [advice, *self._flowing]
        attempts = [one for one in state.attempts if one.fault == code.id]
        if code.repair is not None:
            self.repair = RepairCard(self._ui, code, code.repair)
            parts.append(self.repair)
        parts += [AttemptRow(one) for one in attempts]
        parts.append(_grid(self._facts(code)))
        if code.frame:
            parts.append(Text(t("health.frame"), tone="text2"))
            parts.append(_grid([(health.value(self._ui, one), health.label(one)) for one in code.frame]))
        return [_indent(part) for part in parts]

    def _facts(self, code: TroubleCode) -> list[tuple[str, str]]:
        now = time.time()
        status = t(f"health.status_{code.status.value}")
        if code.occurrences > 1:
            status = t("health.times", status=status, n=number(code.occurrences))
        return [
            (f"{code.ecu} {code.code}", status),
            (t("health.ago", age=health.age(now - code.first_seen)), t("health.first_seen")),
            (t("health.ago", age=health.age(now - code.last_seen)), t("health.last_seen")),
        ]

    def _flow(self, *_: Any) -> None:
        for text in self._flowing:
            text.text_size = (self.width - dp(12 + 24 + 20 + 12), None)


class RepairCard(Card):
    """What software can do about it, what stands in the way, and the button."""

    def __init__(self, ui: Ui, code: TroubleCode, offer: Offer) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(124))
        self._ui, self._fault, self._words = ui, code.id, health.offer(offer)
        restricted = ui.restrictions.forbids(Restriction.NO_SETUP)
        if restricted:
            why = ui.restrictions.why
        elif offer.obstacles:
            why = t(f"health.obstacle.{offer.obstacles[0].value}")
        else:
            why = t("health.left", n=offer.left)
        blocked = restricted or bool(offer.obstacles)
        self.why = Text(why, tone="heat" if blocked else "text2", limit=420)
        self.button = TextButton(t("health.repair"), icon="build", kind="primary")
        self.button.available = not blocked
        self.button.bind(on_release=lambda *_: self._ask())
        self.add_widget(
            Row(
                Column(Text(self._words.title, strong=True, limit=420), self.why),
                spacer(),
                self.button,
                gap="m",
                size_hint=(1, 1),
                padding=(dp(20), 0),
                pos_hint={"x": 0, "y": 0},
            )
        )

    def _ask(self) -> None:
        actions = [
            (t("health.cancel"), "plain", lambda: None),
            (t("health.repair"), "primary", lambda: health.call(self._ui, "repair", fault=self._fault)),
        ]
        self._ui.ask(Dialog(self._words.title, self._words.text, actions))


class AttemptRow(Row):
    """One earlier repair: when, by whom, how it ended."""

    def __init__(self, attempt: Attempt) -> None:
        words = t(
            "health.tried",
            age=health.age(time.time() - attempt.time),
            by=t("health.automatic" if attempt.automatic else "health.you"),
            result=t(f"health.attempt_{attempt.result.value}"),
        )
        super().__init__(Icon("history", size="small", tone="text2"), Text(words, tone="text2"), gap="m")


def _grid(facts: list[tuple[str, str]]) -> GridLayout:
    """Values with their names below."""
    grid = GridLayout(cols=COLUMNS, size_hint=(1, None), spacing=(dp(16), dp(14)))
    grid.bind(minimum_height=grid.setter("height"))
    for value, name in facts:
        width = 680 / COLUMNS - 20
        grid.add_widget(
            Column(
                Text(value, strong=True, limit=width),
                Text(name, tone="text2", limit=width),
                gap=None,
                size_hint=(1, None),
            )
        )
    return grid


def _indent(part: Widget) -> Widget:
    """Below the title's icon, not below the arrow; what fills the width keeps doing so."""
    return Row(part, gap=None, padding=(dp(20), 0, dp(12), 0), size_hint=(1, None))
