"""Search: a field with results below; typed while parked, spoken while driving."""

from carservices.app.templates import SearchTemplate
from carservices_ui.i18n import t
from carservices_ui.templates.entry import Entry
from carservices_ui.templates.keyboard import Keyboard
from carservices_ui.templates.lists import ListView
from carservices_ui.templates.sayit import SayIt
from carservices_ui.templates.view import View
from carservices_ui.widgets import Column


class SearchView(View):
    """`field` stands in the header, or with it `inside`; the results follow while the person goes on typing."""

    inside = False

    def build(self) -> None:
        node: SearchTemplate = self.node
        self.field = Entry(node.text, node.hint or t("template.search"), icon="search")
        self.field.bind(on_release=lambda *_: self._open(not self.field.typing))
        self.keyboard = Keyboard(self._typed, self._erase, self._submit)
        self.say_it = SayIt(self.host.ui, self._said)
        self.say_it.explain(self.host.ui.restrictions.why)
        self.results: ListView | None = None
        self._column = Column(gap="s", size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        self.add_widget(self._column)
        self.field.type(node.show_keyboard and self.host.may_type)
        self._lay()

    def update(self, node: SearchTemplate) -> bool:
        if node.text != self.node.text and node.text != self.field.value:
            self.field.fill(node.text)
        self.node = node
        if not self.host.may_type:
            self.field.type(False)
        if self.results is None or not self.results.update(node):
            self._lay()
        return True

    def restrict(self) -> None:
        self.say_it.explain(self.host.ui.restrictions.why)
        self.field.type(self.field.typing and self.host.may_type)
        self._lay()

    def _open(self, typing: bool) -> None:
        if typing and not self.host.may_type:
            self.say_it.tap()
            return
        self.field.type(typing)
        self._lay()

    def _lay(self) -> None:
        self._column.clear_widgets()
        if self.inside:
            self._column.add_widget(self.field)
        self.results = ListView(self.host, self.node)
        self._column.add_widget(self.results)
        if self.field.typing:
            self._column.add_widget(self.keyboard)
        elif not self.host.may_type:
            self._column.add_widget(self.say_it)

    def _typed(self, character: str) -> None:
        self.field.put(character)
        self._changed()

    def _erase(self) -> None:
        self.field.erase()
        self._changed()

    def _changed(self) -> None:
        self.host.act(self.node.on_change, self.field.value)

    def _said(self, text: str) -> None:
        self.field.fill(text)
        self._changed()
        self._submit()

    def _submit(self) -> None:
        self._open(False)
        self.host.act(self.node.on_submit, self.field.value)

    @property
    def scroll(self) -> float:
        return self.results.scroll if self.results else 1.0

    @scroll.setter
    def scroll(self, position: float) -> None:
        if self.results:
            self.results.scroll = position


class SearchInside(SearchView):
    """In a tab: the header is not its own."""

    inside = True
