"""Many topics, stalled readers, counted losses, figures: the bus stays bounded and says what was lost."""

import asyncio
import os
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.bus import CallError, Car, SetFailed, wire
from carservices.bus.rows import Rows
from carservices.hal import Hal
from carservices.hal.virtual import VirtualHal
from carservices.signals import ChangeMode, Datatype, SignalConfig, Status, Value
from carservices.testing import car
from tests.contract.bench_car import GEAR, PATIENCE, TEMP, bench, eventually, settled
from tests.fuzz.raw_peer import HubProcess

COUNTER = "Vehicle.Counter"
OTHER = "Vehicle.Other"
LONG = f"Vehicle.{'Very' * 60}.Long"
BURST = 10_000
"""Twice as many frames with that name as the hub keeps and the kernel holds."""
TEXT = "so many" * 100


def counter() -> VirtualHal:
    paths = (COUNTER, OTHER, LONG)
    configs = [SignalConfig(path=path, datatype=Datatype.UINT32) for path in paths]
    return VirtualHal.of(*configs, values=dict.fromkeys(paths, 0))


async def test_a_stalled_subscriber_loses_counted_messages_and_nobody_else_any():
    hal = counter()
    async with car(hal) as c:
        await c.until(LONG, 0)
        stalled, fine = [], []
        sleeper = await c.connect("sleeper")
        await sleeper.watch([LONG], stalled.append)
        await c.watch([LONG], fine.append)
        await c.watch([OTHER], lambda value: None)  # a frame carries what follows each other of one signal
        pause(sleeper)
        for start in range(1, BURST + 1, 200):
            for number in range(start, start + 200):
                await hal.inject(LONG, number)
                await hal.inject(OTHER, number)
            await eventually(lambda last=start + 199: fine[-1].value >= last)
        resume(sleeper)  # the last word is among what was lost: nothing comes after it
        await eventually(lambda: stalled[-1].value == BURST)
        assert c.drops == 0
        assert sleeper.drops > 0
        assert len(stalled) + sleeper.drops == len(fine)
        assert [v.value for v in stalled] == sorted(v.value for v in stalled)
        await eventually(lambda: any(p.drops == sleeper.drops for p in c.hub.hub.broker.peers.values()))


def pause(connection) -> None:
    """The program does something else and reads nothing."""
    connection._link._topics._transport.pause_reading()


def resume(connection) -> None:
    connection._link._topics._transport.resume_reading()


async def test_a_hub_that_does_not_read_costs_a_hal_no_memory_and_gets_the_newest(tmp_path):
    hub = HubProcess(tmp_path)
    try:
        async with await Car.connect(tmp_path, name="hal.fuzz") as hal, await Car.connect(tmp_path) as watcher:
            await hal.call(wire.HUB, "announce", [{"path": OTHER, "datatype": "string"}])
            rows, seen = Rows(hal), []
            rows.announced = True
            await watcher.watch([OTHER], lambda value: seen.append(value.value))
            os.kill(hub.pid, signal.SIGSTOP)
            for number in range(1, 5001):
                rows.send([(0, f"{number:04} {TEXT}", number, Status.AVAILABLE)])
            assert rows.unsent == 1
            os.kill(hub.pid, signal.SIGCONT)
            await eventually(lambda: seen[-1:] == [f"5000 {TEXT}"])
            assert rows.unsent == 0
            said = [value for value in seen if value is not None]
            assert said == sorted(set(said))
    finally:
        hub.close()


class Bursts(Hal[Hal.Options]):
    """Says what it is told: batches of values, one after the other without a pause."""

    async def open(self):
        self.batches = asyncio.Queue()
        return [SignalConfig(path=path, datatype=Datatype.UINT32) for path in (COUNTER, OTHER)]

    async def events(self):
        while True:
            for batch in await self.batches.get():
                yield [Value(path, value, time.monotonic_ns()) for path, value in batch]


