"""One app through its life: stopped → starting → running ⇄ in front ⇄ frozen, and how it ends."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from carservices.api.appstatus import AppState
from carservices.app.wire import Kind
from carservices.apphost.access import Access
from carservices.apphost.around import Host
from carservices.apphost.bundles import Bundle
from carservices.apphost.crashes import Crashes
from carservices.apphost.disk import Stored
from carservices.apphost.health import Health
from carservices.apphost.hearing import Hearing
from carservices.apphost.images import Images
from carservices.apphost.journal import Journal
from carservices.apphost.run import Run
from carservices.apphost.sandbox import Inside, Report, SandboxRefused
from carservices.apphost.session import Session
from carservices.apphost.stage import Stage

FREEZE_SECONDS: Final = 5.0
"""In the background before an app without a background use is frozen."""
STOP_SECONDS: Final = 3.0
"""The SDK gives an app 2 s to say goodbye."""

log = logging.getLogger(__name__)


class App:
    """An installed app, running or not; `hearing` is what its link tells."""

    def __init__(self, bundle: Bundle, access: Access, host: "Host[App]", *, disabled: bool = False) -> None:
        self.bundle = bundle
        self.access = access
        self.crashes = Crashes(disabled=disabled)
        self.front = False
        self.focuses: dict[str, bool] = {}
        """What it has for itself: the audio, the guidance of the driver."""
        self.health = Health()
        self.images = Images(host.place(bundle.id) / "images")
        self.hearing = Hearing(self, host)
        self.stage = Stage(bundle.manifest.category, self.hearing.against_rules)
        self.journal = Journal(always=bundle.developed)
        self.cpu: float | None = None
        self.rss: int | None = None
        self._host = host
        self._run: Run | None = None
        self._starting = asyncio.Lock()
        self._gone = asyncio.Event()
        self._gone.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._why: str | None = None
        self._stopping = False
        self._returns = False
        self._frozen = False
        self._back_since = 0.0

    @property
    def id(self) -> str:
        return self.bundle.id

    @property
    def disabled(self) -> bool:
        """Crashed too often."""
        return self.crashes.disabled

    @property
    def last_error(self) -> str | None:
        """How its last run ended, one sentence; None when it ended well."""
        return self.crashes.how

    @property
    def running(self) -> bool:
        return self._run is not None

    @property
    def session(self) -> Session | None:
        """Its link, while it runs."""
        return self._run.session if self._run is not None else None

    @property
    def inside(self) -> Inside | None:
        """Where its process sees its things."""
        return self._run.process.inside if self._run is not None else None

    @property
    def state(self) -> AppState:
        if not self.running:
            if self.disabled:
                return AppState.DISABLED
            return AppState.CRASHED if self.crashes.crashed else AppState.STOPPED
        if self.health.trouble is not None:
            return AppState.NOT_RESPONDING
        if not self.health.greeted:
            return AppState.STARTING
        if self.front:
            return AppState.FOREGROUND
        return AppState.FROZEN if self._frozen else AppState.RUNNING

    # -- start and end -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start its process unless it runs. A failure is kept as `last_error`, as a crash is."""
        async with self._starting:
            if not self.running:
                await self._gone.wait()  # the last run may still be on its way out
                await self._start()

    async def _start(self) -> None:
        self.images.clear()
        self.stage = Stage(self.bundle.manifest.category, self.hearing.against_rules)
        self.health = Health()
        self._why = None
        self.focuses.clear()
        self.crashes.forgive()
        self.hearing.last_words = ""
        self._stopping = self._frozen = False
        self._back_since = time.monotonic()
        try:
            self._run = await Run.begin(
                self.bundle,
                self.access,
                self._host.launcher,
                self._host.gateway,
                self.images,
                self.hearing,
                place=self._host.place(self.id),
                data=self._host.data(self.id),
                folders=self._host.folders(self),
                on_exit=self._exited,
            )
            self.journal.follow(self._run.session.link)
            self._prefer()
        except (SandboxRefused, OSError) as error:
            self.crashes.refuse(f"it was not started: {error}")
            self._host.audit(self.id, "not started", reason=str(error))
        else:
            self._gone.clear()
        self._host.changed()

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        if self._run is None:
            return
        self._stopping = True
        self._thaw()
        if self._run.session.link.open:
            self._run.session.send(Kind.LIFE, "stop")
            try:
                await asyncio.wait_for(self._gone.wait(), STOP_SECONDS)
            except TimeoutError:
                log.info("%s did not end by itself", self.id)
        await self.kill()

    async def kill(self, why: str | None = None) -> None:
        """End it now; with ``why`` it counts as a crash."""
        self._stopping |= why is None
        self._end(why)
        await self._gone.wait()

    def _end(self, why: str | None) -> None:
        self._why = self._why or why
        if self._run is not None:
            self._run.cut()

    def _exited(self, status: int) -> None:
        run, self._run = self._run, None
        assert run is not None
        self.images.clear()
        self._spawn(self._leave(run))
        if self._why is None and (self._stopping or status == 0):
            self.crashes.forgive()
        else:
            self._crash(self._why or self._ending(run, status), list(run.process.lines))
        self.health = Health()
        self._host.left(self, returns=self._returns)
        self._host.changed()

    def _ending(self, run: Run, status: int) -> str:
        """For its author with the traceback."""
        how = run.ending(status)
        words = self.hearing.last_words
        return f"{how}: {words.splitlines()[-1]}\n{words}" if self.bundle.developed and words else how

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _leave(self, run: Run) -> None:
        await run.close()
        self._gone.set()

    def _crash(self, how: str, lines: list[str]) -> None:
        self.crashes.crash(how)
        self.journal.note(how)
        self._host.audit(self.id, "disabled" if self.disabled else "crashed", reason=how)
        self._host.crashed(self, lines)

    def finish(self) -> None:
        """It wants to end."""
        self._stopping = True
        self._spawn(self.stop())

    def cut_off(self, why: str | None) -> None:
        """Without its link it is of no use: it may have closed it to end, but if it stays, it is ended.

        With a sentence when the host has closed it.
        """
        if why is not None:
            self._end(why)
        else:
            asyncio.get_running_loop().call_later(STOP_SECONDS, self._end_if, self._run)

    def _end_if(self, run: Run | None) -> None:
        if run is not None and run is self._run:
            self._end("it closed its link and went on")

    async def restart(self) -> None:
        """Without what it had: the link is closed and the process ended before it starts again."""
        async with self._starting:  # one that is just starting was given what it had, too
            if self.running:
                self._returns = True
                try:
                    await self.kill()
                finally:
                    self._returns = False
                await self._start()
                self._host.shows(self)

    async def gained(self, permission: str) -> None:
        """It has one more permission; a folder of the person appears only in a new process."""
        if permission.startswith("files:"):
            await self.restart()
        elif self.session is not None:
            self.tell({"grants": list(self.access.granted)})
            await self.session.requests.extend()

    def enable(self) -> None:
        """Forget its crashes."""
        self.crashes.enable()
        self._host.changed()

    def forgive(self) -> None:
        """The person has seen how it ended."""
        self.crashes.forgive()
        self._host.changed()

    # -- in front and behind -----------------------------------------------------------------------------------------

    def greeted(self) -> None:
        """It has said hello: from now on it hears how it stands."""
        self._live("start")
        self._live("foreground" if self.front else "background")

    def to_front(self) -> None:
        self.front = True
        self._prefer()
        self.health.expect()
        self._thaw()
        self.stage.reset()
        self._live("foreground")

    def to_back(self) -> None:
        self.front = False
        self._prefer()
        self._back_since = time.monotonic()
        self._live("background")

    def _prefer(self) -> None:
        if self._run is not None:
            self._run.process.launched.prefer(self.front)

    def _live(self, phase: str) -> None:
        if self.health.greeted and self.session is not None:
            self.session.send(Kind.LIFE, phase)
            self._ping()
        self._host.changed()

    def _thaw(self) -> None:
        if self._frozen and self._run is not None:
            self._frozen = False
            self._run.process.launched.freeze(False)
            self._run.session.send(Kind.CONTEXT, self._host.context(self))

    def tell(self, changes: Mapping[str, Any]) -> None:
        """Part of its context is another; a frozen one gets all of it when it wakes."""
        if "language" in changes:
            self.stage.translate()
        if self.session is not None and self.health.greeted and not self._frozen:
            self.session.send(Kind.CONTEXT, dict(changes))

    def focus(self, kind: str, *, has: bool) -> None:
        """It has something for itself from now on, or no longer."""
        self.focuses[kind] = has
        self.tell({"focus": dict(self.focuses)})

    def act(self, seq: int, action: int, args: list[Any]) -> None:
        """A tap; the ping behind it shows whether the app has dealt with it. A frozen one wakes for it."""
        if self._frozen:
            self._thaw()
            self._back_since = time.monotonic()
        if self.session is not None:
            self.session.send(Kind.ACTION, seq, action, args)
            self._ping()

    def back(self) -> None:
        if self.session is not None:
            self.session.send(Kind.BACK)
            self._ping()

    # -- health ------------------------------------------------------------------------------------------------------

    def _ping(self) -> None:
        if self.session is not None and self.health.greeted:
            self.session.send(Kind.PING, self.health.ping())

    def wait(self) -> None:
        """The person gives it more time."""
        self.health.expect()
        self._host.changed()

    def check(self) -> None:
        """Once a second: whether it answers, and whether it may be frozen."""
        if self._run is None or self._frozen or self._stopping:
            return
        now = time.monotonic()
        if self.health.look(now, owes_template=self.front and not self.stage.has_content):
            self._host.audit(
                self.id, "not responding" if self.health.trouble else "responds", reason=self.health.trouble
            )
            self._host.changed()
            self._host.shows(self)
        self.journal.trouble(self.health.trouble, self._run.process.blocked_at if self.health.trouble else [])
        if not self.front and self.health.hopeless(now):
            self._end(f"{self.health.trouble}, in the background")
        elif self.health.wants_ping(now):
            self._ping()
        if not (self.front or self.bundle.manifest.background) and now - self._back_since >= FREEZE_SECONDS:
            self._freeze()

    def hold_to_quota(self, stored: Stored) -> None:
        """What it keeps on the disk was measured."""
        if self._run is None:
            return
        warning, end = self._run.quota.judge(stored, time.monotonic())
        if warning is not None:
            self.hearing.note("quota", reason=warning)
            self._run.session.send(Kind.CHECK, [["storage", "data", warning]])
        self._end_for(end)

    def hold_to_limits(self) -> None:
        """Where no control groups do it."""
        if self._run is not None and not self._run.process.launched.limited:
            self._end_for(self._run.excess.look(time.monotonic(), frozen=self._frozen))

    def _end_for(self, why: str | None) -> None:
        if why is not None:
            self._end(why)

    def _freeze(self) -> None:
        settled = self.health.greeted and self.health.trouble is None and not self.health.waits
        if settled and self._run is not None:
            self._frozen = True
            self._run.session.source.silence()
            self._run.process.launched.freeze(True)
            self._host.froze(self)
            self._host.changed()

    # -- for the status ----------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        return self._run.process.pid if self._run is not None else None

    @property
    def report(self) -> Report | None:
        """How its process is shut in."""
        return self._run.process.launched.report if self._run is not None else None

    def pids(self) -> set[int]:
        return self._run.process.launched.pids() if self._run is not None else set()
