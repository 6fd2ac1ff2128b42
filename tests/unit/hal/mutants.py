"""Eight HALs, each broken in one way, and the rule that must catch it."""

import asyncio

from carservices.hal import SetError, VirtualHal, settable
from carservices.signals import Code, Value

SPEED = "Vehicle.Speed"
VIN = "Vehicle.VehicleIdentification.VIN"


class StaticDrift(VirtualHal):
    """Its VIN changes with every sample of the speed."""

    def _emit(self, path):
        super()._emit(path)
        if path == SPEED:
            self._values[VIN] = f"VIN {self._stamps[path]}"
            super()._emit(VIN)


class NoRangeCheck(VirtualHal):
    """It takes any value."""

    async def set(self, path, value):
        try:
            await super().set(path, value)
        except SetError as error:
            if error.code is Code.ACCESS_DENIED or path not in self._configs:
                raise


class NoEcho(VirtualHal):
    """It takes a set and never says so."""

    async def set(self, path, value):
        settable(self._configs, path, value)


class FrozenClock(VirtualHal):
    """Its clock stands still."""

    def _emit(self, path):
        super()._emit(path)
        for batch in self._batches:
            for value in batch.values():
                value.timestamp = 1


class StringForFloat(VirtualHal):
    """It says its speed in words."""

    async def events(self):
        async for batch in super().events():
            yield [Value(v.path, str(v.value), v.timestamp) if v.path == SPEED else v for v in batch]


class UndeclaredPath(VirtualHal):
    """It speaks of a signal it never listed."""

    async def events(self):
        async for batch in super().events():
            yield [*batch, Value("Vehicle.Secret", 1, batch[0].timestamp)]


class RateIgnored(VirtualHal):
    """It samples at its lowest rate whatever is asked."""

    async def subscribe(self, path, rate):
        await super().subscribe(path, min(rate, self._config(path).min_rate))


class LeakingTask(VirtualHal):
    """It starts a task that nobody ends."""

    async def events(self):
        self.task = asyncio.create_task(asyncio.Event().wait())
        async for batch in super().events():
            yield batch


MUTANTS = {
    StaticDrift: "static_never_changes",
    NoRangeCheck: "bad_values_refused",
    NoEcho: "set_echoes",
    FrozenClock: "timestamps_are_now",
    StringForFloat: "values_fit",
    UndeclaredPath: "only_declared_paths",
    RateIgnored: "max_rate_reached",
    LeakingTask: "close_leaves_nothing",
}
