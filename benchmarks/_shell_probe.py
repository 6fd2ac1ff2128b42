"""The shell with a stopwatch: runs in its own process, measures itself, prints the figures as one line of JSON."""

import gc
import itertools
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from carservices.api.navigation import (
    Guidance,
    GuidanceState,
    ManeuverKind,
    Navigation,
    Place,
    Position,
    RoutePreview,
    RouteState,
    Turn,
)
from carservices.api.polyline import encode
from carservices.signals.earth import DEGREE_M
from carservices_ui import kivy_env
from carservices_ui.store import Store

SETTLE_SECONDS = 4.0
POSITION, ROUTE, GUIDANCE = (f"{Navigation.name}.{stream}" for stream in ("position", "route", "guidance"))
FPS = 50.0
"""Pictures a second that the moving map is measured for."""
FIXES = 5.0
"""Positions and guidance a second, as the navigation service says them."""
SIGNAL = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def main(run_dir: Path, started: float, idle_seconds: float, updates: int, frames: int) -> None:
    """`started` is the monotonic time at which this process was asked for."""
    kivy_env.prepare(run_dir / "kivy")

    from kivy.base import EventLoop
    from kivy.clock import Clock
    from kivy.core.window import Window

    from carservices_ui.window import opened

    figures: dict[str, float | list[float]] = {}
    flips: list[int] = []
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
        store.bind(SIGNAL, lambda _: stamps.extend(value.timestamp for value in [store.value(SIGNAL)] if value))
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

        def redraw(prepare: Callable[[], object]) -> tuple[float, float]:
            """CPU ms and pictures a second when all of the screen is drawn again each time."""
            before = time.process_time(), time.perf_counter()
            for _ in range(frames):
                prepare()
                cockpit.canvas.ask_update()
                Window.dispatch("on_draw")
                Window.flip()
            return (time.process_time() - before[0]) / frames * 1000, frames / (time.perf_counter() - before[1])

        figures["redraw_cpu_ms"], figures["redraw_fps"] = redraw(lambda: None)
        fixes = drive(cockpit.ui.store)
        turn(SETTLE_SECONDS / 2)
        view = cockpit.ui.map.view
        assert view is not None
        efforts: list[float] = []

        def move() -> None:
            next(fixes)
            cockpit.ui.store.drain()
            Clock.pre_idle()
            Clock.post_idle(now := Clock.time(), now)  # a tick without its wait for the time of the next picture
            start = time.thread_time()
            view.zoom_by(0.0)  # a new picture of the map each time, though the car moves by less than a pixel
            view.advance(1 / FPS)
            efforts.append((time.thread_time() - start) * 1000)

        figures["moving_cpu_ms"], figures["moving_fps"] = redraw(move)
        figures["efforts_ms"] = efforts
    print(json.dumps(figures), flush=True)


def drive(store: Store) -> Iterator[None]:
    """Put the car on a route through the city; each step is one picture further along it, at 50 km/h."""
    text = (files("carservices_emulator") / "data" / "trips" / "neubrandenburg.json").read_text(encoding="utf-8")
    points = [(point[0], point[1]) for point in json.loads(text)["points"]]
    route = RoutePreview(id="r", geometry=encode(points), metres=20_000, seconds=1500)
    end = Place(lat=points[-1][0], lon=points[-1][1], name="Bahnhof")
    store.put_stream(ROUTE, RouteState(destination=end, route=route))
    turn = Turn(kind=ManeuverKind.RIGHT, lat=end.lat, lon=end.lon, street="Neustrelitzer Straße")

    def steps() -> Iterator[None]:
        for count, (lat, lon, bearing) in enumerate(itertools.cycle(along(points, 50 / 3.6 / FPS))):
            if count % (FPS // FIXES):
                yield
                continue
            left = 20_000.0 - count
            here = {"lat": lat, "lon": lon, "bearing": bearing, "speed_kmh": 50.0, "accuracy_m": 3.0, "on_road": True}
            store.put_stream(POSITION, Position(**here, time=time.monotonic_ns()))
            ahead = {"turn": turn, "distance_m": left, "limit_kmh": 50, "remaining_m": left, "remaining_s": 900.0}
            store.put_stream(GUIDANCE, Guidance(state=GuidanceState.DRIVING, **ahead))
            yield

    made = steps()
    next(made)
    return made


def along(points: list[tuple[float, float]], step: float) -> Iterator[tuple[float, float, float]]:
    """Latitude, longitude and bearing every `step` metres."""
    for (lat, lon), (lat1, lon1) in itertools.pairwise(points):
        north = (lat1 - lat) * DEGREE_M
        east = (lon1 - lon) * DEGREE_M * math.cos(math.radians(lat))
        count = max(1, round(math.hypot(north, east) / step))
        for part in range(count):
            share = part / count
            yield lat + (lat1 - lat) * share, lon + (lon1 - lon) * share, math.degrees(math.atan2(east, north)) % 360


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
