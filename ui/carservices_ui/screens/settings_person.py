"""The name of a person, typed with the keyboard: somebody new, or another name."""

from carservices.api.driving import Restriction
from carservices.api.people import LONGEST_NAME, Profiles
from carservices_ui import apps, people
from carservices_ui.i18n import t
from carservices_ui.screens.base import Page
from carservices_ui.templates.entry import Entry
from carservices_ui.templates.keyboard import Keyboard
from carservices_ui.widgets import IconButton, Text, spacer


class PersonScreen(Page):
    """`Ui.places` has the id of the profile that gets another name; empty: somebody new."""

    name = "person"
    title = "screen.person"
    blocked_by = Restriction.NO_SETUP | Restriction.NO_KEYBOARD

    def build(self) -> None:
        back = IconButton("arrow_back")
        back.bind(on_release=self._leave)
        self.head_start.add_widget(back)
        self._profile = self.ui.places.get(self.name, "")
        state: Profiles | None = self.ui.store.stream(people.STREAM)
        named = {one.id: one.name for one in state.profiles} if state else {}
        self.head_end.add_widget(Text(t("people.name", count=LONGEST_NAME), tone="text2"))
        self.field = Entry(named.get(self._profile, ""), "", icon="person", most=LONGEST_NAME)
        self.field.type(True)
        self.keyboard = Keyboard(self.field.put, self.field.erase, self._done, upper=not self.field.value)
        for widget in (self.field, spacer(), self.keyboard):
            self.body.add_widget(widget)

    def write(self, text: str) -> None:
        if not self.blocked:
            self.field.put(text)

    def key(self, name: str) -> bool:
        if self.blocked or name not in ("space", "backspace", "enter"):
            return False
        if name == "backspace":
            self.field.erase()
        elif name == "enter":
            self._done()
        return True  # what the space bar writes comes as text

    def back(self) -> bool:
        self._leave()
        return True

    def _done(self) -> None:
        if self._profile:
            apps.call(self.ui, "rename_profile", self._leave, profile=self._profile, name=self.field.value)
        else:
            apps.call(self.ui, "add_profile", self._leave, name=self.field.value)

    def _leave(self, *_: object) -> None:
        self.ui.show("settings")
