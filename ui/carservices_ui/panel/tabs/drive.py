"""Drive: who drives, gear, pedals and steering by mouse and keys, and what the car does with it."""

from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from carservices_ui.binding import bind_signal
from carservices_ui.i18n import number, t
from carservices_ui.panel.guided import GuidedGroup
from carservices_ui.panel.keys import KeyDriver
from carservices_ui.panel.kit import CONTROL, Cell, Group, Words, choice, fact, line
from carservices_ui.panel.pedals import Pedal, Wheel
from carservices_ui.panel.speaking import SpeakingGroup
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.units import is_number
from carservices_ui.widgets import ArcGauge, Column, Row, Scroll, Text, Toggle, ValueSlider

TICK = 0.05
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
BATTERY = "Vehicle.Powertrain.TractionBattery"
GEARS = {126: "P", -1: "R", 0: "N", 127: "D"}
DRIVERS = (
    ("trip", "panel.trip"),
    ("wltc", "panel.wltc"),
    ("constant", "panel.constant"),
    ("manual", "panel.manual"),
    ("parked", "panel.parked"),
)
MODES = (
    ("ECONOMY", "panel.eco"),
    ("NORMAL", "panel.normal"),
    ("SPORT", "panel.sport"),
    ("SNOW", "panel.snow"),
    ("RAIN", "panel.rain"),
)
IGNITION = (
    ("LOCK", "panel.ignition_lock"),
    ("OFF", "panel.ignition_off"),
    ("ACC", "panel.ignition_acc"),
    ("ON", "panel.ignition_on"),
)
TOP_SPEED = 180.0
"""km/h at the end of the dial."""
WIDTH = 600
FACTS = (
    ("panel.battery_power", f"{BATTERY}.CurrentPower", lambda watts: f"{number(-watts / 1000, 1)} kW"),
    ("panel.state_of_charge", f"{BATTERY}.StateOfCharge.Displayed", lambda percent: f"{number(percent, 1)} %"),
    ("panel.acceleration", "Vehicle.Acceleration.Longitudinal", lambda rate: f"{number(rate, 2)} m/s²"),
    ("panel.distance", "Vehicle.TraveledDistance", lambda metres: f"{number(metres / 1000, 2)} km"),
)


