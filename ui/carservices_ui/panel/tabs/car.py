"""Car: doors, seats, windows, lights, and the charging cable."""

from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices_ui.binding import bind_signal
from carservices_ui.i18n import brief, number, t
from carservices_ui.panel.kit import CONTROL, Cell, Group, Words, button, choice, fact, line
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.panel.topview import SEATS, TopView
from carservices_ui.units import duration
from carservices_ui.widgets import Toggle, ValueSlider

DOOR = "Vehicle.Cabin.Door"
LIGHTS = "Vehicle.Body.Lights"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging"
PORT = f"{CHARGING}.ChargingPort.FrontRight"
WINDOWS = {
    "Row1.DriverSide": "panel.front_window",
    "Row1.PassengerSide": "panel.front_window",
    "Row2.DriverSide": "panel.rear_window",
    "Row2.PassengerSide": "panel.rear_window",
}
SWITCH = (
    ("OFF", "panel.switch_off"),
    ("POSITION", "panel.switch_position"),
    ("DAYTIME_RUNNING_LIGHTS", "panel.switch_day"),
    ("AUTO", "panel.auto"),
    ("BEAM", "panel.beam"),
)
LAMPS = (
    ("panel.high_beam", f"{LIGHTS}.Beam.High.IsOn"),
    ("panel.hazard", f"{LIGHTS}.Hazard.IsSignaling"),
    ("panel.fog_front", f"{LIGHTS}.Fog.Front.IsOn"),
    ("panel.fog_rear", f"{LIGHTS}.Fog.Rear.IsOn"),
    ("panel.left", f"{LIGHTS}.DirectionIndicator.Left.IsSignaling"),
    ("panel.right", f"{LIGHTS}.DirectionIndicator.Right.IsSignaling"),
)
STATIONS = (
    ("ac", 2.3),
    ("ac", 11.0),
    ("ac", 22.0),
    ("dc", 50.0),
    ("dc", 150.0),
)
"""Kind and kW: a household socket, wall boxes, and fast chargers."""
FACTS = (
    ("panel.battery", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", lambda v: f"{number(v, 1)} %"),
    ("panel.into_battery", "Vehicle.Powertrain.TractionBattery.CurrentPower", lambda v: f"{number(v / 1000, 1)} kW"),
    ("panel.full_in", f"{CHARGING}.TimeToComplete", lambda v: duration(v or None)),
)
COLUMN = 540


class CarTab(Tab):
    """Doors, seats and cable are verbs of the emulator; windows, locks and lights are set as any client does it."""

    def build(self) -> Widget:
        emulator = self.desk.emulator
        self.view = TopView(self.desk)
        self.windows = {seat: ValueSlider(size_hint=(1, None), height=dp(CONTROL)) for seat in WINDOWS}
        self.switch = choice([(value, t(words)) for value, words in SWITCH], lambda _: None)
        self.lamps = {path: Toggle(height=dp(CONTROL)) for _, path in LAMPS}
        self.flap, self.cable_lock = Toggle(height=dp(CONTROL)), Toggle(height=dp(CONTROL))
        self.station = choice(
            [(at, f"{kind.upper()} {brief(kw)}") for at, (kind, kw) in enumerate(STATIONS)],
            lambda _: None,
            width=COLUMN - 48,
        )
        self.station.value = 1
        self.plug = button(t("panel.plug_in"), self._plug, icon="electrical_services", kind="primary")
        self.unplug = button(t("panel.unplug"), lambda: emulator.do("unplug"), icon="cable")
        self.cable = Cell("–", align="right", strong=True)
        for verb, widget in (("door", self.view), ("plug", self.plug), ("unplug", self.unplug)):
            self.requires(verb, widget)
        return self._arrange()

    def wire(self) -> None:
        for seat, slider in self.windows.items():
            bind_signal(self.desk, slider, f"{DOOR}.{seat}.Window.Position", send=round)
        bind_signal(self.desk, self.switch, f"{LIGHTS}.LightSwitch")
        for path, toggle in self.lamps.items():
            bind_signal(self.desk, toggle, path)
        bind_signal(self.desk, self.flap, f"{PORT}.IsFlapOpen")
        bind_signal(self.desk, self.cable_lock, f"{PORT}.IsChargingCableLocked")
        for path in (f"{PORT}.IsChargingCableConnected", f"{CHARGING}.IsCharging"):
            self.desk.store.bind(path, lambda _: self._show_cable())

    def _arrange(self) -> Widget:
        locks = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        for words, icon, locked in (("panel.lock", "lock", True), ("panel.unlock", "lock_open", False)):
            lock = button(t(words), partial(self._lock, locked), icon=icon)
            lock.size_hint_x = 1
            locks.add_widget(lock)
        hint = Words(t("panel.car_hint"), tone="text3")
        seen = Group(t("panel.doors_group"), self._beside_doors(), hint, locks, icon="directions_car")
        lamps = GridLayout(cols=2, size_hint_y=None, spacing=(dp(30), 0))
        lamps.bind(minimum_height=lamps.setter("height"))
        for name, path in LAMPS:
            lamps.add_widget(line(t(name), self.lamps[path]))
        facts = [fact(t("panel.cable"), self.cable)[0]]
        for name, path, shown in FACTS:
            row, cell = fact(t(name))
            self.live(path, cell, shown)
            facts.append(row)
        plugs = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        for part in (self.plug, self.unplug):
            part.size_hint_x = 1
            plugs.add_widget(part)
        hatch = BoxLayout(size_hint_y=None, height=dp(CONTROL + 6), spacing=dp(30))
        hatch.add_widget(line(t("panel.flap"), self.flap))
        hatch.add_widget(line(t("panel.cable_lock"), self.cable_lock))
        charge = Group(t("panel.charging"), self.station, plugs, hatch, *facts, Widget(), icon="ev_station")
        side = BoxLayout(orientation="vertical", spacing=dp(14), size_hint_x=None, width=dp(COLUMN))
        side.add_widget(Group(t("panel.lights"), self.switch, lamps, icon="highlight", gap=6, hug=True))
        side.add_widget(charge)
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(seen)
        both.add_widget(side)
        return both

    def _beside_doors(self) -> Widget:
        row = BoxLayout(spacing=dp(8))
        for part in ("DriverSide", self.view, "PassengerSide"):
            if isinstance(part, Widget):
                row.add_widget(part)
                continue
            column = BoxLayout(orientation="vertical", size_hint_x=None, width=dp(200), padding=(0, 0, 0, dp(40)))
            column.add_widget(Widget(size_hint_y=1.7))
            for seat in SEATS:
                if seat.endswith(part):
                    column.add_widget(
                        Cell(t(WINDOWS[seat]), tone="text2", align="center", size_hint_y=None, height=dp(34))
                    )
                    column.add_widget(self.windows[seat])
                    column.add_widget(Widget())
            row.add_widget(column)
        return row

    def _plug(self) -> None:
        kind, power = STATIONS[self.station.value]
        self.desk.emulator.do("plug", kind=kind, power_kw=power)

    def _lock(self, locked: bool) -> None:
        for seat in SEATS:
            self.desk.set(f"{DOOR}.{seat}.IsLocked", locked)

    def _show_cable(self) -> None:
        store = self.desk.store
        connected: Any = store.get(f"{PORT}.IsChargingCableConnected")
        words = t("panel.cable_charging") if store.get(f"{CHARGING}.IsCharging") else t("panel.cable_connected")
        self.cable.text = "–" if connected is None else words if connected else t("panel.cable_off")
