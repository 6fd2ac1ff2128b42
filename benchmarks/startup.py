"""How fast the command answers, the car starts and ends, and what is killed comes back.

Medians of whole processes from outside, with the fork and exec of each; the command's peer is the bare interpreter.
"""

import asyncio
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from _car import COMMAND, PATIENCE, ROOT, STEP, car, display, end, in_state, until
from _table import Row, arguments, show

from carservices.bus import Car, CarError
from carservices.signals import Status, Value

SPEED = "Vehicle.Speed"
HELP_GOAL, START_GOAL, WINDOW_GOAL, END_GOAL, BACK_GOAL, SHELL_BACK_GOAL = 100.0, 3.0, 3.0, 2.0, 1.0, 3.0
"""ms for the command, seconds for the rest."""
KILLED = ("hub", "hal.emulator", "driving")


def main() -> None:
    """Measure and print."""
    chosen = arguments("Start, end and recovery of a car.")
    runs = 2 if chosen.quick else 7
    rows = [_help(2 * runs + 1), *_headless(runs), *_back(KILLED, BACK_GOAL, runs, os.environ, "--headless")]
    with display() as screen:
        if screen is None:
            rows.append(Row("emulator: first picture", None, "s", WINDOW_GOAL, note="no display and no Xvfb"))
        else:
            environment = {**os.environ, "DISPLAY": screen}
            rows.append(_window(runs, environment))
            rows += _back(("shell",), SHELL_BACK_GOAL, runs, environment, "--no-panel")
    show("Start, end, recovery (medians)", rows, chosen.json)


def _help(runs: int) -> Row:
    def took(command: list[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
        return 1000 * (time.perf_counter() - began)

    ours = statistics.median(took([*COMMAND, "--help"]) for _ in range(runs))
    bare = statistics.median(took([sys.executable, "-c", "pass"]) for _ in range(runs))
    return Row("carservices --help", ours, "ms", HELP_GOAL, peers={"python -c pass": bare})


def _headless(runs: int) -> list[Row]:
    starts, ends = [], []
    for _ in range(runs):
        began = time.perf_counter()
        with car(os.environ, "--headless") as (process, run_dir):
            asyncio.run(_first_value(run_dir))
            starts.append(time.perf_counter() - began)
            ends.append(end(process))
    return [
        Row("emulator --headless: first value of the speed", statistics.median(starts), "s", START_GOAL),
        Row("Ctrl-C: everything has ended", statistics.median(ends), "s", END_GOAL),
    ]


def _window(runs: int, environment: Mapping[str, str]) -> Row:
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        with car(environment, "--no-panel") as (process, run_dir):
            until(lambda run_dir=run_dir: in_state(run_dir, "shell", "running"))
            took.append(time.perf_counter() - began)
            end(process)
    return Row("emulator: first picture of the cockpit", statistics.median(took), "s", WINDOW_GOAL)


def _back(names: tuple[str, ...], goal: float, runs: int, environment: Mapping[str, str], *options: str) -> list[Row]:
    """Each in a fresh car: repeated kills of one process would measure the back-off."""
    rows = []
    for name in names:
        took = []
        for _ in range(runs):
            with car(environment, *options) as (process, run_dir):
                killed = until(lambda run_dir=run_dir, name=name: in_state(run_dir, name, "running"))
                assert killed.pid is not None
                os.kill(killed.pid, signal.SIGKILL)
                began = time.perf_counter()
                until(lambda run_dir=run_dir, killed=killed: in_state(run_dir, killed.name, "running", but=killed.pid))
                took.append(time.perf_counter() - began)
                end(process)
        rows.append(Row(f"{name}: killed and ready again", statistics.median(took), "s", goal))
    return rows


async def _first_value(run_dir: Path) -> None:
    """The moment a tool gets a value that can be used."""
    arrived = asyncio.Event()

    def see(value: Value) -> None:
        if value.status is Status.AVAILABLE:
            arrived.set()

    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(CarError):
                client = await Car.connect(run_dir)
                break
            await asyncio.sleep(STEP)
        async with client:
            await client.watch([SPEED], see)
            await arrived.wait()


if __name__ == "__main__":
    main()
