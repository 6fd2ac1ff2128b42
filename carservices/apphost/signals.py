"""The signals one app watches: granted one by one, numbered, thinned out to their rates, newest wins."""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from carservices.app.wire import MAX_TO_APP, Kind, pack
from carservices.apphost.access import Denial
from carservices.apphost.budget import MAX_SIGNALS, MAX_SUBSCRIPTIONS
from carservices.apphost.feed import Feed, Sink
from carservices.apphost.link import AppLink
from carservices.apphost.tolls import Toll
from carservices.signals import SignalConfig, Value
from carservices.signals.globs import GlobError, GlobSet

TOGETHER = 0.005
"""Seconds by which a value may wait or hurry so that it travels with others."""
MOST_IN_RECORD = 200
MAX_GLOBS = 200
"""In one subscription."""
SLOWEST = 0.01
"""Hz."""


class Refused(Exception):
    """A subscription that cannot be taken; ``code`` is that of the answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Seen:
    """One signal as this app sees it."""

    __slots__ = ("due", "index", "interval", "owner", "path", "pending", "subscriptions", "toll")

    def __init__(self, owner: "Signals", index: int, path: str, toll: Toll) -> None:
        self.owner = owner
        self.toll = toll
        self.index = index
        self.path = path
        self.interval = 0.0
        self.due = 0.0
        self.pending: Value | None = None
        self.subscriptions: dict[int, float] = {}

    def take(self, value: Value) -> None:
        if self.pending is None:
            self.owner.want(self)
        else:
            self.owner.overtake(self.toll)
        self.pending = value


@dataclass(slots=True)
class Subscription:
    """One SUBSCRIBE of the app: what it named, and the signals it has got."""

    globs: GlobSet
    rate: float | None
    paths: set[str] = field(default_factory=set)
    told: list[Any] | None = None
    """The denials as last said, None before the first answer."""


class Signals:
    """``judge`` says whether a path may be read; ``limit`` gives the Hz allowed for it, ``toll`` who counts for it."""

    def __init__(
        self,
        link: AppLink,
        feed: Feed,
        judge: Callable[[str], Denial | None],
        limit: Callable[[str], float],
        toll: Callable[[str], Toll],
    ) -> None:
        self._link = link
        self._feed = feed
        self._judge = judge
        self._limit = limit
        self._toll = toll
        self._loop = asyncio.get_running_loop()
        self._subscriptions: dict[int, Subscription] = {}
        self._seen: dict[str, Seen] = {}
        self._indices = itertools.count()
        self._dirty: list[Seen] = []
        self._timer: asyncio.TimerHandle | None = None
        self._at = 0.0
        self._lock = asyncio.Lock()
        self.values = 0

    def __len__(self) -> int:
        return len(self._seen)

    # -- subscriptions -----------------------------------------------------------------------------------------------

    async def subscribe(self, number: int, globs: Sequence[str], rate: float | None, room: int) -> list[Denial]:
        """Answer with GRANTED and begin; returns what was denied. ``room``: how many more signals the app may watch.

        Raises Refused.
        """
        async with self._lock:
            if number in self._subscriptions:
                raise Refused("INVALID_ARGUMENT", f"subscription {number} is there already: unsubscribe it first")
            if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
                raise Refused("BUDGET", f"an app has at most {MAX_SUBSCRIPTIONS} subscriptions: end some")
            if not globs or len(globs) > MAX_GLOBS:
                raise Refused("INVALID_ARGUMENT", f"1 to {MAX_GLOBS} globs make a subscription, not {len(globs)}")
            if rate is not None and not rate >= SLOWEST:
                raise Refused("INVALID_ARGUMENT", f"a rate is at least {SLOWEST:g} Hz, not {rate:g}")
            try:
                subscription = Subscription(GlobSet(*globs), rate)
            except GlobError as error:
                raise Refused("INVALID_ARGUMENT", str(error)) from None
            self._subscriptions[number] = subscription
            try:
                return await self._extend(number, subscription, await self._feed.configs(), room)
            except Refused:
                del self._subscriptions[number]
                raise

    async def extend(self, room: int) -> list[Denial]:
        """There are more signals, or more permissions: let the subscriptions that want them have them."""
        denials: list[Denial] = []
        async with self._lock:
            configs = await self._feed.configs() if self._subscriptions else {}
            for number, subscription in self._subscriptions.items():
                before = len(self._seen)
                try:
                    denials += await self._extend(number, subscription, configs, room)
                except Refused:
                    continue  # it watches as much as it may
                room -= len(self._seen) - before
        return denials

    async def _extend(
        self, number: int, wanted: Subscription, configs: Mapping[str, SignalConfig], room: int
    ) -> list[Denial]:
        granted: list[str] = []
        denied: dict[tuple[str, str], Denial] = {}
        named = _namer(wanted.globs)
        for path in (*wanted.globs.select(configs), *sorted(wanted.globs.exact.difference(configs))):
            if path in wanted.paths:
                continue
            denial = self._judge(path)
            if denial is not None:
                denied.setdefault((named(path), denial.permission), denial)
            elif path in configs:
                granted.append(path)
        if sum(path not in self._seen for path in granted) > room:
            raise Refused("BUDGET", f"an app watches at most {MAX_SIGNALS} signals and streams: name fewer")
        told = [[what, permission, one.cure] for (what, permission), one in denied.items()]
        fresh = told != wanted.told
        if granted or fresh:
            wanted.told = told
            sinks = self._see(number, wanted, granted)
            signals = [[self._seen[path].index, path, self._config(configs[path])] for path in granted]
            self._link.send(Kind.GRANTED, number, signals, told)
            await self._feed.add(sinks)
        return list(denied.values()) if fresh else []

    def _see(self, number: int, wanted: Subscription, paths: Sequence[str]) -> list[tuple[str, Sink]]:
        """Those that are new to this app; a signal that it sees already is sent once more, for the newcomer."""
        fresh: list[tuple[str, Sink]] = []
        for path in paths:
            wanted.paths.add(path)
            seen = self._seen.get(path)
            if seen is None:
                seen = self._seen[path] = Seen(self, next(self._indices), path, self._toll(path))
                fresh.append((path, seen.take))
            elif (last := self._feed.last(path)) is not None:
                seen.take(last)
            limit = self._limit(path)
            seen.subscriptions[number] = limit if wanted.rate is None else min(limit, wanted.rate)
            seen.interval = 1.0 / max(seen.subscriptions.values())
            seen.due = 0.0
        return fresh

    def _config(self, config: SignalConfig) -> dict[str, Any]:
        raw = config.model_dump(mode="json", exclude={"path"}, exclude_defaults=True)
        if "max_rate" in raw:
            raw["max_rate"] = min(config.max_rate, self._limit(config.path))
            raw["min_rate"] = min(config.min_rate, raw["max_rate"])
        return raw

    async def unsubscribe(self, number: int) -> None:
        """Unknown numbers are passed over: the app and the host may both have ended it."""
        async with self._lock:
            subscription = self._subscriptions.pop(number, None)
            if subscription is None:
                return
            idle: list[tuple[str, Sink]] = []
            for path in subscription.paths:
                seen = self._seen[path]
                del seen.subscriptions[number]
                if seen.subscriptions:
                    seen.interval = 1.0 / max(seen.subscriptions.values())
                else:
                    del self._seen[path]
                    idle.append((path, seen.take))
            await self._feed.remove(idle)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        async with self._lock:
            self._subscriptions.clear()
            await self._feed.remove([(path, seen.take) for path, seen in self._seen.items()])
            self._seen.clear()

    # -- values ------------------------------------------------------------------------------------------------------

    def want(self, seen: Seen) -> None:
        """It has something to send: at the time its rate allows."""
        self._dirty.append(seen)
        at = max(seen.due, self._loop.time() + TOGETHER)
        if self._timer is None or at < self._at:
            if self._timer is not None:
                self._timer.cancel()
            self._at = at
            self._timer = self._loop.call_at(at, self.flush)

    def overtake(self, toll: Toll) -> None:
        """A newer value takes the place of one that was not sent: by the app's rate, or because it does not read."""
        if self._link.blocked:
            toll.drops += 1
        else:
            toll.coalesced += 1

    def flush(self) -> None:
        """Send what is due; while the app does not read, the newest of each waits for `AppLink.on_clear`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        horizon = self._loop.time() + TOGETHER
        ready: list[Seen] = []
        later: list[Seen] = []
        for seen in self._dirty:
            if seen.subscriptions:
                (ready if seen.due <= horizon else later).append(seen)
        for start in range(0, len(ready), MOST_IN_RECORD):
            part = ready[start : start + MOST_IN_RECORD]
            if not self._send(part, horizon):
                later += [seen for seen in ready[start:] if seen.pending is not None]
                break
        self._dirty = later
        if later and not self._link.blocked:
            self._at = max(horizon, min(seen.due for seen in later))
            self._timer = self._loop.call_at(self._at, self.flush)

    def _send(self, part: list[Seen], now: float) -> bool:
        record = pack(Kind.VALUES, [_plain(seen.index, seen.pending) for seen in part if seen.pending])
        if len(record) > MAX_TO_APP and len(part) > 1:
            middle = len(part) // 2
            return self._send(part[:middle], now) and self._send(part[middle:], now)
        if len(record) > MAX_TO_APP:
            part[0].toll.drops += 1  # one value that no record holds
        elif self._link.try_send(record):
            self.values += len(part)
        else:
            return False
        for seen in part:
            seen.pending = None
            seen.due = now + seen.interval
        return True


def _namer(globs: GlobSet) -> Callable[[str], str]:
    """Gives the words by which the app asked for a path: the path itself, or the first glob that it matches."""
    exact = globs.exact
    singles = [(glob, GlobSet(glob)) for glob in globs.patterns if "*" in glob]
    return lambda path: path if path in exact else next(glob for glob, one in singles if path in one)


def _plain(index: int, value: Value) -> tuple[Any, ...]:
    return index, value.value, value.timestamp, int(value.status)
