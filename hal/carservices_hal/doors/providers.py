"""Foreign providers as one HAL: their signals appear in the car, and what the car commands goes to who claimed it."""

import asyncio
import contextlib
from collections.abc import Iterable, MutableMapping
from typing import Any, NamedTuple, Protocol

from carservices.bus import CallError, Car
from carservices.bus.offers import Offers
from carservices.signals import Code, Datum, SignalConfig, Value
from carservices_hal.doors.errors import DoorError, told

SWEEP_SECONDS = 0.25
"""Between two looks for values that have outlived what lets them hold."""


class Loose(NamedTuple):
    """A value without a claim: the stream it came by, and the loop's time until which it holds; None for neither."""

    source: object
    until: float | None


class Provider(Protocol):
    """One foreign source."""

    def actuate(self, path: str, value: Datum) -> None:
        """Send it a command for an actuator that it claimed."""

    def sampled(self, path: str, rate: float) -> None:
        """The highest rate in Hz that anybody wants of a signal; 0 when nobody does."""


class Providers:
    """What foreign sources offer, on the door's own connection, whose name begins with ``hal.``.

    A signal belongs to the provider that claimed it until that one leaves; then it has no source any more. What was
    published without a claim belongs to nobody, and a provider may take it over; it has a source until its stream ends
    or its time is over. Signals of the car's own HALs stay so.
    """

    def __init__(self, car: Car) -> None:
        self._offers = Offers(car)
        self._sources: dict[str, Provider] = {}
        self._actuators: dict[str, Provider] = {}
        self._loose: dict[str, Loose] = {}
        self._sweeping: asyncio.TimerHandle | None = None
        car.serve_locally(self._serve)

    def config(self, path: str) -> SignalConfig | None:
        """How a signal is offered here."""
        return self._offers.config(path)

    def value(self, path: str) -> Value | None:
        """The last value that was published here: who has just published it reads it, as on a databroker."""
        return self._offers.value(path)

    async def claim(self, provider: Provider, configs: Iterable[SignalConfig], *, actuation: bool = False) -> None:
        """Take signals, or the commands for actuators: all of them, or none with DoorError ALREADY_EXISTS."""
        wanted = list(configs)
        claims = self._actuators if actuation else self._sources

        def free() -> None:
            for config in wanted:
                if claims.get(config.path, provider) is not provider:
                    raise DoorError("ALREADY_EXISTS", f"another provider has claimed {config.path}")

        free()
        await self.offer(wanted)
        free()  # another one may have been quicker
        claims |= dict.fromkeys((config.path for config in wanted), provider)
        if not actuation:
            for config in wanted:
                self._loose.pop(config.path, None)

    async def offer(self, configs: Iterable[SignalConfig]) -> None:
        """Have the car know these signals. Raises DoorError when a HAL of the car offers one."""
        with told():
            taken = await self._offers.offer(configs)
        if taken:
            raise DoorError("ALREADY_EXISTS", f"a HAL of this car provides {taken[0]}")

    def owner(self, path: str) -> Provider | None:
        """Who claimed a signal."""
        return self._sources.get(path)

    def publish(
        self, values: Iterable[tuple[str, Datum | None, int]], source: object = None, until: float | None = None
    ) -> None:
        """Values of offered signals, with their monotonic times; None says that there is none.

        Those that nobody has claimed hold as long as their ``source``, and ``until`` this time of the loop.
        """
        fresh = list(values)
        self._loose.update((path, Loose(source, until)) for path, _, _ in fresh if path not in self._sources)
        if until is not None and self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)
        self._offers.publish(fresh)

    def end(self, source: object) -> None:
        """A stream is over: what came by it last, without a claim, has no source any more."""
        self._drop(self._loose, [path for path, loose in self._loose.items() if loose.source is source])

    def release(self, provider: Provider) -> None:
        """A provider is gone: what it claimed is offered no more, by nobody, and may be claimed again."""
        given, moved = (
            [path for path, owner in claims.items() if owner is provider] for claims in (self._sources, self._actuators)
        )
        for path in moved:
            del self._actuators[path]
        self._drop(self._sources, given)
        kept = self._kept()
        self._offers.withdraw(path for path in moved if path not in kept)

    def silence(self, provider: Provider) -> None:
        """What a provider gives is unavailable until it speaks again."""
        self._offers.silence([path for path, owner in self._sources.items() if owner is provider])

    def close(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        over = [path for path, loose in self._loose.items() if loose.until is not None and loose.until <= loop.time()]
        self._drop(self._loose, over)
        waits = any(loose.until is not None for loose in self._loose.values())
        self._sweeping = loop.call_later(SWEEP_SECONDS, self._sweep) if waits else None

    def _drop(self, givers: MutableMapping[str, Any], paths: list[str]) -> None:
        """Nobody gives these any more; what somebody takes commands for is still offered, without a value."""
        for path in paths:
            del givers[path]
        kept = self._kept()
        self._offers.silence(path for path in paths if path in kept)
        self._offers.withdraw(path for path in paths if path not in kept)

    def _kept(self) -> set[str]:
        """What somebody gives or takes commands for."""
        return self._loose.keys() | self._sources.keys() | self._actuators.keys()

    async def _serve(self, _caller: str, method: str, params: Any) -> Any:
        match method:
            case "set":
                index, value = params
                return self._actuate(self._offers.at(index).path, value)
            case "subscribe":
                index, rate = params
                return self._sampled(self._offers.at(index).path, float(rate))
            case "control":
                raise CallError("INVALID_ARGUMENT", "the doors take no commands")
            case _:
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
