"""The CAN HAL on a bus with simulated ECUs: values, echoes, silence, bad frames, a lost adapter."""

import asyncio
import contextlib
import time

import can
import pytest
from can.interfaces import BACKENDS
from can.interfaces.virtual import VirtualBus

from carservices.hal import HalError, SetError
from carservices.hal.registry import build
from carservices.signals import Code, Status
from carservices.testing import car
from carservices_hal.can.hal import CanHal
from tests.unit.can.ecu import CLIMATE, COMMAND, HERE, STATE, Ecus, options
from tests.unit.can.fragile import FragileBus

SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


@pytest.fixture
async def bench(request, monkeypatch):
    monkeypatch.setitem(BACKENDS, "fragile", (FragileBus.__module__, "FragileBus"))
    monkeypatch.setattr(FragileBus, "plugged", True)
    ecus = Ecus(request.node.name)
    ecus.start()
    async with car(hal=CanHal(options(request.node.name, interface="fragile"))) as c:
        yield c, ecus
    ecus.stop()


async def status(c, path, wanted):
    seen = asyncio.Event()
    watch = await c.watch([path], lambda value: seen.set() if value.status is wanted else None)
    await asyncio.wait_for(seen.wait(), 20)
    await watch.close()


async def test_frames_become_values_and_commands_come_back_from_the_car(bench):
    c, ecus = bench
    await c.until(GEAR, 127)
    await c.until(SPEED, lambda speed: speed is not None and speed >= 50)
    handle = await c.set(TEMPERATURE, 22.3)  # the frame has steps of 0.5: 22.5 is what the ECU answers
    assert (await handle.confirmed()).value == 22.3
    assert ecus.climate["LEFT"] == 22.5
    ecus.climate["LEFT"] = 23.0
    await c.until(TEMPERATURE, 23.0)
    assert [frame[6] for frame in ecus.commands] == [0]


async def test_a_command_leaves_the_rest_of_its_frame_alone(bench):
    c, ecus = bench
    for path, value in ((TEMPERATURE, 25.0), ("Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", 70)):
        await (await c.set(path, value)).confirmed()
    assert (ecus.climate["LEFT"], ecus.climate["FAN"]) == (25.0, 70)


async def test_silence_makes_signals_unavailable_and_frames_bring_them_back(bench):
    c, ecus = bench
    await c.until(GEAR, 127)
    ecus.silent.add(STATE.key)
    await status(c, GEAR, Status.UNAVAILABLE)
    assert (await c.get(TEMPERATURE)).status is Status.AVAILABLE
    ecus.silent.clear()
    await c.until(GEAR, 127)


async def test_a_number_without_meaning_is_no_value(bench):
    c, ecus = bench
    ecus.state["GEAR"] = 15
    await status(c, GEAR, Status.UNAVAILABLE)
    ecus.climate["LEFT"] = 100
    await status(c, TEMPERATURE, Status.ERROR)


async def test_an_unplugged_adapter_and_its_return(bench):
    c, _ = bench
    await c.until(GEAR, 127)
    FragileBus.plugged = False
    await status(c, TEMPERATURE, Status.UNAVAILABLE)
    FragileBus.plugged = True
    await c.until(TEMPERATURE, 21.0)


@contextlib.asynccontextmanager
async def opened(hal):
    await hal.open()
    try:
        yield hal
    finally:
        await hal.close()


async def test_bad_frames_are_counted_and_nobody_hears_of_them(request):
    bus = can.Bus(request.node.name, "virtual", ignore_config=True)
    async with opened(CanHal(options(request.node.name))) as hal:
        for number, payload in (
            (CLIMATE.id, b"\x2a"),
            (STATE.id, bytes(7) + b"\x01"),
            (0x7FF, b""),
            (CLIMATE.id, bytes([42, 0, 7])),
        ):
            bus.send(can.Message(arbitration_id=number, is_extended_id=False, data=payload))
        bus.send(can.Message(is_error_frame=True))
        bus.send(can.Message(arbitration_id=CLIMATE.id, is_remote_frame=True, is_extended_id=False))
        batch = await anext(hal.events())
        assert {value.path.rpartition(".")[2]: value.value for value in batch} == {
            "Temperature": 21.0,
            "IsAirConditioningActive": False,
            "FanSpeed": 7,
        }
        figures = (await hal.health()).figures
        assert figures == {"frames": 4, "unknown": 1, "short": 1, "corrupt": 1, "invalid": 0, "errors": 1}
    bus.shutdown()


class LateBus(VirtualBus):
    """An adapter whose frames are on the way for a quarter of a second, or whose clock is not ours."""

    lag = 0.25

    def _recv_internal(self, timeout):
        message, filtered = super()._recv_internal(timeout)
        if message is not None:
            message.timestamp -= LateBus.lag
        return message, filtered


@pytest.mark.parametrize(("lag", "at_least"), [(0.25, 0.25), (1e6, 0), (-1e6, 0)])
async def test_a_value_has_the_time_of_its_frame(lag, at_least, request, monkeypatch):
    monkeypatch.setitem(BACKENDS, "late", (__name__, "LateBus"))
    monkeypatch.setattr(LateBus, "lag", lag)
    bus = can.Bus(request.node.name, "virtual", ignore_config=True)
    async with opened(CanHal(options(request.node.name, interface="late"))) as hal:
        bus.send(can.Message(arbitration_id=CLIMATE.id, is_extended_id=False, data=bytes(8)))
        batch = await anext(hal.events())
        assert at_least <= (time.monotonic_ns() - batch[0].timestamp) / 1e9 < 60
    bus.shutdown()


