"""Faults: parts of the car that give up, sensors that are broken, and what the car refused."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices_ui.panel.kit import CONTROL, Cell, Group, Words, button
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import IconButton, Scroll, Toggle

FAULTS = {
    "slow-leak": ("Slow leak", "A nail in the rear left tyre: the pressure falls, flat after a quarter of an hour."),
    "weak-12v": ("Weak 12 V battery", "The battery has lost most of its capacity: its voltage falls under load."),
    "overheating": ("Overheating", "The cooling of the drive unit fails: it heats up under load and loses power."),
    "plug-pulled": ("Plug pulled", "Somebody pulls the charging cable: charging ends at once."),
    "worn-brakes": ("Worn brakes", "Front pads are worn to the indicator: the brake warning comes on."),
    "low-beam": ("Low beam defect", "The low beam stays dark and reports its defect."),
    "washer-empty": ("Washer empty", "The washer fluid is nearly used up."),
    "distracted-driver": ("Distracted driver", "Eyes off the road, hands off the wheel, the car drifts in its lane."),
    "abs": ("ABS failed", "ABS, traction and stability control are out of order."),
    "heater-lockout": ("Heater locked out", "The heater was too hot and stays off until a workshop resets it."),
    "window-reference": ("Window lost", "The passenger's window has lost its end stops and does not move."),
    "tyre-sensor-lost": (
        "Tyre sensor lost",
        "The receiver has forgotten the rear right sensor until it learns it again.",
    ),
}
"""Title and effect of the faults an emulator may offer; one that is not here is shown by its name."""


class FaultsTab(Tab):
    """One card for each fault the emulator offers."""

    def build(self) -> Widget:
        self.toggles: dict[str, Toggle] = {}
        self.grid = GridLayout(cols=2, spacing=dp(14), size_hint_y=None)
        self.grid.bind(minimum_height=self.grid.setter("height"))
        self._sensors: dict[str, str] | None = None
        self.sensors = Scroll(gap="xs")
        self.refusals = Words("")
        everything = button("Repair all", lambda: self.desk.emulator.do("clear"))
        side = BoxLayout(orientation="vertical", spacing=dp(14), size_hint_x=None, width=dp(560))
        side.add_widget(Group("Broken sensors", self.sensors, icon="sensors_off", end=everything))
        refused = Scroll(self.refusals)
        side.add_widget(Group("Refused by the car", refused, icon="block", size_hint_y=0.6))
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
        self.refusals.text = (
            "\n".join(status.get("refusals", ())) or "Nothing of what the scenario asked for was refused."
        )

    def _offer(self, names: list[str]) -> None:
        self.grid.clear_widgets()
        self.toggles = {}
        for name in names:
            title, effect = FAULTS.get(name, (name, ""))
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
            self.sensors.body.add_widget(Words("None. Break one on the Signals tab.", tone="text3"))
        for path, mode in sensors.items():
            row = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(8))
            row.add_widget(Cell(path.removeprefix("Vehicle.")))
            row.add_widget(Cell(mode.replace("_", " "), tone="heat", align="right", size_hint_x=None, width=dp(120)))
            close = IconButton("close", size_token="small", size=(dp(CONTROL), dp(CONTROL)))
            close.bind(on_release=lambda *_, path=path: self.desk.emulator.do("clear", path=path))
            row.add_widget(close)
            self.sensors.body.add_widget(row)
