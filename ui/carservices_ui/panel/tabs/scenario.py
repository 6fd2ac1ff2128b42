"""Scenario: which one runs, its time line and pace, recordings and replays."""

from functools import partial
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from carservices_ui.i18n import brief, t
from carservices_ui.panel.kit import CONTROL, Cell, Field, Group, Words, button, choice, line, relabel
from carservices_ui.panel.seekbar import SeekBar
from carservices_ui.panel.simclock import SimClock, clock
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.widgets import Scroll

TICK = 0.1
AT_LEAST = 1800.0
"""s of time line shown although nothing is planned then."""
PACES = 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 200.0
FILE = "drive.jsonl"


class ScenarioTab(Tab):
    """The emulator is the player; the panel shows where it is and asks it to go elsewhere."""

    def build(self) -> Widget:
        emulator, memory = self.desk.emulator, self.desk.memory
        self.clock = SimClock(emulator)
        self._offered: tuple[list[str], str] | None = None
        self.list = Scroll(gap="xs")
        self.own = Field(hint=t("panel.own_file"))
        self.own.bind(on_text_validate=lambda *_: self._play_own())
        self.name = Words("", tone="text", role="primary")
        self.description = Words("")
        self.seek = SeekBar()
        self.seek.bind(on_seek=lambda _, seconds: emulator.do("seek", seconds=seconds))
        self.play = button(t("panel.pause"), lambda: self.clock.toggle(), icon="pause", kind="primary", width=190)
        self.restart = button(t("panel.from_start"), lambda: emulator.do("seek", seconds=0), icon="skip_previous")
        self.pace = choice(
            [(pace, f"{brief(pace)}×") for pace in PACES], lambda pace: emulator.do("speed", factor=pace)
        )
        self.events = Scroll(gap="xs")
        self.file = Field(hint=t("panel.file"), text=memory.file or str(Path.cwd() / FILE))
        self.file.bind(text=lambda _, text: setattr(memory, "file", text))
        self.record = button(t("panel.record"), self._record, icon="circle", kind="danger", width=250)
        self.replay = button(t("panel.replay"), self._replay, icon="play_arrow", width=250)
        self.tape = Words("")
        return self._arrange()

    def wire(self) -> None:
        self._shown_events: tuple[list[tuple[float, str]], str] | None = None
        self._timer = Clock.schedule_interval(lambda _: self._tick(), TICK)

    def close(self) -> None:
        self._timer.cancel()

    def follow(self, status: dict[str, Any]) -> None:
        self.clock.synchronise()
        replay, recording = status.get("replay"), status.get("recording")
        self._offer(self.desk.emulator.choices("scenarios"), "" if replay else status.get("story", ""))
        name, description = self.desk.emulator.story
        self.name.text = Path(replay).name if replay else name
        self.description.text = t("panel.replay_of", file=replay) if replay else description
        events = [] if replay else [(float(time), str(what)) for time, what in status.get("events", ())]
        self.seek.length = (
            float(status["duration"]) if replay else max(AT_LEAST, float(status.get("duration", 0)) * 1.1)
        )
        self.seek.show_events(events)
        self._list(events, t("panel.replay_plans_nothing" if replay else "panel.nothing_planned"))
        for made, on, begin, end in (
            (self.play, not status.get("paused"), ("play", "play_arrow"), ("pause", "pause")),
            (self.record, recording, ("record", "circle"), ("stop_recording", "stop_circle")),
            (self.replay, replay, ("replay", "play_arrow"), ("end_replay", "stop_circle")),
        ):
            words, icon = end if on else begin
            relabel(made, t(f"panel.{words}"), icon)
        self.pace.value = status.get("speed")
        self.tape.text = (
            t("panel.recording_to", file=recording)
            if recording
            else t("panel.replaying", file=replay)
            if replay
            else (t("panel.tape"))
        )
        self._tick()

    def _arrange(self) -> Widget:
        own = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(10))
        own.add_widget(self.own)
        own.add_widget(button(t("panel.load"), self._play_own, width=130))
        left = Group(t("panel.scenarios"), self.list, own, icon="list", size_hint_x=None, width=dp(480))
        transport = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        for part in (self.play, self.restart, Widget()):
            transport.add_widget(part)
        player = Group(
            t("panel.time_line"),
            self.name,
            self.description,
            self.seek,
            transport,
            line(t("panel.pace"), self.pace, width=110),
            icon="timeline",
            hug=True,
        )
        tape = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        for part in (self.file, self.record, self.replay):
            tape.add_widget(part)
        recorder = Group(t("panel.record_replay"), tape, self.tape, icon="history", hug=True)
        right = BoxLayout(orientation="vertical", spacing=dp(14))
        for part in (player, Group(t("panel.what_when"), self.events, icon="schedule"), recorder):
            right.add_widget(part)
        both = BoxLayout(spacing=dp(14), pos_hint={"x": 0, "y": 0})
        both.add_widget(left)
        both.add_widget(right)
        return both

    def _offer(self, names: list[str], playing: str) -> None:
        if (names, playing) == self._offered:
            return
        self._offered = names, playing
        self.list.body.clear_widgets()
        for name in names:
            kind = "primary" if name == playing else "plain"
            row = button(name, partial(self.desk.emulator.do, "scenario", name=name), kind=kind)
            row.size_hint_x = 1
            self.list.body.add_widget(row)

    def _play_own(self) -> None:
        self.desk.emulator.do("scenario", name=_absolute(self.own.text))

    def _list(self, events: list[tuple[float, str]], none: str) -> None:
        if (events, none) == self._shown_events:
            return
        self._shown_events = events, none
        self.events.body.clear_widgets()
        if not events:
            self.events.body.add_widget(Words(none, tone="text3"))
        for moment, what in events:
            row = BoxLayout(size_hint_y=None, height=dp(36), spacing=dp(16))
            row.add_widget(Cell(clock(moment), strong=True, size_hint_x=None, width=dp(110)))
            row.add_widget(Cell(what, tone="text2"))
            self.events.body.add_widget(row)

    def _record(self) -> None:
        recording = self.desk.emulator.status.get("recording")
        self.desk.emulator.do("record", **({} if recording else {"file": _absolute(self.file.text)}))

    def _replay(self) -> None:
        replay = self.desk.emulator.status.get("replay")
        self.desk.emulator.do("replay", **({} if replay else {"file": _absolute(self.file.text)}))

    def _tick(self) -> None:
        now = self.clock.now
        self.seek.length = max(self.seek.length, now)
        self.seek.position = float(int(now))


def _absolute(file: str) -> str:
    """The emulator runs in another folder than the panel."""
    return str(Path(file.strip()).expanduser().absolute())
