"""Makes `docs/pictures`: a car drives for a while, then every screen is photographed; ``python -m tools.pictures``."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

from tools import kona, templates

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DESTINATION = "Am Markt, Burg Stargard"
"""Some 9 km from where the emulated car begins: a drive through town and country."""
FAST, UNDER_WAY = 15.0, 2500.0
"""The first m of the trip run fast, so that there is a trip to show."""
BEGIN_SECONDS = 240.0
"""In which the car's maps are built and its route is found, at the longest."""
WARM_SECONDS = 40.0
"""Then the cockpit watches in real time, so that its curves have a past."""
DRAWN_SECONDS = 60.0
"""In which the map has its new colours, at the longest, on a machine that has much else to do."""
SHOTS: tuple[tuple[str, Literal["day", "night"]], ...] = (
    ("home", "night"),
    ("navigation", "night"),
    ("energy", "night"),
    ("vehicle", "night"),
    ("health", "night"),
    ("climate", "night"),
    ("notifications", "night"),
    ("apps", "night"),
    ("settings", "night"),
    ("home", "day"),
    ("vehicle", "day"),
    ("climate", "day"),
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kona", type=Path, metavar="LOG", help="the log of the real car; takes only its picture")
    chosen = options.parse_args()
    if chosen.kona is None:
        _emulated()
    if missing := kona.photograph(PICTURES / "kona.png", chosen.kona):
        raise SystemExit(missing)
    return 0


def _emulated() -> None:
    """A drive of the emulated car."""
    with tempfile.TemporaryDirectory(prefix="pic") as scratch:
        run_dir = Path(scratch) / "run"
        os.environ |= {"XDG_STATE_HOME": scratch, "XDG_CONFIG_HOME": scratch}
        command = [sys.executable, "-m", "carservices.cli.main"]
        car = subprocess.Popen([*command, "emulator", "--headless", "--run-dir", str(run_dir), "--to", DESTINATION])
        try:
            _wait_for_way(command, run_dir, 0.0)
            _control(command, run_dir, "speed", factor=FAST)
            _wait_for_way(command, run_dir, UNDER_WAY)
            _control(command, run_dir, "speed", factor=1.0)
            _photograph(run_dir)
            _photograph_panel(run_dir)
            _photograph_templates()
        finally:
            car.send_signal(signal.SIGINT)
            car.wait(10)


def _wait_for_way(command: list[str], run_dir: Path, metres: float) -> None:
    """Until so much of the route lies behind."""
    end = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < end:
        asked = subprocess.run([*command, "nav", "status", "--json", "--run-dir", str(run_dir)], capture_output=True)
        guidance = json.loads(asked.stdout)["guidance"] if asked.returncode == 0 else None
        if guidance and guidance["remaining_m"] is not None and guidance["travelled_m"] >= metres:
            return
        time.sleep(1.0)
    raise SystemExit(f"the car is not {metres:.0f} m on its way to {DESTINATION} after {BEGIN_SECONDS:.0f} s")


def _control(command: list[str], run_dir: Path, verb: str, **arguments: float) -> None:
    words = [f"{key}={value}" for key, value in arguments.items()]
    for _ in range(50):
        if subprocess.run([*command, "control", "--run-dir", str(run_dir), "emulator", verb, *words]).returncode == 0:
            return
        time.sleep(0.2)
    raise SystemExit("the emulated car did not start")


def _photograph(run_dir: Path) -> None:
    from carservices_ui import kivy_env

    kivy_env.prepare(run_dir / "kivy", size=(1280, 720), offscreen=True)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from carservices_ui import glass, window

    EventLoop.ensure_window()
    with window.opened(run_dir, "shell", "home") as cockpit:
        Window.add_widget(cockpit)
        EventLoop.status = "started"
        _frames(EventLoop, WARM_SECONDS)
        for screen, theme in SHOTS:
            cockpit.ui.preferences.theme = theme
            cockpit.ui.restyle()
            cockpit.show(screen)
            _frames(EventLoop, 4.0)
            end = time.monotonic() + DRAWN_SECONDS
            while cockpit.ui.map.unfinished and time.monotonic() < end:
                _frames(EventLoop, 0.5)
            glass.save(PICTURES / (f"{screen}.png" if theme == "night" else f"{screen}-{theme}.png"))


def _photograph_panel(run_dir: Path) -> None:
    from multiprocessing import get_context

    from carservices_ui import panel  # a window of its own, so a process of its own

    for tab in ("signals", "drive"):
        arguments = {"offscreen": True, "screenshot": PICTURES / f"panel-{tab}.png", "tab": tab}
        process = get_context("spawn").Process(target=panel.main, args=(run_dir,), kwargs=arguments)
        process.start()
        process.join()


def _photograph_templates() -> None:
    from multiprocessing import get_context

    process = get_context("spawn").Process(target=templates.photograph, args=(PICTURES / "templates.png",))
    process.start()
    process.join()


def _frames(loop: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        loop.idle()
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
