"""Everything about one permission: each app that asks for it, how it stands there, and the switch."""

from carservices.api.permissions import Permission
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.screens.apps_info import PermissionRow
from carservices_ui.templates.host import named
from carservices_ui.ui import Ui
from carservices_ui.widgets import Flow, Scroll


class PermissionInfo(Scroll):
    """`by_app` has it for each app."""

    def __init__(self, ui: Ui, by_app: dict[str, Permission]) -> None:
        super().__init__(gap="m", size_hint=(1, 1))
        any_one = next(iter(by_app.values()))
        self.rows: dict[str, PermissionRow] = {}
        self.body.add_widget(Flow(named(any_one.sentence), role="primary", strong=True))
        self.body.add_widget(Flow(t(f"apps.level_{any_one.level.value}"), tone="text2"))
        for app, permission in by_app.items():
            status = apps.find(ui, app)
            title = apps.title(status) if status else app
            self.rows[app] = PermissionRow(ui, app, permission, title)
            self.rows[app].count([])
            self.body.add_widget(self.rows[app])
            apps.call(ui, "usage", self.rows[app].count, app=app)
