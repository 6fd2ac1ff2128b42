"""The bus thread against a real car: values, streams, sets, calls, and a car that goes and comes back."""

import pytest

from carservices.api.driving import Driving, Motion, Restriction
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.service import DrivingService
from carservices.signals import Access, ChangeMode, Datatype, SignalConfig
from carservices.testing import car
from carservices_ui.link import MOVING_HZ, STANDING_HZ
from tests.ui.links import linked, outcome, until

SPEED, GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
CONFIGS = (
    SignalConfig(
        path=SPEED, datatype=Datatype.FLOAT, unit="km/h", change_mode=ChangeMode.CONTINUOUS, min_rate=1, max_rate=50
    ),
    SignalConfig(path=GEAR, datatype=Datatype.INT8, access=Access.READ_WRITE),
    SignalConfig(path=TEMPERATURE, datatype=Datatype.FLOAT, access=Access.READ_WRITE, unit="Celsius", min=16, max=28),
)
VALUES = {SPEED: 0.0, GEAR: 126, TEMPERATURE: 20.0}


async def test_values_sets_streams_and_calls():
    hal = VirtualHal.of(*CONFIGS, values=VALUES)
    async with car(hal, [DrivingService]) as c:
        with linked(c.run_dir) as store:
            await until(store, lambda: store.linked and store.get(TEMPERATURE) == 20.0)
            done = await outcome(store, lambda on: store.set(TEMPERATURE, 21.5, on))
            assert (done.ok, done.result.value) == (True, 21.5)
            refused = await outcome(store, lambda on: store.set(TEMPERATURE, 99.0, on))
            assert not refused.ok
            assert "28" in refused.reason
            await until(store, lambda: store.stream("driving.state"))
            assert store.stream("driving.state").motion is Motion.PARKED
            said = await outcome(store, lambda on: store.call(Driving, "explain", on, restriction=Restriction.NO_VIDEO))
            assert said.ok
            assert said.result
            await c.kill_service("driving")
            await until(store, lambda: store.stream("driving.state") is None)
            gone = await outcome(store, lambda on: store.call(Driving, "explain", on, restriction=Restriction.NO_VIDEO))
            assert not gone.ok
            assert gone.reason


async def test_a_car_that_moves_is_watched_faster():
    hal = VirtualHal.of(*CONFIGS, values=VALUES)
    async with car(hal) as c:
        with linked(c.run_dir) as store:
            for speed, rate in ((0.0, STANDING_HZ), (50.0, MOVING_HZ), (0.0, STANDING_HZ)):
                await hal.inject(SPEED, speed)
                await until(store, lambda rate=rate: hal.rates.get(SPEED) == rate)
                await until(store, lambda speed=speed: store.get(SPEED) == speed)


async def test_a_car_that_goes_and_comes_back():
    hal = VirtualHal.of(*CONFIGS, values=VALUES)
    async with car(hal) as c:
        with linked(c.run_dir) as store:
            await until(store, lambda: store.get(TEMPERATURE) == 20.0)
            c.hub.stop()
            await until(store, lambda: not store.linked)
            assert store.get(TEMPERATURE) == 20.0
            c.hub.start()
            await until(store, lambda: store.linked)
            await hal.inject(TEMPERATURE, 22.0)
            await until(store, lambda: store.get(TEMPERATURE) == 22.0)
            await c.kill_hal("virtual")
            await until(store, lambda: store.get(TEMPERATURE) is None)


async def test_what_is_under_way_ends_with_the_link():
    hal = VirtualHal.of(*CONFIGS, values=VALUES)
    async with car(hal) as c:
        with linked(c.run_dir) as store:
            await until(store, lambda: store.get(TEMPERATURE) == 20.0)
            answers = []
            store.call(Driving, "no_such_call", answers.append)
            await until(store, lambda: answers)
            store.set(TEMPERATURE, 21.0, answers.append)
        store.drain()
    assert not answers[0].ok


def test_without_a_car_it_waits_and_can_be_closed(tmp_path):
    with linked(tmp_path) as store:
        store.drain()
        assert not store.linked


@pytest.mark.parametrize("ask", ["set", "call"])
async def test_without_a_car_asking_is_refused(tmp_path, ask):
    with linked(tmp_path) as store:
        arguments = {"set": (TEMPERATURE, 20.0), "call": (Driving, "outcomes")}[ask]
        refused = await outcome(store, lambda on: getattr(store, ask)(*arguments, on))
        assert (refused.ok, refused.reason) == (False, "")
