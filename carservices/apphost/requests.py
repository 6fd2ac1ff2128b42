"""What one app asks of the car: reads, sets, calls and streams, each judged and each answered."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from carservices.app.wire import MAX_TO_APP, Kind, WireError, pack
from carservices.apphost import guards
from carservices.apphost.access import Access, Denial, Why
from carservices.apphost.budget import MAX_OUTSTANDING, MAX_SIGNALS
from carservices.apphost.link import AppLink
from carservices.apphost.provided import Source
from carservices.apphost.signals import Refused, Signals
from carservices.bus import CallError, Car, CarError, SetFailed, Watch

ASK_SECONDS = 30.0
"""How long a request waits for the person, while the car is parked."""
CALL_SECONDS = 10.0
UNDO_SECONDS = 2.0


class Owner(Protocol):
    """Who knows the person and keeps the books."""

    def deny(self, denial: Denial) -> None:
        """Note a refusal."""

    def note(self, what: str, **facts: Any) -> None:
        """Note what it did."""

    def ask(self, permission: str) -> "asyncio.Future[bool] | None":
        """Ask the person; the answer to come, None when it cannot be waited for now."""


class Requests:
    """One method per kind of record. ``spawn`` runs what takes time; it ends with the session."""

    def __init__(
        self,
        link: AppLink,
        car: Car,
        access: Access,
        signals: Signals,
        source: Source,
        owner: Owner,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._link = link
        self._car = car
        self._access = access
        self._signals = signals
        self._source = source
        self._owner = owner
        self._spawn = spawn
        self._outstanding = 0
        self._watches: dict[int, Watch | None] = {}
        self._states: dict[int, Any] = {}
        self._undo: dict[str, Any] = {}
        self.denied = 0

    # -- answering ---------------------------------------------------------------------------------------------------

    def refuse(self, request: int, code: str, message: str, **details: Any) -> None:
        """Answer with an error; 0 when it is about no request."""
        self._link.send(Kind.ERROR, request, code, message, details)

    def _run(self, request: int, work: Callable[[], Awaitable[None]]) -> None:
        if self._outstanding >= MAX_OUTSTANDING:
            self.refuse(request, "BUDGET", f"{MAX_OUTSTANDING} requests wait for an answer: await some of them first")
            return
        self._outstanding += 1
        self._spawn(self._answered(request, work))

    async def _answered(self, request: int, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except SetFailed as error:
            self.refuse(request, error.code.name, error.reason, blocking=error.blocking)
        except CallError as error:
            self.refuse(request, error.code, error.message)
        except Refused as error:
            self.refuse(request, error.code, str(error))
        except (CarError, WireError, ValueError) as error:
            self.refuse(request, "INVALID_ARGUMENT", str(error))
        finally:
            self._outstanding -= 1

    async def _permit(self, request: int, judge: Callable[[], Denial | None]) -> bool:
        """Judge, ask the person if need be, and answer a refusal."""
        denial = judge()
        while denial is not None and denial.why is Why.UNDECIDED:
            answer = self._owner.ask(denial.permission)
            if answer is None:
                break
            done, _ = await asyncio.wait([answer], timeout=ASK_SECONDS)
            if not done or answer.cancelled():
                break
            denial = judge()
        self._access.count_uses()
        if denial is None:
            return True
        self._deny(denial)
        message = f"the permission '{denial.permission}' is missing: {denial.cure}"
        self.refuse(
            request, "PERMISSION_DENIED", message, permission=denial.permission, cure=denial.cure, why=denial.why
        )
        return False

    def _deny(self, denial: Denial) -> None:
        self.denied += 1
        self._owner.deny(denial)

    # -- signals -----------------------------------------------------------------------------------------------------

    def subscribe(self, number: int, globs: list[str], rate: float | None) -> None:
        async def work() -> None:
            self._hear(await self._signals.subscribe(number, globs, rate, self._room()))

        self._run(number, work)

    def unsubscribe(self, number: int) -> None:
        async def end() -> None:
            watch = self._watches.pop(number, None)
            self._states.pop(number, None)
            if watch is not None:
                await watch.close()
            await self._signals.unsubscribe(number)

        self._spawn(end())

    async def extend(self) -> None:
        """There is more to see, or more is allowed."""
        self._hear(await self._signals.extend(self._room()))

    def _hear(self, denials: list[Denial]) -> None:
        self._access.count_uses()
        for denial in denials:
            self._deny(denial)
            if denial.why is Why.UNDECIDED:
                self._owner.ask(denial.permission)

    def _room(self) -> int:
        return MAX_SIGNALS - len(self._signals) - len(self._watches)

    def get(self, request: int, path: str) -> None:
        async def work() -> None:
            if await self._permit(request, lambda: self._access.read(path)):
                value = await self._car.get(path)
                self._link.send(Kind.OK, request, [value.value, value.timestamp, int(value.status)])

        self._run(request, work)

    def set(self, request: int, path: str, value: Any) -> None:
        async def work() -> None:
            if await self._permit(request, lambda: self._access.write(path)):
                handle = await self._car.set(path, value)
                self._owner.note("set", path=path, value=value)
                self._link.send(Kind.OK, request, None)
                self._link.send(Kind.CONFIRMED, request, (await handle.confirmed()).value)

        self._run(request, work)

    def provide(self, request: int, path: str, value: Any) -> None:
        async def work() -> None:
            if await self._permit(request, lambda: self._access.provide(path)):
                await self._source.say(path, value)
                self._link.send(Kind.OK, request, None)

        self._run(request, work)

    # -- services ----------------------------------------------------------------------------------------------------

    def call(self, request: int, service: str, method: str, parameters: Any) -> None:
        name = f"{service}.{method}"

        def denial(held: Any) -> Denial | None:
            return self._access.call(name) or guards.judge(name, self._access, held)

        async def work() -> None:
            held = guards.held_to(name, self._access.app, parameters)
            if await self._permit(request, lambda: denial(held)):
                self._owner.note("called", call=name)
                if (guard := guards.GUARDS.get(name)) is not None and guard.undo is not None:
                    self._undo[guard.undo] = {guard.owner: self._access.app}
                result = await self._car.call(service, method, held, CALL_SECONDS)
                self._link.send(Kind.OK, request, result)

        self._run(request, work)

    def watch(self, number: int, service: str, stream: str) -> None:
        topic = f"{service}.{stream}"

        def see(state: Any) -> None:
            self._states[number] = state
            self.flush()

        async def work() -> None:
            if number in self._watches:
                raise Refused("INVALID_ARGUMENT", f"subscription {number} is there already: unsubscribe it first")
            if self._room() < 1:
                raise Refused("BUDGET", f"an app watches at most {MAX_SIGNALS} signals and streams")
            self._watches[number] = None
            granted = False
            try:
                if granted := await self._permit(number, lambda: self._access.stream(topic)):
                    self._link.send(Kind.GRANTED, number, [], [])
                    await asyncio.shield(self._open(number, topic, see))
            finally:
                if not granted:
                    self._watches.pop(number, None)

        self._run(number, work)

    async def _open(self, number: int, topic: str, see: Callable[[Any], None]) -> None:
        """Watch a stream, unless it is no longer wanted by the time that the bus has granted it."""
        watch = await self._car.watch_topic(topic, see)
        if number in self._watches:
            self._watches[number] = watch
        else:
            await watch.close()

    def flush(self) -> None:
        """Send the newest state of each stream that has one."""
        for number, state in list(self._states.items()):
            record = pack(Kind.STREAM, number, state)
            if len(record) > MAX_TO_APP:
                del self._states[number]
                self.refuse(number, "TOO_LONG", f"a state of {len(record)} bytes does not fit into one record")
            elif self._link.try_send(record):
                del self._states[number]

    async def close(self) -> None:
        for watch in self._watches.values():
            if watch is not None:
                await watch.close()
        self._watches.clear()
        for call, parameters in self._undo.items():
            service, _, method = call.partition(".")
            with contextlib.suppress(CallError, CarError):  # undone already, or the service is away
                await self._car.call(service, method, parameters, UNDO_SECONDS)
