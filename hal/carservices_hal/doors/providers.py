"""Foreign providers as one HAL: their signals appear in the car, and what the car commands goes to who claimed it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from typing import Any, Protocol

from carservices.bus import CallError, Car, CarError, wire
from carservices.bus.rows import Row, Rows
from carservices.signals import Code, Datum, SignalConfig, Status, Value
from carservices_hal.doors.errors import DoorError, told

log = logging.getLogger(__name__)


class Provider(Protocol):
    """One foreign source."""

    def actuate(self, path: str, value: Datum) -> None:
        """Send it a command for an actuator that it claimed."""

    def sampled(self, path: str, rate: float) -> None:
        """The highest rate in Hz that anybody wants of a signal; 0 when nobody does."""


class Providers:
    """What foreign sources offer, on the door's own connection, whose name begins with ``hal.``.

    A signal belongs to the provider that claimed it until that one leaves; what was published without a claim
    belongs to nobody, and a provider may take it over. Signals of the car's own HALs stay theirs.
    """

    def __init__(self, car: Car) -> None:
        self._car = car
        self._configs: list[SignalConfig] = []
        self._index: dict[str, int] = {}
        self._sources: dict[str, Provider] = {}
        self._actuators: dict[str, Provider] = {}
        self._last: dict[int, Row] = {}
        self._rows = Rows(car)
        self._announcing = asyncio.Lock()
        self._refused: set[str] = set()
        car.serve_locally(self._serve)
        car.on_connection(self._connection)

    def config(self, path: str) -> SignalConfig | None:
        """How a signal is offered here."""
        index = self._index.get(path)
        return None if index is None or path in self._refused else self._configs[index]

    def value(self, path: str) -> Value | None:
        """The last value that was published here: who has just published it reads it, as on a databroker."""
        last = self._last.get(self._index.get(path, -1))
        return None if last is None or path in self._refused else Value(path, *last[1:])

    async def claim(self, provider: Provider, configs: Iterable[SignalConfig], *, actuation: bool = False) -> None:
        """Take signals, or the commands for actuators: all of them, or none with DoorError ALREADY_EXISTS."""
        wanted = list(configs)
        claims = self._actuators if actuation else self._sources
        for config in wanted:
            if claims.get(config.path, provider) is not provider:
                raise DoorError("ALREADY_EXISTS", f"another provider has claimed {config.path}")
        await self.offer(wanted)
        claims |= dict.fromkeys((config.path for config in wanted), provider)

    async def offer(self, configs: Iterable[SignalConfig]) -> None:
        """Have the car know these signals. Raises DoorError when a HAL of the car offers one."""
        wanted = list(configs)
        fresh = [config for config in wanted if config.path not in self._index]
        if not fresh and not any(config.path in self._refused for config in wanted):
            return
        async with self._announcing:
            for config in fresh:
                if config.path not in self._index:
                    self._index[config.path] = len(self._configs)
                    self._configs.append(config)
            with told():
                await self._announce()
        for config in wanted:
            if config.path in self._refused:
                raise DoorError("ALREADY_EXISTS", f"a HAL of this car provides {config.path}")

    def owner(self, path: str) -> Provider | None:
        """Who claimed a signal."""
        return self._sources.get(path)

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

    def release(self, provider: Provider) -> None:
        """A provider is gone: what it claimed is unavailable and may be claimed again."""
        self.silence(provider)
        for claims in (self._sources, self._actuators):
            for path in [path for path, owner in claims.items() if owner is provider]:
                del claims[path]

    def silence(self, provider: Provider) -> None:
        """What a provider gives is unavailable until it speaks again."""
        now = time.monotonic_ns()
        self.publish((path, None, now) for path, owner in self._sources.items() if owner is provider)

    def close(self) -> None:
        self._rows.close()

    def _connection(self, up: bool) -> None:
        self._rows.announced = False
        if up and self._configs:
            self._car.spawn(self._announce_again())

    async def _announce_again(self) -> None:
        async with self._announcing:
            try:
                await self._announce()
            except CarError as error:  # the hub went away once more: the next connection does it
                log.info("the providers' signals could not be announced: %s", error)

    async def _announce(self) -> None:
        is_news = not self._rows.announced
        taken = await self._car.call(wire.HUB, "announce", [config.model_dump(mode="json") for config in self._configs])
        self._refused = set(taken)
        self._rows.announced = True
        if is_news:
            self._rows.send(list(self._last.values()))

    async def _serve(self, _caller: str, method: str, params: Any) -> Any:
        match method:
            case "set":
                index, value = params
                return self._actuate(self._configs[index].path, value)
            case "subscribe":
                index, rate = params
                return self._sampled(self._configs[index].path, float(rate))
            case "control":
                raise CallError("INVALID_ARGUMENT", "the doors take no commands")
        raise CallError("UNSUPPORTED", f"the doors take no '{method}'")

    def _actuate(self, path: str, value: Datum) -> None:
        provider = self._actuators.get(path)
        if provider is None:
            status = {"status": int(Code.NOT_AVAILABLE)}
            raise CallError("UNAVAILABLE", f"no provider takes commands for {path}", status)
        try:
            provider.actuate(path, value)
        except DoorError as error:
            raise CallError("UNAVAILABLE", error.message, {"status": int(Code.TRY_AGAIN)}) from None

    def _sampled(self, path: str, rate: float) -> None:
        if provider := self._sources.get(path):
            with contextlib.suppress(DoorError):  # it does not read: it will not learn of the rate
                provider.sampled(path, rate)
