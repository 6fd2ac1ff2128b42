"""python-OBD at our gateway and our HAL at ELM327-emulator, from an environment of their own (tests/foreign/run).

One is GPL, the other for non-commercial use: they run as programs of their own and are never imported here.
"""

import asyncio
import os
import socket
import subprocess

import pytest

from carservices.hal import HalError
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_hal.obd.gateway import Gateway
from carservices_hal.obd.hal import ObdHal, ObdOptions

PYTHON = os.environ.get("CARSERVICES_OBD_PYTHON")
pytestmark = pytest.mark.skipif(not PYTHON, reason="run tests/foreign/run")
SPEED, VIN = "Vehicle.Speed", "Vehicle.VehicleIdentification.VIN"
READS = """
import sys, obd
car = obd.OBD(sys.argv[1], baudrate=38400, timeout=5)
for name in ("SPEED", "CONTROL_MODULE_VOLTAGE", "VIN", "GET_DTC"):
    print(name, car.query(obd.commands[name]).value)
car.close()
"""


async def test_python_obd_reads_the_emulated_car():
    hal = EmulatorHal(EmulatorOptions(scenario="parked"))
    async with car(hal) as c:
        await c.control("emulator", "fail", path="Vehicle.Exterior.AirTemperature")
        gateway = Gateway(c.car, "emulator")
        await gateway.start()
        while b"\x00\x70" not in (await c.control("emulator", "diagnose", to=0x7E0, data=b"\x03"))[0][1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the unit tests the sensor before it stores P0070
        async with gateway.serve_pty() as path:
            reading = await asyncio.create_subprocess_exec(
                PYTHON, "-c", READS, str(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            out, errors = await asyncio.wait_for(reading.communicate(), 40)
    said = dict(line.split(" ", 1) for line in out.decode().splitlines())
    assert said["SPEED"] == "0.0 kilometer_per_hour", errors.decode()
    assert said["CONTROL_MODULE_VOLTAGE"].endswith(" volt")
    assert "VF1RCB" in said["VIN"]
    assert "P0070" in said["GET_DTC"]


async def connected(hal):
    """The emulator takes a moment to listen."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await hal.open()
            except HalError:
                await asyncio.sleep(0.2)


async def test_elm327_emulator_is_read(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [PYTHON, "-m", "elm", "-n", str(port), "-s", "car", "-b", str(tmp_path / "log")]
    foreign = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    hal = ObdHal(ObdOptions(port=f"socket://127.0.0.1:{port}"))
    try:
        assert {SPEED, VIN} <= {config.path for config in await connected(hal)}
        values = {}
        async for batch in hal.events():
            values |= {value.path: value.value for value in batch}
            if {SPEED, VIN} <= values.keys():
                break
        assert values[VIN].startswith("WP0ZZZ")
        assert isinstance(values[SPEED], float)
        assert await hal.control("diagnose", {"to": 0x7E0, "data": b"\x01\x00", "timeout": 2.0})
    finally:
        await hal.close()
        foreign.terminate()
        await foreign.wait()
