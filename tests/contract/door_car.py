"""A car with its doors open, for the tests of each door."""

import asyncio
import contextlib

from carservices.hal import VirtualHal
from carservices.signals import Catalogue
from carservices.system.table import DOORS
from carservices.testing import car
from carservices_hal.doors.main import NAME, DoorOptions, open_doors

SPEED = "Vehicle.Speed"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
VIN = "Vehicle.VehicleIdentification.VIN"
AIR = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
"""In the catalogue, but no HAL of this car offers it."""


def hal() -> VirtualHal:
    catalogue = Catalogue.default()
    return VirtualHal.of(*(catalogue.config(path) for path in (SPEED, SEAT, VIN)))


@contextlib.asynccontextmanager
async def doors(source=None, **options):
    """The car, with this HAL, and the ports of its doors, by name."""
    given = {"doors": ["kuksa"], "kuksa_port": 0, "viss_port": 0, "open": "token_key" not in options}
    async with car(source or hal()) as c:
        door = await c.connect(NAME, DOORS)
        async with open_doors(door, DoorOptions.model_validate(given | options)) as addresses:
            yield c, {name: int(address.rpartition(":")[2]) for name, address in addresses.items()}


def serve(pipe):
    """A car with values and an open KUKSA door as the work of a process: sends its port, ends when it is told."""

    async def run():
        async with doors() as (c, ports):
            await c.inject(SPEED, 1.0)
            await c.inject(SEAT, 1)
            pipe.send(ports["kuksa"])
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())
