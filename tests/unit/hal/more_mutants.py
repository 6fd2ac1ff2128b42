"""HALs that break the other rules, or one in another way; most are right until they are put under stress."""

import asyncio

from carservices.hal import HalError, Health, VirtualHal, VirtualOptions, settable
from carservices.signals import Value

SPEED = "Vehicle.Speed"
AIR = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


class Mute(VirtualHal):
    """It has no signals."""

    async def open(self):
        return []


class TakesReadOnly(VirtualHal):
    """It lets anybody set the speed."""

    async def set(self, path, value):
        if self._config(path).access != "read":
            await super().set(path, value)


class TakesUnknown(VirtualHal):
    """It drops what it does not know."""

    async def set(self, path, value):
        if path in self._configs:
            await super().set(path, value)


class AlwaysFast(VirtualHal):
    """It samples at its highest rate whatever is asked."""

    async def subscribe(self, path, rate):
        await super().subscribe(path, self._config(path).max_rate if rate else 0)


class RepeatsItself(VirtualHal):
    """It says everything again with every sample of the speed."""

    def _emit(self, path):
        super()._emit(path)
        if path == SPEED:
            super()._emit(AIR)


class TwiceInABatch(VirtualHal):
    """It sends a sample together with the next one."""

    async def events(self):
        async for batch in super().events():
            yield [*batch, *(Value(v.path, v.value, v.timestamp + 1) for v in batch)]


class RecoversTwice(VirtualHal):
    """It greets twice when it is back."""

    async def recover(self, path):
        await super().recover(path)
        self._emit(path)


class CrashesEarly(VirtualHal):
    """It cannot be set before somebody listens."""

    listened = False

    async def events(self):
        self.listened = True
        async for batch in super().events():
            yield batch

    async def set(self, path, value):
        if not self.listened:
            raise KeyError(path)
        await super().set(path, value)


class ShortMemory(VirtualHal):
    """It forgets the sets that come faster than it is read."""

    async def set(self, path, value):
        if len(self._batches) < 10:
            await super().set(path, value)


class TaskPerSubscribe(VirtualHal):
    """It starts a task for each change of rate and ends them all at close."""

    tasks: tuple[asyncio.Task, ...] = ()

    async def subscribe(self, path, rate):
        self.tasks += (asyncio.create_task(asyncio.Event().wait()),) if len(self.tasks) < 100 else ()
        await super().subscribe(path, rate)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await super().close()


class OpensHalf(VirtualHal):
    """It connects in a task that only a finished open() tells close() about."""

    task = None

    async def open(self):
        task = asyncio.create_task(asyncio.Event().wait())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.task = task
        return await super().open()

    async def close(self):
        if self.task:
            self.task.cancel()
        await super().close()


class EndlessEvents(VirtualHal):
    """Its events never end."""

    async def events(self):
        async for batch in super().events():
            yield batch
        await asyncio.Event().wait()


class OpensOnce(VirtualHal):
    """It cannot be opened again."""

    used = False

    async def open(self):
        if self.used:
            raise HalError("used up")
        self.used = True
        return await super().open()


class Hypochondriac(VirtualHal):
    """It says it is ill while it works."""

    async def health(self):
        return Health(ok=False, message="not my day")


class YesMan(VirtualHal):
    """It knows every verb."""

    async def control(self, verb, arguments):
        return "done"


class FastOptions(VirtualOptions):
    speed: float = 1


class StrayAtSpeed(VirtualHal):
    """Played fast it leaves its range."""

    Options = FastOptions

    async def events(self):
        async for batch in super().events():
            yield [Value(v.path, -v.value - self.options.speed, v.timestamp) if v.path == SPEED else v for v in batch]


class SlowToOpen(VirtualHal):
    """It takes no cancellation for an answer."""

    async def open(self):
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.task = asyncio.create_task(asyncio.Event().wait())
            raise
        return await super().open()


class FirstEchoLost(VirtualHal):
    """It says nothing of the first set of its air conditioning."""

    heard = False

    async def set(self, path, value):
        if path == AIR and not self.heard:
            settable(self._configs, path, value)
            self.heard = True
        else:
            await super().set(path, value)


MORE_MUTANTS = {
    FirstEchoLost: "set_echoes",
    Mute: "lists_signals",
    TakesReadOnly: "read_only_refused",
    TakesUnknown: "unknown_refused",
    AlwaysFast: "min_rate_kept",
    RepeatsItself: "stable_value_stable_timestamp",
    TwiceInABatch: "batch_holds_a_path_once",
    RecoversTwice: "recovery_sends_one_event",
    CrashesEarly: "set_before_first_value",
    ShortMemory: "burst_of_sets",
    TaskPerSubscribe: "burst_of_subscribes",
    OpensHalf: "cancelled_open_leaves_nothing",
    SlowToOpen: "cancelled_open_leaves_nothing",
    EndlessEvents: "close_ends_events",
    OpensOnce: "reopen_works",
    Hypochondriac: "health_answers",
    YesMan: "unknown_verb_refused",
    StrayAtSpeed: "long_time_at_speed",
}
