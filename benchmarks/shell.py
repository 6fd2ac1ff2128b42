"""The shell in software GL at 1280×720: first picture, redraw of home, a drive along a route, idle, bus to glass.

Needs a display: `xvfb-run -a -s "-screen 0 1280x720x24" python benchmarks/shell.py` on a machine without one.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from _table import Row, arguments, show

from carservices.hal.virtual import VirtualHal
from carservices.testing import TestCar, car
from carservices_ui.kivy_env import has_display

SIGNAL = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
PROBE = Path(__file__).with_name("_shell_probe.py")


async def probe(c: TestCar, hal: VirtualHal, *, idle: float, updates: int, frames: int) -> dict:
    """One run of the probe; sends a value now and then while it waits for them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROBE),
        *map(str, (c.run_dir, time.monotonic(), idle, updates, frames)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    sender = None
    try:
        async for line in lines(process.stdout):
            if line == "updates":
                sender = asyncio.create_task(send(hal))
            else:
                return json.loads(line)
        raise SystemExit("the shell ended before it could be measured; its error is above")
    finally:
        if sender is not None:
            sender.cancel()
        await process.wait()


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    while line := await stream.readline():
        yield line.decode().strip()


async def send(hal: VirtualHal) -> None:
    """About ten changes a second, at no fixed place in a frame."""
    chance = random.Random(1)
    value = 20.0
    while True:
        value = 41.0 - value
        await hal.inject(SIGNAL, value)
        await asyncio.sleep(0.05 + 0.1 * chance.random())


async def measure(*, quick: bool) -> list[Row]:
    hal = VirtualHal()
    async with car(hal) as c:
        runs = [await probe(c, hal, idle=2.0, updates=1, frames=1) for _ in range(1 if quick else 3)]
        figures = await probe(c, hal, idle=4.0 if quick else 15.0, updates=30 if quick else 200, frames=200)
    first = min(run["first_frame_s"] for run in (*runs, figures))
    p95 = statistics.quantiles(figures["latencies_ms"], n=20)[-1]
    return [
        Row(f"first picture, best of {len(runs) + 1}", first, "s", 1.0),
        Row(
            f"home redrawn as a whole, {figures['redraw_cpu_ms']:.1f} CPU ms a picture",
            figures["redraw_fps"],
            "fps",
            50.0,
            less=False,
        ),
        Row(
            f"home with the map moving along a route, {figures['moving_cpu_ms']:.1f} CPU ms a picture",
            figures["moving_fps"],
            "fps",
            50.0,
            less=False,
        ),
        Row(
            f"the map's part in it before it is drawn, p99; longest {max(figures['efforts_ms']):.1f}",
            statistics.quantiles(figures["efforts_ms"], n=100)[-1],
            "ms",
            5.0,
        ),
        Row(f"idle, {figures['idle_pictures']} pictures drawn", figures["idle_percent"], "% of a core", 2.0),
        Row("from the bus to the glass, p95", p95, "ms", 20.0),
    ]


def main() -> int:
    wish = arguments(str(__doc__))
    if not has_display():
        print(
            'no display: run it as `xvfb-run -a -s "-screen 0 1280x720x24" python benchmarks/shell.py`', file=sys.stderr
        )
        return 2
    rows = asyncio.run(measure(quick=wish.quick))
    show("The shell at 1280×720", rows, wish.json)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
