"""How well apps have to be shut in at least, and how well those that run are."""

import os

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.appstatus import AppStatus, Catalog, SandboxLevel
from carservices.system import settings
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.ui import Ui
from carservices_ui.widgets import ListRow, Segmented, Text

KEY = "sandbox_minimum"
VARIABLE = "CARSERVICES_SANDBOX_MINIMUM"
"""Set by who started the car, it goes before the setting."""
TONES = {SandboxLevel.FULL: "energy", SandboxLevel.STRONG: "accent", SandboxLevel.WEAK: "heat"}
WIDTH, WORDS = 780, 480


def rows(ui: Ui) -> list[Widget]:
    """The choice, and one row for each app that runs."""
    catalog: Catalog | None = ui.store.stream(apps.CATALOG)
    running = [app for app in catalog.apps if app.sandbox is not None] if catalog else []
    return [*choice(ui), *map(app_row, running)]


def choice(ui: Ui) -> tuple[ListRow, Segmented]:
    """Written to the settings of this machine; only while parked."""
    levels = Segmented([(level, t(f"apps.sandbox_{level}")) for level in settings.CHOICES[KEY]], width=WIDTH)
    given = os.environ.get(VARIABLE)
    levels.value = given or settings.load()[0].sandbox_minimum
    levels.disabled = bool(given or ui.restrictions.flags)
    levels.bind(on_choose=lambda _, level: _save(ui, level))
    why = t("developer.sandbox_given", name=VARIABLE) if given else t("developer.sandbox_detail")
    return ListRow(t("developer.sandbox_minimum"), detail=why, icon="shield", inert=True), levels


def app_row(app: AppStatus) -> ListRow:
    """An app's level, and what is missing to the full one."""
    assert app.sandbox is not None
    level = app.sandbox.level
    end = Text(t(f"apps.sandbox_{level.value}"), tone=TONES[level])
    row = ListRow(apps.title(app), detail=" · ".join(app.sandbox.missing), icon="extension", end=end, inert=True)
    row.detail.relimit(dp(WORDS))
    return row


def _save(ui: Ui, level: str) -> None:
    try:
        settings.save(settings.change(settings.load()[0], KEY, level))
    except OSError as error:
        ui.tell(t("developer.sandbox_unsaved", why=error.strerror or str(error)), "error", "alert")
