"""Settings of the system: developer options, reset, versions, and whose work is in here."""

import platform
from importlib.metadata import version

from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.preferences import Preferences
from carservices_ui.screens.settings_parts import Part, setting
from carservices_ui.screens.settings_units import UNITS
from carservices_ui.widgets import Dialog, ListRow, Text, TextButton, Toggle, ValueControl

RESET = ("theme", "language", "scale", "developer")
"""Preferences that go back to their defaults."""

PACKAGES = ("Kivy", "pydantic", "msgpack", "NumPy")
"""Works that are named with their version."""

WORKS = (
    ("© OpenStreetMap contributors", "map", "ODbL 1.0", "settings.work_map"),
    ("GeoNames", "location_on", "CC BY 4.0", "settings.work_towns"),
    ("COVESA Vehicle Signal Specification", "lan", "MPL 2.0", "settings.work_signals"),
    ("Inter", "format_size", "SIL OFL 1.1", "settings.work_letters"),
    ("Material Symbols", "grid_view", "Apache 2.0", "settings.work_icons"),
    ("Kivy", "layers", "MIT", "settings.work_drawing"),
    ("pydantic", "code", "MIT", "settings.work_data"),
    ("msgpack", "hub", "Apache 2.0", "settings.work_bus"),
    ("NumPy", "query_stats", "BSD 3-Clause", "settings.work_numbers"),
)
"""Whose work, icon, licence, what it is here."""


class SystemPart(Part):
    """Two things to do, then what is good to know."""

    def rows(self) -> list[Widget]:
        self.developer = Toggle()
        self.developer.value = self.ui.preferences.developer
        self.developer.bind(on_choose=self._develop)
        self.reset = TextButton(t("settings.reset_button"))
        self.reset.bind(on_release=lambda *_: self._ask())
        self.setup = [
            setting("settings.developer_options", "code", self.developer),
            setting("settings.reset", "settings_backup_restore", self.reset),
        ]
        python = f"Python {platform.python_version()} · {platform.system()} {platform.release()}"
        return [
            *self.setup,
            ListRow(f"carservices {version('carservices')}", detail=python, icon="info", inert=True),
            *(
                ListRow(named(work), detail=t(what), icon=icon, end=Text(licence, tone="text2"), inert=True)
                for work, icon, licence, what in WORKS
            ),
        ]

    def _develop(self, _: ValueControl, value: bool) -> None:
        self.ui.preferences.developer = value
        self.ui.preferences.save()
        self.ui.restyle()

    def _ask(self) -> None:
        self.ui.ask(
            Dialog(
                t("settings.reset"),
                t("settings.reset_detail"),
                [
                    (t("settings.cancel"), "plain", lambda: None),
                    (t("settings.reset_button"), "danger", self._reset),
                ],
            )
        )

    def _reset(self) -> None:
        defaults = Preferences()
        for name in RESET:
            setattr(self.ui.preferences, name, getattr(defaults, name))
        self.ui.preferences.save()
        for path, (_, _, choices) in UNITS.items():
            if self.ui.store.get(path) is not None:
                self.ui.store.set(path, choices[0][0], self.ui.ended)
        self.ui.restyle()


def named(work: str) -> str:
    """A package with its version, another work by its name."""
    return f"{work} {version(work)}" if work in PACKAGES else work
