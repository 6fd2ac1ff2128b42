"""The car as a program sees it: signals to read, watch and set, services to call, streams to follow."""

import asyncio
import contextlib
import difflib
import os
from collections.abc import Callable, Collection, Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, TypeVar

from carservices.bus import identity, wire
from carservices.bus.caller import CALLER
from carservices.bus.errors import CallError, CarError, NotConnected, SetFailed, UnknownSignal
from carservices.bus.link import Link, report
from carservices.bus.sethandle import SetHandle
from carservices.bus.states import States
from carservices.bus.topics import Subscriptions, Watch
from carservices.signals import Code, Datum, SignalConfig, Status, Value
from carservices.signals.globs import GlobSet

TRY_AGAIN_SECONDS = 2.0
TRY_AGAIN_STEP = 0.1
"""AAOS retries a read that is not ready yet each 100 ms for at most 2 s."""
MAX_EARLY = 100
"""Outcomes of sets kept for a caller that has not got its handle yet; older ones were given up."""
MAX_SHOWN = 200
"""Characters of a path that nobody offers in the error; the longest path of VSS 6.0 has 97."""


class Servable(Protocol):
    """The server's side of a contract."""

    name: ClassVar[str]
    car: "Car"

    async def dispatch(self, method: str, parameters: Any) -> Any: ...


class Proxied(Protocol):
    """The client's side of a contract."""

    @classmethod
    def proxy(cls, car: "Car") -> Self: ...


ProxiedT = TypeVar("ProxiedT", bound=Proxied)


