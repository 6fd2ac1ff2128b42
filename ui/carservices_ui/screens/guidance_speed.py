"""Speed in the person's units, led by the limit where one is known."""

from typing import Any

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.navigation import Guidance, GuidanceState
from carservices.signals import Datum
from carservices_ui.livemap import Road
from carservices_ui.screens.guidance_parts import GLASS
from carservices_ui.streams import GUIDANCE
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, is_number
from carservices_ui.widgets import Card, Column, Row, Text
from carservices_ui.widgets.shapes import disc

SPEED = "Vehicle.Speed"
TOLERATED = 1.05, 3.0
"""Share of the limit and km/h more up to which nobody is too fast; guidance, where there is one, says so by itself."""


class SpeedChip(Card):
    """Red while the car is faster than it may be."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="pill", size_hint=(None, None), size=(dp(96), dp(84)))
        self._ui = ui
        self._guidance: Guidance | None = None
        self._road = Road()
        self._over = False
        self.value = Text(NOTHING, role="title", strong=True)
        self.sign = LimitSign()
        words = Column(
            self.value,
            Text(ui.units.shown("speed").label, role="caption", tone="text2"),
            gap=None,
            align="center_x",
        )
        self._row = Row(words, gap="m", pos_hint={"center_x": 0.5, "center_y": 0.5})
        words.pos_hint = {"center_y": 0.5}
        self._row.bind(width=self._fit)
        self.add_widget(self._row)
        ui.store.bind(SPEED, self._show)
        ui.store.bind_stream(GUIDANCE, self._guide)

    def drive_on(self, road: Road) -> None:
        """The road the car is on."""
        self._road = road
        self._limit()

    def _guide(self, guidance: Guidance | None) -> None:
        guided = guidance is not None and guidance.state is GuidanceState.DRIVING
        self._guidance = guidance if guided else None
        self._limit()

    def _limit(self) -> None:
        guidance = self._guidance
        kmh = guidance.limit_kmh if guidance is not None and guidance.limit_kmh else self._road.limit_kmh
        over = guidance.over_limit if guidance is not None else self._too_fast(kmh)
        if over is not self._over:
            self._over = over
            self.value.tone("alert" if over else "text")
            self.paint("alert_tint" if over else "overlay")
        shown = self.sign.parent is not None
        if kmh is not None:
            self.sign.show(self._ui.units.number("speed", kmh))
        if (kmh is not None) != shown:
            self._row.remove_widget(self.sign) if shown else self._row.add_widget(self.sign, index=1)

    def _too_fast(self, limit: float | None) -> bool:
        speed = self._ui.store.get(SPEED)
        return limit is not None and is_number(speed) and speed > limit * TOLERATED[0] + TOLERATED[1]

    def _fit(self, *_: Any) -> None:
        self.width = max(dp(112), self._row.width + dp(44))

    def _show(self, speed: Datum | None) -> None:
        self.value.text = self._ui.units.number("speed", abs(speed) if is_number(speed) else None)
        self._limit()


class LimitSign(FloatLayout):
    """A round sign as on the road: white with a red ring, in day and night."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), size=(dp(64), dp(64)), pos_hint={"center_y": 0.5})
        with self.canvas.before:
            self._discs = []
            for paint in ((1, 1, 1, 1), (0.89, 0.15, 0.15, 1), (1, 1, 1, 1)):
                Color(*paint)
                self._discs.append(disc(dp(64)))
        self.value = Text(role="body", strong=True, pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.value.color = (0.04, 0.06, 0.08, 1)
        self.add_widget(self.value)
        self.bind(pos=self._place, size=self._place)

    def show(self, number: str) -> None:
        """Another limit; three digits are drawn smaller."""
        self.value.text = number
        self.value.font_size = dp(24 if len(number) < 3 else 20)

    def _place(self, *_: Any) -> None:
        for ring, inset in zip(self._discs, (0, 1.5, 8.5), strict=True):
            ring.pos = (self.x + dp(inset), self.y + dp(inset))
            ring.size = (self.width - dp(2 * inset), self.height - dp(2 * inset))
