"""Faults: parts of the car that give up, sensors that are broken, and what the car refused."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices_ui.i18n import t, words
from carservices_ui.panel.kit import CONTROL, Cell, Group, Words, button
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import IconButton, Scroll, Toggle


class FaultsTab(Tab):
    """One card for each fault the emulator offers."""

    def build(self) -> Widget:
        self.toggles: dict[str, Toggle] = {}
        self.grid = GridLayout(cols=2, spacing=dp(14), size_hint_y=None)
        self.grid.bind(minimum_height=self.grid.setter("height"))
        self._sensors: dict[str, str] | None = None
        self.sensors = Scroll(gap="xs")
        self.refusals = Words("")
        everything = button(t("panel.repair_all"), lambda: self.desk.emulator.do("clear"))
        side = BoxLayout(orientation="vertical", spacing=dp(14), size_hint_x=None, width=dp(560))
        side.add_widget(Group(t("panel.broken_sensors"), self.sensors, icon="sensors_off", end=everything))
        refused = Scroll(self.refusals)
        side.add_widget(Group(t("panel.refused_by_car"), refused, icon="block", size_hint_y=0.6))
        faults = Scroll()
        faults.body.add_widget(self.grid)
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(faults)
        both.add_widget(side)
        self.requires("fault", faults)
        return both

    def follow(self, status: dict[str, Any]) -> None:
        names = self.desk.emulator.choices("faults")
        if list(self.toggles) != names:
            self._offer(names)
        for name, toggle in self.toggles.items():
            toggle.value = name in status.get("faults", ())
        self._list(status.get("sensors", {}))
        self.refusals.text = "\n".join(status.get("refusals", ())) or t("panel.nothing_refused")

    def _offer(self, names: list[str]) -> None:
        self.grid.clear_widgets()
        self.toggles = {}
        for name in names:
            title, effect = _words(name)
            toggle = self.toggles[name] = Toggle(height=dp(CONTROL))
            toggle.bind(on_choose=lambda _, on, name=name: self.desk.emulator.do("fault", name=name, on=on))
            self.grid.add_widget(
                Group(title, Words(effect), Widget(), end=toggle, gap=6, size_hint_y=None, height=dp(178))
            )

    def _list(self, sensors: dict[str, str]) -> None:
        if sensors == self._sensors:
            return
        self._sensors = dict(sensors)
        self.sensors.body.clear_widgets()
        if not sensors:
            self.sensors.body.add_widget(Words(t("panel.no_broken"), tone="text3"))
        for path, mode in sensors.items():
            row = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(8))
            row.add_widget(Cell(path.removeprefix("Vehicle."), cut="left"))
            row.add_widget(
                Cell(words(f"panel.mode_{mode}", mode), tone="heat", align="right", size_hint_x=None, width=dp(120))
            )
            close = IconButton("close", size_token="small", size=(dp(CONTROL), dp(CONTROL)))
            close.bind(on_release=lambda *_, path=path: self.desk.emulator.do("clear", path=path))
            row.add_widget(close)
            self.sensors.body.add_widget(row)


def _words(name: str) -> tuple[str, str]:
    """Title and effect of a fault; one that there are no words for is shown by its name."""
    key = f"panel.fault_{name.replace('-', '_')}"
    return words(key, name), words(f"{key}_effect", "")
