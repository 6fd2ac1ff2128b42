"""A car with its processes for a benchmark: started, waited for and ended from outside, on a display if needed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from carservices.system.state import NotRunning, ProcessState, load

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "carservices.cli.main"]
PATIENCE = 60.0
STEP = 0.005


@contextlib.contextmanager
def car(
    environment: Mapping[str, str], *options: str, home: Path | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """An emulated car: its supervisor's process and its run directory; new, or with what it keeps in ``home``."""
    place = Path(tempfile.mkdtemp(prefix="car"))
    run_dir = place / "run"
    process = subprocess.Popen(
        [*COMMAND, "emulator", "--run-dir", str(run_dir), *options],
        env={**environment, "XDG_STATE_HOME": str(home or place), "XDG_CONFIG_HOME": str(place)},
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        yield process, run_dir
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(place, ignore_errors=True)


def end(process: subprocess.Popen[bytes]) -> float:
    """Ctrl-C, and how long until the supervisor, the last to go, has ended."""
    began = time.perf_counter()
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    return time.perf_counter() - began


def in_state(run_dir: Path, name: str, state: str, but: int | None = None) -> ProcessState | None:
    """The process when it is in that state and is not `but`."""
    try:
        one = next(one for one in load(run_dir).processes if one.name == name)
    except NotRunning:
        return None
    return one if one.state == state and one.pid not in (None, but) else None


def until(condition: Callable[[], ProcessState | None]) -> ProcessState:
    """Wait for it; TimeoutError after a minute."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if answer := condition():
            return answer
        time.sleep(STEP)
    raise TimeoutError("it never came")


@contextlib.contextmanager
def display() -> Iterator[str | None]:
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
