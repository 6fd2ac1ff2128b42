"""Energy: the trip's consumption and range, where the energy went, and the battery with its charging."""

from kivy.metrics import dp

from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.screens.energy_battery import BatteryCard
from carservices_ui.screens.energy_trip import LossCard, TripCard

SIDE = 388
GAP = 16
LOSSES = 192


class EnergyScreen(Screen):
    """The trip on the left, above where its energy went; the battery on the right."""

    name = "energy"

    def build(self) -> None:
        self.trip, self.losses, self.battery = TripCard(self.ui), LossCard(self.ui), BatteryCard(self.ui)
        for card in (self.trip, self.losses, self.battery):
            card.size_hint = (None, None)
            self.add_widget(card)
        self.bind(pos=self._place, size=self._place)
        self.restrict(self.ui.restrictions)

    def restrict(self, restrictions: Restrictions) -> None:
        self.battery.restrict(restrictions)

    def _place(self, *_: object) -> None:
        side, gap, low = dp(SIDE), dp(GAP), dp(LOSSES)
        wide = self.width - side - gap
        self.losses.pos, self.losses.size = self.pos, (wide, low)
        self.trip.pos, self.trip.size = (self.x, self.y + low + gap), (wide, self.height - low - gap)
        self.battery.pos, self.battery.size = (self.x + wide + gap, self.y), (side, self.height)
