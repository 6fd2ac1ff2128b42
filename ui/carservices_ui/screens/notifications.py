"""Notifications: everything that is in force, most important first; while driving only the one that matters now."""

import time
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp

from carservices.api.notifications import Board, Current, Notification, Priority
from carservices_ui import notices
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Page
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import (
    Calm,
    Card,
    Column,
    Control,
    CutNote,
    Flow,
    IconButton,
    IconTile,
    Row,
    Scroll,
    Text,
    spacer,
)

AGE_SECONDS = 10.0
"""How often the ages are written anew."""
LEAST = 240
"""Narrowest the words get, in dp."""


class NotificationsScreen(Page):
    """A list of `NoticeRow`, or one calm sentence when there is none."""

    name = "notifications"
    title = "screen.notifications"

    def build(self) -> None:
        self.rows: list[NoticeRow] = []
        self.more: CutNote | None = None
        self.ui.store.bind_stream(notices.ACTIVE, lambda _: self._show())
        self.ui.store.bind_stream(notices.CURRENT, lambda _: self._show())
        self._clock = Clock.schedule_interval(lambda _: self._write_ages(), AGE_SECONDS)

    def close(self) -> None:
        self._clock.cancel()

    def restrict(self, restrictions: Restrictions) -> None:
        super().restrict(restrictions)
        self._show()

    def _show(self) -> None:
        self.body.clear_widgets()
        self.rows, self.more = [], None
        board: Board | None = self.ui.store.stream(notices.ACTIVE)
        if board is None:
            self.body.add_widget(Calm("sync_problem", "text2", "notifications.away", "notifications.away_detail"))
        elif not board.notifications:
            self.body.add_widget(Calm("check_circle", "energy", "notifications.none", "notifications.none_detail"))
        else:
            self._list(board)

    def _list(self, board: Board) -> None:
        shown = self._readable(board)
        self.rows = [NoticeRow(self.ui, notification) for notification in shown]
        cut = len(board.notifications) - len(shown)
        if cut:
            self.more = CutNote(t("notifications.more", n=cut), self.ui.restrictions.why)
        self.body.add_widget(Scroll(*self.rows, *([self.more] if self.more else [])))
        self._write_ages()

    def _readable(self, board: Board) -> tuple[Notification, ...]:
        """What the driver may read now."""
        if board.driving:
            current: Current | None = self.ui.store.stream(notices.CURRENT)
            return (current.notification,) if current and current.notification else ()
        return board.notifications[: self.ui.restrictions.count(len(board.notifications))]

    def _write_ages(self) -> None:
        now = time.time()
        for row in self.rows:
            row.age.text = notices.age(row.notification, now)


class NoticeRow(Control):
    """One notification: icon, title and sentence, age, snooze and dismiss; a critical one is tinted.

    A touch opens what it is about, where there is a screen for that.
    """

    def __init__(self, ui: Ui, notification: Notification) -> None:
        critical = notification.priority is Priority.CRITICAL
        super().__init__(size_hint=(1, None), height=dp(96))
        self._ui = ui
        self.notification = notification
        self.leads = notices.leads(notification)
        center = {"center_x": 0.5, "center_y": 0.5}
        self.add_widget(Card(tone="alert_tint" if critical else "surface2", radius="tile", pos_hint=center))
        message = notices.say(ui, notification)
        tone = notices.TONES[notification.priority]
        self.title = Flow(message.title, lines=2, strong=True)
        self.sentence = Flow(message.text, tone="text" if critical else "text2")
        self.age = Text(tone="text2")
        self.snooze = IconButton("bedtime", tone="text2")
        self.dismiss = IconButton("close")
        self.snooze.bind(on_release=lambda *_: notices.snooze(ui, notification.id))
        self.dismiss.bind(on_release=lambda *_: notices.dismiss(ui, notification.id))
        self._tile = IconTile(notices.ICONS[notification.topic], tone=tone, side=56)
        self.buttons = notices.buttons(ui, notification)
        parts = [self.title, *([self.sentence] if message.text else [])]
        below = [Row(*self.buttons)] if self.buttons else []
        self._words = Column(*parts, *below, gap="s" if below else "xs", width=dp(LEAST))
        row = Row(
            self._tile,
            self._words,
            spacer(),
            self.age,
            Row(self.snooze, self.dismiss, gap=None),
            gap="m",
            size_hint=(1, 1),
            padding=(dp(20), 0, dp(8), 0),
            pos_hint={"x": 0, "y": 0},
        )
        self.add_widget(row)
        self.bind(width=self._wrap)
        self.age.bind(width=self._wrap)
        self._words.bind(height=self._fit)
        self._fit()

    @property
    def usable(self) -> bool:
        return self.leads and super().usable

    def on_touch_down(self, touch: Any) -> bool:
        if not self.leads:
            return any(child.dispatch("on_touch_down", touch) for child in self.children[:])
        handled: bool = super().on_touch_down(touch)
        return handled

    def on_release(self) -> None:
        notices.follow(self._ui, self.notification)

    def _wrap(self, *_: Any) -> None:
        beside = self._tile.width + self.age.width + 2 * dp(TARGET) + dp(28 + 5 * 16)
        self._words.width = max(dp(LEAST), self.width - beside)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(96), self._words.height + dp(32))
