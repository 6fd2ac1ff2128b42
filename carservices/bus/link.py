"""The client's end of the core bus: three connections in one asyncio loop, calls, and life after a hub restart."""

import asyncio
import itertools
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from carservices.bus import wire
from carservices.bus.connection import Connection, Refused
from carservices.bus.errors import CallError, NotConnected
from carservices.bus.wire import Kind
from carservices.bus.zmtp import UNSUBSCRIBE

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.01
"""When to look again for a hub that is away."""
REFUSED_SECONDS = 1.0
"""When to ask a hub again that did not take us; it may be of a launch that ends."""
RECONNECT_SECONDS = 1.0
"""How long a call waits for a hub that is being restarted."""
RESTORE_SECONDS = 0.2
"""When to try again to restore what a hub did not take after its welcome."""
NO_CALL = 0
"""What an error has in the place of a call's id when it is about no call."""
GRACE = 0.5
"""Seconds by which the client waits longer than the hub, whose own deadline gives the better answer."""

CALLS_AHEAD = 2 * wire.MAX_MESSAGE
"""Bytes of calls and answers that wait for a hub that does not read. An answer has nobody who says it again: the one
after the largest must still find room."""

Serve = Callable[[str, str, Any], Awaitable[Any]]


def report(error: Exception) -> None:
    """A message or a callback went wrong: the program hears of it, the bus goes on."""
    asyncio.get_running_loop().call_exception_handler({"message": "error on the bus", "exception": error})


