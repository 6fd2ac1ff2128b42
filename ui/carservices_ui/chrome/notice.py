"""The live notification: one card over any screen, away from the speed and the climate bar, gone with a touch."""

from typing import Any

from kivy.animation import Animation
from kivy.graphics import Color
from kivy.metrics import dp
from kivy.properties import NumericProperty
from kivy.uix.floatlayout import FloatLayout

from carservices.api.notifications import Current, Notification, Priority
from carservices_ui import notices
from carservices_ui.look import color
from carservices_ui.tokens import MOTION, TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Column, Control, Flow, IconButton, IconTile, Row, spacer
from carservices_ui.widgets.card import Card
from carservices_ui.widgets.shapes import plate

WIDTH = 640
WORDS = WIDTH - 236
"""Width of what is read: beside it are the icon, the cross and the space around them."""
BELOW = TARGET + 16
"""Height of its buttons, with the space below them."""
INSET = 12
"""From the top of the screen."""
LIST = "notifications"
"""On this screen the notification is in the list already."""


class NoticeLayer(FloatLayout):
    """Shows the current notification at the top of its place; touches beside the card go on to the screen."""

    lower_edge = NumericProperty(0.0)
    """What comes below the card must end here."""

    def __init__(self, ui: Ui, screen: str) -> None:
        super().__init__(size_hint=(None, None))
        self._ui = ui
        self._quiet = screen == LIST
        self._fresh = False
        self.card: NoticeCard | None = None
        ui.store.bind_stream(notices.CURRENT, self._show)
        self._fresh = True
        self.bind(pos=self._place, size=self._place)

    def restrict(self) -> None:
        """Say it again in the length that may be read now."""
        self._show(self._ui.store.stream(notices.CURRENT))

    def _show(self, current: Current | None) -> None:
        notification = current.notification if current and not self._quiet else None
        before = self.card.notification.id if self.card else None
        if self.card:
            self.remove_widget(self.card)
            self.card = None
        if notification is None:
            self._place()
            return
        self.card = NoticeCard(self._ui, notification)
        self.card.bind(height=self._place)
        self.add_widget(self.card)
        self._place()
        if self._fresh and before != notification.id:
            self.card.opacity = 0
            Animation(opacity=1, duration=MOTION["screen"], transition="out_cubic").start(self.card)

    def _place(self, *_: Any) -> None:
        if self.card:
            width = min(dp(WIDTH), self.width - 2 * dp(INSET))
            self.card.width = width
            self.card.pos = (
                round(self.x + (self.width - width) / 2),
                round(self.y + self.height - dp(INSET) - self.card.height),
            )
        self.lower_edge = self.card.y if self.card else self.top


class NoticeCard(Control):
    """Icon, title and sentence; a touch opens what it is about, or the list, the cross dismisses.

    A critical one is tinted and edged.
    """

    def __init__(self, ui: Ui, notification: Notification) -> None:
        super().__init__(radius="overlay", size=(dp(WIDTH), dp(108)))
        self.notification = notification
        self._ui = ui
        self.urgent = notification.priority is Priority.CRITICAL
        tone = notices.TONES[notification.priority]
        message = notices.say(ui, notification)
        self.title = Flow(message.title, lines=2, strong=True, role="primary")
        self.sentence = Flow(message.text)
        self.dismiss = IconButton("close")
        self.dismiss.bind(on_release=lambda *_: notices.dismiss(ui, notification.id))
        self.buttons = notices.buttons(ui, notification)
        parts = [self.title, *([self.sentence] if message.text else [])]
        words = Column(*parts, width=dp(WORDS))
        center = {"center_x": 0.5, "center_y": 0.5}
        self.add_widget(
            Card(tone="alert_tint" if self.urgent else "overlay", radius="overlay", afloat=True, pos_hint=center)
        )
        row = Row(
            IconTile(notices.ICONS[notification.topic], tone=tone, side=64),
            words,
            spacer(),
            self.dismiss,
            gap="m",
            size_hint=(1, 1),
            padding=(dp(28), 0, dp(12), 0),
        )
        below = Row(*self.buttons, size_hint=(1, None), height=dp(TARGET), padding=(dp(28 + 64 + 16), 0, 0, 0))
        rest = dp(BELOW) if self.buttons else 0
        self.add_widget(
            Column(
                row,
                *([below] if self.buttons else []),
                gap=None,
                size_hint=(1, 1),
                padding=(0, 0, 0, rest - dp(TARGET) if self.buttons else 0),
                pos_hint=center,
            )
        )
        with self.canvas.after:
            Color(*color(tone))
            self._mark = plate(dp(3))
        words.bind(height=lambda _, height: setattr(self, "height", max(dp(108), height + dp(36)) + rest))
        self.height = max(dp(108), words.height + dp(36)) + rest
        self.bind(pos=self._place, size=self._place)
        self._place()

    def on_release(self) -> None:
        if notices.leads(self.notification):
            notices.follow(self._ui, self.notification)
        else:
            self._ui.show(LIST)

    def _place(self, *_: Any) -> None:
        inset = dp(24)
        self._mark.pos, self._mark.size = (self.x + dp(10), self.y + inset), (dp(6), self.height - 2 * inset)
