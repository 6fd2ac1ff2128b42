"""The templates with a map beside them: a list of places, and any other content over a map."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from carservices.app.templates import FOLLOW, MapWithContentTemplate, PlaceListMapTemplate
from carservices_ui.templates.actions import buttons
from carservices_ui.templates.hostmap import HostMap
from carservices_ui.templates.lists import ListView
from carservices_ui.templates.view import View
from carservices_ui.widgets import Column

LIST = 560
EDGE = 16


class PlacesView(View):
    """Rows at the left, the map with their places at the right."""

    def build(self) -> None:
        self.results = ListView(self.host, self.node)
        self.map = HostMap(self.host.ui, size_hint=(1, 1))
        self.results.size_hint, self.results.width = (None, 1), dp(LIST)
        box = BoxLayout(spacing=dp(EDGE), pos_hint={"x": 0, "y": 0})
        box.add_widget(self.results)
        box.add_widget(self.map)
        self.add_widget(box)
        self._mark()

    def update(self, node: PlaceListMapTemplate) -> bool:
        if not self.results.update(node):
            return False
        self.node = node
        self._mark()
        return True

    def _mark(self) -> None:
        node: PlaceListMapTemplate = self.node
        places = [row.place for row in node.rows if row.place is not None]
        self.map.show(FOLLOW, (*places, *([node.anchor] if node.anchor else [])))

    def close(self) -> None:
        self.map.close()

    @property
    def scroll(self) -> float:
        return self.results.scroll

    @scroll.setter
    def scroll(self, position: float) -> None:
        self.results.scroll = position


class MapContentView(View):
    """Another template's view at the left, the map with its buttons at the right."""

    def build(self) -> None:
        node: MapWithContentTemplate = self.node
        self.content = self.host.inner(node.content, narrow=True)
        self.content.size_hint, self.content.width = (None, 1), dp(LIST)
        self.map = HostMap(self.host.ui, size_hint=(1, 1))
        side = FloatLayout()
        side.add_widget(self.map)
        self.map.pos_hint = {"x": 0, "y": 0}
        self.map_buttons = buttons(self, lambda whole: whole.map_actions, surface="overlay")
        column = Column(*self.map_buttons, gap="s", pos_hint={"right": 0.97, "center_y": 0.5})
        side.add_widget(column)
        box = BoxLayout(spacing=dp(EDGE), pos_hint={"x": 0, "y": 0})
        box.add_widget(self.content)
        box.add_widget(side)
        self.add_widget(box)
        self.keep(self, lambda whole: whole)

    def show(self, node: MapWithContentTemplate) -> None:
        """Where the map looks."""
        self.map.show(node.map, tuple(node.map.places))

    def update(self, node: Any) -> bool:
        return type(node.content) is type(self.node.content) and self.content.update(node.content) and self._map(node)

    def _map(self, node: MapWithContentTemplate) -> bool:
        if len(node.map_actions) != len(self.node.map_actions):
            return False
        self.node = node
        for part, get in self._parts:
            part.show(get(node))
        return True

    def restrict(self) -> None:
        self.content.restrict()

    def close(self) -> None:
        self.content.close()
        self.map.close()

    @property
    def scroll(self) -> float:
        return float(self.content.scroll)

    @scroll.setter
    def scroll(self, position: float) -> None:
        self.content.scroll = position
