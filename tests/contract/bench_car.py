"""The little car of the bus and hub tests: one signal of each kind, and waiting for what must come."""

import asyncio

from carservices.hal.virtual import VirtualHal
from carservices.signals import Access, ChangeMode, Datatype, SignalConfig

SPEED = "Vehicle.Speed"
VIN = "Vehicle.VehicleIdentification.VIN"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
TEMP = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
HORN = "Vehicle.Body.Horn.IsActive"
RANGE = "Vehicle.Powertrain.Range"

SIGNALS = (
    SignalConfig(
        path=SPEED,
        datatype=Datatype.FLOAT,
        change_mode=ChangeMode.CONTINUOUS,
        min=0,
        max=250,
        min_rate=1,
        max_rate=5,
        unit="km/h",
    ),
    SignalConfig(path=VIN, datatype=Datatype.STRING, change_mode=ChangeMode.STATIC),
    SignalConfig(path=GEAR, datatype=Datatype.INT8, allowed=(-1, 0, 1, 126, 127)),
    SignalConfig(
        path=TEMP, datatype=Datatype.FLOAT, access=Access.READ_WRITE, min=16, max=28, allowed=(), unit="Celsius"
    ),
    SignalConfig(path=AC, datatype=Datatype.BOOLEAN, access=Access.READ_WRITE),
    SignalConfig(path=HORN, datatype=Datatype.BOOLEAN, access=Access.WRITE),
    SignalConfig(path=RANGE, datatype=Datatype.UINT32),
)
VALUES = {SPEED: 0.0, VIN: "WVWZZZE1ZMP000001", GEAR: 126, TEMP: 21.0, AC: False}
PATIENCE = 20.0
"""Seconds; long, because only a broken car uses them up."""


def bench(hal: type[VirtualHal] = VirtualHal) -> VirtualHal:
    return hal.of(*SIGNALS, values=VALUES)


async def eventually(condition) -> None:
    """Turn the loop until the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the conditions are lists the callbacks fill
            await asyncio.sleep(0.002)


async def settled(car) -> None:
    """All that was under way to this connection has arrived: the hub has answered after it."""
    for _ in range(3):
        await car.call("hub", "hals")
        await asyncio.sleep(0)
