"""Home: the map with speed and trip, the flow of energy, and how far the car goes."""

from kivy.metrics import dp

from carservices_ui.screens.base import Screen
from carservices_ui.screens.home_energy import PowerCard, RangeCard
from carservices_ui.screens.home_map import MapCard

SIDE = 388
GAP = 16


class HomeScreen(Screen):
    """A wide card on the left, two narrow ones on the right."""

    name = "home"

    def build(self) -> None:
        self.map = MapCard(self.ui)
        self.power = PowerCard(self.ui)
        self.range = RangeCard(self.ui)
        for card in (self.map, self.power, self.range):
            card.size_hint = (None, None)
            self.add_widget(card)
        self.bind(pos=self._place, size=self._place)

    def close(self) -> None:
        self.power.close()

    def _place(self, *_: object) -> None:
        side, gap = dp(SIDE), dp(GAP)
        self.map.pos, self.map.size = self.pos, (self.width - side - gap, self.height)
        upper = round((self.height - gap) * 0.49)
        left = self.x + self.width - side  # `right` and `top` are stale while the size changes
        self.range.pos, self.range.size = (left, self.y), (side, self.height - gap - upper)
        self.power.pos, self.power.size = (left, self.y + self.height - upper), (side, upper)
