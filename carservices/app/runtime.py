"""What runs an app: records of the link become lifecycle hooks, actions and views, and no failure ends it."""

import asyncio
import inspect
import itertools
import logging
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from carservices.app.audio import Audio
from carservices.app.car import Car
from carservices.app.codec import encode
from carservices.app.context import Context
from carservices.app.crash import app_lines, card
from carservices.app.errors import PermissionMissing
from carservices.app.http import Http, through
from carservices.app.i18n import Strings
from carservices.app.images import Images
from carservices.app.rules import Violation
from carservices.app.session import Session
from carservices.app.settings import Choices, SettingsViews
from carservices.app.speech import Speech
from carservices.app.stage import SLOW, Made, Stage, Viewed
from carservices.app.storage import Storage
from carservices.app.templates import Action, ListTemplate, MediaState, Notification, Template
from carservices.app.wire import SDK, VERSION, Kind, Record
from carservices.app.words import word

log = logging.getLogger(__name__)
LASTING: Final = 256
"""Handlers of notifications and of the media state that are kept; older ones have been replaced long since."""
GOODBYE: Final = 2.0
"""Seconds that `on_stop` may take."""
LOADING: Final = 1.0
"""Seconds that `on_start` may take before "loading" is shown; the host wants to see something within 5 s."""
MAX_LOG: Final = 4000
NAVIGATION: Final = "navigation"
"""The focus of who guides the driver."""
MAX_NAME: Final = 80


class Hooks(Viewed, Protocol):
    """What a runtime calls of an app."""

    rate: float | None

    def on_start(self) -> object: ...
    def on_foreground(self) -> object: ...
    def on_background(self) -> object: ...
    def on_stop(self) -> object: ...
    def on_stop_navigation(self) -> object: ...


