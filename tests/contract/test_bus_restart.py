"""What survives when a part of the car dies: HALs, services, the hub itself; nobody hangs, everything comes back."""

import asyncio
import subprocess
import sys

import pytest
from pydantic import BaseModel

from carservices.api import Contract, Stream, call
from carservices.bus import CallError, Car, NotConnected, SetFailed, wire
from carservices.bus.identity import token_for
from carservices.hal.virtual import VirtualHal
from carservices.signals import Status
from carservices.testing import car
from tests.contract.bench_car import AC, GEAR, SPEED, TEMP, bench, eventually


class Lamp(BaseModel, frozen=True):
    on: bool = False


class Lamps(Contract):
    """A light that can be switched."""

    name = "lamps"
    state = Stream(Lamp)

    @call
    async def switch(self, on: bool) -> Lamp:
        """Turn it on or off."""
        raise NotImplementedError

    @call
    async def ponder(self) -> None:
        """Never answer."""
        raise NotImplementedError


class LampService(Lamps):
    async def start(self) -> None:
        self.state.publish(Lamp())

    async def switch(self, on: bool) -> Lamp:
        lamp = Lamp(on=on)
        self.state.publish(lamp)
        return lamp

    async def ponder(self) -> None:
        await asyncio.Event().wait()


class Mute(VirtualHal):
    async def set(self, path, value):
        self.sets.append((path, value))


async def test_signals_of_a_dead_hal_turn_unavailable_and_return():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        seen = []
        await c.watch([GEAR, SPEED], lambda v: seen.append((v.path, v.status, v.value)), rate=5)
        await c.kill_hal("virtual")
        await eventually(lambda: {(GEAR, Status.UNAVAILABLE, None), (SPEED, Status.UNAVAILABLE, None)} <= set(seen))
        again = bench()
        await c.start_hal(again)
        await c.until(GEAR, 126)
        await eventually(lambda: seen.count((GEAR, Status.AVAILABLE, 126)) == 2)
        await eventually(lambda: again.rates.get(SPEED) == 5)


async def test_calls_to_a_dead_service_fail_and_its_stream_says_none():
    async with car(services=[LampService]) as c:
        lamps = c.service(Lamps)
        seen = []
        await lamps.state.watch(seen.append)
        await lamps.switch(True)
        await eventually(lambda: seen[-1:] == [Lamp(on=True)])
        waiting = asyncio.create_task(lamps.ponder())
        await eventually(lambda: c.hub.hub.calls.pending)
        await c.kill_service("lamps")
        for dead in (waiting, lamps.switch(False)):
            with pytest.raises(CallError) as failed:
                await dead
            assert failed.value.code == "UNAVAILABLE"
        await eventually(lambda: seen[-1] is None)
        assert await lamps.state.last() is None
        await c.start_service(LampService)
        await eventually(lambda: seen[-1] == Lamp())
        assert await lamps.switch(True) == Lamp(on=True)


async def test_after_a_hub_restart_everything_is_back():
    hal = bench()
    async with car(hal, [LampService]) as c:
        await c.until(GEAR, 126)
        lamps = c.service(Lamps)
        values, states, connection = {}, [], []
        await c.watch(["Vehicle.**"], lambda v: values.update({v.path: v}), rate=2)
        await lamps.state.watch(states.append)
        await lamps.switch(True)
        c.on_connection(connection.append)
        c.hub.stop()
        await eventually(lambda: connection == [False])
        await hal.inject(GEAR, 127)
        c.hub.start()
        await eventually(lambda: connection == [False, True])
        await eventually(lambda: values[GEAR].value == 127)
        await eventually(lambda: states[-1:] == [Lamp(on=True)])
        await eventually(lambda: "lamps" in c.hub.hub.calls.services)
        assert await lamps.switch(False) == Lamp()
        await (await c.set(TEMP, 23.0)).confirmed()
        await hal.inject(GEAR, 0)
        await eventually(lambda: values[GEAR].value == 0 and values[TEMP].value == 23.0)
        await eventually(lambda: hal.rates.get(SPEED) == 2)


async def test_a_listener_that_fails_costs_nobody_the_connection():
    async with car() as c:
        connection = []
        c.on_connection(lambda up: 1 / 0)
        c.on_connection(connection.append)
        c.hub.stop()
        await eventually(lambda: connection == [False])
        c.hub.start()
        await eventually(lambda: connection == [False, True])


async def test_who_is_closed_while_its_connection_ends_leaves_nothing_open():
    async with car() as c:
        for turns in range(8):
            one = await c.connect("one")
            ends = one._link._publish, one._link._topics, one._link._calls
            one._link._topics._write(b"\2" + b"\xff" * 8)  # the hub cuts this one off
            await one._link._topics.lost
            for _ in range(turns):
                await asyncio.sleep(0)
            await one.close()
            await eventually(lambda ends=ends: all(end.lost.done() for end in ends))


