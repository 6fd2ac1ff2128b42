"""Runs the panel in kivy's window, fed by its bus thread."""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from carservices_ui import glass
from carservices_ui.memory import give_back, release_compiler
from carservices_ui.pace import Pace
from carservices_ui.panel.backend import PanelLink
from carservices_ui.panel.panel import Panel
from carservices_ui.panel.tabs import BY_NAME
from carservices_ui.preferences import Preferences
from carservices_ui.store import Store

BEAT_SECONDS = 1.0
QUIET_HZ = 12.5
"""Turns a second while nothing moves: a first click waits 80 ms at most, and so do values, which are many."""
SETTLED_SECONDS = 2.5
TIDY_SECONDS = 10.0
"""After the first picture: by then the car's values and all that is drawn of them are there."""
PICTURE_SECONDS = 15.0
"""A picture is taken this long after the emulator answered, or after this long without one."""

log = logging.getLogger(__name__)


def check_tab(tab: str) -> None:
    """Raises ValueError for a tab that does not exist."""
    if tab not in BY_NAME:
        raise ValueError(f"there is no tab '{tab}'; there are {', '.join(BY_NAME)}")


@contextmanager
def opened(run_dir: Path, name: str, tab: str) -> Iterator[Panel]:
    """A panel with a bus thread."""
    store = Store()
    pace = Pace(QUIET_HZ, lax=True)
    store.wake = Clock.create_trigger(store.drain)
    link = PanelLink(store, run_dir, name)
    panel = Panel(store, link, tab, wanted_language=lambda: Preferences.load().language)
    link.start()
    try:
        yield panel
    finally:
        panel.close()
        link.close()
        pace.close()


def run(run_dir: Path, name: str, tab: str, ready: Callable[[], None], beat: Callable[[], None]) -> None:
    """Show the panel until the window closes or SIGTERM comes; see `panel.main`."""
    signal.signal(signal.SIGTERM, lambda *_: stopTouchApp())

    def first_flip(*_: object) -> None:
        Window.unbind(on_flip=first_flip)
        Clock.schedule_once(tidy, TIDY_SECONDS)
        ready()

    def tidy(_: float) -> None:
        release_compiler()
        give_back()

    Window.bind(on_flip=first_flip)
    Window.set_title("Emulator")
    Clock.schedule_interval(lambda _: beat(), BEAT_SECONDS)
    with opened(run_dir, name, tab) as panel:
        runTouchApp(panel)


def take(run_dir: Path, name: str, tab: str, path: Path) -> None:
    """Write a picture of a tab with the car's values."""
    EventLoop.ensure_window()
    with opened(run_dir, name, tab) as panel:
        Window.add_widget(panel)
        EventLoop.status = "started"
        start = time.monotonic()
        answered: float | None = None
        while (now := time.monotonic()) < (start + PICTURE_SECONDS if answered is None else answered + SETTLED_SECONDS):
            EventLoop.idle()
            if answered is None and panel.desk.emulator.here:
                answered = now
        if answered is None:
            log.warning("no emulator answered in %s: the picture shows the panel without one", run_dir)
        glass.save(path)
