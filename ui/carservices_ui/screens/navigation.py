"""Navigation: the map as large as the screen."""

from carservices_ui.screens.base import Screen
from carservices_ui.screens.home_map import MapCard


class NavigationScreen(Screen):
    """One map card."""

    name = "navigation"

    def build(self) -> None:
        self.map = MapCard(self.ui, pos_hint={"x": 0, "y": 0})
        self.add_widget(self.map)
