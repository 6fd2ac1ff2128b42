"""500 km on the map in software GL: what the dearest pictures cost over the usual one, and whether memory stays.

Needs a display: `xvfb-run -a -s "-screen 0 1280x720x24" python benchmarks/map_drive.py` on a machine without one.
"""

import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from _shell_probe import along
from _table import Row, arguments, show

from carservices_ui import kivy_env

STEP_M, KMH = 100.0, 120.0
"""Between two pictures: at 20 a second a car goes 2 m, so each of ours has 50 times as much that is new to bring."""
BEGIN_KM, WHOLE_KM, QUICK_KM = 25, 500, 75
"""The first loop of the trip sees all of its map once; then nothing more may be kept."""
CLEAR = 10
"""Pictures after which kivy's clock runs."""
SIZE = (752, 552)
"""The map card of home."""


def drive(km: int) -> tuple[list[float], float]:
    """CPU ms of the UI thread before each picture is drawn, and MB by which memory grew after the first km."""
    kivy_env.prepare(Path(tempfile.mkdtemp(prefix="map-drive-")), size=SIZE)

    from kivy.base import EventLoop
    from kivy.clock import Clock
    from kivy.core.window import Window

    from carservices_ui.map.view import MapView

    text = (files("carservices_emulator") / "data" / "trips" / "neubrandenburg.json").read_text(encoding="utf-8")
    points = [(point[0], point[1]) for point in json.loads(text)["points"]]
    places = itertools.cycle(list(along(points, STEP_M)))
    EventLoop.ensure_window()
    view = MapView(size=SIZE)
    Window.add_widget(view)
    EventLoop.status = "started"
    view.set_position(*points[0], 0.0, 0.0)
    while view.loading or not view.has_map:
        EventLoop.idle()
    view.set_route(points)
    efforts: list[float] = []
    memory = [0.0]
    for number, (lat, lon, bearing) in enumerate(itertools.islice(places, round(km * 1000 / STEP_M))):
        start = time.thread_time()
        view.set_position(lat, lon, bearing, KMH)
        view.advance(STEP_M / (KMH / 3.6))
        efforts.append((time.thread_time() - start) * 1000)
        Window.dispatch("on_draw")
        Window.flip()
        if number % CLEAR == 0:
            Clock.tick()  # kivy gives back to the graphics card what is no longer used, and waits for its own pace
        if number == round(BEGIN_KM * 1000 / STEP_M):
            memory = [resident()]
    return efforts, resident() - memory[0]


def resident() -> float:
    """MB of this process that are in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    wish = arguments(str(__doc__))
    if not kivy_env.has_display():
        print(
            'no display: run it as `xvfb-run -a -s "-screen 0 1280x720x24" python benchmarks/map_drive.py`',
            file=sys.stderr,
        )
        return 2
    km = QUICK_KM if wish.quick else WHOLE_KM
    efforts, grown = drive(km)
    usual = statistics.median(efforts)
    rows = [
        Row(
            f"CPU before a picture: p99 less the median of {usual:.1f}; longest {max(efforts) - usual:.1f} more",
            statistics.quantiles(efforts, n=100)[-1] - usual,
            "ms",
            5.0,
        ),
        Row(f"memory grown between km {BEGIN_KM} and km {km}", grown, "MB", 20.0),
    ]
    show(f"{km} km on the map", rows, wish.json)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
