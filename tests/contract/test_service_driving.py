"""The driving service on the bus: from a signal to the published state, and back to full restriction."""

import pytest

from carservices.api.driving import Cause, Driving, Motion, Restriction
from carservices.bus import CallError
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.rules import PACKAGED
from carservices.services.driving.service import GEAR, SPEED, DrivingService
from carservices.signals import Catalogue
from carservices.testing import car

PARK, DRIVE = 126, 127


def hal(gear=PARK, speed=0.0, **gear_config):
    known = Catalogue.default()
    return VirtualHal.of(
        known.config(GEAR, **gear_config),
        known.config(SPEED, min_rate=1, max_rate=50),
        known.config("Vehicle.Chassis.ParkingBrake.IsEngaged"),
        values={GEAR: gear, SPEED: speed, "Vehicle.Chassis.ParkingBrake.IsEngaged": True},
    )


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    return tmp_path


async def until_motion(c, motion, cause):
    return await c.until_state(c.service(Driving).state, lambda s: (s.motion, s.cause) == (motion, cause))


async def test_parked_idling_moving():
    virtual = hal()
    async with car(virtual, [DrivingService]) as c:
        parked = await until_motion(c, Motion.PARKED, Cause.GEAR_IN_PARK)
        assert (parked.restrictions, parked.optimized_only) == (Restriction.BASELINE, False)
        await virtual.inject(GEAR, DRIVE)
        idling = await until_motion(c, Motion.IDLING, Cause.STANDING)
        assert (idling.restrictions, idling.optimized_only) == (Restriction.BASELINE, True)
        await virtual.inject(SPEED, 30.0)
        moving = await until_motion(c, Motion.MOVING, Cause.MOVING)
        assert moving.restrictions == Restriction.FULLY_RESTRICTED
        assert moving.since > idling.since > parked.since
        assert moving.limits.string_length == 80


async def test_a_dead_hal_restricts_everything():
    async with car(hal(), [DrivingService]) as c:
        await until_motion(c, Motion.PARKED, Cause.GEAR_IN_PARK)
        await c.kill_hal("virtual")
        lost = await until_motion(c, Motion.UNKNOWN, Cause.SPEED_UNKNOWN)
        assert lost.restrictions == Restriction.FULLY_RESTRICTED
        assert lost.reason == "The speed is not known, so everything is restricted."


async def test_without_any_hal_everything_is_restricted():
    async with car(services=[DrivingService]) as c:
        state = await until_motion(c, Motion.UNKNOWN, Cause.SPEED_UNKNOWN)
        assert state.restrictions == Restriction.FULLY_RESTRICTED


async def test_the_state_comes_back_after_a_hub_restart():
    async with car(hal(), [DrivingService]) as c:
        before = await until_motion(c, Motion.PARKED, Cause.GEAR_IN_PARK)
        c.hub.stop()
        c.hub.start()
        driving = c.service(Driving)
        await c.until_state(driving.state, lambda s: s.cause is Cause.GEAR_IN_PARK and s.since > before.since)


async def test_the_parking_brake_tells_in_a_car_whose_gears_have_no_park():
    async with car(hal(gear=0, allowed=(-1, 0, 1, 2, 3, 4, 5)), [DrivingService]) as c:
        await until_motion(c, Motion.PARKED, Cause.PARKING_BRAKE)


async def test_explain_and_outcomes():
    async with car(hal(gear=DRIVE, speed=50.0), [DrivingService]) as c:
        driving = c.service(Driving)
        await until_motion(c, Motion.MOVING, Cause.MOVING)
        said = await driving.explain(Restriction.NO_VIDEO)
        assert said == "Video is off because the car is moving. It ends when the car stops."
        assert {o.in_force for o in await driving.outcomes() if o.motion is Motion.MOVING} == {True}
        with pytest.raises(CallError) as caught:
            await driving.explain(Restriction.BASELINE)
        assert caught.value.code == "INVALID_ARGUMENT"


async def test_new_rules_are_taken_once_parked_and_kept():
    rules = PACKAGED.read_text().replace("string_length = 80", "string_length = 40")
    virtual = hal(gear=DRIVE)
    async with car(virtual, [DrivingService]) as c:
        driving = c.service(Driving)
        await until_motion(c, Motion.IDLING, Cause.STANDING)
        assert await driving.configure(rules) is False
        await virtual.inject(GEAR, PARK)
        await c.until_state(driving.state, lambda s: s.motion is Motion.PARKED and s.limits.string_length == 40)
        with pytest.raises(CallError, match=r"driving\.configure: depth") as caught:
            await driving.configure(rules.replace("depth = 3", "depth = 0"))
        assert caught.value.code == "INVALID_ARGUMENT"
    async with car(hal(), [DrivingService]) as c:
        await c.until_state(c.service(Driving).state, lambda s: s.limits.string_length == 40)
