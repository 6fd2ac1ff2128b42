"""Runs the cockpit in kivy's window, fed by the bus thread."""

from pathlib import Path

from kivy.base import runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from carservices.api.driving import Driving
from carservices.api.energy import Energy
from carservices.api.notifications import Notifications
from carservices_ui.cockpit import Cockpit
from carservices_ui.link import Link
from carservices_ui.preferences import Preferences
from carservices_ui.store import Store

CONTRACTS = (Driving, Energy, Notifications)
"""The services whose streams the shell shows."""


def run(run_dir: Path, name: str, *, screen: str | None = None, screenshot: Path | None = None) -> None:
    """Show the cockpit until the window closes."""
    store = Store()
    store.wake = Clock.create_trigger(store.drain)
    link = Link(store, run_dir, name, CONTRACTS)
    preferences = Preferences.load()
    if screen:
        preferences.screen = screen
    cockpit = Cockpit(store, preferences, size=Window.size)
    link.start()
    try:
        runTouchApp(cockpit)
    except KeyboardInterrupt:
        stopTouchApp()
    finally:
        cockpit.close()
        link.close()
