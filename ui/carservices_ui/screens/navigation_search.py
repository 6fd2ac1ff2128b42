"""Search: typed while parked, said while driving; kinds of places, favourites and recents at any time."""

from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices_ui.i18n import t
from carservices_ui.planning import Page
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.navigation_choices import Choices, own_places
from carservices_ui.screens.navigation_found import Found
from carservices_ui.screens.navigation_next import NextTurn
from carservices_ui.screens.navigation_rows import FILL, Entry
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.templates.entry import Entry as Field
from carservices_ui.templates.keyboard import LowKeyboard
from carservices_ui.templates.sayit import SayIt
from carservices_ui.widgets import Column, IconButton, put


class SearchPage(Sheet):
    """`field` is typed into by the keyboard below or by a real one."""

    wide = True

    def build(self) -> None:
        self.field = Field(self.plan.search.text, t("nav.where_to"), icon="search")
        self.field.bind(on_release=lambda *_: self.type(True))
        self.clear = IconButton("close", tone="text2")
        self.clear.bind(on_release=lambda *_: self._clear())
        self.next = NextTurn(self.ui)
        self.say_it = SayIt(self.ui, self._said)
        self.say_it.explain(t("nav.driving_hint"))
        self.keyboard = LowKeyboard(self._typed, self._erase, self._done)
        self.found: Found | None = None
        self.choices: Choices | None = None
        self.own: list[Entry] = []
        if self.plan.search.text and self.may_type:
            self.field.type(True)

    def head(self) -> list[Widget]:
        return [self.back, self.field, self.clear]

    @property
    def may_type(self) -> bool:
        """Only while parked."""
        return not self.ui.restrictions.forbids(Restriction.NO_KEYBOARD)

    def type(self, typing: bool) -> None:
        """Bring the keyboard, or take it away; while driving, listen."""
        if typing and not self.may_type:
            self.say_it.tap()
            return
        self.field.type(typing)
        self.refresh()

    def restrict(self, restrictions: Restrictions) -> None:
        if self.field.typing and not self.may_type:
            self._done()  # what has been found so far can still be chosen
        super().restrict(restrictions)

    def write(self, text: str) -> None:
        if self.may_type:
            self.field.type(True)
            self._typed(text)

    def key(self, name: str) -> bool:
        if not self.field.typing or name not in ("space", "backspace", "enter"):
            return False
        if name == "backspace":
            self._erase()
        elif name == "enter":
            self._done()
        return True  # what the space bar writes comes as text

    def _typed(self, character: str) -> None:
        self.field.put(character)
        self._changed()

    def _said(self, text: str) -> None:
        self.field.fill(text)
        self._changed()
        self._done()

    def _erase(self) -> None:
        self.field.erase()
        self._changed()

    def _changed(self) -> None:
        self.plan.search.type(self.field.value)

    def _clear(self) -> None:
        self.field.fill("")
        self.field.type(False)
        self.plan.search.clear()
        self.refresh()

    def _done(self) -> None:
        if self.plan.search.text.strip():
            self.plan.open(Page.RESULTS)
        else:
            self.type(False)

    # -- what is below the field -------------------------------------------------------------------------------------

    def depends(self) -> object:
        if self.field.typing:
            return "typing"
        search = self.plan.search
        own = search.favourites.answer, search.recents.answer, self.plan.map
        return search.categories.phase, search.categories.answer, *own

    def content(self) -> Widget:
        for kept in (self.keyboard, self.say_it):
            if kept.parent is not None:
                kept.parent.remove_widget(kept)
        self.found = self.choices = None
        if self.field.typing:
            self.found = Found(self.ui)
            return Column(self.found, self.keyboard, gap="s", **FILL)
        categories = self.plan.search.categories
        waits = self.waits(categories, t("nav.searching"))
        if waits is not None or categories.answer is None:
            return waits or Column()
        self.own = own_places(self.ui)
        self.choices = Choices(self.ui, categories.answer, self.cut(self.own))
        return Column(self.choices, *([] if self.may_type else [self.say_it]), gap="s", **FILL)

    def refresh(self) -> None:
        super().refresh()
        self.clear.available = bool(self.field.value) or self.field.typing
        self.clear.opacity = 1.0 if self.clear.available else 0.0
        self.next.refresh()
        put(self.heading, self.next, self.next.shown)
        if self.found is not None:
            self.found.refresh()

    def again(self) -> None:
        self.plan.search.begin()
