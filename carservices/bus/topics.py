"""What one connection watches: topics by name, who here wants them, and what was lost on the way."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from carservices.bus import wire
from carservices.bus.errors import CallError
from carservices.bus.link import Link, report
from carservices.bus.wire import NUL, STATUSES, decode
from carservices.signals import SignalConfig, Value
from carservices.signals.globs import GlobSet

REPORT_SECONDS = 0.5
"""Losses are told to the hub at most this often; it makes them good by itself."""

OnValue = Callable[[Value], None]


class Followed:
    """One topic of this connection."""

    __slots__ = ("callbacks", "last", "path", "seq")

    def __init__(self, path: str) -> None:
        self.path = path
        self.callbacks: list[OnValue] = []
        self.last: Value | None = None
        self.seq = 0


class Watch:
    """A standing wish to see some signals or one stream, until it is closed."""

    def __init__(
        self,
        owner: "Subscriptions",
        globs: GlobSet | None,
        on_value: OnValue,
        rate: float | None,
        resolution: float,
        variable_rate: bool,
        stream: str | None = None,
    ) -> None:
        self._owner = owner
        self.globs = globs
        self.on_value = on_value
        self.rate = rate
        self.resolution = resolution
        self.variable_rate = variable_rate
        self.stream = stream
        self.topics: dict[str, str] = {}  # path (or stream) → topic
        self.closed = False

    @property
    def paths(self) -> list[str]:
        """The signals seen by now."""
        return list(self.topics)

    async def close(self) -> None:
        """No more calls back; topics nobody here wants any more are given up."""
        if not self.closed:
            self.closed = True
            await self._owner.remove(self)


class Subscriptions:
    """All watches of one connection; a topic is subscribed once however many want it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._watches: list[Watch] = []
        self._topics: dict[bytes, Followed] = {}
        self._lock = asyncio.Lock()
        self.drops = 0
        self._reporting = False
        link.hand_to(self._frame)

    # -- the way of a value ------------------------------------------------------------------------------------------

    def _frame(self, frame: bytes) -> None:
        name, _, payload = frame.partition(NUL)
        topic = self._topics.get(name)
        if topic is None:
            return
        for value, timestamp, status, seq in decode(payload):
            if seq != topic.seq + 1:
                if seq <= topic.seq:
                    continue  # the snapshot or the stream brought it already
                if topic.seq:
                    self._lost(seq - topic.seq - 1)
            topic.last = last = Value(topic.path, value, timestamp, STATUSES[status])
            topic.seq = seq
            for callback in topic.callbacks:
                try:
                    callback(last)
                except Exception as error:  # must not cost the other callbacks their value
                    report(error)

    def _lost(self, messages: int) -> None:
        self.drops += messages
        if not self._reporting:
            self._reporting = True
            asyncio.get_running_loop().call_later(REPORT_SECONDS, self._report)

    def _report(self) -> None:
        self._reporting = False
        if self._link.connected:
            self._link.report_drops(self.drops)

    async def _sync(self, names: list[str]) -> None:
        for name, payload in await self._ask("sync", names):
            self._frame(name.encode() + NUL + payload)

    # -- watches -----------------------------------------------------------------------------------------------------

    async def add(self, watch: Watch, configs: Mapping[str, SignalConfig]) -> None:
        """Raises CallError PERMISSION_DENIED for a path that is named outright and not ours to read."""
        async with self._lock:
            self._watches.append(watch)
            hub = self._link.welcomes
            try:
                await self._extend(watch, configs, outright=True)
            except CallError:
                if self._link.connected and self._link.welcomes == hub:
                    await self._remove(watch)
                    raise
                # else the hub went away: `renew` will do it

    async def remove(self, watch: Watch) -> None:
        async with self._lock:
            await self._remove(watch)

    async def _remove(self, watch: Watch) -> None:
        self._watches.remove(watch)
        idle: list[str] = []
        for name in watch.topics.values():
            topic = self._topics.get(name.encode())
            if topic is None:
                continue
            topic.callbacks.remove(watch.on_value)
            if not topic.callbacks:
                del self._topics[name.encode()]
                idle.append(name)
        if idle and self._link.connected:
            self._link.unfollow(idle)
            with contextlib.suppress(CallError):  # the hub went away, and with it what it knew of us
                await self._ask("unsubscribe", idle)

    async def grow(self, configs: Mapping[str, SignalConfig]) -> None:
        """More signals are on offer."""
        async with self._lock:
            for watch in self._watches:
                await self._extend(watch, configs)

    async def renew(self, configs: Mapping[str, SignalConfig]) -> None:
        """A new hub knows nothing: subscribe to everything again."""
        async with self._lock:
            self._topics.clear()
            for watch in self._watches:
                watch.topics.clear()
            for watch in self._watches:
                await self._extend(watch, configs)

    async def _ask(self, method: str, params: Any) -> Any:
        """A request to the hub that is there now: a new one gets everything from `renew`."""
        return await self._link.call(wire.HUB, method, params, patience=0)

    async def _extend(self, watch: Watch, configs: Mapping[str, SignalConfig], outright: bool = False) -> None:
        """Subscribe to what the watch lacks; ``outright``: a refusal of what it names without a glob is an error."""
        named: frozenset[str] = frozenset()
        if watch.stream is not None:
            named = frozenset([watch.stream])
            wanted = [] if watch.topics else [watch.stream]
            granted = await self._ask("subscribe_states", wanted) if wanted else []
        else:
            assert watch.globs is not None
            wanted = [path for path in watch.globs.select(configs) if path not in watch.topics]
            if outright:
                named = watch.globs.exact
                wanted += sorted(named.difference(configs))
            request = [wanted, watch.rate, watch.resolution, watch.variable_rate]
            granted = await self._ask("subscribe", request) if wanted else []
        fresh: list[str] = []
        for path, name in zip(wanted, granted, strict=True):
            if isinstance(name, list):
                if outright and path in named and name[0] == "PERMISSION_DENIED":
                    raise CallError(name[0], f"{self._link.name} may not read {path}")
                continue
            watch.topics[path] = name
            topic = self._topics.get(name.encode())
            if topic is None:
                topic = self._topics[name.encode()] = Followed(path)
                fresh.append(name)
            elif topic.last is not None:
                try:
                    watch.on_value(topic.last)
                except Exception as error:
                    report(error)
            topic.callbacks.append(watch.on_value)
        if fresh:
            self._link.follow(fresh)
            await self._sync(fresh)
