"""What a parked car costs: CPU and memory of all its processes together, with the cockpit on a display of 1280×720.

CPU is user and system time of every process below the supervisor and itself over a quiet time; memory is their
proportional set size (`Pss` of /proc/PID/smaps_rollup), so that shared pages count once. The X server is not counted,
and what a car does once in its life, building its first maps, was done before.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from _car import car, display, end, in_state, until
from _table import Row, arguments, show

from carservices.services.navigation.maps.first import build_first, still_to_build
from carservices.services.navigation.maps.store import MapStore

SETTLE_SECONDS, QUIET_SECONDS = 8.0, 120.0
CPU_GOAL, MEMORY_GOAL = 8.0, 600.0
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print."""
    chosen = arguments("Cost of a parked car.")
    seconds = 5.0 if chosen.quick else 30.0
    with display() as screen, tempfile.TemporaryDirectory() as name:
        if screen is None:
            print("no display and no Xvfb: install the package xvfb, or set DISPLAY", file=sys.stderr)
            return 2
        environment, home = {**os.environ, "DISPLAY": screen}, Path(name)
        asyncio.run(build_maps(MapStore(home / "carservices" / "maps")))
        rows = measure("with the emulator's panel", environment, home, seconds)
        if not chosen.quick:
            rows += measure("without it", environment, home, seconds, "--no-panel")
            bus = "through a CAN bus of 520 frames/s, without it"
            rows += measure(bus, environment, home, seconds, "--no-panel", "--can", goals=False)
    show("A parked car", rows, chosen.json)
    return 0 if all(row.ok is not False for row in rows) else 1


async def build_maps(store: MapStore) -> None:
    """As a new car does, so that it has the same one in use, with Valhalla where that is installed."""
    for name in still_to_build(store):
        async for _ in build_first(store, name):
            pass


def measure(
    name: str, environment: Mapping[str, str], home: Path, seconds: float, *options: str, goals: bool = True
) -> list[Row]:
    """One car over a time in which no process comes or goes; a bus is never quiet, so there it has no goal."""
    with car(environment, "--scenario", "parked", *options, home=home) as (process, run_dir):
        until(lambda: in_state(run_dir, "shell", "running"))
        quiet_by = time.monotonic() + QUIET_SECONDS
        while True:
            time.sleep(SETTLE_SECONDS)
            family = descendants(process.pid)
            before, began = cpu_seconds(family), time.perf_counter()
            time.sleep(seconds)
            used = (cpu_seconds(family) - before) / (time.perf_counter() - began) * 100
            memory = sum(map(pss, family)) / 1e6
            if descendants(process.pid) == family:
                break
            if time.monotonic() > quiet_by:
                raise SystemExit(f"processes still come and go after {QUIET_SECONDS:g} s: is the machine busy?")
        end(process)
    return [
        Row(f"{name}: CPU of {len(family)} processes", used, "% of a core", CPU_GOAL if goals else None),
        Row(f"{name}: memory", memory, "MB", MEMORY_GOAL if goals else None),
    ]


def descendants(pid: int) -> list[int]:
    """A process and everything below it."""
    parents = {int(path.name): int(stat(path)[1]) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = [pid]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return family


def cpu_seconds(pids: list[int]) -> float:
    """User and system time so far."""
    return sum(int(fields[11]) + int(fields[12]) for fields in (stat(Path(f"/proc/{pid}")) for pid in pids)) / TICKS


def stat(process: Path) -> list[str]:
    """The fields of /proc/PID/stat after the name; of a process that has just ended, as if nobody's."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def pss(pid: int) -> int:
    """Proportional set size in bytes; 0 of a process that has ended by now."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    sys.exit(main())
