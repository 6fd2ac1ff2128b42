"""Real supervisors of dummy processes, watched from outside and ended by the ids they started with."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from carservices.system import state
from carservices.system.state import CarState, NotRunning, ProcessState

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
"""Seconds a test waits for what must come; long, because only a broken supervisor uses them up."""
STEP = threading.Event()
NUMBERS = itertools.count()


def until(condition: Callable[[], Any], what: str = "") -> Any:
    """The first true answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := condition():
            return answer
        STEP.wait(0.02)
    raise AssertionError(f"it never came: {what}")


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than an entry nobody has reaped yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> set[int]:
    return _tree().get(pid, set())


def descendants(pid: int) -> set[int]:
    """Its children, their children and so on."""
    tree = _tree()
    found: set[int] = set()
    todo = {pid}
    while todo:
        fresh = tree.get(todo.pop(), set())
        found |= fresh
        todo |= fresh
    return found


def _tree() -> dict[int, set[int]]:
    """Every process and its children."""
    tree: dict[int, set[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            tree.setdefault(parent, set()).add(int(entry.parent.name))
    return tree


class Running:
    """A supervisor that was started by a test."""

    def __init__(
        self,
        command: list[str],
        run_dir: Path,
        environment: dict[str, str] | None = None,
        output: Path | None = None,
    ) -> None:
        self.run_dir = run_dir
        self.output = output or run_dir.with_name(f"output{next(NUMBERS)}")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._seen: set[int] = {self.process.pid}

    def car(self) -> CarState | None:
        try:
            car = state.load(self.run_dir)
        except NotRunning:
            assert self.process.poll() is None, self.output.read_text()
            return None
        self._seen.update(one.pid for one in car.processes if one.pid)
        return car

    def __getitem__(self, name: str) -> ProcessState | None:
        car = self.car()
        return car and next(one for one in car.processes if one.name == name)

    def until(self, name: str, wanted: str = "running", but: int | None = None) -> ProcessState:
        """Wait until the process is in this state, with another id than ``but``."""

        def there() -> ProcessState | None:
            one = self[name]
            return one if one and one.state == wanted and (one.pid != but or but is None) else None

        return until(there, f"{name} {wanted}; now {self[name]}")

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a running process and return its id."""
        pid = self.until(name).pid
        assert pid is not None
        os.kill(pid, number)
        return pid

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the supervisor as a person would; its exit status. Nothing may be left behind."""
        self._seen |= descendants(self.process.pid)
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.no_orphans()
        return code

    def no_orphans(self) -> None:
        until(lambda: not any(map(is_alive, self._seen)), "the end of all processes")

    def close(self) -> None:
        self._seen |= descendants(self.process.pid)
        for pid in [self.process.pid, *self._seen] if self.process.poll() is None else self._seen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@contextlib.contextmanager
def supervised(run_dir: Path, table: str, *more: str) -> Iterator[Running]:
    """The supervisor of one of the tables of `tests.process.dummies`."""
    running = Running(["-m", "tests.process.dummies", str(run_dir), table, *more], run_dir)
    try:
        yield running
    finally:
        running.close()