class Car:
    """One connection to the bus; use it from one asyncio loop.

    It survives a restart of the hub: watches, streams and the service it provides come back by themselves.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._subscriptions = Subscriptions(link)
        self._configs: dict[str, SignalConfig] = {}
        self._states = States(link.publish)
        self._provided: str | None = None
        self._handles: dict[int, SetHandle] = {}
        self._early: dict[int, tuple[str, list[Any]]] = {}
        self._listeners: list[Callable[[bool], None]] = []
        self._restoring = asyncio.Lock()
        self._stale = False
        link.on_notice = self._notice
        link.on_up = self._restore
        link.on_down = self._lost
        link.on_room.append(self._states.go_on)

    @classmethod
    async def connect(
        cls,
        run_dir: Path | str | None = None,
        *,
        name: str = identity.TOOL,
        token: str | None = None,
        timeout: float = 5.0,
    ) -> "Car":
        """Connect as ``name``.

        Without ``run_dir`` the environment says where the car runs; without ``token`` the environment or, for
        developer tools, the secret of the run directory does. Raises NotConnected when no hub answers.
        """
        if run_dir is None:
            if identity.RUN_DIR_VARIABLE not in os.environ:
                raise NotConnected(f"no car to connect to: give run_dir or set {identity.RUN_DIR_VARIABLE}")
            run_dir = os.environ[identity.RUN_DIR_VARIABLE]
        run_dir = Path(run_dir)
        if token is None:
            token = os.environ.get(identity.TOKEN_VARIABLE)
        if token is None:
            try:
                token = identity.token_for(identity.read_secret(run_dir), name)
            except OSError as error:
                raise NotConnected(
                    f"no car runs in {run_dir} ({error.strerror}): start one with `carservices emulator`"
                ) from None
        link = Link(run_dir, name, token)
        car = cls(link)
        try:
            await link.up(timeout)
            async with car._restoring:
                pass  # the first configs are there
        except BaseException:
            await link.close()
            raise
        return car

    async def close(self) -> None:
        """Leave the bus; nothing is left behind, and no handle waits on."""
        for handle in list(self._handles.values()):
            handle.fail(Code.NOT_AVAILABLE, "this connection was closed", None)
        await self._link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def name(self) -> str:
        """Whom the hub takes us for."""
        return self._link.name

    @property
    def run_dir(self) -> Path:
        """Where this car runs."""
        return self._link.run_dir

    @property
    def connected(self) -> bool:
        """Whether the hub is there now."""
        return self._link.connected

    @property
    def drops(self) -> int:
        """Messages lost on the way here because this program did not read fast enough."""
        return self._subscriptions.drops

    def on_connection(self, listener: Callable[[bool], None]) -> None:
        """Call back with False when the hub is lost and with True when it is back."""
        self._listeners.append(listener)

    # -- signals -----------------------------------------------------------------------------------------------------

    async def configs(self, *globs: str) -> dict[str, SignalConfig]:
        """What is on offer, by path; all of it without globs."""
        await self._grow()
        chosen = GlobSet(*globs or ("**",))
        return {path: config for path, config in self._configs.items() if path in chosen}

    async def config(self, path: str) -> SignalConfig:
        """The config of one signal. Raises UnknownSignal when no HAL offers it."""
        config = (await self.configs(path)).get(path)
        if config is None:
            raise _unknown(path, self._configs)
        return config

    async def get(self, path: str) -> Value:
        """The last value; it waits up to 2 s for a source that has not spoken yet.

        Raises UnknownSignal when no HAL offers it, CallError PERMISSION_DENIED when it is not ours to read.
        """
        deadline = asyncio.get_running_loop().time() + TRY_AGAIN_SECONDS
        while True:
            (answer,) = await self.call(wire.HUB, "get", [path])
            if answer == "NOT_FOUND":
                raise _unknown(path, self._configs)
            if answer == "PERMISSION_DENIED":
                raise CallError(answer, f"{self.name} may not read {path}")
            if answer != "TRY_AGAIN":
                return Value(path, answer[0], answer[1], Status(answer[2]))
            if asyncio.get_running_loop().time() >= deadline:
                return Value(path, None, 0, Status.UNAVAILABLE)
            await asyncio.sleep(TRY_AGAIN_STEP)

    async def get_all(self, *globs: str) -> dict[str, Value]:
        """The last values of all that match, without waiting."""
        paths = list(await self.configs(*globs))
        answers = await self.call(wire.HUB, "get", paths)
        return {
            path: Value(path, None, 0, Status.UNAVAILABLE)
            if isinstance(answer, str)
            else Value(path, answer[0], answer[1], Status(answer[2]))
            for path, answer in zip(paths, answers, strict=True)
        }

    async def watch(
        self,
        globs: str | Sequence[str],
        on_value: Callable[[Value], None],
        *,
        rate: float | None = None,
        resolution: float = 0.0,
        variable_rate: bool = True,
    ) -> Watch:
        """Call back with every last value at once and with each update, until the watch is closed.

        ``globs`` are one or several. ``rate`` (Hz) and ``resolution`` (0 or a power of ten, in the signal's unit)
        thin out continuous signals; with ``variable_rate`` unchanged values are not sent. Signals that appear later
        join in; one whose HAL died comes as UNAVAILABLE.

        Raises GlobError for a malformed glob, CallError INVALID_ARGUMENT for a rate or resolution that cannot be,
        and PERMISSION_DENIED for a signal named outright that is not ours to read.
        """
        chosen = GlobSet(globs) if isinstance(globs, str) else GlobSet(*globs)
        watch = Watch(self._subscriptions, chosen, on_value, rate, resolution, variable_rate)
        await self._subscriptions.add(watch, self._configs)
        return watch

    async def set(self, path: str, value: Datum, *, timeout: float = 10.0) -> SetHandle:
        """Send a command; returns once the HAL has taken it. Raises SetFailed when it is refused.

        The handle's `confirmed` waits for the event by which the car shows that it happened.
        """
        deadline = asyncio.get_running_loop().time() + TRY_AGAIN_SECONDS
        while True:
            try:
                set_id = await self.call(wire.HUB, "set", [path, value, timeout], timeout)
                break
            except CallError as error:
                refusal = _refusal(path, error, self._configs)
            if refusal.code is not Code.TRY_AGAIN or asyncio.get_running_loop().time() >= deadline:
                raise refusal
            await asyncio.sleep(TRY_AGAIN_STEP)
        handle = self._handles[set_id] = SetHandle(path, value, timeout)
        handle.on_done(lambda: self._forget(set_id, handle))
        if early := self._early.pop(set_id, None):
            self._settle(handle, *early)
        return handle

    def _forget(self, set_id: int, handle: SetHandle) -> None:
        if self._handles.get(set_id) is handle:
            del self._handles[set_id]

    async def inject(self, path: str, value: Datum | None, status: Status = Status.AVAILABLE) -> None:
        """Pretend that the source had said so (developer tools only)."""
        await self.call(wire.HUB, "inject", [path, value, int(status)])

    async def control(self, hal: str, verb: str, **arguments: Any) -> Any:
        """A command to a HAL itself, such as the emulator's weather; needs a grant for ``hal.NAME.VERB``."""
        return await self.call(wire.HUB, "control", [hal, verb, arguments])

    # -- services ----------------------------------------------------------------------------------------------------

    async def call(self, target: str, method: str, params: Any = None, timeout: float = 10.0) -> Any:
        """An untyped call; `service` gives the typed one. Raises CallError."""
        return await self._link.call(target, method, params, timeout)

    def service(self, contract: type[ProxiedT]) -> ProxiedT:
        """A typed proxy of a service."""
        return contract.proxy(self)

    async def provide(self, implementation: Servable) -> None:
        """Take the calls of a service. Raises CallError when this name is already taken."""
        implementation.car = self

        async def serve(caller: str, method: str, params: Any) -> Any:
            CALLER.set(caller)  # each call is answered in a task of its own
            return await implementation.dispatch(method, params)

        await self.serve(implementation.name, serve)

    async def serve(self, name: str, handler: Callable[[str, str, Any], Any]) -> None:
        """Take calls to ``name`` with a function of (caller, method, parameters)."""
        self._link.serve = handler
        await self.call(wire.HUB, "provide", name)
        self._provided = name

    def serve_locally(self, handler: Callable[[str, str, Any], Any]) -> None:
        """Take the hub's own calls (a HAL host), without a name that others can call."""
        self._link.serve = handler

    def push(self, frame: bytes) -> bool:
        """Hand a raw publication to the hub (a HAL host); False when the hub does not read."""
        return self._link.publish(frame)

    def on_room(self, listener: Callable[[], None]) -> None:
        """Call back when the hub, which did not read, takes publications again."""
        self._link.on_room.append(listener)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task that ends with this connection."""
        self._link.spawn(work)

    def publish(self, topic: str, state: Any) -> None:
        """Say the new state of one of our streams; the newest reaches the hub, also one that restarts."""
        self._states.say(topic, wire.pack(state))

    def holding_states(self) -> contextlib.AbstractContextManager[None]:
        """While it lasts, published states wait: who sees the state of a service may call it at once."""
        return self._states.held()

    async def watch_topic(self, topic: str, on_state: Callable[[Any], None]) -> Watch:
        """Call back with the last state of a stream at once and with each new one; None while nobody says it."""
        watch = Watch(self._subscriptions, None, lambda value: on_state(value.value), None, 0.0, True, topic)
        await self._subscriptions.add(watch, self._configs)
        return watch

    async def last(self, topic: str) -> Any:
        """The last state of a stream; None when nothing was said."""
        payload = await self.call(wire.HUB, "last", topic)
        return None if payload is None else wire.unpack(payload)[-1][0]

    # -- restarts and notices ----------------------------------------------------------------------------------------

    async def _restore(self) -> None:
        """After each hello: offer our service, say our states, watch what we watched."""
        handles = list(self._handles.values())
        self._handles.clear()  # a new hub counts its sets anew
        self._early.clear()
        self._recheck(handles)
        async with self._restoring:
            if self._provided is not None:
                await self.call(wire.HUB, "provide", self._provided)
            self._states.say_again()
            await self._fetch_configs()
            await self._subscriptions.renew(self._configs)
        self._tell(True)

    def _lost(self) -> None:
        self._tell(False)

    def _tell(self, connected: bool) -> None:
        for listener in self._listeners:
            try:
                listener(connected)
            except Exception as error:  # must cost neither the other listeners nor the connection
                report(error)

    async def _fetch_configs(self) -> None:
        raw = await self.call(wire.HUB, "configs")
        self._configs = {config["path"]: SignalConfig.model_validate(config) for config in raw}

    def _notice(self, what: str, body: Any) -> None:
        if what == "configs":
            if not self._stale:
                self._stale = True
                self._link.spawn(self._grow())
        elif what in ("confirmed", "failed"):
            handle = self._handles.get(body[0])
            if handle is None:
                self._early[body[0]] = (what, body[1:])
                if len(self._early) > MAX_EARLY:
                    del self._early[next(iter(self._early))]
            else:
                self._settle(handle, what, body[1:])

    async def _grow(self) -> None:
        """New signals are on offer: let the watches that want them have them."""
        async with self._restoring:
            if not self._stale:
                return
            self._stale = False
            with contextlib.suppress(CarError):  # the hub went away: `_restore` will do it all again
                await self._fetch_configs()
                await self._subscriptions.grow(self._configs)

    def _settle(self, handle: SetHandle, what: str, body: list[Any]) -> None:
        if what == "confirmed":
            handle.confirm(body[0], body[1])
        else:
            handle.fail(Code(body[0]), body[1], body[2])

    def _recheck(self, handles: Sequence[SetHandle]) -> None:
        """The hub that knew of these sets is gone: the value itself shows whether they happened."""

        async def look(handle: SetHandle) -> None:
            with contextlib.suppress(CarError):  # not ours to read: the handle ends at its deadline
                watch = await self.watch([handle.path], handle.see)
                handle.on_done(lambda: self._link.spawn(watch.close()))

        for handle in handles:
            self._link.spawn(look(handle))


def _refusal(path: str, error: CallError, offered: Collection[str]) -> SetFailed:
    """A failed call to set as VHAL says it."""
    reason = _not_offered(path, offered) if error.code == "NOT_FOUND" else error.message
    code = error.status(Code.INVALID_ARG if error.code == "INVALID_ARGUMENT" else Code.NOT_AVAILABLE)
    return SetFailed(path, code, reason, error.details.get("blocking"))


def _unknown(path: str, offered: Collection[str]) -> UnknownSignal:
    return UnknownSignal(_not_offered(path, offered))


def _not_offered(path: str, offered: Collection[str]) -> str:
    near = difflib.get_close_matches(path[:MAX_SHOWN], offered, n=1)
    hint = f"did you mean {near[0]}?" if near else "`carservices signals list` shows what there is"
    return f"no HAL offers {path[:MAX_SHOWN]}: {hint}"
