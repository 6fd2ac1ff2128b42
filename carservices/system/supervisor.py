"""Keeps the processes of the table as they should be: starts in order, notices death and silence, restarts, ends.

One asyncio program without msgpack, pydantic or kivy, so that what breaks them does not break it. Health comes over a
private line from each child's own loop, never over the bus.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from carservices.bus.identity import create_secret, token_for, write_grants
from carservices.bus.meter import Meter
from carservices.system import control, process, run_dir, state
from carservices.system.child import EXIT_UNUSABLE, Launch
from carservices.system.logs import Log
from carservices.system.managed import Managed, State, gone
from carservices.system.spec import Facts, ProcessSpec, check_table

TICK = 0.25
PUBLISH_SECONDS = 2.0
STOP_STAGE_SECONDS = 0.4
"""What ends first may take so long before the next are told to end."""
STOP_SECONDS = 1.5
"""After this everything that is still there is killed: Ctrl-C ends the car within 2 s."""
ALIVE = (State.STARTING, State.RUNNING)


class Supervisor:
    """One car. ``say`` gets the few sentences a person in front of the terminal should see."""

    def __init__(
        self,
        directory: Path,
        state_dir: Path,
        table: Sequence[ProcessSpec],
        facts: Facts,
        say: Callable[[str], None],
    ) -> None:
        check_table(table)
        self.facts = facts
        self._dir = directory
        self._state_dir = state_dir
        self._table = table
        self._say_aloud = say
        self._log = Log(directory / run_dir.LOG_DIR, "supervisor", say)
        self._starter = ThreadPoolExecutor(1, "starter")
        self._wake = asyncio.Event()
        self._meter = Meter()
        self._began = time.time()
        self._published = 0.0
        self._unpublished = False
        self._exit_code: int | None = None
        self._managed: dict[str, Managed] = {}

    async def run(self) -> int:
        """Run the car until it is told to end; 0, or 1 or 2 when something it needs failed for good.

        The caller holds the run directory's lock. Raises `RunDirError`.
        """
        process.warm_up()
        secret = self._prepare()
        for spec in sorted(self._table, key=lambda spec: spec.start == "fork"):
            # what is fresh first: it can load while the fork server does, which the first fork has to wait for
            self._managed[spec.name] = self._manage(spec, token_for(secret, spec.name))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        server = await control.serve(self._dir, self.answer)
        try:
            await self._keep()
            await self._end()
        finally:
            server.close()
            self._publish(time.monotonic())
            self._starter.shutdown(wait=False)
        if any(managed.alive for managed in self._managed.values()):
            os._exit(self._exit_code or 0)  # an orderly exit would wait for them; the kernel ends them with us
        return self._exit_code or 0

    def stop(self, code: int = 0) -> None:
        """End the car; the first reason counts."""
        if self._exit_code is None:
            self._exit_code = code
        self._wake.set()

    def _prepare(self) -> str:
        """Write what the hub reads when it starts; the secret."""
        try:
            (self._dir / run_dir.LOG_DIR).mkdir(exist_ok=True)
            write_grants(self._dir, {spec.name: spec.grants for spec in self._table})
            return create_secret(self._dir)
        except OSError as error:
            raise run_dir.RunDirError(
                f"{self._dir} cannot be written ({error.strerror}): make room, or name another with --run-dir"
            ) from None

    def _manage(self, spec: ProcessSpec, token: str) -> Managed:
        launch = Launch(
            spec.name, spec.target, spec.arguments, self._dir, self._state_dir, token, spec.watch, spec.nice
        )
        return Managed(spec, launch, self._dir / run_dir.LOG_DIR, self._starter, self._say, self._changed)

    def _say(self, text: str) -> None:
        self._log.line(text)
        self._say_aloud(text)

    def _changed(self) -> None:
        self._unpublished = True
        self._wake.set()

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        last = time.monotonic()
        while self._exit_code is None:
            now = time.monotonic()
            if now - last > 2 * TICK:  # we were stopped or starved ourselves
                for managed in self._managed.values():
                    managed.excuse(now - last)
            last = now
            for managed in self._managed.values():
                self._reconcile(managed, now)
            self._judge()
            if self._unpublished or now - self._published >= PUBLISH_SECONDS:
                self._publish(now)
            self._wake.clear()
            due = [m.retry_at - now for m in self._managed.values() if m.state is State.BACKOFF]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(0.0, min([TICK, *due])))

    def _reconcile(self, managed: Managed, now: float) -> None:
        """One step of one process towards what the facts want."""
        wanted = managed.spec.when(self.facts)
        managed.watch(now)
        if not wanted:
            if managed.state in (*ALIVE, State.BACKOFF, State.FAILED):
                managed.stop(now)
                self._unpublished = True
            return
        if managed.alive or managed.finished:
            return
        if managed.state is State.DISABLED:
            managed.state = State.STARTING
        begins = managed.state is State.STARTING and (managed.was_ready or self._may_begin(managed))
        if begins or (managed.state is State.BACKOFF and now >= managed.retry_at):
            managed.start()

    def _may_begin(self, managed: Managed) -> bool:
        return all(self._managed[name].was_ready for name in managed.spec.after)

    def _judge(self) -> None:
        """What the state of one process means for the whole car."""
        everybody = self._managed.values()
        if any(managed.finished and managed.spec.clean_end == "car" for managed in everybody):
            self.stop()
        failed = [managed for managed in everybody if managed.state is State.FAILED]
        for managed in failed:
            if managed.hopeless:
                self.stop(2 if managed.last_code == EXIT_UNUSABLE else 1)
            elif managed.spec.clean_end == "car":
                self.stop(1)
        lost = [managed.spec.name for managed in failed if managed.spec.critical]
        if lost and not self.facts.safe_mode:
            self._say(f"safe mode: {', '.join(lost)} failed; `carservices service restart {lost[0]}` tries again")
            self.change(safe_mode=True)
        elif self.facts.safe_mode and all(m.state is State.RUNNING for m in everybody if m.spec.critical):
            self._say("safe mode is over")
            self.change(safe_mode=False)

    def change(self, **facts: bool) -> None:
        """New facts: processes start and end accordingly."""
        self.facts = replace(self.facts, **facts)
        self._changed()

    async def _end(self) -> None:
        """Ask all to end, those of higher priority first; kill what is left when the time is up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STOP_SECONDS
        for priority in sorted({spec.priority for spec in self._table}, reverse=True):
            stage = [m for m in self._managed.values() if m.spec.priority == priority]
            for managed in stage:
                managed.stop(time.monotonic())
            await gone(stage, min(STOP_STAGE_SECONDS, max(0.0, deadline - loop.time())))
        everybody = list(self._managed.values())
        await gone(everybody, max(0.0, deadline - loop.time()))
        for managed in everybody:
            managed.kill()
        await gone(everybody, STOP_STAGE_SECONDS)
        for managed in everybody:
            managed.log.close()

    # -- what others see and ask -------------------------------------------------------------------------------------

    def _publish(self, now: float) -> None:
        self._published, self._unpublished = now, False
        snapshots = [self._managed[spec.name].snapshot() for spec in self._table]
        for one in snapshots:
            if one.pid is not None:
                one.cpu, one.rss = self._meter.look(one.pid, now)
        self._meter.forget_all_but(one.pid for one in snapshots if one.pid is not None)
        car = state.CarState(os.getpid(), self._began, str(self._state_dir), asdict(self.facts), snapshots, now)
        with contextlib.suppress(OSError):  # a full disk: the last state stays
            state.publish(self._dir, car)

    def answer(self, request: dict[str, Any]) -> Any:
        """What `carservices.system.control` asks for. Raises ValueError."""
        verb = request.get("verb")
        if verb == "restart":
            self.restart(str(request.get("name")))
        elif verb == "facts":
            known = {field.name for field in fields(Facts)}
            facts = dict(request.get("facts", {}))
            if unknown := sorted(set(facts) - known):
                raise ValueError(f"no fact '{unknown[0]}'; there are {', '.join(sorted(known))}")
            self.change(**{name: bool(value) for name, value in facts.items()})
            return asdict(self.facts)
        else:
            raise ValueError(f"the supervisor knows no '{verb}'")
        return None

    def restart(self, name: str) -> None:
        """End a process and start it again, also one that failed. Raises ValueError when the table lacks it."""
        managed = self._managed.get(name)
        if managed is None:
            raise ValueError(f"no process '{name}'; there are {', '.join(spec.name for spec in self._table)}")
        if not managed.spec.when(self.facts):
            raise ValueError(f"{name} does not run now: it needs {managed.spec.when.words}")
        managed.restarts.forgive()
        managed.stop(time.monotonic(), again=True)
        self._changed()