class DriveTab(Tab):
    """Pedals and wheel take over from whoever drives, as the emulator does it."""

    def build(self) -> Widget:
        emulator = self.desk.emulator
        self.keys = KeyDriver()
        self.accelerator, self.brake = (
            Pedal(t("panel.accelerator"), tone="energy"),
            Pedal(t("panel.brake"), tone="alert"),
        )
        self.wheel = Wheel()
        self.gear = choice([(name, name) for name in GEARS.values()], lambda g: emulator.do("gear", gear=g))
        self.driver = choice(_said(DRIVERS), self._seat)
        self.speed = ValueSlider(low=0, high=160, step=5, size_hint=(1, None), height=dp(CONTROL))
        self.speed.value = 50.0
        self.speed.bind(on_choose=lambda *_: self._cruise())
        self.speed_text = Cell("50 km/h", align="right", strong=True, size_hint_x=None, width=dp(120))
        self.mode = choice(_said(MODES), lambda _: None)
        self.ignition = choice(_said(IGNITION), lambda state: emulator.do("ignition", state=state))
        self.parking = Toggle(height=dp(CONTROL))
        self.hold = Toggle(height=dp(CONTROL))
        self.hold.value = self.desk.memory.hold
        self.hold.bind(on_choose=lambda _, on: self._hold(on))
        self.guided = GuidedGroup(emulator)
        self.speaking = SpeakingGroup(self.desk)
        self.dial = ArcGauge(tones=("accent", "accent"))
        self.number = Text("–", role="display", strong=True)
        self.gear_shown = Text("", role="body", tone="text2")
        self.dial.add_widget(
            Column(
                self.number,
                Text("km/h", tone="text2"),
                self.gear_shown,
                align="center_x",
                gap=None,
                pos_hint={"center_x": 0.5, "center_y": 0.5},
            )
        )
        for verb, widget in (("gear", self.gear), ("driver", self.driver), ("ignition", self.ignition)):
            self.requires(verb, widget)
        self.requires("drive_route", self.guided)
        for handle in (self.accelerator, self.brake, self.wheel):
            self.requires("pedals", handle)
        return self._arrange()

    def wire(self) -> None:
        store = self.desk.store
        self.speaking.wire()
        bind_signal(self.desk, self.mode, "Vehicle.Powertrain.Transmission.PerformanceMode")
        bind_signal(self.desk, self.parking, "Vehicle.Chassis.ParkingBrake.IsEngaged")
        store.bind(GEAR, self._show_gear)
        store.bind("Vehicle.LowVoltageSystemState", lambda state: setattr(self.ignition, "value", state))
        store.bind("Vehicle.Speed", self._show_speed)
        for path, handle, scale in (
            ("Vehicle.Chassis.Accelerator.PedalPosition", self.accelerator, 0.01),
            ("Vehicle.Chassis.Brake.PedalPosition", self.brake, 0.01),
            ("Vehicle.Chassis.SteeringWheel.Angle", self.wheel, 1.0),
        ):
            store.bind(path, partial(_mark, handle, scale))
        for name, handle in (("accelerator", self.accelerator), ("brake", self.brake), ("steering", self.wheel)):
            handle.held = self.desk.memory.hold
            handle.bind(on_move=lambda _, wanted, name=name: self.desk.emulator.keep("pedals", **{name: wanted}))
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up, focus=self._focus)
        self._timer = Clock.schedule_interval(self._tick, TICK)

    def follow(self, status: dict[str, Any]) -> None:
        self.driver.value = status.get("driver")
        self.guided.show(self.desk.emulator, status)

    def close(self) -> None:
        self._timer.cancel()
        Window.unbind(on_key_down=self._key_down, on_key_up=self._key_up, focus=self._focus)
        if self.keys.busy:
            self.desk.emulator.keep("pedals", accelerator=0.0, brake=0.0, steering=0.0)

    def _arrange(self) -> Widget:
        cruise = line(t("panel.constant_speed"), self.speed, self.speed_text, width=200)
        self.requires("driver", cruise)
        facts = []
        for name, path, words in FACTS:
            row, cell = fact(t(name))
            self.live(path, cell, words)
            facts.append(row)
        figures = BoxLayout(orientation="vertical")
        for row in (Widget(), *facts, Widget()):
            figures.add_widget(row)
        now = BoxLayout(spacing=dp(40))
        now.add_widget(self.dial)
        now.add_widget(figures)
        driver = Group(t("panel.driver"), self.driver, cruise, icon="person", hug=True)
        lever = Group(
            t("panel.gear"), self.gear, line(t("panel.parking_brake"), self.parking), icon="car_gear", hug=True
        )
        state = Group(t("panel.ignition_mode"), self.ignition, self.mode, icon="power", hug=True)
        live = Group(t("panel.now"), now, icon="monitoring", size_hint_y=None, height=dp(330))
        handles = BoxLayout(spacing=dp(8))
        for handle, share in ((self.wheel, 1.0), (self.brake, 0.36), (self.accelerator, 0.36)):
            handle.size_hint_x = share
            handles.add_widget(handle)
        hint = Words(t("panel.drive_hint"), tone="text3")
        stay = Row(Text(t("panel.stay"), tone="text2"), self.hold)
        by_hand = Group(t("panel.by_hand"), handles, hint, icon="directions_car", end=stay)
        left = BoxLayout(orientation="vertical", spacing=dp(14))
        for part in (live, by_hand):
            left.add_widget(part)
        right = Scroll(size_hint_x=None, width=dp(WIDTH))
        for part in (driver, self.guided, self.speaking, lever, state):
            part.size_hint_x = 1
            right.body.add_widget(part)
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(left)
        both.add_widget(right)
        return both

    def _seat(self, name: str) -> None:
        if name == "constant":
            self._cruise()
        else:
            self.desk.emulator.do("driver", name=name)

    def _cruise(self) -> None:
        self.speed_text.text = f"{number(self.speed.value)} km/h"
        self.desk.emulator.do("driver", name="constant", speed=float(self.speed.value))

    def _hold(self, on: bool) -> None:
        self.desk.memory.hold = on
        for handle in (self.accelerator, self.brake, self.wheel):
            handle.held = on
            if not on:
                handle.move(0.0)

    def _show_speed(self, value: Any) -> None:
        speed = abs(value) if is_number(value) else None
        self.number.text = "–" if speed is None else f"{speed:.0f}"
        self.dial.show(None if speed is None else speed / TOP_SPEED)

    def _show_gear(self, value: Any) -> None:
        self.gear.value = GEARS.get(value)
        self.gear_shown.text = GEARS.get(value, "")

    def _tick(self, seconds: float) -> None:
        if not self.keys.busy:
            return
        self.keys.step(seconds)
        self.accelerator.move(round(self.keys.accelerator, 2))
        self.brake.move(round(self.keys.brake, 2))
        self.wheel.move(round(self.keys.steering, 1))

    def _key_down(self, _window: Any, code: int, *_: Any) -> bool:
        return self.desk.emulator.takes("pedals") and self.keys.key(code, down=True)

    def _key_up(self, _window: Any, code: int, *_: Any) -> bool:
        return self.keys.key(code, down=False)

    def _focus(self, _window: Any, focused: bool) -> None:
        if not focused:
            self.keys.release()


def _said(choices: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(value, t(words)) for value, words in choices]


def _mark(handle: Pedal | Wheel, scale: float, value: Any) -> None:
    handle.actual = float(value) * scale if is_number(value) else 0.0
