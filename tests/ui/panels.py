"""The emulator's control panel without a car: an emulator that answers at once, and a hand on the glass."""

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch

from carservices.signals import Catalogue, Status, Value
from carservices_ui import i18n
from carservices_ui.panel.backend import Survey
from carservices_ui.panel.panel import Panel
from carservices_ui.store import Outcome, Store
from carservices_ui.testing import FakeCar

SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
VERBS = [
    "set",
    "inject",
    "fail",
    "clear",
    "fault",
    "gear",
    "pedals",
    "driver",
    "drive_route",
    "weather",
    "gnss",
    "tunnel",
    "door",
    "seat",
    "plug",
    "unplug",
]


def configs():
    catalogue = Catalogue.default()
    return {path: catalogue.config(path) for path in catalogue} | {
        GEAR: catalogue.config(GEAR, allowed=(-1, 0, 126, 127))
    }


class FakeEmulator(FakeCar):
    """Answers surveys and takes every command it lists; `refusal` is its answer to all of them if set."""

    def __init__(self):
        super().__init__()
        self.commands = []
        self.injected = []
        self.refusal = ""
        self.following = False
        self.configs = configs()
        self.emulator = "emulator"
        self.status = {
            "profile": "Megane",
            "scenario": "City",
            "story": "city",
            "description": "A drive.",
            "texts": {"de": {"name": "Stadt", "description": "Eine Fahrt."}},
            "driver": "parked",
            "time": 60.0,
            "duration": 600.0,
            "speed": 1.0,
            "paused": True,
            "events": [[120.0, "weather"]],
            "weather": {"temperature": 20.0, "rain": 0.0},
            "faults": [],
            "sensors": {},
            "choices": {"commands": VERBS, "scenarios": ["city", "wltc"], "faults": ["abs", "brand-new"]},
        }

    def survey(self, on_outcome):
        status = self.status if self.emulator else {}
        on_outcome(Outcome(True, Survey(self.configs, (self.emulator or "kuksa",), self.emulator, status)))

    def control(self, hal, verb, arguments, on_outcome):
        self.commands.append((verb, arguments))
        on_outcome(Outcome(not self.refusal, reason=self.refusal))

    def follow(self, hal, on, on_outcome):
        self.following = on
        on_outcome(Outcome(True))

    def miss_turn(self, hal, on_outcome):
        on_outcome(Outcome(False, reason="there is no turn to miss"))

    def inject(self, path, value, status, on_outcome):
        self.injected.append((path, value, status))
        on_outcome(Outcome(True))


class PanelDriver:
    """A panel without a car: frames, clicks, commands."""

    def __init__(self, tab, backend=None, size=(1180, 760)):
        EventLoop.ensure_window()
        Window.size = size
        self.backend = backend or FakeEmulator()
        self.store = Store()
        self.store.backend = self.backend
        self.store.wake = Clock.create_trigger(self.store.drain)
        self.language = "en"
        self.panel = Panel(self.store, self.backend, tab, wanted_language=lambda: self.language, size=Window.size)
        Window.add_widget(self.panel)
        EventLoop.status = "started"
        self.store.put_link(True)
        self.frames(3)

    @property
    def tab(self):
        return self.panel.tab

    @property
    def said(self):
        return self.panel._said.text

    def frames(self, count=1):
        for _ in range(count):
            EventLoop.idle()

    def refresh(self):
        self.panel.desk.emulator.survey()
        self.frames(3)

    def click(self, widget, at=(0.5, 0.5), to=None):
        touch = UnitTestTouch(*widget.to_window(widget.x + widget.width * at[0], widget.y + widget.height * at[1]))
        touch.touch_down()
        self.frames()
        if to:
            touch.touch_move(*widget.to_window(widget.x + widget.width * to[0], widget.y + widget.height * to[1]))
            self.frames()
        touch.touch_up()
        self.frames(2)

    def press(self, words, under=None):
        self.frames(2)
        self.click(
            next(w for w in (under or self.panel).walk() if getattr(getattr(w, "label", None), "text", None) == words)
        )

    def put(self, path, value, status=Status.AVAILABLE):
        self.store.put(Value(path, value, 0, status))
        self.frames()

    def close(self):
        self.panel.close()
        i18n.set_language("en")
        for child in Window.children[:]:
            Window.remove_widget(child)
        self.frames(1)
