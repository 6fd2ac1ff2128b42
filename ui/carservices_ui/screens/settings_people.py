"""Settings of the people: who drives, switching, and adding, naming and removing somebody."""

from collections.abc import Callable

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.people import MOST_PROFILES, Profile, Profiles
from carservices_ui import apps, people
from carservices_ui.i18n import t
from carservices_ui.screens.settings_maps import Note
from carservices_ui.screens.settings_parts import Part
from carservices_ui.screens.settings_person import PersonScreen
from carservices_ui.tokens import ICON, TARGET
from carservices_ui.widgets import Avatar, Dialog, Icon, IconButton, ListRow, Row

LONGEST = 440
"""Room for a name, in dp."""


class PeoplePart(Part):
    """Follows the app host; a row is one person, a tap on it switches."""

    def rows(self) -> list[Widget]:
        self.people: dict[str, PersonRow] = {}
        self.add: ListRow | None = None
        self.ui.store.bind_stream(people.STREAM, self._show)
        return []

    def _show(self, state: Profiles | None) -> None:
        self.body.clear_widgets()
        self.people = {}
        self.add = None
        for row in self._rows(state):
            self.body.add_widget(row)
        self.ui.rebuilt()

    def _rows(self, state: Profiles | None) -> list[Widget]:
        if state is None:
            return [Note("sync_problem", t("people.away"), tone="heat")]
        for profile in state.profiles:
            row = self.people[profile.id] = PersonRow(profile, profile.id == state.active)
            row.bind(on_release=lambda *_, profile=profile: self._use(profile, state))
            row.rename.bind(on_release=lambda *_, profile=profile: self._name(profile.id))
            row.remove.bind(on_release=lambda *_, profile=profile: self._ask(profile))
        if len(state.profiles) < MOST_PROFILES:
            self.add = ListRow(t("people.add"), icon="add")
            self.add.bind(on_release=lambda *_: self._name(""))
        return [*self.people.values(), *([self.add] if self.add else []), Note("info", t("people.note"))]

    def _use(self, profile: Profile, state: Profiles) -> None:
        if profile.id != state.active:
            apps.call(self.ui, "use_profile", profile=profile.id)

    def _name(self, profile: str) -> None:
        self.ui.places[PersonScreen.name] = profile
        self.ui.show(PersonScreen.name)

    def _ask(self, profile: Profile) -> None:
        actions: list[tuple[str, str, Callable[[], None]]] = [
            (t("settings.cancel"), "plain", lambda: None),
            (t("people.remove"), "danger", lambda: apps.call(self.ui, "remove_profile", profile=profile.id)),
        ]
        text = t("people.remove_text", name=people.called(profile))
        self.ui.ask(Dialog(t("people.remove_title"), text, actions))


class PersonRow(ListRow):
    """A person; the one who drives is marked and cannot be removed."""

    def __init__(self, profile: Profile, active: bool) -> None:
        self.rename, self.remove = IconButton("edit", tone="text2"), IconButton("delete", tone="text2")
        avatar = Avatar()
        avatar.show(profile.id, people.called(profile))
        mark = Row(Icon("check_circle", tone="accent", filled=True), padding=(dp((TARGET - ICON["medium"]) / 2), 0))
        end = Row(self.rename, mark if active else self.remove)
        detail = t("people.active" if active else "people.switch")
        super().__init__(people.called(profile), detail=detail, lead=avatar, end=end)
        self.title.relimit(dp(LONGEST))
