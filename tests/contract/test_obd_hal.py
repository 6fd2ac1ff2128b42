"""The OBD HAL on an adapter that is our own ELM327, by TCP and on a terminal, with a car that answers a table."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from carservices.hal import HalError
from carservices.signals import Status
from carservices_hal.obd import hal as obd_hal
from carservices_hal.obd.adapter import messages
from carservices_hal.obd.elm import Elm
from carservices_hal.obd.hal import ObdHal, ObdOptions

SPEED, SOC = "Vehicle.Speed", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
VIN = "Vehicle.VehicleIdentification.VIN"
CAR = {
    "0100": "41000008 0001",  # speed, and more PIDs
    "0120": "412000000001",
    "0140": "414044000020",  # module voltage, ambient temperature, battery charge
    "010D": "410D32",
    "0142": "414237DC",
    "0146": "41463B",
    "015B": "415BC8",
    "0902": "490201" + b"VF1RCB00000000001".hex(),
    "222003": "622003030C",
}


@asynccontextmanager
async def adapter(car):
    """Where an adapter listens; every connection is a fresh ELM327."""

    async def ask(to, data, timeout):
        answer = car.get(data.hex().upper()) if to in (0x7DF, 0x7E4) else None
        return [(0x7EC, bytes.fromhex(answer))] if answer else []

    talking = set()

    async def talk(reader, writer):
        talking.add(asyncio.current_task())
        elm = Elm(ask, lambda: 12.6)
        while data := await reader.read(256):
            writer.write((await elm.feed(data.decode())).encode())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"socket://{host}:{port}"
        await asyncio.wait(talking, timeout=20)


@asynccontextmanager
async def reading(car, **options):
    async with adapter(car) as port:
        hal = ObdHal(ObdOptions(port=port, **options))
        configs = {config.path: config for config in await hal.open()}
        events = hal.events()
        try:
            yield hal, configs, events
        finally:
            await hal.close()
            await events.aclose()


async def until(events, path, wanted):
    async with asyncio.timeout(20):
        async for batch in events:
            for value in batch:
                if value.path == path and wanted(value):
                    return value
    raise AssertionError(f"{path} never came so")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(obd_hal, "SLOW_SECONDS", 0.02)


async def test_it_offers_what_the_car_has_and_reads_it():
    async with reading(dict(CAR)) as (hal, configs, events):
        assert configs.keys() == {
            *(SPEED, SOC, VIN),
            "Vehicle.LowVoltageBattery.CurrentVoltage",
            "Vehicle.Exterior.AirTemperature",
        }
        values = {}
        while len(values) < len(configs):
            values |= {value.path: value.value for value in await anext(events)}
        assert values == {
            SPEED: 50.0,
            SOC: pytest.approx(78.43, abs=0.01),
            VIN: "VF1RCB00000000001",
            "Vehicle.LowVoltageBattery.CurrentVoltage": 14.3,
            "Vehicle.Exterior.AirTemperature": 19.0,
        }
        assert (await hal.health()).message == "ELM327 v1.5"


async def test_changes_come_and_what_does_not_answer_is_unavailable():
    car = dict(CAR)
    async with reading(car) as (hal, _, events):
        await hal.subscribe(SPEED, 10.0)
        car["010D"] = "410D64"
        await until(events, SPEED, lambda value: value.value == 100.0)
        del car["015B"]
        await until(events, SOC, lambda value: value.status is Status.UNAVAILABLE)
        car["015B"] = "415BFF"
        await until(events, SOC, lambda value: value.value == 100.0)


async def test_a_car_that_is_switched_off_ends_the_hal():
    car = dict(CAR)
    async with reading(car) as (_, _, events):
        await anext(events)
        car.clear()
        with pytest.raises(HalError, match="may be switched off"):
            async for _ in events:
                pass


async def test_units_behind_it_can_be_asked():
    car = dict(CAR)
    async with reading(car, ecus={"HVAC": 0x746}) as (hal, _, events):
        await anext(events)
        assert await hal.control("ecus", {}) == [
            {"name": "HVAC", "request": 0x746, "response": 0x74E},
            {"name": "ECU 7E4", "request": 0x7E4, "response": 0x7EC},
        ]
        asked = {"to": 0x7E4, "data": b"\x22\x20\x03", "timeout": 1.0}
        assert await hal.control("diagnose", asked) == [[0x7EC, bytes.fromhex("622003030C")]]
        assert await hal.control("diagnose", asked | {"to": 0x746}) == []
        assert len(await hal.control("diagnose", asked | {"to": 0x7DF, "data": b"\x09\x02"})) == 1
        with pytest.raises(HalError, match="at most 7 bytes"):
            await hal.control("diagnose", asked | {"data": bytes(8)})
        await hal.subscribe(SPEED, 10.0)
        car["010D"] = "410D33"
        await until(events, SPEED, lambda value: value.value == 51.0)


@pytest.mark.parametrize(
    ("car", "said"), [({}, "finds no car: switch the car on"), ({"0100": "7F0111"}, "")], ids=["off", "refuses"]
)
async def test_a_car_that_has_nothing_to_say(car, said):
    async with adapter(car) as port:
        hal = ObdHal(ObdOptions(port=port))
        if said:
            with pytest.raises(HalError, match=said):
                await hal.open()
        else:
            assert [config.path for config in await hal.open()] == [VIN]
        await hal.close()


async def test_no_adapter():
    with pytest.raises(HalError, match="cannot be opened"):
        await ObdHal(ObdOptions(port="/dev/no-such-port")).open()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["SEARCHING...", "7E8064100BE3FA813"], [(0x7E8, "4100BE3FA813")]),
        (["NO DATA"], []),
        (["7E810144902015646", "7E821"], []),  # ends too early
        (["7E81009490201AABBCC", "7E822DDEEFF"], []),  # a frame is missing
        (["7E81009490201AABBCC", "7E821DDEEFF0000"], [(0x7E8, "490201AABBCCDDEEFF")]),
        (["7E80741"], []),
        (["7E8", "", "?", "zz"], []),
    ],
)
def test_messages_are_whole_or_nothing(lines, found):
    assert messages(lines, wide=False) == [(source, bytes.fromhex(text)) for source, text in found]
