"""Who may do what on the bus: by name, proven at connect; reading, actuating, calling, publishing, controlling."""

import asyncio
import time

import msgpack
import pytest

from carservices.bus import CallError
from carservices.bus.identity import Grants
from carservices.bus.wire import NUL
from carservices.signals import Datatype, SignalConfig
from carservices.testing import car
from tests.contract.bench_car import AC, GEAR, SPEED, TEMP, bench, eventually, settled


async def denied(work):
    with pytest.raises(CallError) as refused:
        await work
    assert refused.value.code == "PERMISSION_DENIED", refused.value.message
    return refused.value.message


async def test_without_a_grant_nothing_is_there():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        nobody = await c.connect("nobody", Grants())
        assert await nobody.configs() == {}
        assert await nobody.get_all() == {}
        await denied(nobody.get(GEAR))
        await denied(nobody.watch([GEAR], lambda value: None))
        await denied(nobody.watch_topic("lamps.state", lambda state: None))
        await denied(nobody.last("lamps.state"))
        await denied(nobody.call("lamps", "switch"))
        await denied(nobody.inject(GEAR, 127))
        await denied(nobody.control("virtual", "fail", path=GEAR))
        await denied(nobody.call("hub", "audit", 5))


async def test_a_glob_is_filtered_and_an_outright_name_is_an_error():
    async with car(bench()) as c:
        await c.until(TEMP, 21.0)
        cabin = await c.connect("cabin", Grants(read=("Vehicle.Cabin.**", f"!{AC}")))
        seen = []
        watch = await cabin.watch(["Vehicle.**"], lambda value: seen.append(value.path))
        assert set(watch.paths) == {TEMP}
        assert GEAR in await denied(cabin.watch([TEMP, GEAR], lambda value: None))
        await denied(cabin.watch([AC], lambda value: None))
        await settled(cabin)
        assert set(seen) == {TEMP}


async def test_a_denied_watch_leaves_nothing_behind():
    async with car(bench()) as c:
        cabin = await c.connect("cabin", Grants(read=(TEMP,)))
        seen = []
        await denied(cabin.watch([TEMP, GEAR], seen.append))
        peer = next(p for p in c.hub.hub.broker.peers.values() if p.name == "cabin")
        assert not peer.topics


@pytest.mark.parametrize("topic", [GEAR, "Vehicle.Speed", "Vehicle.Speed@5~0", "Vehicle"])
async def test_no_frame_passes_a_subscription_that_was_not_granted(topic):
    """A client that goes round `watch` and subscribes its socket itself, with and without the terminator."""
    hal = bench()
    async with car(hal) as c:
        await c.watch([SPEED, GEAR], lambda value: None)
        spy = await c.connect("spy", Grants(read=("Vehicle.Sp",)))
        frames = []
        spy._link._topics.take = frames.append
        await spy.call("hub", "subscribe_states", ["Vehicle.Sp"])
        spy._link._topics.subscribe((topic.encode(), topic.encode() + NUL, b"", b"Vehicle.Sp"))
        await settled(spy)
        for gear in (127, 0, 1):
            await hal.inject(GEAR, gear)
            await hal.inject(SPEED, float(gear))
            await c.until(GEAR, gear)
        await settled(spy)
        assert frames == []


@pytest.mark.parametrize("name", ["Vehicle.Speed@5~0", "Vehicle.Speed@5~0!", SPEED])
async def test_a_stream_request_gives_no_signal(name):
    async with car(bench()) as c:
        await c.watch([SPEED], lambda value: None)
        spy = await c.connect("spy", Grants(read=("Vehicle.*", f"!{SPEED}")))
        granted = await spy.call("hub", "subscribe_states", [name])
        assert granted == [["PERMISSION_DENIED"]]
        await denied(spy.last(name))


async def test_a_service_speaks_only_below_its_own_name():
    async with car() as c:
        lamps, spy = await c.connect("lamps"), await c.connect("spy")
        seen = []
        await c.watch_topic("lamps.state", seen.append)
        spy.publish("lamps.state", "false")
        spy.publish("lampsx", "false")
        spy.publish(GEAR, 127)
        await eventually(lambda: c.hub.hub.broker.garbage == 3)
        lamps.publish("lamps.state", "true")
        await eventually(lambda: seen == ["true"])


