"""The KUKSA client HAL: a second car drives on the signals of the first, through its door."""

import contextlib
import json
import multiprocessing

import pytest

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")
pytest.importorskip("jwt", reason="needs the extra 'kuksa'")

from carservices.bus import SetFailed
from carservices.hal import HalError, tools
from carservices.signals import Code
from carservices.system.table import DOORS
from carservices.testing import car
from carservices_hal.doors.main import NAME, DoorOptions, open_doors
from carservices_hal.kuksa.hal import KuksaHal
from tests.contract.door_car import AIR, SEAT, SPEED, doors, hal, serve


def kuksa(port, **options):
    return KuksaHal(KuksaHal.Options(port=port, **options))


async def test_signals_of_a_databroker_are_ours_until_it_is_gone_and_when_it_is_back():
    async with car(hal()) as remote:
        door = await remote.connect(NAME, DOORS)
        await remote.inject(SPEED, 12.0)
        options = {"doors": ["kuksa"], "kuksa_port": 0, "open": True}
        async with contextlib.AsyncExitStack() as first:
            addresses = await first.enter_async_context(open_doors(door, DoorOptions.model_validate(options)))
            port = int(addresses["kuksa"].rpartition(":")[2])
            async with car(kuksa(port)) as c:
                await c.until(SPEED, 12.0)
                config = (await c.configs(SEAT))[SEAT]
                assert (config.datatype.value, config.unit, config.min, config.access.value) == (
                    "uint16",
                    "mm",
                    0,
                    "read_write",
                )
                handle = await c.set(SEAT, 333)
                assert (await handle.confirmed()).value == 333
                assert (await remote.get(SEAT)).value == 333
                with pytest.raises(SetFailed) as caught:
                    await c.set("Vehicle.Cabin.Seat.Row1.PassengerSide.Position", 1)  # nobody there takes it
                assert caught.value.code is Code.NOT_AVAILABLE
                await first.aclose()
                gone = await c.until(SPEED, None)
                assert gone.status.name == "UNAVAILABLE"
                await remote.inject(SPEED, 55.0)
                async with open_doors(door, DoorOptions.model_validate(options | {"kuksa_port": port})):
                    await c.until(SPEED, 55.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": 1}, "unavailable"),
        ({"paths": "Vehicle.Speed,Vehicle.Nope"}, "not found"),
        ({"token_file": "/nowhere/token"}, "cannot be read"),
        ({"ca": "/nowhere/ca.pem"}, "cannot be read"),
    ],
)
async def test_what_cannot_be_used_says_why(options, words):
    async with doors() as (_, ports):
        one = kuksa(**({"port": ports["kuksa"]} | options))
        with pytest.raises(HalError, match=words):
            await one.open()


def test_the_conformance_kit(capsys):
    """Against the door of a car in another process: the kit counts the threads and sockets of this one."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    remote = spawn.Process(target=serve, args=(theirs,))
    remote.start()
    try:
        assert ours.poll(50)
        tools.check("kuksa", {"port": ours.recv(), "paths": [SPEED, SEAT, AIR]}, as_json=True)
        report = json.loads(capsys.readouterr().out)
        assert report["level"] == "silver", [rule for rule in report["rules"] if rule["result"] == "failed"]
    finally:
        ours.send("end")
        remote.join()
        ours.close()
        theirs.close()
