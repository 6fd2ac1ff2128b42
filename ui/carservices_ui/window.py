"""Runs the cockpit in kivy's window, fed by the bus thread."""

import gc
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from carservices.api.apps import Apps
from carservices.api.audio import Audio
from carservices.api.diagnostics import Diagnostics
from carservices.api.driving import Driving
from carservices.api.energy import Energy
from carservices.api.navigation import Navigation
from carservices.api.notifications import Notifications
from carservices.api.speech import Speech
from carservices_ui import apps, glass
from carservices_ui.cockpit import Cockpit
from carservices_ui.link import Link
from carservices_ui.pace import Pace
from carservices_ui.preferences import Preferences
from carservices_ui.store import Store
from carservices_ui.tidy import Tidy

CONTRACTS = (Apps, Audio, Diagnostics, Driving, Energy, Navigation, Notifications, Speech)
"""The services whose streams the shell shows."""

BEAT_SECONDS = 1.0
QUIET_SECONDS = 0.5
PICTURE_SECONDS = 15.0
"""A picture is taken once there is a car and nothing new appeared for a moment, or after this long without a car."""

log = logging.getLogger(__name__)


@contextmanager
def opened(run_dir: Path, name: str, screen: str | None, *, keep: bool = True) -> Iterator[Cockpit]:
    """A cockpit with a bus thread; `screen` instead of the one shown last. ``keep``: what the person changes lasts."""
    store = Store()
    pace = Pace()
    store.wake = pace.waking(Clock.create_trigger(store.drain))
    preferences = Preferences.load()
    preferences.kept = keep
    if screen:
        preferences.screen = screen
    cockpit = Cockpit(store, preferences, size=Window.size)
    link = Link(store, run_dir, name, CONTRACTS)
    link.start()
    try:
        yield cockpit
    finally:
        link.close()
        cockpit.close()
        pace.close()


def run(run_dir: Path, name: str, screen: str | None, ready: Callable[[], None], beat: Callable[[], None]) -> None:
    """Show the cockpit until the window closes or SIGTERM comes; see `shell.main`."""
    signal.signal(signal.SIGTERM, lambda *_: stopTouchApp())

    def first_flip(*_: object) -> None:
        Window.unbind(on_flip=first_flip)
        gc.freeze()  # a full collection over kivy, pydantic and numpy would stop the picture for 100 ms
        ready()

    Window.bind(on_flip=first_flip)
    Window.set_title("Cockpit")
    Clock.schedule_interval(lambda _: beat(), BEAT_SECONDS)
    with opened(run_dir, name, screen) as cockpit:
        tidy = Tidy(cockpit)
        Clock.schedule_interval(lambda _: tidy.look(), BEAT_SECONDS)
        runTouchApp(cockpit)


def take(run_dir: Path, name: str, screen: str | None, path: Path) -> None:
    """Write a picture of a screen with the car's values."""
    EventLoop.ensure_window()
    with opened(run_dir, name, screen, keep=False) as cockpit:
        Window.add_widget(cockpit)
        EventLoop.status = "started"
        store, live_map = cockpit.ui.store, cockpit.ui.map
        now = busy = time.monotonic()
        end = now + PICTURE_SECONDS
        while now < end and now - max(busy, store.grown) < QUIET_SECONDS:
            EventLoop.idle()
            now = time.monotonic()
            if live_map.unfinished or apps.decoding() or not store.linked:
                busy = now
        if not store.linked:
            log.warning("no car answered in %s: the picture shows the shell without one", run_dir)
        glass.save(path)
