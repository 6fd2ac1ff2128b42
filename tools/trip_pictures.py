"""Makes the pictures of a planned trip, of a parked car on a country's map; ``python -m tools.trip_pictures``."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
TOWN_WORDS, FAR, COUNTRY = "fried", "Kassel", "dach"
PATIENCE_S, STILL_S = 180.0, 3.0
"""For maps to be built and ways to be found; and until the map has come to rest."""


@contextmanager
def parked(run_dir: Path) -> Iterator[None]:
    """An emulated car that stands in Neubrandenburg."""
    command = [sys.executable, "-m", "carservices.cli.main", "emulator", "--headless", "--scenario", "parked"]
    car = subprocess.Popen([*command, "--run-dir", str(run_dir)])
    try:
        yield
    finally:
        car.send_signal(signal.SIGINT)
        car.wait(10)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="pic") as scratch:
        run_dir = Path(scratch) / "run"
        os.environ |= {"XDG_STATE_HOME": scratch, "XDG_CONFIG_HOME": scratch}
        with parked(run_dir):
            _photograph(run_dir)
    return 0


def _photograph(run_dir: Path) -> None:
    from carservices_ui import kivy_env

    kivy_env.prepare(run_dir / "kivy", size=(1280, 720), offscreen=True)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from carservices.api.navigation import MapsState, Navigation
    from carservices_ui import glass, window
    from carservices_ui.planning import Page, Phase

    EventLoop.ensure_window()
    with window.opened(run_dir, "shell", "navigation") as cockpit:
        Window.add_widget(cockpit)
        EventLoop.status = "started"
        ui, plan = cockpit.ui, cockpit.ui.plan
        ui.preferences.theme = "night"

        def maps() -> MapsState:
            return ui.store.stream(f"{Navigation.name}.maps") or MapsState()

        def until(condition: Callable[[], Any]) -> None:
            end = time.monotonic() + PATIENCE_S
            while not condition():
                if time.monotonic() > end:
                    raise SystemExit("the car did not come so far")
                EventLoop.idle()
                time.sleep(0.01)

        def shot(name: str) -> None:
            end = time.monotonic() + STILL_S
            until(lambda: time.monotonic() > end)
            glass.save(PICTURES / f"{name}.png")

        until(lambda: plan.here and maps().current and COUNTRY in {one.name for one in maps().available})
        ui.restyle()
        plan.open(Page.SEARCH)
        until(lambda: plan.search.categories.phase is Phase.DONE)
        Window.dispatch("on_textinput", TOWN_WORDS)
        shot("search-typed")
        ui.store.call(Navigation, "use_map", lambda _: None, name=COUNTRY)
        until(lambda: maps().current == COUNTRY and not ui.map.loading)
        plan.search.type(FAR)
        until(lambda: plan.search.found.phase is Phase.DONE)
        plan.go((plan.search.found.answer or [])[0])
        until(lambda: plan.routes.offers.phase is not Phase.BUSY)
        shot("routes")
        plan.open(Page.CHARGING)
        shot("charge-plan")
        plan.close()
        plan.open(Page.LAYERS)
        plan.charging.reach(True)
        until(lambda: plan.charging.area.phase is not Phase.BUSY)
        shot("reach")


if __name__ == "__main__":
    sys.exit(main())
