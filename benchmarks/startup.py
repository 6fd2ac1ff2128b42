"""How fast the command answers, the car starts and ends, and what is killed comes back.

Medians of whole processes from outside, with the fork and exec of each; the command's peer is the bare interpreter.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from _table import Row, arguments, show

from carservices.bus import Car, CarError
from carservices.signals import Status, Value
from carservices.system.state import NotRunning, ProcessState, load

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "carservices.cli.main"]
SPEED = "Vehicle.Speed"
PATIENCE = 60.0
STEP = 0.005
HELP_GOAL, START_GOAL, WINDOW_GOAL, END_GOAL, BACK_GOAL, SHELL_BACK_GOAL = 100.0, 3.0, 3.0, 2.0, 1.0, 3.0
"""ms for the command, seconds for the rest."""
KILLED = ("hub", "hal.emulator", "driving")


def main() -> None:
    """Measure and print."""
    chosen = arguments("Start, end and recovery of a car.")
    runs = 3 if chosen.quick else 7
    rows = [_help(2 * runs + 1), *_headless(runs), *_back(KILLED, BACK_GOAL, runs, os.environ, "--headless")]
    with _display() as display:
        if display is None:
            rows.append(Row("emulator: first picture", None, "s", WINDOW_GOAL, note="no display and no Xvfb"))
        else:
            environment = {**os.environ, "DISPLAY": display}
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
        with _car(os.environ, "--headless") as (process, run_dir):
            asyncio.run(_first_value(run_dir))
            starts.append(time.perf_counter() - began)
            ends.append(_end(process))
    return [
        Row("emulator --headless: first value of the speed", statistics.median(starts), "s", START_GOAL),
        Row("Ctrl-C: everything has ended", statistics.median(ends), "s", END_GOAL),
    ]


def _window(runs: int, environment: Mapping[str, str]) -> Row:
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        with _car(environment, "--no-panel") as (process, run_dir):
            _until(lambda run_dir=run_dir: _state(run_dir, "shell", "running"))
            took.append(time.perf_counter() - began)
            _end(process)
    return Row("emulator: first picture of the cockpit", statistics.median(took), "s", WINDOW_GOAL)


def _back(names: tuple[str, ...], goal: float, runs: int, environment: Mapping[str, str], *options: str) -> list[Row]:
    """Each in a fresh car: repeated kills of one process would measure the back-off."""
    rows = []
    for name in names:
        took = []
        for _ in range(runs):
            with _car(environment, *options) as (process, run_dir):
                killed = _until(lambda run_dir=run_dir, name=name: _state(run_dir, name, "running"))
                assert killed.pid is not None
                os.kill(killed.pid, signal.SIGKILL)
                began = time.perf_counter()
                _until(lambda run_dir=run_dir, killed=killed: _state(run_dir, killed.name, "running", but=killed.pid))
                took.append(time.perf_counter() - began)
                _end(process)
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
                car = await Car.connect(run_dir)
                break
            await asyncio.sleep(STEP)
        async with car:
            await car.watch([SPEED], see)
            await arrived.wait()


@contextlib.contextmanager
def _car(environment: Mapping[str, str], *options: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    place = Path(tempfile.mkdtemp(prefix="car"))
    run_dir = place / "run"
    process = subprocess.Popen(
        [*COMMAND, "emulator", "--run-dir", str(run_dir), *options],
        env={**environment, "XDG_STATE_HOME": str(place), "XDG_CONFIG_HOME": str(place)},
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        yield process, run_dir
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(place, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> float:
    """Ctrl-C, and how long until the supervisor, the last to go, has ended."""
    began = time.perf_counter()
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    return time.perf_counter() - began


def _state(run_dir: Path, name: str, state: str, but: int | None = None) -> ProcessState | None:
    try:
        one = next(one for one in load(run_dir).processes if one.name == name)
    except NotRunning:
        return None
    return one if one.state == state and one.pid not in (None, but) else None


def _until(condition: Callable[[], ProcessState | None]) -> ProcessState:
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if answer := condition():
            return answer
        time.sleep(STEP)
    raise TimeoutError("it never came")


@contextlib.contextmanager
def _display() -> Iterator[str | None]:
    """The display at hand, or a virtual one."""
    if display := os.environ.get("DISPLAY"):
        yield display
        return
    if shutil.which("Xvfb") is None:
        yield None
        return
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x720x24"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
