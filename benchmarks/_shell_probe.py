"""The shell with a stopwatch: runs in its own process, measures itself, prints the figures as one line of JSON."""

import gc
import json
import sys
import time
from pathlib import Path

from carservices_ui import kivy_env

SETTLE_SECONDS = 4.0
SIGNAL = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def main(run_dir: Path, started: float, idle_seconds: float, updates: int, frames: int) -> None:
    """`started` is the monotonic time at which this process was asked for."""
    kivy_env.prepare(run_dir / "kivy")

    from kivy.base import EventLoop
    from kivy.core.window import Window

    from carservices_ui.window import opened

    figures = {}
    flips = []
    EventLoop.ensure_window()
    Window.bind(on_flip=lambda _: flips.append(time.monotonic_ns()))

    def turn(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            EventLoop.idle()

    with opened(run_dir, "tool", "home") as cockpit:
        Window.add_widget(cockpit)
        EventLoop.status = "started"
        while not flips:
            EventLoop.idle()
        figures["first_frame_s"] = time.monotonic() - started
        gc.freeze()
        turn(SETTLE_SECONDS)

        before = time.process_time(), len(flips)
        turn(idle_seconds)
        figures["idle_percent"] = (time.process_time() - before[0]) / idle_seconds * 100
        figures["idle_pictures"] = len(flips) - before[1]

        store = cockpit.ui.store
        stamps: list[int] = []
        store.bind(SIGNAL, lambda _: stamps.append(store.value(SIGNAL).timestamp))
        stamps.clear()
        print("updates", flush=True)
        latencies: list[float] = []
        while len(latencies) < updates:
            shown = len(flips)
            EventLoop.idle()
            if stamps and len(flips) > shown:
                latencies.append((flips[-1] - stamps.pop()) / 1e6)
                stamps.clear()
        figures["latencies_ms"] = latencies

        before = time.process_time(), time.perf_counter()
        for _ in range(frames):
            cockpit.canvas.ask_update()
            Window.dispatch("on_draw")
            Window.flip()
        figures["redraw_cpu_ms"] = (time.process_time() - before[0]) / frames * 1000
        figures["redraw_fps"] = frames / (time.perf_counter() - before[1])
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
