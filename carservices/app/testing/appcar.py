"""`AppCar`: an app running in a car made of memory, in virtual time, with the driver's hands in the test."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from carservices.app.app import App
from carservices.app.hosts import PORTS, is_listed
from carservices.app.http import Http, HttpError, Request, Response, unlisted
from carservices.app.manifest import Manifest, load
from carservices.app.rules import limits_told
from carservices.app.run import load as load_app
from carservices.app.runtime import LinkLog, Runtime
from carservices.app.stage import INTERVAL
from carservices.app.templates import Action, GridItem, Icon, Node, Notification, Row, Tab
from carservices.app.testing.host import Host
from carservices.app.testing.loop import VirtualLoop
from carservices.app.wire import Kind, socketpair
from carservices.signals.check import check

if TYPE_CHECKING:
    from carservices.api import Stream
    from carservices.app.testing.audio import FakeAudio
    from carservices.app.testing.speech import FakeSpeech

N = TypeVar("N", bound=Node)
R = TypeVar("R")
STEP: Final = 1.5 * INTERVAL
"""Seconds that pass with each thing a test does: enough for the view that follows."""
DRIVING: Final = 511
DEPTH: Final = 3
"""Screens of one task while driving, as the car has it when nothing else is set (AAOS)."""


class AppFailed(AssertionError):
    """The app raised, or broke a rule; the message says what and where."""


class AppCar:
    """One app in a car. Everything is done when a method returns; time passes only in `advance` and `STEP` by step."""

    def __init__(self, data_dir: Path, bundle: Path | None = None) -> None:
        self._data_dir = data_dir
        self._bundle = bundle
        self._loop = VirtualLoop()
        self._app: App | None = None
        self._runtime: Runtime | None = None
        self._host: Host | None = None
        self._log: LinkLog | None = None
        self._values: dict[str, Any] = {}
        self._states: dict[str, Any] = {}
        self._hosts: tuple[str, ...] | None = None
        self._context: dict[str, Any] = {
            "restrictions": 0,
            "limits": limits_told(None),
            "data_dir": str(data_dir),
        }
        self._refused: set[str] = set()
        self._may_fail = False
        self._modules = set(sys.modules)
        self._path = list(sys.path)
        self.pages: dict[str, Response | str | bytes | None] = {}
        """What the web answers, by address; None: no answer comes."""
        self.requests: list[Request] = []

    # -- the app -----------------------------------------------------------------------------------------------------

    def start(
        self, app: type[App] | Path | str | None = None, scopes: Iterable[str] | None = None, category: str = ""
    ) -> App:
        """Start an app (again) and open it: a class, the folder of a bundle, or the bundle the test lies in.

        ``scopes`` and ``category`` stand in for those of the manifest. A class without a bundle may do everything.
        """
        self._end()
        if isinstance(app, type):
            kind, manifest = app, None
            bundle = self._bundle or self._data_dir
        else:
            bundle = self._bundle = Path(app) if app is not None else self._bundle or _no_bundle()
            manifest = load(bundle)
            kind, _ = load_app(bundle)
        given = manifest.permissions if scopes is None and manifest else scopes
        self._settle(lambda: self._begin(kind, bundle, manifest, given, category))
        return self.app

    def _begin(
        self, kind: type[App], bundle: Path, manifest: Manifest | None, scopes: Iterable[str] | None, category: str
    ) -> None:
        here, there = socketpair()
        app_id = manifest.id if manifest else kind.__name__
        category = category or (manifest.category if manifest else "")
        self._host = Host(here, self._loop, scopes, category, app_id)
        self._host.audio.settle = self._host.speech.settle = self._settle
        self._host.values, self._host.states = self._values, self._states
        self._host.speech.tell()
        self._host.refused = self._refused
        app = self._app = kind()
        name = manifest.name["en"] if manifest else kind.__name__
        runtime = self._runtime = Runtime(app, there, bundle, name)
        runtime.http = Http(self._web)
        app.attach(runtime)
        self._log = LinkLog(runtime.session)
        logging.getLogger().addHandler(self._log)
        settings = {key: setting.default for key, setting in manifest.settings.items()} if manifest else {}
        self._hosts = manifest.hosts if manifest else None
        grants = [f"network:{host}" for host in self._hosts or ()]
        self._context = {"settings": settings, "grants": grants, **self._context, "id": app_id}
        self._host.send(Kind.WELCOME, 1, self._context)
        self._host.send(Kind.LIFE, "start")
        self._host.send(Kind.LIFE, "foreground")

    async def _web(self, request: Request) -> Response:
        self.requests.append(request)
        url = urlsplit(request.url)
        host = url.hostname or ""
        if self._hosts is not None and not is_listed(self._hosts, host, url.port or PORTS[url.scheme]):
            raise unlisted(host)
        if request.url not in self.pages:
            raise HttpError(f"{request.url}: no page was prepared")
        page = self.pages[request.url]
        if page is None:
            page = await asyncio.get_running_loop().create_future()
        if isinstance(page, Response):
            return page
        return Response(200, {}, page.encode() if isinstance(page, str) else page)

    @property
    def app(self) -> App:
        """The app that runs."""
        if self._app is None:
            raise AssertionError("no app runs yet: app_car.start() first")
        return self._app

    @property
    def host(self) -> Host:
        """What the host has seen: ``sets``, ``calls``, ``log``, ``notifications``, ``media``, ``subscribed``."""
        if self._host is None:
            raise AssertionError("no app runs yet: app_car.start() first")
        return self._host

    def stop(self) -> None:
        """The car ends the app."""
        self.host.send(Kind.LIFE, "stop")
        self._settle()

    def background(self) -> None:
        self.host.send(Kind.LIFE, "background")
        self._settle()

    def foreground(self) -> None:
        """The person opens the app again: a new task begins."""
        self.host.begin_task()
        self.host.send(Kind.LIFE, "foreground")
        self._settle()

    # -- the car -----------------------------------------------------------------------------------------------------

    def __setitem__(self, path: str, value: Any) -> None:
        """The car has a new value, None for unavailable. Raises UnknownSignal and InvalidValue."""
        self.update({path: value})

    def __getitem__(self, path: str) -> Any:
        return self._values.get(path)

    def update(self, values: Mapping[str, Any]) -> None:
        """Many values at once."""
        from carservices.signals import Catalogue

        catalogue = Catalogue.default()
        for path, value in values.items():
            self._values[path] = None if value is None else check(catalogue.config(path), value)
        if self._host is not None:
            self.host.changed(*values)
            self._settle()

    def say(self, stream: "Stream[Any]", state: Any) -> None:
        """A service says the new state of a stream; None when it is away."""
        topic = f"{stream.owner.name}.{stream.name}"
        self._states[topic] = None if state is None else stream.adapter.dump_python(state, mode="json")
        if self._host is not None:
            self.host.said(topic)
            self._settle()

    def answer(self, call: str, answer: Any) -> None:
        """What a call (``energy.reset``) answers, plain or as a function of its parameters."""
        self.host.answers[call] = answer

    def refuse_set(self, path: str, reason: str, late: bool = False) -> None:
        """The car refuses to set this signal; ``late``: it takes the command and fails then."""
        (self.host.late if late else self.host.answers)[path] = reason

    def deny(self, scope: str) -> None:
        """The person takes a permission away; as in the car, the app has to be started again to notice."""
        if self._host is not None:
            raise AssertionError("take permissions away before app_car.start(): the car restarts the app for it")
        self._refused.add(scope)

    def context(self, **changes: Any) -> None:
        """Change what the host tells the app: ``language="de"``, ``theme="day"``, ``units={"pressure": "bar"}``."""
        self._context |= changes
        if self._host is not None:
            if "language" in changes:
                self.host.translate()
            self.host.send(Kind.CONTEXT, changes)
            self._settle()

    @property
    def audio(self) -> "FakeAudio":
        """The car's player: what it does, and what else may happen to it."""
        return self.host.audio

    @property
    def speech(self) -> "FakeSpeech":
        """The car's voice: what it has said, and what else may happen to it."""
        return self.host.speech

    def control(self, name: str, *arguments: Any) -> None:
        """Use a control of the player, such as ``"on_pause"``. Raises AssertionError when the app offers none."""
        handler = getattr(self.host.media, name, None)
        if handler is None:
            raise AssertionError(f"the player has no {name}; it shows {self.host.media}")
        self.host.send(Kind.ACTION, 0, handler, list(arguments))
        self._settle()

    def take_navigation(self) -> None:
        """The car's own navigation, or another app, guides the driver from now on."""
        self.host.navigates(False)
        self._settle()

    def drive(self) -> None:
        """The car moves: everything is restricted."""
        self.context(restrictions=DRIVING, limits=limits_told(DEPTH))

    def park(self) -> None:
        self.context(restrictions=0, limits=limits_told(None))

    def advance(self, seconds: float) -> None:
        """Let time pass; timers and sleeps of the app run."""
        self._loop.advance(seconds)
        self._settle()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        """The result of a coroutine of the app: ``app_car.run(app.car.get("Vehicle.Speed"))``."""
        task = self._loop.create_task(work)
        self._loop.advance(STEP)
        if not task.done():
            task.cancel()
            self._loop.advance(0)
            raise AssertionError(f"{work} still waits after {STEP:g} s: begin it with app.spawn and advance the time")
        return task.result()

    # -- the screen --------------------------------------------------------------------------------------------------

    @property
    def screen(self) -> Any:
        """The template shown."""
        if self.host.template is None:
            raise AssertionError("the app has shown nothing yet")
        return self.host.template

    @property
    def depth(self) -> int:
        """Screens on the stack."""
        return self.host.depth

    @property
    def texts(self) -> list[str]:
        """Every text on the screen, in the order of the template."""
        return [text for node in self.find(Node) for text in _texts(node)]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Title and text of each row."""
        return [(row.title, row.text) for row in self.find(Row)]

    @property
    def notifications(self) -> list[Notification]:
        return self.host.notifications

    def find(self, kind: type[N]) -> list[N]:
        """All nodes of a class on the screen."""
        return [node for node in _nodes(self.screen) if isinstance(node, kind)]

    def tap(self, title: str) -> None:
        """Tap the row, tile, button or tab with this title, or the button that has only this icon.

        Raises AssertionError when there is none to tap.
        """
        for node in _nodes(self.screen):
            if _called(node) == title and self.touch(node):
                return
        can = [_called(n) or "" for n in _nodes(self.screen) if isinstance(n, Row | GridItem | Action | Tab)]
        raise AssertionError(f"nothing titled {title!r} can be tapped; on screen: {', '.join(can) or 'nothing'}")

    def touch(self, node: Node) -> bool:
        """Tap this row, tile, button or tab of the screen; False when there is nothing to tap."""
        if isinstance(node, Tab):
            self._act(self.screen.on_select, node.id)
            return True
        if not isinstance(node, Row | GridItem | Action) or not getattr(node, "enabled", True):
            return False
        toggle = node.toggle if isinstance(node, Row) else None
        if toggle is not None and toggle.enabled and toggle.on_change is not None:
            self._act(toggle.on_change, not toggle.checked)
            return True
        if node.on_click is not None:
            self._act(node.on_click)
            return True
        return False

    def tap_notification(self, title: str) -> None:
        """Tap the action with this title of the last notification."""
        for action in self.notifications[-1].actions:
            if action.title == title:
                self.host.send(Kind.ACTION, 0, action.on_click, [])
                self._settle()
                return
        raise AssertionError(f"the last notification has no action {title!r}")

    def type(self, text: str) -> None:
        """Type or say a text into the search or sign-in field and confirm it."""
        field = getattr(self.screen, "method", self.screen)
        for handler in (getattr(field, "on_change", None), getattr(field, "on_submit", None)):
            if handler is not None:
                self._act(handler, text)

    def back(self) -> None:
        self.host.send(Kind.BACK)
        self._settle()

    def _act(self, handler: Any, *arguments: Any) -> None:
        self.host.send(Kind.ACTION, self.host.seq, handler, list(arguments))
        self._settle()

    # -- failures ----------------------------------------------------------------------------------------------------

    @property
    def failure(self) -> str:
        """The developer's detail of the card that the app shows, empty when it shows none; it may fail from now on."""
        self._may_fail = True
        return str(getattr(self.screen, "detail", ""))

    def may_fail(self) -> None:
        """Failures of the app do not fail the test from now on; look at `failure` and ``host.violations``."""
        self._may_fail = True

    def _settle(self, first: Callable[[], None] | None = None) -> None:
        if first is not None:
            self._loop.call_soon(first)
        self._loop.advance(STEP)
        if self._loop.errors:
            error = self._loop.errors.pop(0)
            raise error.get("exception") or AppFailed(error["message"])
        if self._may_fail or self._host is None:
            return
        if self._host.violations:
            raise AppFailed("\n".join(map(str, self._host.violations)))
        if detail := getattr(self._host.template, "detail", ""):
            raise AppFailed(f"the app failed:\n{detail}")

    def _end(self) -> None:
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
        if self._runtime is not None and self._host is not None:
            self._runtime.close()
            self._loop.advance(0)
            self._host.close()
        self._app = self._runtime = self._host = self._log = None

    def close(self) -> None:
        """End the app and the loop; nothing is left."""
        self._end()
        self._loop.close()
        sys.path[:] = self._path
        for name in set(sys.modules) - self._modules:
            if self._bundle and str(getattr(sys.modules[name], "__file__", "")).startswith(str(self._bundle)):
                del sys.modules[name]  # another bundle may have a module of the same name


def _no_bundle() -> Path:
    raise AssertionError("no app.toml above this test: give app_car.start() a class or the folder of a bundle")


def _called(node: Node) -> str | None:
    icon = node.icon if isinstance(node, Action) else None
    return getattr(node, "title", None) or (icon.name if isinstance(icon, Icon) else None)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for field in fields(node):  # type: ignore[arg-type]  # each node is a dataclass
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                yield from _nodes(item)


def _texts(node: Node) -> list[str]:
    names = ("title", "text", "text2", "message", "hint", "instructions", "cue", "badge", "empty")
    return [value for name in names if (value := getattr(node, name, ""))]
