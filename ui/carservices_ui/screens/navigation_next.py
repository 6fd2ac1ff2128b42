"""The next turn in short, for where a page of the plan covers the guidance."""

from typing import Any

from kivy.metrics import dp

from carservices.api.navigation import Guidance, GuidanceState
from carservices_ui.maneuvers import icon_of
from carservices_ui.screens.guidance_parts import GLASS
from carservices_ui.streams import GUIDANCE
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Icon, Row, Text


class NextTurn(Card):
    """An arrow and how far it is; no width while there is no turn."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="pill", size_hint=(None, None), size=(0, dp(TARGET)))
        self._ui = ui
        self.icon, self.distance = Icon("straight", tone="accent", filled=True), Text(role="primary", strong=True)
        self._row = Row(self.icon, self.distance, gap="s", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self._row.bind(width=self._fit)
        self.add_widget(self._row)
        self.refresh()

    @property
    def shown(self) -> bool:
        """Whether there is a turn to show."""
        return bool(self.opacity > 0)

    def refresh(self) -> None:
        """What guidance says now."""
        guidance: Guidance | None = self._ui.store.stream(GUIDANCE)
        turn = guidance.turn if guidance is not None and guidance.state is GuidanceState.DRIVING else None
        self.opacity = 0.0 if turn is None else 1.0
        if turn is not None and guidance is not None:
            self.icon.show(icon_of(turn))
            self.distance.text = self._ui.units.way(max(0.0, guidance.distance_m or 0.0))
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.width = self._row.width + dp(48) if self.shown else 0
