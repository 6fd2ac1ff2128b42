"""The doors on the picture of the car: a touch opens or closes one, and the control shows how the car answers."""

from typing import Any

from kivy.metrics import dp

from carservices_ui.binding import bind_signal
from carservices_ui.screens.vehicle_signals import DOORS
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Icon, ValueControl

CENTER = {"center_x": 0.5, "center_y": 0.5}
FACE = 64
"""Width and height of what is seen of a target, in dp."""


class DoorSpot(ValueControl):
    """One door; `value` is whether it is open."""

    def __init__(self, ui: Ui, seat: str) -> None:
        super().__init__(radius="tile", size=(dp(TARGET), dp(TARGET)))
        face = (dp(FACE), dp(FACE))
        self._face = Card(tone="surface2", radius="tile", size_hint=(None, None), size=face, pos_hint=CENTER)
        self.icon = Icon("sensor_door", tone="text2", pos_hint=CENTER)
        self.add_widget(self._face)
        self.add_widget(self.icon)
        self.bind(value=self._show, on_blocked=ui.explain)
        bind_signal(ui, self, DOORS[seat])

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        self.icon.show("door_open" if self.value else "sensor_door", tone="heat" if self.value else "text2")
