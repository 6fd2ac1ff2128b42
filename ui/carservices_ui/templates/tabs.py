"""Tabs: a bar of two to four, and the content of the chosen one below it."""

from typing import Any

from kivy.metrics import dp

from carservices.app.templates import Tab, TabTemplate
from carservices_ui.templates.host import Host
from carservices_ui.templates.pictures import PictureView
from carservices_ui.templates.states import Waiting
from carservices_ui.templates.view import View, nth
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Column, Control, Row, Text

ICON = 36


class TabButton(Control):
    """One tab, lit when it is the chosen one."""

    def __init__(self, host: Host, node: Tab) -> None:
        super().__init__(size_hint=(1, 1))
        center = {"center_x": 0.5, "center_y": 0.5}
        self._light = Card(tone="accent_tint", radius="tile", pos_hint=center)
        self.label = Text(limit=240)
        self._picture = PictureView(host, ICON, bare=True)
        self.add_widget(self._light)
        self.add_widget(Row(*([self._picture] if node.icon else []), self.label, gap="s", pos_hint=center))
        self.show(node)

    def show(self, node: Tab) -> None:
        """A newer version."""
        self.label.text = node.title
        self._picture.show(node.icon)

    def select(self, selected: bool) -> None:
        """Light it, or not."""
        self._light.bare(not selected)
        for part in (self.label, self._picture):
            part.tone("text" if selected else "text2")


class TabsView(View):
    """The bar stays while the content below it changes."""

    def build(self) -> None:
        self.tabs: dict[str, TabButton] = {}
        bar = Row(gap="s", size_hint=(1, None), height=dp(TARGET))
        for index, tab in enumerate(self.node.tabs):
            button = self.keep(TabButton(self.host, tab), nth(lambda node: node.tabs, index))
            button.bind(on_release=lambda *_, index=index: self._choose(index))
            self.tabs[tab.id] = button
            bar.add_widget(button)
        self._column = Column(bar, gap="m", size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        self.add_widget(self._column)
        self.content: View | None = None
        self._fill()

    def update(self, node: TabTemplate) -> bool:
        before = self.node
        if [tab.id for tab in before.tabs] != [tab.id for tab in node.tabs]:
            return False
        self.node = node
        for part, get in self._parts:
            part.show(get(node))
        same = (before.active, before.loading, type(before.content)) == (node.active, node.loading, type(node.content))
        if not (same and (self.content is None or self.content.update(node.content))):
            self._fill()
        return True

    def _choose(self, index: int) -> None:
        tab = self.node.tabs[index].id
        self._light(tab)
        self.host.act(self.node.on_select, tab)

    def _light(self, active: str) -> None:
        for tab, button in self.tabs.items():
            button.select(tab == active)

    def _fill(self) -> None:
        self._light(self.node.active)
        if len(self._column.children) > 1:
            self._column.remove_widget(self._column.children[0])
        if self.content is not None:
            self.content.close()
        self.content = None if self.node.loading else self.host.inner(self.node.content)
        shown: Any = self.content or Waiting(self.host)
        self._column.add_widget(shown)

    def restrict(self) -> None:
        if self.content is not None:
            self.content.restrict()

    def close(self) -> None:
        if self.content is not None:
            self.content.close()

    @property
    def scroll(self) -> float:
        return self.content.scroll if self.content else 1.0

    @scroll.setter
    def scroll(self, position: float) -> None:
        if self.content:
            self.content.scroll = position
