"""Signals that one connection offers, now more of them and now fewer: announced, with the newest value of each kept."""

import asyncio
import logging
import time
from collections.abc import Iterable

from carservices.bus import CarError, wire
from carservices.bus.car import Car
from carservices.bus.rows import Row, Rows
from carservices.signals import Datum, SignalConfig, Status, Value

log = logging.getLogger(__name__)


class Offers:
    """What is known is announced again after each restart of the hub. Signals that another source has stay its own."""

    def __init__(self, car: Car) -> None:
        self._car = car
        self._configs: list[SignalConfig] = []
        self._index: dict[str, int] = {}
        self._last: dict[int, Row] = {}
        self._withdrawn: set[int] = set()
        self._rows = Rows(car)
        self._announcing = asyncio.Lock()
        self._refused: frozenset[str] = frozenset()
        self._told = 0
        """So many of the signals the hub was told of."""
        car.on_connection(self._connection)

    def at(self, index: int) -> SignalConfig:
        """The signal that the hub means by a number."""
        return self._configs[index]

    def config(self, path: str) -> SignalConfig | None:
        """How a signal is offered here; None when it is not, or another source has it."""
        index = self._index.get(path)
        return None if index is None or not self._has(path, index) else self._configs[index]

    def value(self, path: str) -> Value | None:
        """The last value that was published here."""
        index = self._index.get(path, -1)
        last = self._last.get(index)
        return None if last is None or not self._has(path, index) else Value(path, *last[1:])

    async def offer(self, configs: Iterable[SignalConfig]) -> list[str]:
        """Have the car know these signals; returns the paths that another source of the car has. Raises CarError.

        Those are offered no more: they would be taken in silence once the other source is away for a moment.
        """
        wanted = list(configs)
        if any(self.config(config.path) is None for config in wanted):
            async with self._announcing:
                for config in wanted:
                    index = self._index.setdefault(config.path, len(self._configs))
                    if index == len(self._configs):
                        self._configs.append(config)
                    elif index in self._withdrawn:
                        self._configs[index] = config
                        self._withdrawn.discard(index)
                await self._announce()
                taken = [config.path for config in wanted if config.path in self._refused]
                self._withdrawn.update(self._index[path] for path in taken)
                return taken
        return []

    def publish(self, values: Iterable[tuple[str, Datum | None, int]]) -> None:
        """Values of offered signals, with their monotonic times; None says that there is none."""
        rows: list[Row] = []
        for path, value, timestamp in values:
            index = self._index[path]
            last = self._last.get(index)
            at = timestamp if last is None else max(timestamp, last[2] + 1)
            status = Status.UNAVAILABLE if value is None else Status.AVAILABLE
            self._last[index] = row = (index, value, at, status)
            rows.append(row)
        self._rows.send(rows)

    def silence(self, paths: Iterable[str]) -> None:
        """There is no value of these any more."""
        now = time.monotonic_ns()
        self.publish((path, None, now) for path in paths)

    def withdraw(self, paths: Iterable[str]) -> None:
        """These are offered no more: without a source, unless another one has or takes them."""
        offered = [path for path in paths if path in self._index and self._index[path] not in self._withdrawn]
        self.silence(path for path in offered if self.config(path) is not None)
        self._withdrawn.update(self._index[path] for path in offered)
        if offered and self._rows.announced:
            self._car.spawn(self._announce_again())

    def _has(self, path: str, index: int) -> bool:
        return index < self._told and path not in self._refused and index not in self._withdrawn

    def _connection(self, up: bool) -> None:
        self._rows.announced = False
        if up and self._configs:
            self._car.spawn(self._announce_again())

    async def _announce_again(self) -> None:
        async with self._announcing:
            try:
                await self._announce()
            except CarError as error:  # the hub went away once more: the next connection does it
                log.info("the signals offered here could not be announced: %s", error)

    async def _announce(self) -> None:
        is_news = not self._rows.announced
        offered = [
            None if index in self._withdrawn else config.model_dump(mode="json")
            for index, config in enumerate(self._configs)
        ]
        taken = await self._car.call(wire.HUB, "announce", offered)
        self._refused, self._told = frozenset(taken), len(offered)
        self._rows.announced = True
        if is_news:
            self._rows.send([row for index, row in self._last.items() if index not in self._withdrawn])