class Runtime:
    """One running app on one link. `ended` is set when the link is gone or the app has stopped."""

    def __init__(self, app: Hooks, sock: socket.socket, bundle: Path, name: str = "") -> None:
        self.bundle = bundle
        self.name = " ".join(name.split())[:MAX_NAME] or "App"
        self.ended = asyncio.Event()
        self.context = Context()
        self.session = Session(sock, self._take, self.ended.set)
        self.car = Car(self.session, self.context, self.run, app.rate)
        self.audio = Audio(self.car, lambda: self.context.id)
        self.speech = Speech(self.car, lambda: self.context.id, lambda: self.context.language)
        self.images = Images(bundle, self.session.send)
        self.http = Http(through(lambda: self.context.proxy))
        self.stage = Stage(
            self._show,
            self._tell,
            self._card,
            ready=lambda: self.car.complete,
            give_up=self.car.give_up,
            blocked=lambda: self.session.blocked,
            keep=self.car.keep,
        )
        self.car.on_values(self.stage.values_came)
        self._app = app
        self._strings: Strings | None = None
        self._storage: Storage | None = None
        self._choices: Choices | None = None
        self._arriving = False
        self._given: Mapping[str, Any] = {}
        self._lasting: dict[int, Callable[..., object]] = {}
        self._ids = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._life: asyncio.Queue[str] = asyncio.Queue()
        self.session.send(Kind.HELLO, VERSION, SDK)
        self.spawn(self._live())

    # -- the link ----------------------------------------------------------------------------------------------------

    def _take(self, record: Record) -> None:
        match record.kind:
            case Kind.WELCOME:
                self._surround(record.fields[1])
            case Kind.CONTEXT:
                self._surround(record.fields[0])
            case Kind.ACTION:
                self._act(*record.fields)
            case Kind.BACK:
                if not self.stage.pop():
                    self.finish()
            case Kind.LIFE:
                self._life.put_nowait(record.fields[0])
            case Kind.PING:
                self.session.send(Kind.PONG, record.fields[0])
            case Kind.DENIED:
                log.warning("the permission %s is missing: %s", *record.fields)
            case Kind.CHECK:
                for violation in record.fields[0]:
                    log.error("the host found: %s", Violation(*violation))
            case _:
                if not self.car.take(record) and record.kind is Kind.ERROR:
                    log.error("the host refused: %s %s", *record.fields[1:3])

    def _surround(self, changes: Mapping[str, Any]) -> None:
        """Take a context; the person's own choices stand above the host's settings."""
        if changes.get("language", self.context.language) != self.context.language:
            self.stage.quota.translate()
        guided = self.context.has_focus(NAVIGATION)
        self.context.update({name: value for name, value in changes.items() if name != "settings"})
        if guided and not self.context.has_focus(NAVIGATION) and not self._arriving:
            self.run(self._app.on_stop_navigation)
        if "settings" in changes:
            self._given = changes["settings"]
        self._choose()

    def _choose(self) -> None:
        self.context.update({"settings": self.choices.over(self._given)})

    def _show(self, screen: int, depth: int, seq: int, tree: Any) -> None:
        self.session.send(Kind.VIEW, str(screen), depth, seq, tree)

    def _act(self, seq: int, action: int, arguments: list[Any]) -> None:
        handler = self.stage.handler(seq, action) if seq else self._lasting.get(action)
        if handler is None:
            log.info("action %d of version %d is no longer there", action, seq)
        else:
            self.run(handler, *arguments)

    # -- running the app's code --------------------------------------------------------------------------------------

    def run(self, handler: Callable[..., object], *arguments: Any) -> None:
        """Call a handler, sync or async; its failure becomes a card, and the view is made again after it.

        Nothing is called once the app has ended: its timers still run out.
        """
        if self.ended.is_set():
            return
        began = time.perf_counter()
        try:
            result = handler(*arguments)
        except Exception as error:
            self.failed(error)
            return
        if (took := time.perf_counter() - began) > SLOW:
            log.warning("%s took %.0f ms: make it async and await what takes long", _name(handler), took * 1000)
        if inspect.iscoroutine(result):
            self.spawn(self._finish(result))
        self.stage.ask()

    async def _finish(self, work: Coroutine[Any, Any, object]) -> None:
        await work
        self.stage.ask()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run beside everything else until the app stops; a failure becomes a card."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self.failed(error)

    def failed(self, error: Exception) -> None:
        self._tell(error)
        self.stage.fail(error)

    def _tell(self, error: Exception) -> None:
        """A permission may still be given: the person is asked."""
        level = logging.WARNING if isinstance(error, PermissionMissing) else logging.ERROR
        log.log(level, "%s failed:\n%s", self.name, app_lines(error, self.bundle))

    def _card(self, error: Exception) -> Template:
        language = self.context.language
        retry = Action(word(language, "retry"), self.stage.retry)
        return card(error, self.name, language, self.bundle, retry)

    # -- life --------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        """The host's phases, each after the other, however long a hook takes."""
        phases = {"start": self._start, "foreground": self._foreground, "background": self._background}
        while (phase := await self._life.get()) != "stop":
            if step := phases.get(phase):
                await step()
        try:
            await asyncio.wait_for(self._hook(self._app.on_stop), GOODBYE)
        except TimeoutError:
            log.error("on_stop took more than %g s", GOODBYE)
        self.ended.set()

    async def _start(self) -> None:
        starting = self.spawn(self._hook(self._app.on_start))
        await asyncio.wait([starting], timeout=LOADING)
        if not starting.done():
            self.stage.placeholder = ListTemplate(self.name, loading=True)
            starting.add_done_callback(self._ready)
        self.stage.push(self._app)

    def _ready(self, _starting: object) -> None:
        self.stage.placeholder = None
        self.stage.ask()

    async def _foreground(self) -> None:
        self.stage.quota.reset()
        self.stage.visible = True
        self.stage.ask()
        await self._hook(self._app.on_foreground)

    async def _background(self) -> None:
        self.stage.visible = False
        await self._hook(self._app.on_background)

    async def _hook(self, hook: Callable[[], object]) -> None:
        try:
            result = hook()
            if inspect.iscoroutine(result):
                await result
        except Exception as error:
            self.failed(error)
        self.stage.ask()

    def close(self) -> None:
        """Stop at once: no task, timer or socket is left."""
        self.stage.stop()
        for task in list(self._tasks):
            task.cancel()
        self.session.close()
        self.ended.set()

    # -- what an app uses --------------------------------------------------------------------------------------------

    @property
    def strings(self) -> Strings:
        if self._strings is None:
            self._strings = Strings.load(self.bundle)
        return self._strings

    @property
    def choices(self) -> Choices:
        if self._choices is None:
            self._choices = Choices(self.bundle, self.context.data_dir / "settings.json", self._choose)
        return self._choices

    def settings_views(self) -> SettingsViews:
        return SettingsViews(self.choices, self.context, lambda view: self.stage.push(Made(view)), self.stage.pop)

    @property
    def storage(self) -> Storage:
        if self._storage is None:
            self._storage = Storage(self.context.data_dir / "storage.json")
        return self._storage

    def finish(self) -> None:
        self.session.send(Kind.FINISH)

    async def navigate(self, *, on: bool) -> None:
        """Take or give back the guidance of the driver."""
        self._arriving = not on
        try:
            await self.car.call("apps", "navigate", {"on": on})
        finally:
            self._arriving = False

    def notify(self, notification: Notification) -> None:
        self.session.send(Kind.NOTIFY, encode(notification, self._keep, Notification))

    def media(self, state: MediaState | None) -> None:
        self.session.send(Kind.MEDIA, None if state is None else encode(state, self._keep, MediaState))

    def _keep(self, handler: Callable[..., object]) -> int:
        """The number of a handler that outlives the template: its actions come with seq 0."""
        number = next(self._ids)
        self._lasting[number] = handler
        if len(self._lasting) > LASTING:
            del self._lasting[next(iter(self._lasting))]
        return number


class LinkLog(logging.Handler):
    """Logs to the link; the host shows it in the app's log and in the inspector."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record).encode("utf-8", "replace").decode()
        self._session.send(Kind.LOG, record.levelname.lower(), text[:MAX_LOG])


def _name(handler: Callable[..., object]) -> str:
    return getattr(handler, "__qualname__", repr(handler))
