"""One process of the table through its life: starting → running → stopping | backoff | failed | disabled."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from enum import StrEnum
from pathlib import Path

from carservices.bus.crashes import how_it_ended, write_report
from carservices.system.child import EXIT_FAILED, EXIT_UNUSABLE, FAULT, READY, Launch
from carservices.system.logs import Log
from carservices.system.process import Child
from carservices.system.restarts import Restarts
from carservices.system.spec import ProcessSpec
from carservices.system.state import ProcessState

START_SECONDS = 30.0
"""A process that is not ready after this time hangs; loading kivy on a slow machine takes several seconds."""
DUMP_SECONDS = 0.5
"""Given to a hanging process to write down where it is."""
STOP_SECONDS = 1.0
"""Between SIGTERM and SIGKILL for a process that is no longer wanted."""
LONGEST_FAULT = 2000


class State(StrEnum):
    """``disabled`` is not wanted now; ``starting`` includes waiting for what it starts after."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    BACKOFF = "backoff"
    FAILED = "failed"
    DISABLED = "disabled"


class Managed:
    """Holds the process and knows the next step; the supervisor says when. ``changed`` is called after each event."""

    def __init__(
        self,
        spec: ProcessSpec,
        launch: Launch,
        log_dir: Path,
        starter: Executor,
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.spec = spec
        self.state = State.DISABLED
        self.reason: str | None = None
        self.was_ready = False
        self.finished = False
        """It ended by itself and well, and shall not start again."""
        self.hopeless = False
        """Its first start failed for a reason that will stay, such as a wrong option."""
        self.last_code: int | None = None
        self.last_exit: str | None = None
        self.restarts = Restarts()
        self.retry_at = 0.0
        self.log = Log(log_dir, spec.name, say)
        self._launch = launch
        self._starter = starter
        self._say = say
        self._changed = changed
        self.ended = asyncio.Event()
        self.ended.set()
        self._child: Child | None = None
        self._making: asyncio.Task[None] | None = None
        self._heard = 0.0
        self._ready_at: float | None = None
        self._started: float | None = None
        self._fault = b""
        self._deadline: float | None = None
        self._hung = False
        self._again = False

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def alive(self) -> bool:
        return self._child is not None

    @property
    def fault(self) -> str:
        """What the child itself said of its end, in one line."""
        return " ".join(self._fault.partition(FAULT)[2].decode(errors="replace").split())

    # -- steps -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.state = State.STARTING
        self._heard = time.monotonic()
        self._ready_at = self._deadline = None
        self._hung = False
        self._fault = b""
        self._started = time.time()
        self.ended.clear()
        self._child = child = Child(self._starter, self._hear, self.log.feed, self._exited)
        self._making = asyncio.get_running_loop().create_task(self._make(child))

    async def _make(self, child: Child) -> None:
        try:
            await child.start(self._launch, self.spec.start)
        except OSError as error:
            self._fault = FAULT + f"it cannot be started: {error}".encode()
            self._exited(EXIT_FAILED)
            return
        if self.state is State.STOPPING:  # somebody asked while it was being made
            child.signal(signal.SIGTERM)
        self._changed()

    def stop(self, now: float, again: bool = False) -> None:
        """Ask it to end; ``again`` starts it anew afterwards."""
        self._again = again
        self.finished = False
        if self._child is None:
            self.state = State.STARTING if again else State.DISABLED
        elif self.state is not State.STOPPING:
            self.state = State.STOPPING
            self._deadline = now + STOP_SECONDS
            self._child.signal(signal.SIGTERM)

    def kill(self) -> None:
        if self._child is not None:
            self._child.signal(signal.SIGKILL)

    def watch(self, now: float) -> None:
        """Notice a process that does not show that it lives, and end one whose time is up."""
        if self._child is None:
            return
        if self._deadline is not None:
            if now >= self._deadline:
                self._child.signal(signal.SIGKILL)
        elif now - self._heard > (self.spec.watch if self._ready_at else START_SECONDS):
            self._hung = True
            self._deadline = now + DUMP_SECONDS
            self._child.signal(signal.SIGUSR1)
            self._child.signal(signal.SIGCONT)  # a stopped process could not write its stacks

    def excuse(self, seconds: float) -> None:
        """The supervisor itself did not run for so long: nobody could be heard."""
        self._heard += seconds

    # -- events ------------------------------------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        self._heard = time.monotonic()
        if self._fault or FAULT in data:
            self._fault = (self._fault + data)[:LONGEST_FAULT]
        if READY in data.partition(FAULT)[0] and self._ready_at is None:
            self._ready_at = self._heard
            self.was_ready = True
            if self.state is State.STARTING:
                self.state = State.RUNNING
                self.reason = None
            self._changed()

    def _exited(self, code: int) -> None:
        now = time.monotonic()
        self._child = None
        self.ended.set()
        self.log.flush()
        self.last_code = code
        how = "hung and was ended" if self._hung else how_it_ended(code)
        self.last_exit = f"{how}: {self.fault}" if self.fault else how
        if self.state is State.STOPPING:
            self.state = State.STARTING if self._again else State.DISABLED
        elif code == 0 and self.spec.clean_end != "again":
            self.state = State.DISABLED
            self.finished = True
        else:
            self._crashed(now, code)
        self._changed()

    def _crashed(self, now: float, code: int) -> None:
        self.reason = self.last_exit
        if not self.was_ready and (self.spec.must_start or code == EXIT_UNUSABLE):
            self.state = State.FAILED
            self.hopeless = True
            self._say(f"{self.spec.name} cannot start: {self.fault or self.last_exit}")
            return
        delay = None
        if code != EXIT_UNUSABLE:
            delay = self.restarts.ended(now, now - self._ready_at if self._ready_at else 0.0)
        report = self._report(now)
        if delay is None:
            self.state = State.FAILED
            self._say(f"{self.spec.name} has failed: it {self.last_exit}{report}")
        else:
            self.state = State.BACKOFF
            self.retry_at = now + delay
            self._say(f"{self.spec.name} {self.last_exit}; again in {delay:.1f} s{report}")

    def _report(self, now: float) -> str:
        facts: dict[str, object] = {
            "target": self.spec.target,
            "started": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self._started)),
            "ready for": f"{now - self._ready_at:.1f} s" if self._ready_at else "never",
            "restarts": self.restarts.total,
        }
        try:
            path = write_report(self._launch.state_dir, self.spec.name, self.last_exit or "ended", facts, self.log.tail)
        except OSError as error:
            return f" (no crash report: {error.strerror})"
        return f" (report: {path})"

    def snapshot(self) -> ProcessState:
        return ProcessState(
            name=self.spec.name,
            state=self.state.value,
            pid=self.pid,
            restarts=self.restarts.total,
            last_exit=self.last_exit,
            started=self._started if self._child else None,
            watch=self.spec.watch,
            critical=self.spec.critical,
            reason=self.reason if self.state in (State.FAILED, State.BACKOFF) else None,
            lost_log_lines=self.log.lost,
        )


async def gone(everybody: Iterable[Managed], timeout: float) -> None:
    """Wait for the end of them all, at most so many seconds."""
    waiting = [asyncio.ensure_future(managed.ended.wait()) for managed in everybody]
    _, late = await asyncio.wait(waiting, timeout=timeout)
    for one in late:
        one.cancel()
