"""The reference HAL: signals held in memory, set by whoever holds the object; read it before you write your own."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, model_validator

from carservices.hal.base import Hal, HalError, Options, SetError
from carservices.hal.check import settable
from carservices.hal.kept import KeptFile
from carservices.signals import Access, ChangeMode, Code, Datatype, Datum, SignalConfig, Status, Value
from carservices.signals.check import InvalidValue, check

BENCH = (
    SignalConfig(path="Vehicle.VehicleIdentification.VIN", datatype=Datatype.STRING, change_mode=ChangeMode.STATIC),
    SignalConfig(
        path="Vehicle.Speed",
        datatype=Datatype.FLOAT,
        change_mode=ChangeMode.CONTINUOUS,
        unit="km/h",
        min=0,
        max=250,
        min_rate=1,
        max_rate=50,
    ),
    SignalConfig(
        path="Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature",
        datatype=Datatype.FLOAT,
        access=Access.READ_WRITE,
        unit="Celsius",
        min=16,
        max=28,
    ),
    SignalConfig(
        path="Vehicle.Cabin.HVAC.IsAirConditioningActive", datatype=Datatype.BOOLEAN, access=Access.READ_WRITE
    ),
)
BENCH_VALUES: Mapping[str, Datum] = {
    "Vehicle.VehicleIdentification.VIN": "WVWZZZE1ZMP000001",
    "Vehicle.Speed": 0.0,
    "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": 21.0,
    "Vehicle.Cabin.HVAC.IsAirConditioningActive": False,
}
KEPT = "values.json"


class VirtualOptions(Options):
    """The signals and the values they start with; a signal without a value stays silent until one is injected."""

    signals: tuple[SignalConfig, ...] = BENCH
    values: dict[str, Datum] = Field(default_factory=lambda: dict(BENCH_VALUES))

    @model_validator(mode="after")
    def _fit(self) -> Self:
        configs = {config.path: config for config in self.signals}
        for path, value in self.values.items():
            if path not in configs:
                raise ValueError(f"values: {path} is not among the signals")
            check(configs[path], value)
        return self


class VirtualHal(Hal[VirtualOptions]):
    """Signals in memory: a set is echoed at once, `inject` plays the car, `refuse` its moods."""

    Options = VirtualOptions

    def __init__(self, options: VirtualOptions | None = None) -> None:
        super().__init__(options or VirtualOptions())
        self.refuse: dict[str, SetError] = {}
        """Path → the error every set of it gets."""
        self.sets: list[tuple[str, Datum]] = []
        """Every accepted set, oldest first."""
        self.rates: dict[str, float] = {}
        """Path → subscribed rate in Hz, clamped to the signal's range; 0 when nobody listens."""
        self._configs = {config.path: config for config in self.options.signals}
        self._values: dict[str, Datum] = {}
        self._failed: dict[str, Status] = {}
        self._stamps: dict[str, int] = {}
        self._batches: list[dict[str, Value]] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._wake = asyncio.Event()
        self._open = False
        self._kept = KeptFile(None, KEPT)
        for path, value in self.options.values.items():
            self._store(path, value, Status.AVAILABLE)

    @classmethod
    def of(cls, *configs: SignalConfig, values: Mapping[str, Datum] = MappingProxyType({})) -> Self:
        """A HAL of these signals; ``values`` are what they start with."""
        return cls(VirtualOptions(signals=configs, values=dict(values)))

    async def open(self) -> Sequence[SignalConfig]:
        self._kept = KeptFile(self.keep_in, KEPT)
        self._take_up()
        self._open = True
        self._batches.clear()
        for path in self._values | self._failed:
            self._emit(path)
        return self.options.signals

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        while self._open:
            batches, self._batches = self._batches, []
            for batch in batches:
                yield list(batch.values())
            if not self._batches:
                self._wake.clear()
                await self._wake.wait()

    async def set(self, path: str, value: Datum) -> None:
        value = settable(self._configs, path, value)
        if path in self.refuse:
            raise self.refuse[path]
        if path in self._failed:
            raise SetError(Code.NOT_AVAILABLE, f"{path} does not answer")
        self.sets.append((path, value))
        await self.inject(path, value)

    async def subscribe(self, path: str, rate: float) -> None:
        config = self._config(path)
        if config.change_mode is not ChangeMode.CONTINUOUS:
            return
        if path in self._timers:
            self._timers.pop(path).cancel()
        self.rates[path] = min(max(rate, config.min_rate), config.max_rate) if rate else 0.0
        if rate and self._open:
            self._sample(path, asyncio.get_running_loop().time())

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        match verb, arguments:
            case "inject", {"path": str(path), "value": value}:
                await self.inject(path, value)
            case "fail", {"path": str(path)}:
                await self.fail(path)
            case "clear", {"path": str(path)}:
                await self.recover(path)
            case _:
                raise HalError(f"VirtualHal knows inject(path, value), fail(path) and clear(path), not '{verb}'")

    async def close(self) -> None:
        self._open = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._wake.set()

    async def inject(self, path: str, value: Datum | None, status: Status = Status.AVAILABLE) -> None:
        """The car says: this signal now has this value; always one event. Raises `HalError` for a misfit.

        Before `open` it is the value the signal starts with.
        """
        self._store(path, value, status)
        self._keep()
        self._emit(path)

    async def fail(self, path: str) -> None:
        """The source of this signal is gone: its status turns unavailable."""
        await self.inject(path, None, Status.UNAVAILABLE)

    async def recover(self, path: str) -> None:
        """The source is back: the value it had before `fail`, if any."""
        if self._failed.pop(path, None) is not None:
            self._keep()
            if path in self._values:
                self._emit(path)

    def _config(self, path: str) -> SignalConfig:
        if path not in self._configs:
            raise HalError(f"{path} is not a signal of this HAL")
        return self._configs[path]

    def _store(self, path: str, value: Datum | None, status: Status) -> None:
        config = self._config(path)
        if status is not Status.AVAILABLE:
            self._failed[path] = status
            return
        try:
            self._values[path] = check(config, value)
        except InvalidValue as error:
            raise HalError(str(error)) from None
        self._failed.pop(path, None)

    def _keep(self) -> None:
        if self.keep_in is not None:
            self._kept.write(json.dumps([self._values, self._failed]).encode())

    def _take_up(self) -> None:
        """Go on where a process that was killed stood."""
        content = self._kept.read()
        if content is None:
            return
        try:
            values, failed = json.loads(content)
            for path, value in values.items():
                self._store(path, value, Status.AVAILABLE)
            for path, status in failed.items():
                self._store(path, None, Status(status))
        except (ValueError, TypeError, AttributeError, RecursionError, HalError) as error:  # not written by us
            self._kept.spoilt(error)

    def _emit(self, path: str) -> None:
        """Queue the signal's present value; a batch holds a path once, so a second one starts the next batch."""
        if not self._open:
            return
        self._stamps[path] = max(time.monotonic_ns(), self._stamps.get(path, 0) + 1)
        status = self._failed.get(path, Status.AVAILABLE)
        value = self._values[path] if status is Status.AVAILABLE else None
        if not self._batches or path in self._batches[-1]:
            self._batches.append({})
        self._batches[-1][path] = Value(path, value, self._stamps[path], status)
        self._wake.set()

    def _sample(self, path: str, due: float) -> None:
        if path in self._values and path not in self._failed:
            self._emit(path)
        loop = asyncio.get_running_loop()
        following = max(due + 1 / self.rates[path], loop.time())  # a late loop skips samples, it does not catch up
        self._timers[path] = loop.call_at(following, self._sample, path, following)
