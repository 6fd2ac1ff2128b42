"""One app's link while it lives: every record read, budgeted, judged and handed to who answers it."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from carservices.app.wire import SDK, VERSION, Kind, Record, UnknownKind, WireError
from carservices.apphost import budget, intake
from carservices.apphost.access import Access, Denial
from carservices.apphost.budget import Bucket, Patience
from carservices.apphost.feed import Feed
from carservices.apphost.images import BadImage, Images
from carservices.apphost.link import AppLink
from carservices.apphost.permissions import RuleBook
from carservices.apphost.provided import Provided, Source
from carservices.apphost.requests import Requests
from carservices.apphost.signals import Signals
from carservices.apphost.stage import Offer
from carservices.apphost.tolls import Tolls
from carservices.bus import Car

BUDGETED: Final = frozenset({Kind.GET, Kind.SET, Kind.PROVIDE, Kind.CALL, Kind.WATCH, Kind.SUBSCRIBE})
BEFORE_HELLO: Final = frozenset({Kind.HELLO, Kind.LOG})
"""An app that cannot be imported still says why."""


class Events(Protocol):
    """Who looks after the app."""

    def hello(self) -> Mapping[str, Any]:
        """It speaks; the answer is the context it gets."""

    def offer(self, offer: Offer) -> None: ...
    def picture(self) -> None:
        """One more of its images is whole."""

    def media(self, tree: Any) -> None: ...
    def notify(self, tree: Any) -> None: ...
    def finish(self) -> None: ...
    def log(self, level: str, text: str) -> None: ...
    def pong(self, number: int) -> None: ...
    def deny(self, denial: Denial) -> None: ...
    def note(self, what: str, **facts: Any) -> None: ...
    def ask(self, permission: str) -> "asyncio.Future[bool] | None": ...
    def violated(self, what: str) -> None:
        """It broke a rule of the link."""

    def ended(self, why: str | None) -> None:
        """The link is gone: with a sentence when the host has ended it, None when the app has."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """What all sessions share."""

    car: Car
    feed: Feed
    book: RuleBook
    provided: Provided


class Session:
    """Create it with the host's end of a fresh link."""

    def __init__(self, sock: socket.socket, gateway: Gateway, access: Access, images: Images, events: Events) -> None:
        self._events = events
        self._images = images
        self._greeted = False
        self._patience = Patience()
        self._calls = Bucket(*budget.CALLS)
        self._notices = Bucket(*budget.NOTIFICATIONS)
        self._lines = Bucket(*budget.LOG_LINES)
        self._loop = asyncio.get_running_loop()
        self._playing: Any = None
        self._media_timer: asyncio.TimerHandle | None = None
        self._next_media = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.link = AppLink(sock, self._record, self._flood, self._clear, self._ended)
        self.tolls = Tolls(gateway.book)
        self.signals = Signals(self.link, gateway.feed, access.read, gateway.book.rate, self.tolls.of_value)
        self.source = Source(gateway.provided, access.app)
        self.requests = Requests(self.link, gateway.car, access, self.signals, self.source, events, self.spawn)

    @property
    def violations(self) -> int:
        return self._patience.total

    def send(self, kind: Kind, *fields: Any) -> None:
        """Say something to the app. Raises WireError for what cannot travel."""
        self.link.send(kind, *fields)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that ends with the session."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "a request of an app", "exception": error})

    async def close(self) -> None:
        """Take everything back at once."""
        self.link.close()
        if self._media_timer is not None:
            self._media_timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        self.source.close()
        await self.signals.close()
        await self.requests.close()

    # -- what the link says ------------------------------------------------------------------------------------------

    def _ended(self, why: str | None) -> None:
        self._events.ended(why)

    def _clear(self) -> None:
        self.signals.flush()
        self.requests.flush()

    def _flood(self) -> None:
        self.violate("it sends too many records")

    def violate(self, what: str) -> None:
        """It broke a rule; too often, and it is ended."""
        self._events.violated(what)
        if self._patience.violate() and self.link.open:
            self.link.close()
            self._ended(f"it broke the rules of the link too often: {what}")

    def _record(self, data: bytes) -> None:
        try:
            record = intake.read(data)
            self._dispatch(record)
        except UnknownKind as error:
            self.requests.refuse(0, "UNSUPPORTED", str(error))
        except WireError as error:
            self.requests.refuse(0, "INVALID_ARGUMENT", str(error))
            self.violate(str(error))

    def _dispatch(self, record: Record) -> None:
        kind, fields = record
        if not self._greeted and kind not in BEFORE_HELLO:
            raise WireError(f"{kind.name} before HELLO")
        if kind in BUDGETED:
            cost = budget.cost_of_subscription(fields[1]) if kind is Kind.SUBSCRIBE else 1.0
            if not self._calls.take(cost):
                rate, burst = budget.CALLS
                self.tolls.refuse(kind, fields)
                self.requests.refuse(fields[0], "BUDGET", f"{rate:g} requests a second and {burst:g} at once are taken")
                self.violate("it makes too many requests")
                return
        getattr(self, f"_{kind.name.lower()}")(*fields)

    # -- one method per kind -----------------------------------------------------------------------------------------

    def _hello(self, version: int, sdk: int) -> None:
        if self._greeted:
            raise WireError("HELLO for the second time")
        if version > VERSION or sdk > SDK:
            self.link.close()
            self._ended(f"it is made for SDK {sdk} with link version {version}; this car has {SDK} with {VERSION}")
            return
        self._greeted = True
        self.send(Kind.WELCOME, VERSION, dict(self._events.hello()))

    def _subscribe(self, number: int, globs: list[str], rate: float | None) -> None:
        self.requests.subscribe(number, globs, rate)

    def _unsubscribe(self, number: int) -> None:
        self.requests.unsubscribe(number)

    def _get(self, request: int, path: str) -> None:
        self.requests.get(request, path)

    def _set(self, request: int, path: str, value: Any) -> None:
        self.requests.set(request, path, value)

    def _provide(self, request: int, path: str, value: Any) -> None:
        self.requests.provide(request, path, value)

    def _call(self, request: int, service: str, method: str, parameters: Any) -> None:
        self.requests.call(request, service, method, parameters)

    def _watch(self, number: int, service: str, stream: str) -> None:
        self.requests.watch(number, service, stream)

    def _view(self, screen: str, depth: int, seq: int, tree: Any) -> None:
        self._events.offer(Offer(screen, max(1, depth), seq, tree))

    def _image(self, name: str, width: int, height: int, total: int, offset: int, data: bytes) -> None:
        async def take() -> None:
            try:
                if await self._images.take(name, width, height, total, offset, data):
                    self._events.picture()
            except BadImage as error:
                self.requests.refuse(0, "INVALID_ARGUMENT", str(error))
                self.violate(str(error))

        self.spawn(take())

    def _notify(self, tree: Any) -> None:
        if self._notices.take():
            self._events.notify(tree)
        else:
            self.requests.refuse(0, "BUDGET", f"{budget.NOTIFICATIONS[1]:g} notifications at once, then one in 5 s")
            self.violate("it notifies too often")

    def _finish(self) -> None:
        self._events.finish()

    def _log(self, level: str, text: str) -> None:
        if self._lines.take():
            self._events.log(level[:20], text[: intake.MAX_LOG])

    def _pong(self, number: int) -> None:
        self._events.pong(number)

    def _media(self, tree: Any) -> None:
        self._playing = tree
        if self._media_timer is None:
            wait = self._next_media - self._loop.time()
            self._media_timer = self._loop.call_later(max(0.0, wait), self._say_media)

    def _say_media(self) -> None:
        self._media_timer = None
        self._next_media = self._loop.time() + budget.MEDIA_SECONDS
        self._events.media(self._playing)