async def test_a_flood_is_counted_to_the_last_frame_and_the_car_stays_awake(request):
    bus = can.Bus(request.node.name, "virtual", ignore_config=True)
    async with opened(CanHal(options(request.node.name))) as hal:
        for number in range(9_000):
            bus.send(can.Message(arbitration_id=number % 0x100, is_extended_id=False, data=bytes(8)))
        await wait_for(hal, lambda health: health.figures["frames"] == 9_000)
        assert (await hal.health()).figures["unknown"] == 9_000
        values, events = {}, hal.events()
        while not {21.0, False, 7} <= {*values.values()}:  # what a busy machine hears too late is not taken for now
            bus.send(can.Message(arbitration_id=CLIMATE.id, is_extended_id=False, data=bytes([42, 0, 7])))
            values |= {value.path: value.value for value in await anext(events)}
    bus.shutdown()


async def test_error_frames_and_no_other_are_a_wrong_bit_rate(request):
    bus = can.Bus(request.node.name, "virtual", ignore_config=True)
    async with opened(CanHal(options(request.node.name))) as hal:
        bus.send(can.Message(is_error_frame=True))
        await wait_for(hal, lambda health: not health.ok)
        assert "no frame that is mapped; check the bit rate" in (await hal.health()).message
        bus.send(can.Message(arbitration_id=1, is_extended_id=False))
        await wait_for(hal, lambda health: health.ok)
    bus.shutdown()


async def wait_for(hal, wanted):
    for _ in range(4000):
        if wanted(await hal.health()):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


async def test_bus_off_is_told_and_left_behind(request):
    bus = can.Bus(request.node.name, "virtual", ignore_config=True)
    async with opened(CanHal(options(request.node.name, retry=60))) as hal:
        events = hal.events()
        bus.send(can.Message(arbitration_id=CLIMATE.id, is_extended_id=False, data=bytes(8)))
        await anext(events)
        bus.send(can.Message(is_error_frame=True, arbitration_id=0x40))
        assert {value.status for value in await anext(events)} == {Status.UNAVAILABLE}
        assert "bus-off" in (await hal.health()).message
        with pytest.raises(SetError, match="bus-off") as error:
            await hal.set(TEMPERATURE, 20.0)
        assert error.value.code is Code.NOT_AVAILABLE
    bus.shutdown()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dbc": "none.dbc"}, "none.dbc: cannot be read"),
        ({"mapping": "none.yaml"}, "none.yaml: cannot be read"),
        ({"interface": "nosuch"}, "no CAN bus with interface=nosuch channel=c: CAN interface 'nosuch' not supported"),
        ({"interface": "socketcan", "channel": "none"}, "no CAN bus with interface=socketcan channel=none"),
    ],
)
async def test_what_cannot_be_opened(change, says):
    given = options("c").model_dump() | change
    with pytest.raises(HalError, match=says):
        async with opened(build("can", CanHal, given)):
            pass


@pytest.fixture
async def cyclic(request, tmp_path):
    """The bench, but its climate control wants its command each 20 ms."""
    dbc, mapping = tmp_path / "cyclic.dbc", tmp_path / "cyclic.yaml"
    dbc.write_text((HERE / "bench.dbc").read_text() + f'BA_ "GenMsgCycleTime" BO_ {COMMAND.key} 20;\n')
    mapping.write_text((HERE / "bench.yaml").read_text().replace("HVAC_COMMAND: {", "HVAC_COMMAND: {hold_ms: HOLD, "))
    ecus = Ecus(request.node.name)
    ecus.start()

    def hal(hold):
        mapping.write_text(mapping.read_text().replace("HOLD", str(hold)))
        return CanHal(options(request.node.name, dbc=(str(dbc),), mapping=str(mapping), interface="fragile"))

    yield ecus, hal
    ecus.stop()


async def until(condition):
    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


@pytest.fixture
def fragile(monkeypatch):
    monkeypatch.setitem(BACKENDS, "fragile", (FragileBus.__module__, "FragileBus"))
    monkeypatch.setattr(FragileBus, "plugged", True)


async def test_a_cyclic_command_is_sent_on_with_a_new_seal_until_the_bus_is_lost(fragile, cyclic):
    ecus, hal = cyclic
    async with car(hal=hal(3_600_000)) as c:
        await (await c.set(TEMPERATURE, 25.0)).confirmed()
        await until(lambda: len(ecus.commands) > 20)
        await (await c.set(TEMPERATURE, 19.0)).confirmed()
        await until(lambda: ecus.commands[-1][0] == 38 and ecus.commands[-2][0] == 38)
        assert [frame[6] & 0xF for frame in ecus.commands] == [count % 16 for count in range(len(ecus.commands))]
        FragileBus.plugged = False
        await status(c, TEMPERATURE, Status.UNAVAILABLE)
        count = len(ecus.commands)
        FragileBus.plugged = True
        await c.until(TEMPERATURE, 19.0)
        assert len(ecus.commands) <= count + 1  # one may have been on its way


async def test_a_cyclic_command_ends_when_nobody_renews_it(fragile, cyclic):
    ecus, hal = cyclic
    async with car(hal=hal(50)) as c:
        await (await c.set(TEMPERATURE, 25.0)).confirmed()
        seen = []
        watch = await c.watch([SPEED], seen.append)
        await until(lambda: len(seen) > 10)  # 40 ms each
        await watch.close()
    assert 1 <= len(ecus.commands) <= 3
