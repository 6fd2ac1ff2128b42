"""The templates that list things: rows, tiles, and sections of both."""

from collections.abc import Callable, Iterator
from typing import Any

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.app import templates as t
from carservices_ui.templates.paged import Paged
from carservices_ui.templates.rows import SectionTitle, TemplateRow
from carservices_ui.templates.states import Empty, Waiting, cut_notes
from carservices_ui.templates.tiles import LARGE, SMALL, TemplateTile
from carservices_ui.templates.view import View, nth

GAP = 12
Get = Callable[[Any], Any]


def _in_section(index: int, name: str) -> Get:
    return lambda node: getattr(node.sections[index], name)


class ListedView(View):
    """Rows and tiles below one another, or that there are none, or that they are still coming."""

    narrow = False
    """Beside a map there is room for two tiles in a line."""

    def build(self) -> None:
        self.rows: list[TemplateRow] = []
        self.tiles: list[TemplateTile] = []
        self.paged: Paged | None = None
        if self.node.loading:
            self.add_widget(Waiting(self.host))
            return
        widgets = list(self.widgets())
        if not widgets:
            self.add_widget(Empty(self.node.empty))
            return
        self.paged = Paged(*widgets, *cut_notes(self.host))
        self.paged.pos_hint = {"x": 0, "y": 0}
        self.add_widget(self.paged)

    def widgets(self) -> Iterator[Widget]:
        """The list from top to bottom."""
        raise NotImplementedError

    def row_widgets(self, get: Get) -> Iterator[Widget]:
        """Rows that follow those that `get` takes out of the node."""
        for index, row in enumerate(get(self.node)):
            widget = self.keep(TemplateRow(self.host, row), nth(get, index))
            self.rows.append(widget)
            yield widget

    def grid(self, get: Get, size: Any) -> Iterator[Widget]:
        """Tiles that follow those that `get` takes out of the node; nothing for none."""
        if not get(self.node):
            return
        grid = GridLayout(cols=size.narrow if self.narrow else size.columns, spacing=dp(GAP), size_hint=(1, None))
        grid.bind(minimum_height=grid.setter("height"))
        for index, item in enumerate(get(self.node)):
            tile = self.keep(TemplateTile(self.host, item, size), nth(get, index))
            self.tiles.append(tile)
            grid.add_widget(tile)
        yield grid

    @property
    def scroll(self) -> float:
        return self.paged.position if self.paged else 1.0

    @scroll.setter
    def scroll(self, position: float) -> None:
        if self.paged:
            self.paged.position = position


class ListView(ListedView):
    """A ListTemplate; a PlaceListMapTemplate's rows too."""

    def widgets(self) -> Iterator[Widget]:
        yield from self.row_widgets(lambda node: node.rows)
        for index, _ in enumerate(getattr(self.node, "sections", ())):
            yield self.keep(SectionTitle(), _in_section(index, "title"))
            yield from self.row_widgets(_in_section(index, "rows"))


class GridView(ListedView):
    """A GridTemplate."""

    def widgets(self) -> Iterator[Widget]:
        yield from self.grid(lambda node: node.items, LARGE if self.node.large else SMALL)


class SectionedView(ListedView):
    """A SectionedItemTemplate."""

    def widgets(self) -> Iterator[Widget]:
        for index, section in enumerate(self.node.sections):
            yield self.keep(SectionTitle(), _in_section(index, "title"))
            if isinstance(section, t.Section):
                yield from self.row_widgets(_in_section(index, "rows"))
            else:
                yield from self.grid(_in_section(index, "items"), SMALL)


class NarrowGrid(GridView):
    """Beside a map."""

    narrow = True


class NarrowSections(SectionedView):
    """Beside a map."""

    narrow = True
