"""The OBD gateway: an adapter by TCP and as a terminal, on units that answer recorded bytes."""

import asyncio
import os

import pytest

from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_hal.obd.gateway import Gateway
from carservices_hal.obd.hal import ObdHal, ObdOptions
from tests.contract.ecu_bench import BMS, SOC, EcuBench, ecu_bench

ANSWERS = {"0100": "4100BE3FA813", "010C": "410C1AF8", "222003": "622003030C"}


class ObdBench(EcuBench):
    """Everybody hears the functional id."""

    async def control(self, verb, arguments):
        if verb == "diagnose" and arguments["to"] == 0x7DF:
            return await super().control(verb, arguments | {"to": BMS})
        return await super().control(verb, arguments)


def bench():
    plain = ecu_bench({BMS: ANSWERS})
    return ObdBench(plain.options).setup(units={BMS: ANSWERS})


async def until_prompt(read):
    said = b""
    async with asyncio.timeout(20):
        while not said.endswith(b">"):
            said += await read()
    return said.decode()


async def test_a_session_by_tcp():
    async with car(bench()) as c:
        gateway = Gateway(c.car, "obdbench")
        async with await gateway.serve_tcp("127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            for line, said in (
                ("ATE0", "ATE0\rOK\r\r>"),
                ("ATRV", "0.0V\r\r>"),
                ("010C", "SEARCHING...\r41 0C 1A F8\r\r>"),
                ("ATSH7E4", "OK\r\r>"),
                ("22 20 03", "62 20 03 03 0C\r\r>"),
            ):
                writer.write(f"{line}\r".encode())
                assert await until_prompt(lambda: reader.read(256)) == said
            await c.kill_hal("obdbench")
            writer.write(b"010C\r")
            assert await until_prompt(lambda: reader.read(256)) == "NO DATA\r\r>"
            writer.close()
            await writer.wait_closed()


async def test_a_session_by_terminal():
    async with car(bench()) as c, Gateway(c.car, "obdbench").serve_pty() as path:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            os.write(terminal, b"ATE0\r")
            assert await until_prompt(lambda: asyncio.to_thread(os.read, terminal, 256)) == "ATE0\rOK\r\r>"
            os.write(terminal, b"010C\r")
            assert "41 0C 1A F8" in await until_prompt(lambda: asyncio.to_thread(os.read, terminal, 256))
        finally:
            os.close(terminal)


@pytest.mark.parametrize("rubbish", [b"\xff" * 5000, b"\r" * 300, b"AT" * 1000 + b"\r"])
async def test_rubbish_ends_nothing(rubbish):
    async with car(bench()) as c:
        reply = Gateway(c.car, "obdbench").session()
        await reply(rubbish)
        assert (await reply(b"\rATI\r")).endswith(b"ELM327 v1.5\r\r>")


async def test_our_own_hal_reads_the_emulated_car_through_a_terminal():
    async with car(EmulatorHal(EmulatorOptions(scenario="parked"))) as c:
        soc = (await c.get(SOC)).value
        async with Gateway(c.car, "emulator").serve_pty() as path:
            hal = ObdHal(ObdOptions(port=str(path)))
            try:
                assert {"Vehicle.Speed", SOC, "Vehicle.TraveledDistance"} <= {one.path for one in await hal.open()}
                values = {}
                async with asyncio.timeout(20):
                    async for batch in hal.events():
                        values |= {value.path: value.value for value in batch}
                        if SOC in values:
                            break
                assert values[SOC] == pytest.approx(soc, abs=0.5)
                names = [one["name"] for one in await hal.control("ecus", {})]
                assert names == ["ECU 7E0", "ECU 7E4"]
            finally:
                await hal.close()
