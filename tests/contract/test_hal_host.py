"""The process of a HAL: what it says of itself, and what it says of a HAL that does not keep its word."""

import asyncio
import sys
import time

from carservices.hal import Hal, VirtualHal
from carservices.signals import SignalConfig, Value
from carservices.testing import car
from tests.contract.bench_car import TEMP, VALUES, bench, eventually

SPEED = SignalConfig(path="Vehicle.Speed", datatype="float")
RUN = (
    "import sys, pathlib; from carservices.hub.host import run_hal; run_hal(pathlib.Path(sys.argv[1]), sys.argv[2], {})"
)


class Ends(Hal):
    """Its events end after the first."""

    async def open(self):
        return [SPEED]

    async def events(self):
        yield [Value(SPEED.path, 1.0, time.monotonic_ns())]


async def test_health_that_fails_is_told_and_costs_no_value():
    class Ailing(VirtualHal):
        async def health(self):
            raise LookupError("no gauge")

    async with car(Ailing(bench().options)) as c:
        said = []
        watch = await c.watch_topic("hal.ailing.health", said.append)
        await eventually(lambda: said and said[-1])
        assert said[-1] == {"ok": False, "message": "health() failed: LookupError: no gauge", "figures": {}}
        await c.until(TEMP, VALUES[TEMP])
        await watch.close()


async def test_events_that_end_by_themselves_end_the_process_with_a_sentence():
    async with car() as c:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUN, str(c.run_dir), f"{__name__}:Ends", stderr=asyncio.subprocess.PIPE
        )
        _, said = await child.communicate()
    assert child.returncode == 1
    assert b"its events() ended, and nobody has closed it: yield values until close()" in said
