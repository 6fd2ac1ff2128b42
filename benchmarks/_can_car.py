"""CPU of a whole car on a CAN log at the rate of its bus: HAL, hub and a subscriber to everything, in one process."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _table import Row

from carservices.hal.registry import create
from carservices.testing import car

SHARE = 7.0
"""% of one core for a replay at the rate of the real bus."""
CHANNEL = "benchmark"
START = 3.0
SETTLE = 1.0
"""s before the measurement begins."""


def rows(log: Path, dbc: Path, frames_a_second: float, *, quick: bool) -> list[Row]:
    """The car at rest, on the replay HAL, and on the CAN HAL with another process that plays the log onto a bus."""
    files = {"dbc": str(dbc), "mapping": "kona-ev"}
    idle = _share("virtual", {}, quick)
    replay = _share("replay", {"log": str(log), "bus": 0, **files}, quick)
    with _player(log):
        socket = _share("can", {"interface": "zmq", "channel": CHANNEL, **files}, quick)
    frame = (socket - idle) / 100 / frames_a_second * 1e6
    return [
        Row("whole car at rest: hub, HAL, subscriber", idle, "% of a core"),
        Row(f"replay → hub → subscriber at {frames_a_second:,.0f} frames/s", replay, "% of a core", SHARE),
        Row("the same from a bus: another process plays the log", socket, "% of a core"),
        Row("of that, a frame on the bus", frame, "µs", note="more than the car at rest"),
    ]


def _share(hal: str, options: dict[str, Any], quick: bool) -> float:
    return asyncio.run(_measured(hal, options, 4.0 if quick else 10.0))


async def _measured(hal: str, options: dict[str, Any], seconds: float) -> float:
    """% of a core, all threads of this process."""
    async with car(create(hal, options)) as whole:
        await whole.watch(["**"], lambda value: None)
        await asyncio.sleep(SETTLE)
        used, begun = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        return 100 * (time.process_time() - used) / (time.monotonic() - begun)


@contextlib.contextmanager
def _player(log: Path) -> Iterator[None]:
    words = ["can", "replay", str(log), "--bus", "0", "--loop", "--interface", "zmq", "--channel", CHANNEL]
    process = subprocess.Popen([sys.executable, "-m", "carservices.cli.main", *words], stdout=subprocess.DEVNULL)
    time.sleep(START)  # who comes first carries the bus: that must not be measured here
    try:
        yield
    finally:
        process.terminate()  # Ctrl-C is deaf below a script that runs this with &
        process.wait()
