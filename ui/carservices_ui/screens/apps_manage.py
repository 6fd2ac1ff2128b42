"""Managing apps: a list at the left, by app or by permission, and everything about the chosen one at the right."""

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.appstatus import AppStatus, Catalog
from carservices.api.driving import Restriction
from carservices.api.permissions import Permission
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.screens.apps_info import AppInfo
from carservices_ui.screens.apps_permission import PermissionInfo
from carservices_ui.screens.base import Page
from carservices_ui.templates.host import named
from carservices_ui.widgets import (
    Calm,
    Card,
    Column,
    Control,
    Flow,
    Icon,
    IconButton,
    Row,
    Scroll,
    Segmented,
    Text,
    TextButton,
)

NAV = 360
ICON = 48
BY_APP, BY_PERMISSION = "app", "permission"


class ManageScreen(Page):
    """Only while parked, as everything that decides for longer than this drive.

    What is chosen is kept in `Ui.places`: an app by its id, a permission with a ``*`` before its own.
    """

    name = "apps_manage"
    title = "screen.apps_manage"
    blocked_by = Restriction.NO_SETUP

    def build(self) -> None:
        back = IconButton("arrow_back")
        back.bind(on_release=lambda *_: self.ui.show("apps"))
        self.head_start.add_widget(back)
        self.add = TextButton(t("apps.add"), icon="download")
        self.add.bind(on_release=lambda *_: self.ui.show("apps_install"))
        self.head_end.add_widget(self.add)
        place = self.ui.places.get(self.name, "")
        self.by = Segmented([(BY_APP, t("apps.by_app")), (BY_PERMISSION, t("apps.by_permission"))], width=NAV)
        self.by.value = BY_PERMISSION if place.startswith("*") else BY_APP
        self.by.bind(on_choose=lambda *_: self._fill())
        self._list = Scroll(size_hint=(1, 1))
        self.entries: dict[str, Entry] = {}
        self.info: Widget | None = None
        self._row = Row(
            Column(self.by, self._list, gap="s", size_hint=(None, 1), width=dp(NAV)), gap="l", size_hint=(1, 1)
        )
        self.body.add_widget(self._row)
        self._asked: dict[str, list[Permission]] = {}
        self._grants: dict[str, tuple[str, ...]] | None = None
        self.ui.store.bind_stream(apps.CATALOG, self._follow)

    @property
    def listed(self) -> list[AppStatus]:
        """The apps by name."""
        catalog: Catalog | None = self.ui.store.stream(apps.CATALOG)
        return sorted(catalog.apps, key=lambda status: apps.title(status).casefold()) if catalog else []

    def _follow(self, catalog: Catalog | None) -> None:
        """Ask again what each app may do, when that has changed."""
        grants = {status.id: status.grants for status in self.listed} if catalog else None
        if grants != self._grants or self.info is None:
            self._grants = grants
            for app in grants or ():
                apps.call(self.ui, "permissions", lambda found, app=app: self._learn(app, found), app=app)
            self._fill()
        elif isinstance(self.info, AppInfo):
            self.info.follow()

    def _learn(self, app: str, found: list[Permission]) -> None:
        self._asked[app] = found
        if self.by.value == BY_PERMISSION:
            self._fill()
        elif isinstance(self.info, AppInfo) and self.info.app == app:
            self.info.learn(found)

    def _permissions(self) -> dict[str, dict[str, Permission]]:
        """Permission → app → how it stands, for apps that are there."""
        found: dict[str, dict[str, Permission]] = {}
        for status in self.listed:
            for permission in self._asked.get(status.id, ()):
                found.setdefault(permission.id, {})[status.id] = permission
        return found

    def _fill(self) -> None:
        """List again, and show what is chosen or the first."""
        self._list.body.clear_widgets()
        by_app = self.by.value == BY_APP
        entries = self._app_entries() if by_app else self._permission_entries()
        self.entries = {entry.place: entry for entry in entries}
        for entry in entries:
            self._list.body.add_widget(entry)
            entry.bind(on_release=lambda entry: self.open(entry.place))
        place = self.ui.places.get(self.name, "")
        if entries:
            self.open(place if place in self.entries else entries[0].place)
        else:
            self._put(None if self.listed else self._nothing())
        self.ui.rebuilt()

    def _nothing(self) -> Calm:
        if self._grants is None:
            return Calm("sync_problem", "text2", "apps.unknown", "apps.away_detail")
        return Calm("apps", "text2", "apps.none", "apps.none_detail")

    def _app_entries(self) -> "list[Entry]":
        return [
            Entry(status.id, apps.AppIcon(self.ui, status, ICON), apps.title(status), status.version)
            for status in self.listed
        ]

    def _permission_entries(self) -> "list[Entry]":
        entries = []
        for name, by_app in sorted(self._permissions().items()):
            sentence = named(next(iter(by_app.values())).sentence)
            entries.append(Entry(f"*{name}", Icon("shield", tone="accent"), sentence, t("apps.count", n=len(by_app))))
        return entries

    def open(self, place: str) -> None:
        """Show everything about an app or a permission."""
        self.ui.places[self.name] = place
        for entry in self.entries.values():
            entry.select(entry.place == place)
        if place.startswith("*"):
            self._put(PermissionInfo(self.ui, self._permissions()[place[1:]]))
        else:
            self._put(AppInfo(self.ui, place, self._asked.get(place)))

    def _put(self, info: Widget | None) -> None:
        if self.info is not None:
            self._row.remove_widget(self.info)
        self.info = info
        if info is not None:
            self._row.add_widget(info)


class Entry(Control):
    """One of the list, lit when chosen."""

    def __init__(self, place: str, icon: Widget, title: str, detail: str) -> None:
        super().__init__(size_hint=(1, None), height=dp(88))
        self.place = place
        center = {"center_x": 0.5, "center_y": 0.5}
        self._light = Card(tone="accent_tint", radius="tile", pos_hint=center)
        self.title = Flow(title, lines=2)
        words = Column(self.title, Text(detail, tone="text2", limit=NAV - 120), gap=None, size_hint=(1, None))
        words.bind(height=lambda _, height: setattr(self, "height", max(dp(88), height + dp(24))))
        self.add_widget(self._light)
        self.add_widget(Row(icon, words, gap="m", size_hint=(1, 1), padding=(dp(16), 0), pos_hint=center))

    def select(self, selected: bool) -> None:
        """Light it, or not."""
        self._light.bare(not selected)
