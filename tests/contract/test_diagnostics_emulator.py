"""The verbs diagnose and ecus of the emulator, asked over the car's bus."""

import pytest

from carservices.bus import CallError
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions


@pytest.fixture
async def asked():
    """A parked car, and a function that asks it in hexadecimal digits."""
    async with car(hal=EmulatorHal(EmulatorOptions(scenario="parked", speed=20))) as c:

        async def ask(to, data):
            answers = await c.control("emulator", "diagnose", to=to, data=bytes.fromhex(data), timeout=30)
            return [(source, answer.hex()) for source, answer in answers]

        yield c, ask


async def test_every_unit_answers_on_its_id(asked):
    c, ask = asked
    units = await c.control("emulator", "ecus")
    assert len(units) == 6
    for unit in units:
        ((source, answer),) = await ask(unit["request"], "22f190")
        assert source == unit["response"]
        assert bytes.fromhex(answer)[3:].decode() == (await c.get("Vehicle.VehicleIdentification.VIN")).value
    assert await ask(0x7DF, "3e00") == [(unit["response"], "7e00") for unit in units]
    assert await ask(0x123, "3e00") == []


async def test_a_repair_by_software(asked):
    """The window that lost its end stops: its code, the routine, and it moves again."""
    c, ask = asked
    window = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
    await c.control("emulator", "fault", name="window-reference")
    while "9a3054" not in str(await ask(0x745, "190208")):
        await c.control("emulator", "status")  # its test has to fail for a second
    await ask(0x745, "1003")
    assert await ask(0x745, "31010302") == [(0x74D, "7101030200")], "the final answer, after response pending"
    assert await ask(0x745, "149a3054") == [(0x74D, "54")]
    await c.set(window, 30)
    await c.until(window, 30)


async def test_what_cannot_be_asked_says_why(asked):
    c, _ = asked
    with pytest.raises(CallError, match="diagnose takes to"):
        await c.control("emulator", "diagnose", to=0x7E0)
