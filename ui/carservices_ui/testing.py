"""Drives the cockpit frame by frame in one thread, offscreen: for tests and for pictures."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch
from kivy.uix.widget import Widget

from carservices.signals import Datum, Status, Value
from carservices_ui import glass
from carservices_ui.cockpit import Cockpit
from carservices_ui.preferences import Preferences
from carservices_ui.store import OnOutcome, Outcome, Store


class FakeCar:
    """A backend that remembers what was asked and answers when told to."""

    def __init__(self) -> None:
        self.sets: list[tuple[str, Datum, OnOutcome]] = []
        self.calls: list[tuple[type, str, dict[str, Any], OnOutcome]] = []

    def set(self, path: str, value: Datum, on_outcome: OnOutcome) -> None:
        self.sets.append((path, value, on_outcome))

    def call(self, contract: type, method: str, arguments: dict[str, Any], on_outcome: OnOutcome) -> None:
        self.calls.append((contract, method, arguments, on_outcome))


class Driver:
    """A cockpit without a car: put values, make frames, tap, look."""

    def __init__(self, size: tuple[int, int] = (1280, 720), preferences: Preferences | None = None) -> None:
        EventLoop.ensure_window()
        Window.size = size
        self.car = FakeCar()
        self.store = Store()
        self.store.backend = self.car
        self.store.wake = Clock.create_trigger(self.store.drain)
        self.cockpit = Cockpit(self.store, preferences or Preferences(), size=Window.size)
        Window.add_widget(self.cockpit)
        EventLoop.status = "started"
        self.frames(2)

    def close(self) -> None:
        """Leave the window empty for the next one."""
        self.cockpit.close()
        for child in Window.children[:]:
            Window.remove_widget(child)
        self.frames(1)

    def frames(self, count: int = 1) -> None:
        """Run frames."""
        for _ in range(count):
            EventLoop.idle()

    def until(self, condition: Callable[[], bool], timeout: float = 20.0) -> None:
        """Run frames until `condition`; TimeoutError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the cockpit never came to the expected state")
            self.frames()

    def put(self, values: dict[str, Datum | None]) -> None:
        """Values from the car, None as unavailable; shown after this."""
        for path, value in values.items():
            status = Status.UNAVAILABLE if value is None else Status.AVAILABLE
            self.store.put(Value(path, value, time.monotonic_ns(), status))
        self.frames(2)

    def answer(self, ok: bool = True, code: str = "", reason: str = "", blocking: str | None = None) -> None:
        """End all sets that wait."""
        waiting, self.car.sets = self.car.sets, []
        for path, value, on_outcome in waiting:
            if ok:
                self.store.put(Value(path, value, time.monotonic_ns()))
            on_outcome(Outcome(ok, code=code, reason=reason, blocking=blocking))
        self.frames(2)

    def tap(self, widget: Widget, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Touch a widget at a share of its width and height."""
        x, y = widget.to_window(widget.x + widget.width * at[0], widget.y + widget.height * at[1])
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.frames()
        touch.touch_up()
        self.frames(2)

    def press(self, code: int, *modifiers: str) -> None:
        """A key by kivy's code."""
        Window.dispatch("on_key_down", code, 0, None, list(modifiers))
        self.frames(2)

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a finger over the window, in pixels."""
        touch = UnitTestTouch(*start)
        touch.touch_down()
        for step in range(1, 6):
            touch.touch_move(*(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
            self.frames()
        touch.touch_up()
        self.frames(2)

    def widgets(self, kind: type[Widget] = Widget) -> Iterator[Any]:
        """Everything of a kind in the window."""
        return (widget for widget in self.cockpit.walk() if isinstance(widget, kind))

    def picture(self, path: Path) -> None:
        """Write what is on the glass."""
        glass.save(path)