class Link:
    """One authenticated connection; `Car` gives it a face.

    ``on_notice`` gets what the hub says unasked, ``on_up`` runs after each hello (the first and those after a hub
    restart), ``on_down`` when the hub is lost, ``on_room`` when it takes publications again.
    """

    def __init__(self, run_dir: Path, name: str, token: str) -> None:
        self.run_dir = run_dir
        self.name = name
        self._connected = asyncio.Event()
        self._on_topic: Callable[[bytes], None] = lambda _frame: None
        self.on_notice: Callable[[str, Any], None] = lambda _what, _body: None
        self.on_up: Callable[[], Awaitable[None]] | None = None
        self.on_down: Callable[[], None] = lambda: None
        self.on_room: list[Callable[[], None]] = []
        self.serve: Serve | None = None
        self._user = f"{name}#{os.getpid()}.{secrets.token_hex(3)}"
        self._token = token
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.welcomes = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._begin()
        self._living = asyncio.create_task(self._live())
        self._living.add_done_callback(self._finished)

    def _begin(self) -> None:
        proof = (self._user, self._token)
        self._publish = Connection("PUSH", proof, report, room=self._room)
        self._topics = Connection("SUB", proof, report, self._on_topic)
        self._calls = Connection("DEALER", proof, report, self._read_call, ahead=CALLS_AHEAD)

    async def _live(self) -> None:
        """Be connected. The three live and end together: a new hub knows nothing of what the old one granted."""
        while True:
            ends = {"publish": self._publish, "topics": self._topics, "calls": self._calls}
            pause = RETRY_SECONDS
            try:
                for name, end in ends.items():
                    await end.open(wire.socket_path(self.run_dir, name))
                self._send([Kind.HELLO, wire.VERSION])
                await asyncio.wait([end.lost for end in ends.values()], return_when=asyncio.FIRST_COMPLETED)
            except Refused as error:
                pause = REFUSED_SECONDS
                self._unwelcome(str(error))
            except OSError as error:
                log.debug("%s: no hub yet: %s", self.name, error)
            finally:
                self._down()
                try:
                    for end in ends.values():
                        await end.close()
                finally:  # cancelled meanwhile
                    for end in ends.values():
                        end.cut()
            await asyncio.sleep(pause)
            self._begin()

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    async def up(self, timeout: float) -> None:
        """Wait for the hub's welcome. Raises NotConnected."""
        try:
            async with asyncio.timeout(timeout):  # wait_for of Python 3.11 can swallow a cancellation
                await asyncio.shield(self._welcome)
        except TimeoutError:
            raise NotConnected(
                f"no hub answers in {self.run_dir}: start the car with `carservices emulator` or `carservices run`"
            ) from None

    async def close(self) -> None:
        """Leave no task or socket behind."""
        if self._living.done():
            return
        self._connected.clear()
        self._fail_calls("this connection was closed")
        for task in (tasks := [*self._tasks, self._living]):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _down(self) -> None:
        self._fail_calls("the hub has stopped; it will be back in a moment")
        if self.connected:
            self._connected.clear()
            self.on_down()

    def _read_call(self, frame: bytes) -> None:
        kind, *body = wire.unpack(frame)
        if kind == Kind.CALL:
            self.spawn(self._answer(*body[:4]))
        elif kind == Kind.ERROR and body[0] == NO_CALL:
            self._unwelcome(str(body[2]))
        elif kind in (Kind.REPLY, Kind.ERROR):
            waiting = self._waiting.pop(body[0], None)
            if waiting is None or waiting.done():
                return
            try:
                waiting.set_result(body[1]) if kind == Kind.REPLY else waiting.set_exception(CallError(*body[1:4]))
            except (IndexError, TypeError):
                waiting.set_exception(CallError("INTERNAL", "the hub's answer cannot be read"))
        elif kind == Kind.NOTICE:
            self.on_notice(body[0], body[1])
        elif kind == Kind.WELCOME:
            self._welcomed()

    def _welcomed(self) -> None:
        """A new hub knows nothing of us: let the owner restore it all."""
        self.welcomes += 1
        self._connected.set()
        self.spawn(self._restore())
        if not self._welcome.done():
            self._welcome.set_result(None)

    def _unwelcome(self, why: str) -> None:
        if not self._welcome.done():
            self._welcome.set_exception(NotConnected(f"the hub in {self.run_dir} refused '{self.name}': {why}"))

    async def _restore(self) -> None:
        mine = self.welcomes
        while self.on_up and self.connected and self.welcomes == mine:
            try:
                await self.on_up()
                return
            except CallError as error:
                # a hub that is gone again welcomes us anew; one that is only slow gets another try
                log.info("%s: not restored yet: %s", self.name, error)
                await asyncio.sleep(RESTORE_SECONDS)

    # -- calls -------------------------------------------------------------------------------------------------------

    async def call(
        self,
        target: str,
        method: str,
        params: Any = None,
        timeout: float = 10.0,
        patience: float = RECONNECT_SECONDS,
    ) -> Any:
        """Ask ``target`` (a service or ``hub``); ``patience`` is for a hub that is away. Raises CallError."""
        if not self.connected:
            await self._reconnected(min(timeout, patience))
        call_id = next(self._ids)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting[call_id] = future
        late = loop.call_later(timeout + GRACE, self._late, call_id, target, method)
        try:
            try:
                sent = self._send([Kind.CALL, call_id, target, method, params, int(timeout * 1000)])
            except (ValueError, OverflowError) as error:  # parameters or a timeout that cannot travel
                raise CallError("INVALID_ARGUMENT", f"{target}.{method}: {error}") from error
            if not sent:
                raise CallError("UNAVAILABLE", "the hub does not read; the message was not sent")
            return await future
        finally:
            late.cancel()
            self._waiting.pop(call_id, None)

    async def _reconnected(self, timeout: float) -> None:
        try:
            async with asyncio.timeout(timeout):
                await self._connected.wait()
        except TimeoutError:
            raise CallError("UNAVAILABLE", "the hub is not there; `carservices ps` shows its state") from None

    def _late(self, call_id: int, target: str, method: str) -> None:
        waiting = self._waiting.get(call_id)
        if waiting is not None and not waiting.done():
            waiting.set_exception(CallError("TIMEOUT", f"{target}.{method}: no answer in time"))

    def _fail_calls(self, message: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(CallError("UNAVAILABLE", message))

    async def _answer(self, call_id: int, caller: str, method: str, params: Any) -> None:
        try:
            if self.serve is None:
                raise CallError("UNSUPPORTED", f"{self.name} takes no calls")
            self._send([Kind.REPLY, call_id, await self.serve(caller, method, params)])
        except CallError as error:
            self._send([Kind.ERROR, call_id, error.code, error.message, error.details])
        except ValueError as error:
            self._send([Kind.ERROR, call_id, "INTERNAL", f"{self.name}.{method} has an answer, but {error}", {}])
        except Exception as error:
            self._send([Kind.ERROR, call_id, "INTERNAL", f"{self.name}.{method} failed: {error}", {}])
            report(error)

    # -- sending -----------------------------------------------------------------------------------------------------

    def _send(self, message: list[Any]) -> bool:
        """False when the hub does not read. Raises ValueError for what cannot travel."""
        return self._calls.send(wire.pack(message))

    def publish(self, frame: bytes) -> bool:
        """Hand a publication to the hub; False when it does not read (the caller keeps the newest)."""
        return self._publish.send(frame)

    def _room(self) -> None:
        for go_on in self.on_room:
            go_on()

    def report_drops(self, drops: int) -> None:
        self._send([Kind.REPORT, drops])

    def hand_to(self, on_topic: Callable[[bytes], None]) -> None:
        """Who gets every frame of a subscribed topic; asked directly, as a step between would be one for each value."""
        self._on_topic = self._topics.take = on_topic

    def follow(self, topics: Iterable[str]) -> None:
        """Let the frames of granted topics in."""
        self._topics.subscribe(topic.encode() + wire.NUL for topic in topics)

    def unfollow(self, topics: Iterable[str]) -> None:
        self._topics.subscribe((topic.encode() + wire.NUL for topic in topics), UNSUBSCRIBE)

    def spawn(self, work: "Coroutine[Any, Any, None]") -> None:
        """Run something beside the reader; it ends with the link, and its failure is heard."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"{self.name}: a bus task failed", "exception": error, "task": task}
            )
