"""The requests of VISSv2, whatever carries them: one message in, one answer out, events of subscriptions between."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from carservices.signals import Status, Value
from carservices_hal.doors.access import VIEWER, Access, Gatekeeper
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.doors.viss import metadata
from carservices_hal.doors.viss.filters import EVENTS, READ, Filters
from carservices_hal.doors.viss.history import History, seconds
from carservices_hal.doors.viss.texts import data, dotted, moment, one_or_all, value_of

MAX_SUBSCRIPTIONS = 100
"""On one connection."""
EXPIRED = DoorError("TOKEN_EXPIRED", "the token has expired: subscribe again with a new one")
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Session:
    """One connection; ``send`` takes the events, and None of it where there are no subscriptions (HTTP).

    ``capabilities`` are what the server says of itself.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        gatekeeper: Gatekeeper,
        history: History,
        capabilities: Mapping[str, Sequence[str]],
        send: Send | None,
        token: str | None = None,
    ) -> None:
        self._vehicle = vehicle
        self._gatekeeper = gatekeeper
        self._history = history
        self._capabilities = capabilities
        self._send = send
        self._token = token
        self._numbers = itertools.count(1)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._actions: Mapping[str, Callable[[Message], Awaitable[Message]]] = {
            "get": self._get,
            "set": self._set,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }

    async def handle(self, message: object) -> Message:
        """The answer to one request; refusals are answers too."""
        request = message if isinstance(message, dict) else {}
        action = request.get("action")
        head = {"action": action if isinstance(action, str) else "unknown"}
        if "requestId" in request:
            head["requestId"] = request["requestId"]
        try:
            act = self._actions.get(action) if isinstance(action, str) else None
            if act is None:
                raise DoorError("INVALID_ARGUMENT", f"'action' is one of {', '.join(self._actions)}")
            return {**head, **await act(request), "ts": moment()}
        except DoorError as error:
            return {**head, "error": said(error), "ts": moment()}

    async def close(self) -> None:
        """End all subscriptions."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    # -- requests ----------------------------------------------------------------------------------------------------

    async def _get(self, request: Message) -> Message:
        filters = Filters.parse(request.get("filter"))
        filters.only(READ, "get")
        tree, asked = self._vehicle.tree, filters.parameters
        if "static-metadata" in asked:
            paths = await self._paths(VIEWER, request, filters)
            return {"metadata": metadata.static(tree, paths)}
        if "dynamic-metadata" in asked and filters.facts == metadata.CAPABILITIES:
            return {"metadata": self._capabilities}
        access = self._access(request)
        period = seconds(asked["history"]) if "history" in asked else None
        paths = await self._paths(access, request, filters)
        await self._vehicle.find_all(access, paths)
        if period is not None:
            return {"data": data(value for path in paths for value in self._history.of(path, period))}
        values = await self._vehicle.read(paths)
        if "dynamic-metadata" in asked:
            return {"data": one_or_all(metadata.dynamic(tree, filters.facts, values))}
        return {"data": data(values)}

    async def _set(self, request: Message) -> Message:
        access = self._access(request)
        config = await self._vehicle.actuator(access, dotted(request.get("path")))
        if "value" not in request:
            raise DoorError("INVALID_ARGUMENT", "'value' is missing")
        await self._vehicle.actuate(access, {config.path: value_of(config, request["value"])})
        return {}

    async def _subscribe(self, request: Message) -> Message:
        if self._send is None:
            raise DoorError("INVALID_ARGUMENT", "HTTP has no subscriptions: use the WebSocket")
        if len(self._tasks) >= MAX_SUBSCRIPTIONS:
            raise DoorError("RESOURCE_EXHAUSTED", f"a connection has at most {MAX_SUBSCRIPTIONS} subscriptions")
        access, filters = self._access(request), Filters.parse(request.get("filter"))
        filters.only(EVENTS, "subscribe")
        paths = await self._paths(access, request, filters)
        await self._vehicle.find_all(access, paths)
        filters.emitter()
        if filters.leads and f"{dotted(request.get('path'))}.{filters.relative[0]}" != paths[0]:
            raise DoorError("INVALID_ARGUMENT", "the first of several paths decides for all: let it name one signal")
        number, watching = str(next(self._numbers)), asyncio.get_running_loop().create_future()
        work = self._tell(number, access, paths, filters, watching, self._send)
        self._tasks[number] = asyncio.create_task(work, name=f"viss subscription {number}")
        await watching
        return {"subscriptionId": number}

    async def _unsubscribe(self, request: Message) -> Message:
        number = str(request.get("subscriptionId"))
        task = self._tasks.pop(number, None)
        if task is None:
            raise DoorError("NO_SUBSCRIPTION", f"this connection has no subscription {number[:40]}")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return {"subscriptionId": number}

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _access(self, request: Message) -> Access:
        """A token in the message counts for those that follow too."""
        if isinstance(token := request.get("authorization"), str):
            self._token = token.removeprefix("Bearer ").strip()
        return self._gatekeeper.access(self._token)

    async def _paths(self, access: Access, request: Message, filters: Filters) -> list[str]:
        root, below = dotted(request.get("path")), filters.relative
        return await self._vehicle.select(access, [f"{root}.{path}" for path in below] or [root], named=True)

    async def _tell(
        self,
        number: str,
        access: Access,
        paths: Sequence[str],
        filters: Filters,
        watching: asyncio.Future[None],
        send: Send,
    ) -> None:
        """Events until the subscription ends; the answer to the request, at ``watching``, goes first."""
        head = {"action": "subscription", "subscriptionId": number}
        try:
            async with asyncio.timeout(access.seconds_left), self._vehicle.subscription(paths, Mailbox()) as mailbox:
                watching.set_result(None)
                await asyncio.sleep(0)
                events = (
                    self._timed(mailbox, filters.period) if filters.period else self._filtered(mailbox, paths, filters)
                )
                async for values in events:
                    await send({**head, "data": data(values), "ts": moment()})
        except (DoorError, TimeoutError) as raised:
            error = raised if isinstance(raised, DoorError) else EXPIRED
            if watching.done():
                await send({**head, "error": said(error), "ts": moment()})
            else:
                watching.set_exception(error)
        except ConnectionError:
            pass  # the client is gone; its connection ends this task
        finally:
            self._tasks.pop(number, None)

    async def _filtered(self, mailbox: Mailbox, paths: Sequence[str], filters: Filters) -> Any:
        make = filters.emitter()
        emitters: dict[str, Any] = {}
        last: dict[str, Value] = {}
        while True:
            batch = await mailbox.take()
            last |= batch
            for path in batch.keys() - emitters.keys():
                emitters[path] = make()
            judged = [path for path in batch if path == paths[0] or not filters.leads]
            if told := [one for path in judged for one in emitters[path](batch[path])]:
                yield last.values() if filters.leads else told

    async def _timed(self, mailbox: Mailbox, period: float) -> Any:
        loop = asyncio.get_running_loop()
        last: dict[str, Value] = {}
        due = loop.time()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    while True:
                        last |= await mailbox.take()
            due = max(due, loop.time() - period) + period
            if told := [value for value in last.values() if value.status is Status.AVAILABLE]:
                yield told


def said(error: DoorError) -> Message:
    """An error as an answer carries it."""
    number, reason = error.viss
    return {"number": number, "reason": reason, "message": error.message}
