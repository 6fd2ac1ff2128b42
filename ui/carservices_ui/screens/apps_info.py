"""Everything about one app: version, size and publisher, what it may do and has done, and what can be done with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kivy.metrics import dp
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

from carservices.api.apps import Apps
from carservices.api.appstatus import About, AppState, AppStatus
from carservices.api.permissions import Decision, Level, Permission, Usage
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.screens.apps_usage import Week, sentence
from carservices_ui.templates.host import named, why
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Control, Dialog, Flow, Row, Scroll, Text, TextButton, Toggle, spacer

ICON = 76
WORDS = 520
LEAST = 96
RUNNING = (AppState.RUNNING, AppState.FOREGROUND, AppState.FROZEN, AppState.STARTING, AppState.NOT_RESPONDING)


class AppInfo(Scroll):
    """`learn` brings what it may do; what only the app host can measure is asked for once."""

    def __init__(self, ui: Ui, app: str, permissions: list[Permission] | None) -> None:
        super().__init__(gap="m", size_hint=(1, 1))
        self.ui = ui
        self.app = app
        self.about: About | None = None
        self.buttons: dict[str, TextButton] = {}
        self.permissions: dict[str, PermissionRow] = {}
        self._state: AppState | None = None
        self._permissions = permissions
        self._usage: list[Usage] = []
        self._lay()
        apps.call(ui, "about", self._measure, app=app)
        apps.call(ui, "usage", self._count, app=app)

    @property
    def status(self) -> AppStatus | None:
        """What the catalog says now."""
        return apps.find(self.ui, self.app)

    def learn(self, permissions: list[Permission]) -> None:
        """What it may do now."""
        self._permissions = permissions
        self._lay()

    def follow(self) -> None:
        """The catalog has changed."""
        status = self.status
        if status is not None and status.state is not self._state:
            self._lay()
        else:
            self._count(self._usage)

    def _count(self, usage: list[Usage]) -> None:
        self._usage = usage
        for row in self.permissions.values():
            row.count(usage)

    def _measure(self, about: About) -> None:
        self.about = about
        self._lay()

    def _lay(self) -> None:
        status = self.status
        self.body.clear_widgets()
        if status is None:
            return
        self._state = status.state
        for widget in (self._head(status), *self._troubles(status), self._actions(status), *self._rows()):
            self.body.add_widget(widget)

    def _head(self, status: AppStatus) -> Row:
        about = self.about
        facts = [t("apps.version", version=status.version)]
        if about is not None:
            facts.append(about.publisher or t("apps.part_of_car"))
        bundle, data = (about.size, about.data) if about else (None, None)
        kept = t("apps.sizes", app=apps.size(bundle), data=apps.size(data))
        words = Column(
            Text(apps.title(status), role="primary", strong=True, limit=WORDS),
            Text(" · ".join(facts), tone="text2", limit=WORDS),
            Text(kept, tone="text2", limit=WORDS),
            gap=None,
        )
        line = apps.state_line(status)
        icon = apps.AppIcon(self.ui, status, ICON)
        return Row(icon, words, spacer(), *([line] if line else []), gap="m", size_hint=(1, None))

    def _troubles(self, status: AppStatus) -> list[Widget]:
        sentences = [status.last_error] if status.last_error else []
        if status.sandbox is not None and status.sandbox.level.value != "full":
            sentences += [t("apps.sandbox", level=t(f"apps.sandbox_{status.sandbox.level.value}"))]
        return [Flow(sentence, tone="heat") for sentence in sentences]

    def _actions(self, status: AppStatus) -> StackLayout:
        """What can be done now: name → method of `Apps`, whether it has to be confirmed."""
        offered: list[tuple[str, str, bool]] = []
        if status.state is AppState.DISABLED:
            offered.append(("enable", "primary", False))
        else:
            offered.append(("open", "primary", False))
        if status.state in RUNNING:
            offered.append(("close", "plain", False))
        if self.about is not None and self.about.previous:
            offered.append(("roll_back", "plain", True))
        offered.append(("clear_data", "plain", True))
        if not status.builtin:
            offered.append(("uninstall", "danger", True))
        self.buttons = {}
        for name, kind, confirm in offered:
            button = self.buttons[name] = TextButton(t(f"apps.do_{name}"), kind=kind)
            button.bind(on_release=lambda *_, name=name, kind=kind, confirm=confirm: self._do(name, kind, confirm))
        stack = StackLayout(spacing=dp(8), size_hint=(1, None))
        stack.bind(minimum_height=stack.setter("height"))
        for button in self.buttons.values():
            stack.add_widget(button)
        return stack

    def _do(self, name: str, kind: str, confirm: bool) -> None:
        def run() -> None:
            apps.call(self.ui, name, lambda _: self._done(name), app=self.app)

        status = self.status
        if not confirm or status is None:
            run()
            return
        previous = (self.about and self.about.previous) or ""
        text = t(f"apps.sure_{name}", version=previous)
        choices: list[tuple[str, str, Callable[[], None]]] = [
            (t("health.cancel"), "plain", lambda: None),
            (t(f"apps.do_{name}"), "danger" if kind == "danger" else "primary", run),
        ]
        self.ui.ask(Dialog(apps.title(status), text, choices))

    def _done(self, name: str) -> None:
        if name in ("clear_data", "roll_back"):
            self.ui.tell(t(f"apps.done_{name}"), "check_circle", "energy")
            apps.call(self.ui, "about", self._measure, app=self.app)

    def _rows(self) -> list[Widget]:
        self.permissions = {}
        if self._permissions is None:
            return []
        if not self._permissions:
            return [Text(t("apps.wants_nothing"), tone="text2")]
        rows: list[Any] = [Text(t("apps.permissions"), tone="text2", strong=True)]
        for permission in self._permissions:
            row = PermissionRow(self.ui, self.app, permission, named(permission.sentence))
            row.count(self._usage)
            self.permissions[permission.id] = row
            rows.append(row)
        return rows


class PermissionRow(Control):
    """What it is, why the app wants it, how often it was used by day, and the switch, if the person decides."""

    def __init__(self, ui: Ui, app: str, permission: Permission, title: str) -> None:
        super().__init__(size_hint=(1, None), height=dp(LEAST))
        self._ui, self._app, self._permission = ui, app, permission
        self.use = Flow("", tone="text2")
        self.week = Week()
        self.toggle = Toggle()
        self.toggle.value = permission.decision is Decision.GRANTED
        self.toggle.bind(on_choose=lambda _, on: self._decide(on))
        decides = permission.level is Level.DANGEROUS
        fixed = Text(t(f"apps.fixed_{permission.decision.value}"), tone="text2")
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint={"x": 0, "y": 0}))
        reasons = [Flow(why(permission), tone="text2")] if permission.reasons else []
        words = Column(Flow(title, strong=True), *reasons, self.use, size_hint=(1, None))
        words.bind(height=lambda _, height: setattr(self, "height", max(dp(LEAST), height + dp(28))))
        self.height = max(dp(LEAST), words.height + dp(28))
        self.add_widget(
            Row(
                words,
                self.week,
                self.toggle if decides else fixed,
                gap="m",
                size_hint=(1, 1),
                padding=(dp(20), 0, dp(16), 0),
                pos_hint={"x": 0, "y": 0},
            )
        )

    def count(self, usage: list[Usage]) -> None:
        """What the app has done with it in the last days."""
        today = date.today()
        held_back = apps.held_back(self._ui, self._app, self._permission.id)
        self.use.text = sentence(self._permission, usage, held_back, today)
        self.week.show(self._permission.id, usage, today)

    @property
    def usable(self) -> bool:
        return False

    def on_touch_down(self, touch: Any) -> bool:
        return any(child.dispatch("on_touch_down", touch) for child in self.children[:])

    def _decide(self, granted: bool) -> None:
        method = "grant" if granted else "revoke"
        self._ui.store.call(Apps, method, self._decided, app=self._app, permission=self._permission.id)

    def _decided(self, outcome: Any) -> None:
        if not outcome.ok:
            self.toggle.value = self._permission.decision is Decision.GRANTED
            self._ui.refused(outcome)