async def test_handles_outlive_the_hub_and_are_not_mixed_up():
    hal = bench(Mute)
    async with car(hal) as c:
        await c.until(AC, False)
        old = await c.set(AC, True)
        c.hub.stop()
        c.hub.start()
        await c.until(AC, False)
        new = await c.set(TEMP, 25.3)  # the new hub counts from one: the same number as the old handle's
        await hal.inject(AC, True)
        value = await old.confirmed()
        assert (value.path, value.value) == (AC, True)
        await hal.inject(TEMP, 25.299999237060547)
        value = await new.confirmed()
        assert (value.path, value.value) == (TEMP, 25.299999237060547)


async def test_a_stopped_hub_answers_nobody_but_nobody_hangs():
    async with car(bench(), [LampService]) as c:
        waiting = asyncio.create_task(c.service(Lamps).ponder())
        await eventually(lambda: c.hub.hub.calls.pending)
        c.hub.stop()
        async with asyncio.timeout(10):
            for lost in (waiting, c.get(GEAR), c.service(Lamps).switch(True)):
                with pytest.raises(CallError) as failed:
                    await lost
                assert failed.value.code == "UNAVAILABLE"
            with pytest.raises(SetFailed):
                await c.set(TEMP, 22.0)
        c.hub.start()


async def test_a_watch_begun_while_the_hub_is_away_begins_when_it_is_back():
    hal = bench()
    async with car(hal) as c:
        c.hub.stop()
        await eventually(lambda: not c.connected)
        seen = []
        watch = await c.watch([GEAR], lambda value: seen.append(value.value))
        doomed = await c.watch([AC], lambda value: seen.append(value.value))
        await doomed.close()
        c.hub.start()
        await eventually(lambda: seen == [126])
        await watch.close()


async def test_the_hub_may_restart_many_times():
    hal = bench()
    async with car(hal, [LampService]) as c:
        seen = []
        await c.watch([GEAR], lambda value: seen.append(value.value))
        for gear in (127, 0, 1):
            c.hub.stop()
            await hal.inject(GEAR, gear)
            c.hub.start()
            await eventually(lambda gear=gear: seen[-1:] == [gear])
            await eventually(lambda: "lamps" in c.hub.hub.calls.services)


CRASHING = """
import asyncio, os, sys
from pathlib import Path
from carservices.bus import Car

async def main():
    car = await Car.connect(Path(sys.argv[1]), name="frail", token=sys.argv[2])
    car.publish("frail.state", 1)
    await car.serve("frail", lambda caller, method, params: asyncio.Event().wait())
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_process_is_noticed_at_once_and_may_return_at_once():
    async with car() as c:
        arguments = [sys.executable, "-c", CRASHING, str(c.run_dir), token_for(c._secret, "frail")]
        seen = []
        await c.watch_topic("frail.state", seen.append)
        for _ in range(2):
            process = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
            assert await process.stdout.readline() == b"up\n"
            await eventually(lambda: seen[-1:] == [1])
            waiting = asyncio.create_task(c.call("frail", "anything"))
            await eventually(lambda: c.hub.hub.calls.pending)
            process.kill()
            with pytest.raises(CallError, match="has stopped"):
                await waiting
            await eventually(lambda: seen[-1:] == [None])
            await process.wait()


async def test_a_client_of_another_launch_is_refused_with_the_reason():
    async with car() as c:
        with pytest.raises(NotConnected, match="refused 'shell': its token is of another launch"):
            await Car.connect(c.run_dir, name="shell", token="0" * 64)
        with pytest.raises(NotConnected, match="refused 'shell'"):
            await Car.connect(c.run_dir, name="shell", token=token_for(c._secret, "tool"))
        assert (await c.call("hub", "top"))["refused"] >= 2


async def test_a_client_whose_version_the_hub_does_not_speak_is_told_so(monkeypatch):
    async with car() as c:
        monkeypatch.setattr(wire, "VERSION", 0)
        with pytest.raises(NotConnected, match="refused 'tool': version 0 is not spoken here"):
            await Car.connect(c.run_dir)


async def test_without_a_car_the_error_says_what_to_start(tmp_path, monkeypatch):
    monkeypatch.delenv("CARSERVICES_RUN_DIR", raising=False)
    with pytest.raises(NotConnected, match="no car to connect to"):
        await Car.connect()
    with pytest.raises(NotConnected, match="start one with"):
        await Car.connect(str(tmp_path))
    with pytest.raises(NotConnected, match="no hub answers"):
        await Car.connect(tmp_path, token="0" * 64, timeout=0.05)
