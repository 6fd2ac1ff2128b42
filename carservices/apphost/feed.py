"""The values of the car for all apps: each signal is watched once on the core bus, however many apps want it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carservices.bus import CallError, Car, Watch
from carservices.signals import Access, SignalConfig, Value

GROWTH_SECONDS = 2.0
"""How often to look for signals that were not there before."""

Sink = Callable[[Value], None]


@dataclass(slots=True, eq=False)
class _Batch:
    """Signals that were first wanted together, watched by one request; closed when none of them is wanted."""

    watch: Watch
    wanted: set[str]


class Feed:
    """``rate`` gives the Hz at which the bus is asked for a signal; apps that want less are thinned out later."""

    def __init__(self, car: Car, rate: Callable[[str], float]) -> None:
        self._car = car
        self._rate = rate
        self._sinks: dict[str, list[Sink]] = {}
        self._last: dict[str, Value] = {}
        self._batches: dict[str, _Batch] = {}
        self._lock = asyncio.Lock()

    async def configs(self) -> dict[str, SignalConfig]:
        """The signals that can be read, by path."""
        configs = await self._car.configs()
        return {path: config for path, config in configs.items() if config.access is not Access.WRITE}

    async def add(self, sinks: Iterable[tuple[str, Sink]]) -> None:
        """Call each sink back with the last value of its signal at once, and with every update.

        Who gives up waiting still has to `remove` them.
        """
        await asyncio.shield(self._add(list(sinks)))

    async def _add(self, sinks: Iterable[tuple[str, Sink]]) -> None:
        fresh: dict[float, list[str]] = {}
        async with self._lock:
            for path, sink in sinks:
                self._sinks.setdefault(path, []).append(sink)
                if path not in self._batches:
                    fresh.setdefault(self._rate(path), []).append(path)
                else:
                    self._batches[path].wanted.add(path)
                    if path in self._last:
                        sink(self._last[path])
            for rate, paths in fresh.items():
                await self._watch(paths, rate)

    async def _watch(self, paths: list[str], rate: float) -> None:
        with contextlib.suppress(CallError):  # a signal that has just gone: the others come with the next growth
            batch = _Batch(await self._car.watch(paths, self._take, rate=rate), set(paths))
            self._batches.update(dict.fromkeys(paths, batch))

    def last(self, path: str) -> Value | None:
        """The last value of a signal that some app watches."""
        return self._last.get(path)

    async def remove(self, sinks: Iterable[tuple[str, Sink]]) -> None:
        async with self._lock:
            for path, sink in sinks:
                here = self._sinks.get(path, [])
                if sink in here:
                    here.remove(sink)
                if not here:
                    self._sinks.pop(path, None)
                    if (batch := self._batches.get(path)) is not None:
                        batch.wanted.discard(path)
                        await self._close_idle(batch)

    async def _close_idle(self, batch: _Batch) -> None:
        if not batch.wanted:
            for path in [path for path, one in self._batches.items() if one is batch]:
                del self._batches[path]
                self._last.pop(path, None)
            await batch.watch.close()

    def _take(self, value: Value) -> None:
        self._last[value.path] = value
        for sink in self._sinks.get(value.path, ()):
            sink(value)