@given(st.lists(st.lists(st.tuples(st.sampled_from([COUNTER, OTHER]), st.integers(1, 9)), max_size=250), max_size=5))
@settings(max_examples=10, deadline=None)
def test_every_value_of_a_burst_arrives_in_its_order(batches):
    async def burst():
        hal = Bursts(Bursts.Options())
        async with car(hal) as c:
            await eventually(lambda: c.hub.hub.registry.signals)
            seen = []
            await c.watch([COUNTER, OTHER], lambda value: seen.append((value.path, value.value)))
            said = [*batches, [(COUNTER, 100), (OTHER, 100)]]
            hal.batches.put_nowait(said)
            last, changes = {}, []
            for path, value in (pair for batch in said for pair in batch):
                if last.get(path) != value:
                    changes.append((path, value))
                last[path] = value
            await eventually(lambda: len(seen) >= len(changes))
            assert seen == changes

    asyncio.run(burst())


async def test_a_burst_too_long_for_one_message_says_each_value_once():
    hal = Bursts(Bursts.Options())
    async with car(hal) as c:
        await eventually(lambda: c.hub.hub.registry.signals)
        hal.batches.put_nowait([[(COUNTER, start + number) for number in range(60)] for start in range(0, 600, 60)])
        await c.until(COUNTER, 599)
        assert (await c.call("hub", "hals"))[0]["values"] == 600


class Hasty(Bursts):
    """Says each value at once, whatever rate it is told."""

    async def open(self):
        await super().open()
        return [
            SignalConfig(
                path=COUNTER, datatype=Datatype.UINT32, change_mode=ChangeMode.CONTINUOUS, min_rate=1, max_rate=1000
            )
        ]


async def test_a_value_that_comes_too_early_arrives_when_its_period_ends():
    hal = Hasty(Hasty.Options())
    async with car(hal) as c:
        await eventually(lambda: c.hub.hub.registry.signals)
        slow, fast = [], []
        await c.watch(COUNTER, lambda value: slow.append(value.value), rate=20)
        await c.watch(COUNTER, lambda value: fast.append(value.value), rate=200)
        hal.batches.put_nowait([[(COUNTER, number)] for number in (1, 2, 3)])
        await eventually(lambda: slow[-1:] == fast[-1:] == [3])


async def test_a_value_that_cannot_travel_ends_its_hal():
    hal = Bursts(Bursts.Options())

    async def drive():
        async with car(hal) as c:
            await eventually(lambda: c.hub.hub.registry.signals)
            hal.batches.put_nowait([[(COUNTER, 1)], [(COUNTER, object())]])
            await c.until(COUNTER, 1)
            hal.batches.put_nowait([[(COUNTER, 2)]])
            await eventually(hal.batches.empty)

    with pytest.raises(ValueError, match="cannot go over the bus"):
        await drive()


async def test_a_state_said_while_the_hub_does_not_read_reaches_it(tmp_path):
    hub = HubProcess(tmp_path)
    try:
        async with await Car.connect(tmp_path) as car:
            os.kill(hub.pid, signal.SIGSTOP)
            for number in range(5000):
                car.publish("tool.number", [number, TEXT])
            car.publish("tool.other", "said once")
            os.kill(hub.pid, signal.SIGCONT)
            async with asyncio.timeout(PATIENCE):
                while await car.last("tool.other") is None:
                    pass
            assert await car.last("tool.number") == [4999, TEXT]
    finally:
        hub.close()


async def test_many_topics_and_many_watchers():
    paths = [f"Vehicle.Many.S{number}" for number in range(800)]
    hal = VirtualHal.of(
        *(SignalConfig(path=path, datatype=Datatype.INT32) for path in paths), values=dict.fromkeys(paths, 0)
    )
    async with car(hal) as c:
        await c.until(paths[-1], 0)
        others = [await c.connect(f"watcher{number}") for number in range(4)]
        seen = [{} for _ in others]
        for other, values in zip(others, seen, strict=True):
            await other.watch(["Vehicle.Many.*"], lambda v, values=values: values.update({v.path: v.value}))
        assert all(values == dict.fromkeys(paths, 0) for values in seen)
        for number, path in enumerate(paths):
            await hal.inject(path, number + 1)
        wanted = {path: number + 1 for number, path in enumerate(paths)}
        await eventually(lambda: all(values == wanted for values in seen))
        assert [other.drops for other in others] == [0] * len(others)


