"""`carservices signals record` and `replay`: values of the running car into a file with their times, and back."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from carservices.cli.common import Failed
from carservices.hal.recording import Recorder, configs_of, entries, is_recording
from carservices.signals import GlobSet, Value
from carservices.system.run_dir import running_pid

if TYPE_CHECKING:
    from carservices.bus import Car

STEP = 0.2
"""s between two writes."""
HOLD = 1_000_000_000
"""ns a value is kept back, so that one that comes late, held by its rate, still gets its place in time."""


async def record(car: "Car", chosen: argparse.Namespace) -> int:
    """Until Ctrl-C, SIGTERM, ``--for`` or the end of the car; times are those of the source."""
    begun = time.monotonic_ns()
    tape = _Tape(Recorder(chosen.file), begun)
    stop = asyncio.Event()
    _on_end(stop.set)
    watch = await car.watch(chosen.globs, tape.waiting.append, rate=chosen.rate)
    end = begun + chosen.seconds * 1e9 if chosen.seconds else None
    while not stop.is_set() and (car.connected or running_pid(chosen.run_dir) is not None):
        now = time.monotonic_ns()
        if end is not None and now >= end:
            break
        tape.write(now - HOLD)
        try:
            await asyncio.wait_for(stop.wait(), STEP if end is None else min(STEP, (end - now) / 1e9))
        except TimeoutError:
            continue
    await watch.close()
    tape.write(time.monotonic_ns())
    tape.recorder.close()
    _on_end(None)
    print(f"{chosen.file}: {tape.count} values in {(time.monotonic_ns() - begun) / 1e9:.1f} s")
    return 0


def _on_end(stop: Callable[[], object] | None) -> None:
    """What Ctrl-C and SIGTERM do from now on; what they did before for None."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if stop is None:
            loop.remove_signal_handler(number)
        else:
            loop.add_signal_handler(number, stop)


class _Tape:
    """Values on their way into a recording, in the order of their own times."""

    def __init__(self, recorder: Recorder, begun: int) -> None:
        self.recorder = recorder
        self.waiting: list[Value] = []
        self.count = 0
        self._begun = begun
        self._last = 0.0

    def write(self, until: int) -> None:
        """Those up to this moment; one that is older than what is written already comes next."""
        ready = sorted((value for value in self.waiting if value.timestamp <= until), key=lambda value: value.timestamp)
        self.waiting[:] = [value for value in self.waiting if value.timestamp > until]
        for value in ready:
            self._last = max(self._last, (value.timestamp - self._begun) / 1e9)
            self.recorder.write(self._last, [value])
        self.count += len(ready)


async def replay(car: "Car", chosen: argparse.Namespace) -> int:
    """Inject value after value; those of signals that this car has not are left out, and named."""
    if not chosen.file.is_file():
        raise Failed(f"{chosen.file}: there is no such file; give a recording")
    if not is_recording(chosen.file):
        raise Failed(f"{chosen.file}: not a recording; give a file that `carservices signals record` wrote")
    known = await car.configs()
    configs = configs_of(chosen.file, known)
    wanted = GlobSet(*chosen.globs)
    paths = {path for path in configs if path in known and path in wanted}
    if missing := [path for path in configs if path in wanted and path not in known]:
        print(f"carservices: this car has no {', '.join(missing)}: left out", file=sys.stderr)
    if not paths:
        raise Failed(f"{chosen.file}: no signal of this car in it that matches {' '.join(chosen.globs)}")
    count, late, begun = 0, 0.0, time.monotonic()
    while True:
        first, start = None, time.monotonic()
        for stamp, path, value, status in entries(chosen.file, configs):
            first = stamp if first is None else first
            if path not in paths:
                continue
            ahead = start + (stamp - first) / chosen.speed - time.monotonic()
            late = max(late, -ahead)
            if ahead > 0:
                await asyncio.sleep(ahead)
            await car.inject(path, value, status)
            count += 1
        if not chosen.loop:
            break
    print(f"{count} values in {time.monotonic() - begun:.1f} s, none later than {1000 * late:.0f} ms")
    return 0
