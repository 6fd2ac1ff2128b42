"""The panel's top line: the car, what it does, its clock, and whether anybody is there."""

from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from carservices_ui.i18n import brief, t, words
from carservices_ui.panel.desk import Desk
from carservices_ui.panel.emulator import Emulator
from carservices_ui.panel.kit import Cell
from carservices_ui.panel.simclock import SimClock, clock
from carservices_ui.widgets import Icon, IconButton, Text

TICK = 0.2
"""s between two looks at the clock, whose text changes once a second unless it runs fast."""


class Header(BoxLayout):
    """Shows the emulator's own status on every tab."""

    def __init__(self, desk: Desk, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, height=dp(76), padding=(dp(28), 0, dp(20), 0), spacing=dp(16), **kwargs)
        self._desk = desk
        self.clock = SimClock(desk.emulator)
        self._light = Icon("circle", size="small", tone="text3", filled=True)
        self._title = Text("", strong=True)
        self._what = Cell("", tone="text2")
        self._time = Cell("", align="right", strong=True, size_hint_x=None, width=dp(130))
        self._pace = Cell("", align="left", tone="text2", size_hint_x=None, width=dp(76))
        self._pause = IconButton("pause", size_token="medium", size=(dp(56), dp(56)))
        self._pause.bind(on_release=lambda *_: self.clock.toggle())
        for part in (self._light, self._title, self._what, self._time, self._pace, self._pause):
            part.pos_hint = {"center_y": 0.5}
            self.add_widget(part)
        self._timer = Clock.schedule_interval(lambda _: self._tick(), TICK)

    def changed(self) -> None:
        """The emulator's status may be another."""
        emulator, status = self._desk.emulator, self._desk.emulator.status
        self.clock.synchronise()
        if not self._desk.store.linked:
            title, what, tone = t("panel.no_car_here"), emulator.absence, "alert"
        elif status:
            title, what, tone = str(status.get("profile", emulator.last.emulator)), _doing(emulator), "energy"
        else:
            title, what, tone = ", ".join(emulator.last.hals) or t("panel.no_hal"), t("panel.not_emulator"), "heat"
        self._title.text, self._what.text = title, what
        self._light.show(tone=tone)
        self._pause.icon.show("play_arrow" if status.get("paused") else "pause")
        self._pause.disabled = not status
        self._pause.opacity = 1.0 if status else 0.0
        self._pace.text = f"× {brief(status['speed'])}" if "speed" in status else ""
        self._tick()

    def close(self) -> None:
        self._timer.cancel()

    def _tick(self) -> None:
        self._time.text = clock(self.clock.now) if self._desk.emulator.status else ""


def _doing(emulator: Emulator) -> str:
    status = emulator.status
    if status.get("replay"):
        return t("panel.replays", file=status["replay"])
    driver = str(status.get("driver", "?"))
    parts = [emulator.story[0], t("panel.driver_is", name=words(f"panel.{driver}", driver))]
    parts += [t("panel.faults_n", n=len(status["faults"]))] if status.get("faults") else []
    parts += [t("panel.recording")] if status.get("recording") else []
    return "  ·  ".join(parts)