async def test_topics_nobody_watches_are_forgotten():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        before = len(c.hub.hub.registry.topics)
        for rate in range(1, 30):
            watch = await c.watch(["Vehicle.**"], lambda value: None, rate=rate / 10)
            await watch.close()
        watch = await c.watch_topic("nobody.says", lambda state: None)
        await watch.close()
        assert len(c.hub.hub.registry.topics) == before
        assert not c._subscriptions._topics
        await c.call("hub", "subscribe_states", ["nobody.says"])
        c._link.follow(["nobody.says"])
        await c.call("hub", "sync", ["nobody.says"])
        await c.call("hub", "unsubscribe", ["nobody.says"])
        assert not c.hub.hub.broker._followers, "also those that a client forgets to give up"


async def test_a_connection_has_a_bounded_number_of_topics():
    async with car(bench()) as c:
        with pytest.raises(CallError, match="5000 subscriptions"):
            await c.call("hub", "subscribe_states", [f"x.t{number}" for number in range(5001)])
        with pytest.raises(CallError, match="5000 subscriptions"):
            await c.call("hub", "subscribe", [[GEAR] * 5001, None, 0.0, True])


async def test_a_connection_has_a_bounded_number_of_calls_on_their_way():
    async with car(bench()) as c:
        service = await c.connect("slow")
        await service.serve("slow", lambda caller, method, params: asyncio.Event().wait())
        calls = [asyncio.create_task(c.call("slow", "wait")) for _ in range(1001)]
        done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        (error,) = [task.exception() for task in done]
        assert "1000 calls" in str(error)
        with pytest.raises(SetFailed, match="1000 calls"):
            await c.set(TEMP, 22.0)
        assert c.hub.hub.commands.sets.by_path == {}
        await service.close()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert {answer.code for answer in answers} == {"UNAVAILABLE"}
        assert c.hub.hub.calls.pending == {}


async def test_a_call_to_a_service_that_does_not_read_fails_at_once():
    async with car() as c:
        stuck = await c.connect("stuck")
        await stuck.serve("stuck", lambda caller, method, params: asyncio.Event().wait())
        stuck._link._calls._transport.pause_reading()
        calls = []
        while not any(call.done() for call in calls):
            calls.append(asyncio.create_task(c.call("stuck", "take", "x" * 4_000_000, timeout=PATIENCE)))
            await settled(c)
        with pytest.raises(CallError, match="stuck does not answer"):
            await next(call for call in calls if call.done())
        await stuck.close()
        await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("size", [wire.MAX_MESSAGE, 10_000_000])
async def test_a_message_too_large_is_refused_before_it_leaves(size):
    async with car() as c:
        with pytest.raises(CallError, match="too much for one message"):
            await c.call("hub", "last", "x" * size)
        with pytest.raises(ValueError, match="too much"):
            c.publish("tool.big", "x" * size)
        assert (await c.call("hub", "hals")) == []


async def test_an_answer_too_large_comes_back_as_an_error():
    async with car() as c:
        service = await c.connect("big")

        async def serve(caller, method, params):
            return {"big": "x" * wire.MAX_MESSAGE, "odd": object()}[method]

        await service.serve("big", serve)
        for method in ("big", "odd"):
            with pytest.raises(CallError, match="has an answer, but") as failed:
                await c.call("big", method)
            assert failed.value.code == "INTERNAL"


async def test_no_answer_is_lost_behind_a_large_one():
    async with car() as c:
        service = await c.connect("big")

        async def serve(caller, method, params):
            return "x" * params

        await service.serve("big", serve)
        sizes = [6_000_000, 7_000_000, 1, 2]
        answers = await asyncio.gather(*(c.call("big", "text", size, timeout=PATIENCE) for size in sizes))
        assert [len(answer) for answer in answers] == sizes


async def test_figures_of_every_connection():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        await c.watch(["Vehicle.**"], lambda value: None)
        await settled(c)
        top = await c.call("hub", "top")
        by_name = {peer["name"].partition("#")[0]: peer for peer in top["peers"]}
        assert by_name["tool"]["topics"] == len(c._subscriptions._topics)
        assert by_name["hal.virtual"]["values"] >= 5
        assert (await c.call("hub", "hals"))[0]["name"] == "virtual"
        assert top["signals"] == 7
