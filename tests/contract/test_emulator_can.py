"""The emulated car through DBC, CAN and the CAN HAL: commands, refusals, broken sensors, a dead car."""

import asyncio
import tempfile
from contextlib import asynccontextmanager

import pytest
from can.interfaces import BACKENDS

from carservices.bus import SetFailed
from carservices.hal import HalError
from carservices.hal.registry import build
from carservices.signals import Code, Status
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_emulator.signals import CONFIGS
from carservices_hal.can.hal import CanHal
from tests.unit.can.fragile import FragileBus
from tests.unit.emulator.cancar import CarHal, options

SPEED = "Vehicle.Speed"
HVAC = "Vehicle.Cabin.HVAC.Station.Row1.Driver"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide"


@pytest.fixture
def bus(request):
    return {"interface": "virtual", "channel": request.node.name}


def emulated(bus):
    return EmulatorHal(EmulatorOptions(scenario="parked", can=bus))


@asynccontextmanager
async def can_car(bus):
    async with car(hal=[emulated(bus), CanHal(options(bus))]) as c:
        await c.until(SPEED, 0.0)
        yield c


async def status(c, path, wanted):
    seen = asyncio.Event()
    watch = await c.watch([path], lambda value: seen.set() if value.status is wanted else None)
    await asyncio.wait_for(seen.wait(), 20)
    await watch.close()


async def test_every_signal_is_there_and_has_a_value(bus):
    async with can_car(bus) as c:
        assert (await c.configs()).keys() == CONFIGS.keys()
        for path in CONFIGS:
            await c.until(path, lambda value: value is not None)


async def test_commands_go_out_as_frames_and_come_back_confirmed():
    with tempfile.TemporaryDirectory(prefix="can") as directory:
        bus = {"interface": "zmq", "channel": "car", "bus_options": {"directory": directory}}
        async with can_car(bus) as c:
            commands = ((f"{HVAC}.Temperature", 23.5), (f"{DOOR}.Window.Position", 20), (f"{DOOR}.IsLocked", False))
            for path, value in commands:
                handle = await c.set(path, value)
                assert (await handle.confirmed()).value == value


async def test_the_cars_refusal_comes_back_with_its_reason(bus):
    async with can_car(bus) as c:
        await (await c.set(f"{DOOR}.IsLocked", True)).confirmed()
        with pytest.raises(SetFailed, match="the car cannot do it now") as refused:
            await c.set(f"{DOOR}.IsOpen", True)
        assert refused.value.code is Code.NOT_AVAILABLE
        told = await c.control("emulator", "status")
        assert "the door is locked; unlock it first" in told["refusals"][-1]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [("silent", Status.UNAVAILABLE), ("error", Status.ERROR), ("out_of_range", Status.ERROR)],
)
async def test_a_broken_sensor_is_marked_and_its_neighbours_live(bus, mode, wanted):
    async with can_car(bus) as c:
        await c.control("emulator", "fail", path=f"{HVAC}.Temperature", mode=mode)
        await status(c, f"{HVAC}.Temperature", wanted)
        assert (await c.get(f"{HVAC}.FanSpeed")).status is Status.AVAILABLE
        await c.control("emulator", "clear")
        await status(c, f"{HVAC}.Temperature", Status.AVAILABLE)


async def test_a_control_unit_off_the_bus_is_missed_alone_and_comes_back(bus):
    async with can_car(bus) as c:
        await c.control("emulator", "disturb", ecu="HVAC", kind="off")
        assert (await c.control("emulator", "status"))["disturbances"] == {"HVAC": ["off"]}
        await status(c, f"{HVAC}.Temperature", Status.UNAVAILABLE)
        with pytest.raises(SetFailed) as unanswered:
            await c.set(f"{HVAC}.Temperature", 25.0)
        assert unanswered.value.code is Code.TRY_AGAIN
        assert (await c.get(SPEED)).value == 0.0
        await c.control("emulator", "disturb", ecu="HVAC", kind="off", on=False)
        await status(c, f"{HVAC}.Temperature", Status.AVAILABLE)


async def test_a_dead_car_is_missed_and_the_next_one_found(bus):
    async with can_car(bus) as c:
        await c.kill_hal("emulator")
        await status(c, SPEED, Status.UNAVAILABLE)
        await status(c, "Vehicle.CurrentLocation.Latitude", Status.UNAVAILABLE)
        await c.start_hal(emulated(bus))
        await c.until(SPEED, 0.0)


async def test_a_lost_bus_is_told_and_joined_again(monkeypatch):
    monkeypatch.setitem(BACKENDS, "fragile", (FragileBus.__module__, "FragileBus"))
    monkeypatch.setattr(FragileBus, "plugged", True)
    hal = CarHal(interface="fragile")
    await hal.open()

    async def health(good):
        async with asyncio.timeout(30):
            while not good(said := await hal.car.health()):  # noqa: ASYNC110 - health has no event
                await asyncio.sleep(0.01)
        return said

    sent = (await health(lambda said: said.figures["sent"] > 0)).figures["sent"]
    FragileBus.plugged = False
    lost = await health(lambda said: said.figures["dropped"] > 0)
    assert not lost.ok
    assert "unplugged" in lost.message
    FragileBus.plugged = True
    await health(lambda said: said.ok and said.figures["sent"] > sent)
    await hal.close()


async def test_a_recording_plays_onto_the_bus(bus, tmp_path):
    tape = tmp_path / "drive.jsonl"
    header = '{"format": "carservices-recording", "version": 1}\n'
    tape.write_text(header + f'[0, "{SPEED}", 42.5, 0]\n[1, "{SPEED}", 42.5, 0]\n')
    async with can_car(bus) as c:
        await c.control("emulator", "replay", file=str(tape))
        await c.until(SPEED, 42.5)
        await status(c, f"{HVAC}.Temperature", Status.UNAVAILABLE)
        with pytest.raises(SetFailed):
            await c.set(f"{HVAC}.Temperature", 25.0)


@pytest.mark.parametrize(
    ("can", "says"),
    [
        ("nosuch:bus", "no CAN bus with interface=nosuch channel=bus: .*check adapter"),
        ("", "no CAN bus with interface=: .*check adapter"),
    ],
)
async def test_a_bus_there_is_not(can, says):
    hal = build("emulator", EmulatorHal, {"can": can})
    with pytest.raises(HalError, match=says):
        await hal.open()
    await hal.close()


@pytest.mark.parametrize(
    ("verb", "arguments", "says"),
    [
        ("disturb", {"ecu": "RADIO", "kind": "off"}, "one of VCU, "),
        ("disturb", {"ecu": "VCU", "kind": "rust"}, "one of silent, "),
        ("record", {"file": "drive.jsonl"}, "CAN bus"),
    ],
)
async def test_what_the_car_on_can_does_not_take(bus, verb, arguments, says):
    hal = emulated(bus)
    await hal.open()
    with pytest.raises(HalError, match=says):
        await hal.control(verb, arguments)
    await hal.close()


async def test_without_can_there_is_no_bus_to_disturb():
    hal = EmulatorHal()
    await hal.open()
    with pytest.raises(HalError, match="--can"):
        await hal.control("disturb", {"ecu": "VCU", "kind": "off"})
    await hal.close()
