"""The emulated car on a CAN bus of one process, and the CAN HAL beside it."""

import asyncio
import itertools

from carservices.hal import Options
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_hal.can.hal import CanHal, CanOptions

CHANNELS = itertools.count()


def options(bus, **more):
    return CanOptions(dbc=("emulated",), mapping="emulated", **{"retry": 0.05} | bus | more)


class CarHal(CanHal):
    """For the conformance kit: the CAN HAL, and the car it talks to; `control` goes to the car."""

    Options = Options

    def __init__(self, given=None, interface="virtual"):
        bus = {"interface": interface, "channel": f"kit-{next(CHANNELS)}"}
        super().__init__(options(bus))
        self.car = EmulatorHal(EmulatorOptions(scenario="parked", can=bus))
        self.driving = None

    async def open(self):
        await self.car.open()
        configs = await super().open()
        self.driving = asyncio.create_task(self.drive())
        return configs

    async def drive(self):
        async for _ in self.car.events():
            pass

    async def control(self, verb, arguments):
        return await self.car.control(verb, arguments)

    async def close(self):
        await super().close()
        await self.car.close()
        driving, self.driving = self.driving, None
        if driving is not None:
            await driving
