"""The test bench of the kit: opens a HAL, drains its events into a recording, closes it and looks for leaks."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from carservices.hal.base import Hal, HalError, Options
from carservices.hal.conformance.standstill import Standstill, interrupted
from carservices.hal.fault import place, told
from carservices.signals import Access, ChangeMode, SignalConfig, Value
from carservices.signals.globs import GlobSet

OPEN_TIMEOUT = 10.0
"""Seconds a HAL may take to open or close."""
RULE_TIMEOUT = 30.0
"""Seconds one rule may take before the HAL counts as hanging."""
END_SECONDS = 1.0
"""Given to a stream of events to end once its HAL is closed; one rule of its own judges it with all patience."""
QUIET = 0.2
"""Seconds without a new signal after which the first values are taken to be complete."""

T = TypeVar("T")


class Broken(AssertionError):
    """The rule is broken; the message says what was seen."""


class NotApplicable(Exception):
    """The HAL has nothing this rule could judge; the message says why."""


class Heard(NamedTuple):
    """One value, when it came (monotonic ns) and in which batch."""

    value: Value
    at: int
    batch: int


class Bench:
    """One HAL, open for the length of an ``async with``."""

    def __init__(self, hal: Hal[Any], patience: float) -> None:
        self.hal = hal
        self.patience = patience
        self.configs: dict[str, SignalConfig] = {}
        self.declared: list[SignalConfig] = []
        self.heard: list[Heard] = []
        self.latest: dict[str, Value] = {}
        self.ended = asyncio.Event()
        self._news = asyncio.Event()
        self._drain: asyncio.Task[None] | None = None
        self._batches = 0

    async def __aenter__(self) -> Self:
        await self.open()
        self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        opening: object = self.hal.open()
        if not isinstance(opening, Awaitable):
            raise Broken("open() is no coroutine: write 'async def open'")
        declared = await in_time(opening, OPEN_TIMEOUT, "open()")
        if not _are(declared, SignalConfig):
            raise Broken(f"open() returned {shown(declared)}, no list of SignalConfig")
        self.declared = list(declared)
        self.configs = {config.path: config for config in self.declared}

    def listen(self) -> None:
        """Start draining events."""
        self.ended.clear()
        self._drain = asyncio.create_task(self._record())

    async def close(self) -> None:
        """Close the HAL; a stream of events that does not end is cut."""
        await in_time(self.hal.close(), OPEN_TIMEOUT, "close()")
        if self._drain:
            await settle(self.ended.is_set, min(END_SECONDS, self.patience))
            self._drain.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._drain

    async def until(self, condition: Callable[[], bool], timeout: float | None = None) -> bool:
        """Whether the condition over what was heard came true within ``timeout`` (the bench's patience) seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.patience if timeout is None else timeout):
                while not condition() and not self.ended.is_set():
                    self._news.clear()
                    await self._news.wait()
        return condition()

    async def first_values(self) -> None:
        """Wait until every readable signal has spoken or no new one does."""
        readable = {path for path, config in self.configs.items() if config.access is not Access.WRITE}
        await self.until(lambda: bool(self.latest))
        known = 0
        while known < len(self.latest) and not self.latest.keys() >= readable:
            known = len(self.latest)
            await self.until(lambda known=known: len(self.latest) > known, QUIET)  # type: ignore[misc]

    def of(self, path: str, since: int = 0) -> list[Value]:
        """The values of one signal, oldest first, beginning with the ``since``-th value heard of all signals."""
        return [heard.value for heard in self.heard[since:] if heard.value.path == path]

    def continuous(self, least_rate: float = 0.0) -> list[SignalConfig]:
        """The continuous signals that offer at least this rate in Hz."""
        return [c for c in self.configs.values() if c.change_mode is ChangeMode.CONTINUOUS and c.max_rate >= least_rate]

    async def _record(self) -> None:
        try:
            events: object = self.hal.events()
            if isinstance(events, Coroutine):
                events.close()  # never awaited, it would warn
            if not isinstance(events, AsyncIterator):
                raise Broken("events() is no async generator: write 'async def events' and yield lists of Value")
            async for batch in events:
                now = time.monotonic_ns()
                if not _are(batch, Value):
                    raise Broken(f"events() yielded {shown(batch)}, no list of Value")
                self.heard += [Heard(value, now, self._batches) for value in batch]
                self.latest |= {value.path: value for value in batch}
                self._batches += 1
                self._news.set()
        finally:
            self.ended.set()
            self._news.set()


class Rig:
    """Makes the HAL under test, any number of times, and keeps one recording the passive rules share.

    ``make`` takes extra options, ``options`` is their model, ``package`` has the HAL's code; ``sets`` are the globs of
    the signals the kit may set; ``patience`` is how long something may take to happen, ``listen`` how long what happens
    is judged, in seconds.
    """

    def __init__(
        self,
        make: Callable[[Mapping[str, Any]], Hal[Any]],
        *,
        options: type[Options] = Options,
        package: str = "",
        sets: Sequence[str] = ("**",),
        patience: float = 5.0,
        listen: float = 1.0,
    ) -> None:
        self.make = make
        self.package = package
        self.options = options
        self.sets = GlobSet(*sets)
        self.patience = patience
        self.listen = listen
        self._recording: Bench | None = None

    def run(self, check: Callable[["Rig"], Awaitable[None]]) -> None:
        """Run one rule in an event loop of its own. What the HAL raises where it should not is `Broken`, too."""
        try:
            asyncio.run(self._judge(check))
        except Standstill as still:
            raise Broken(str(still)) from None
        except (Broken, NotApplicable, HalError):
            raise
        except Exception as error:
            if not place(error, self.package):
                raise  # a fault of the kit itself
            raise Broken(told(error, self.package)) from error

    async def _judge(self, check: Callable[["Rig"], Awaitable[None]]) -> None:
        with interrupted(self.package):
            await in_time(check(self), RULE_TIMEOUT, "the HAL")

    def bench(self, **options: Any) -> Bench:
        return Bench(self.make(options), self.patience)

    async def recording(self) -> Bench:
        """A bench, closed again, that heard every signal at its highest rate for a while."""
        if self._recording is None:
            bench = self.bench()
            async with bench:
                await record(bench, self.listen)
            self._recording = bench
        return self._recording

    def settable(self, bench: Bench, *access: Access) -> list[SignalConfig]:
        """The signals with this access the kit may set; raises `NotApplicable` when there are none."""
        found = [c for c in bench.configs.values() if c.access in access and c.path in self.sets]
        if not found:
            raise NotApplicable("no signal may be set")
        return found


def shown(thing: object) -> str:
    """A short form of what a HAL gave."""
    text = repr(thing)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _are(things: object, kind: type) -> bool:
    return isinstance(things, Sequence) and all(isinstance(thing, kind) for thing in things)


async def record(bench: Bench, seconds: float) -> None:
    """Hear the first values, then every continuous signal at its highest rate."""
    for config in bench.continuous():
        await bench.hal.subscribe(config.path, config.max_rate)
    await bench.first_values()
    await bench.until(lambda: False, seconds)


async def in_time(work: Awaitable[T], timeout: float, what: str) -> T:
    """The result of ``work``; `Broken` when it takes longer than ``timeout`` seconds."""
    try:
        async with asyncio.timeout(timeout) as deadline:
            return await work
    except TimeoutError:
        if deadline.expired():
            raise Broken(f"{what} hangs: no answer in {timeout:g} s") from None
        raise


async def settle(condition: Callable[[], bool], timeout: float) -> bool:
    """Whether the condition comes true within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not (met := condition()) and time.monotonic() < deadline:  # noqa: ASYNC110 - leaks raise no event
        await asyncio.sleep(0.01)
    return met
