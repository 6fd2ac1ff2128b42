"""The developer's overlay on the app in front: step, restrictions in force, what was cut and why, the talk on its link.

Developer settings ask for it. It lets every touch through, and its small type is for the one who stands beside the car.
"""

from collections import deque
from typing import Final

from kivy.clock import Clock
from kivy.metrics import dp

from carservices.api.apps import Apps
from carservices.api.inspection import Inspection
from carservices_ui.i18n import t
from carservices_ui.store import Outcome
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Text

LOOK_SECONDS: Final = 0.5
WIDTH: Final = 460
MESSAGES: Final = 6
LONGEST: Final = 120
"""Characters of a message."""


class Inspector(Card):
    """In the lower right corner; asks the app host twice a second until it is closed."""

    def __init__(self, ui: Ui, app: str) -> None:
        super().__init__(
            tone="surface3", alpha=0.94, radius="tile", size_hint=(None, None), pos_hint={"right": 0.985, "y": 0.025}
        )
        self._ui = ui
        self._app = app
        self._after = 0
        self._asking = False
        self._messages: deque[str] = deque(maxlen=MESSAGES)
        self._shown: list[tuple[str, str]] = []
        self._lines = Column(gap="xs", size_hint=(1, None), padding=dp(16), pos_hint={"x": 0, "y": 0})
        self._lines.bind(height=lambda _, height: setattr(self, "height", height))
        self.width = dp(WIDTH)
        self.add_widget(self._lines)
        self._clock = Clock.schedule_interval(lambda _: self.ask(), LOOK_SECONDS)
        self.ask()

    @property
    def texts(self) -> list[str]:
        """What it says, line by line."""
        return [text for text, _ in self._shown]

    def ask(self) -> None:
        """Look again, unless the last look has not been answered."""
        if not self._asking:
            self._asking = True
            self._ui.store.call(Apps, "inspect", self._answered, app=self._app, after=self._after)

    def close(self) -> None:
        """Ask no more."""
        self._clock.cancel()

    def _answered(self, outcome: Outcome) -> None:
        self._asking = False
        if isinstance(outcome.result, Inspection):
            self._take(outcome.result)

    def _take(self, now: Inspection) -> None:
        for message in now.messages:
            self._after = message.number
            arrow = "→" if message.sender == "host" else "←"
            self._messages.append(f"{arrow} {message.kind} {message.text}"[:LONGEST].splitlines()[0])
        lines = [
            (f"{now.template or now.state} · {t('developer.step', step=now.step, steps=now.steps)}", "text"),
            (f"{t('developer.restrictions')}: {', '.join(now.restrictions) or '–'}", "text2"),
            *((cut, "heat") for cut in now.cuts),
            *([(now.refused, "alert")] if now.refused else []),
            *((message, "text2") for message in self._messages),
        ]
        if lines != self._shown:
            self._shown = lines
            self._lines.clear_widgets()
            for text, tone in lines:
                self._lines.add_widget(Text(text, role="caption", tone=tone, wrap=WIDTH - 32))
