"""Vehicle: the car from above as it stands, and beside it what opens, shines, wipes and wears."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.diagnostics import CarHealth, Verdict
from carservices_ui import health
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.screens.vehicle_car import CarCard
from carservices_ui.screens.vehicle_controls import ControlsPane, LightsPane
from carservices_ui.screens.vehicle_service import ServicePane
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, IconButton, Segmented

CAR = 500
GAP = 16
TABS = ("controls", "lights", "service")


class VehicleScreen(Screen):
    """The car on the left, one of three panes on the right."""

    name = "vehicle"

    def build(self) -> None:
        self.car = CarCard(self.ui)
        self.controls, self.lights, self.service = ControlsPane(self.ui), LightsPane(self.ui), ServicePane(self.ui)
        self._panes = dict(zip(TABS, (self.controls, self.lights, self.service), strict=True))
        self.tabs = Segmented([(name, t(f"vehicle.tab_{name}")) for name in TABS], size_hint=(1, None))
        self.tabs.bind(on_choose=self._open)
        self._shown = FloatLayout()
        self.panel = Card()
        self.panel.add_widget(
            Column(
                self.tabs,
                self._shown,
                gap="m",
                size_hint=(1, 1),
                padding=(dp(24), dp(20)),
                pos_hint={"x": 0, "y": 0},
            )
        )
        for card in (self.car, self.panel):
            card.size_hint = (None, None)
            self.add_widget(card)
        self.health = HealthButton(self.ui)
        self.add_widget(self.health)
        self.tabs.choose(self.ui.places.get(self.name, TABS[0]))
        self.bind(pos=self._place, size=self._place)
        self.restrict(self.ui.restrictions)

    def restrict(self, restrictions: Restrictions) -> None:
        self.car.restrict(restrictions)
        self.controls.restrict(restrictions)

    def close(self) -> None:
        self.car.close()

    def _open(self, _: Any, name: str) -> None:
        self.ui.places[self.name] = name
        self._shown.clear_widgets()
        self._shown.add_widget(self._panes[name])

    def _place(self, *_: object) -> None:
        left, gap = dp(CAR), dp(GAP)
        self.car.pos, self.car.size = self.pos, (left, self.height)
        inset = dp(TARGET + 16)
        self.health.pos = (self.car.x + left - inset, self.car.y + self.car.height - inset)
        self.panel.pos = (self.x + left + gap, self.y)
        self.panel.size = (self.width - left - gap, self.height)


class HealthButton(IconButton):
    """Leads to the car's health, in the colour of its verdict."""

    def __init__(self, ui: Ui) -> None:
        super().__init__("car_repair", surface="surface3", radius="tile")
        self.bind(on_release=lambda *_: ui.show("health"))
        ui.store.bind_stream(health.STREAM, self._show)

    def _show(self, state: CarHealth | None) -> None:
        _, tone = health.VERDICTS[Verdict.UNKNOWN if state is None else state.verdict]
        self.icon.show(tone=tone)