async def test_a_flood_of_garbage_is_no_flood_of_lines(caplog):
    async with car() as c:
        spy = await c.connect("spy")
        for _ in range(1000):
            spy.push(b"?")
        await eventually(lambda: c.hub.hub.broker.garbage == 1000)
        assert 1 <= caplog.text.count("that nobody can read") < 500


async def test_only_its_own_process_provides_a_service_and_only_once():
    async with car() as c:
        lamps, spy, twin = await c.connect("lamps"), await c.connect("spy"), await c.connect("lamps")

        async def serve(caller, method, params):
            return [caller, method, params]

        await denied(spy.serve("lamps", serve))
        await lamps.serve("lamps", serve)
        with pytest.raises(CallError, match="already running"):
            await twin.serve("lamps", serve)
        assert await spy.call("lamps", "echo", {"x": 1}) == ["spy", "echo", {"x": 1}]
        await denied(spy.call("hub", "announce", []))


async def test_values_come_only_from_who_announced_them():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        spy = await c.connect("hal.spy")
        config = SignalConfig(path="Vehicle.Spy", datatype=Datatype.INT8).model_dump(mode="json")
        await spy.call("hub", "announce", [config])
        for index in (2, -1, 1):
            spy.push(b"V" + b"\x91\x94" + bytes([index % 256]) + b"\x05\x01\x00")
        await settled(spy)
        assert (await c.get(GEAR)).value == 126


async def test_who_has_withdrawn_a_signal_says_nothing_of_it_any_more():
    async with car() as c:
        spy = await c.connect("hal.spy")
        config = SignalConfig(path=GEAR, datatype=Datatype.INT8).model_dump(mode="json")
        await spy.call("hub", "announce", [config])
        await spy.call("hub", "announce", [None])
        await c.start_hal(bench())
        await c.until(GEAR, 126)
        spy.push(b"V" + b"\x91\x94" + b"\x00\x05" + msgpack.packb(time.monotonic_ns()) + b"\x00")
        await settled(spy)
        assert (await c.get(GEAR)).value == 126


async def test_who_is_no_hal_offers_only_the_signals_of_its_grants():
    async with car(bench()) as c:
        helper = await c.connect("helper", Grants(provide=("Vehicle.Spy.*",)))
        spy, other = (
            SignalConfig(path=path, datatype=Datatype.INT8).model_dump(mode="json")
            for path in ("Vehicle.Spy.A", "Vehicle.Other")
        )
        assert await helper.call("hub", "announce", [spy]) == []
        assert [hal["name"] for hal in await c.call("hub", "hals")] == ["virtual"]
        assert "Vehicle.Other" in await denied(helper.call("hub", "announce", [spy, other]))


async def test_control_reaches_the_hal_and_its_refusal_comes_back():
    async with car(bench()) as c:
        await c.control("virtual", "inject", path=GEAR, value=127)
        await c.until(GEAR, 127)
        with pytest.raises(CallError, match="knows inject"):
            await c.control("virtual", "dance")
        with pytest.raises(CallError, match="no HAL 'x' is running; running: virtual"):
            await c.control("x", "dance")
        with pytest.raises(CallError, match="knows inject"):
            await c.control("virtual", "status")
        for data in (b"\x22\xf1\x90", b"\x11\x01"):
            with pytest.raises(CallError, match="knows inject"):
                await c.control("virtual", "diagnose", to=0x7E0, data=data)
        audited = [entry for entry in c.hub.hub.audit.entries if entry["what"] == "control"]
        assert [entry["verb"] for entry in audited] == ["inject", "dance", "diagnose"], "what only looks is left out"
        assert "x11" in audited[-1]["arguments"]


async def test_a_grant_to_control_is_for_its_verbs():
    async with car(bench()) as c:
        await c.until(GEAR, 126)
        workshop = await c.connect("workshop", Grants(control=("hal.*.inject",)))
        await workshop.control("virtual", "inject", path=GEAR, value=127)
        await c.until(GEAR, 127)
        assert "hal.virtual.fail" in await denied(workshop.control("virtual", "fail", path=GEAR))
        await denied(workshop.inject(GEAR, 1))  # the hub's own verb is another one: hub.inject


async def test_grants_come_with_the_name_when_it_first_connects():
    async with car(bench()) as c:
        await c.until(TEMP, 21.0)
        one, other = await asyncio.gather(
            c.connect("one", Grants(read=(TEMP,))), c.connect("other", Grants(read=(AC,)))
        )
        assert set(await one.configs()) == {TEMP}
        assert set(await other.configs()) == {AC}
