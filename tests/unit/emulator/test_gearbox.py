"""Gear lever, parking brake and their interlocks."""

import pytest

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.commands import parse
from carservices_emulator.model.car import DRIVE, PARK
from carservices_emulator.model.charging import Plug
from tests.unit.emulator.cars import under_way, world

GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"


@pytest.fixture
def parked():
    return world()


@pytest.fixture
def driving():
    return under_way()


def refusal(simulation, path, value):
    with pytest.raises(SetError) as error:
        simulation.set(path, value)
    return error.value.code, error.value.blocking


def test_leaving_park_needs_the_brake(parked):
    assert refusal(parked, GEAR, 127) == (Code.NOT_AVAILABLE_SAFETY, "Vehicle.Chassis.Brake.PedalPosition")
    parked.do(parse("pedals", {"brake": 0.4}))
    parked.run(0.1)
    parked.set(GEAR, 127)
    assert parked.car.gear == DRIVE
    assert not parked.car.parking_brake


def test_park_and_reverse_need_a_standstill(driving):
    assert refusal(driving, GEAR, 126) == (Code.NOT_AVAILABLE_SPEED_HIGH, "Vehicle.Speed")
    assert refusal(driving, GEAR, -1) == (Code.NOT_AVAILABLE_SPEED_HIGH, "Vehicle.Speed")
    assert refusal(driving, "Vehicle.Chassis.ParkingBrake.IsEngaged", True)[0] is Code.NOT_AVAILABLE_SPEED_HIGH


def test_a_cable_keeps_the_car_in_park(parked):
    parked.world.plug(Plug("ac", 11e3))
    code, blocking = refusal(parked, GEAR, 127)
    assert code is Code.NOT_AVAILABLE_SAFETY
    assert blocking.endswith("IsChargingCableConnected")


def test_a_car_that_is_off_does_not_go_into_drive(parked):
    parked.world.ignition("OFF")
    assert refusal(parked, GEAR, 127) == (Code.NOT_AVAILABLE_DISABLED, "Vehicle.LowVoltageSystemState")


def test_no_cable_while_driving_and_no_switching_off(driving):
    for verb, arguments in (("plug", {"kind": "dc"}), ("ignition", {"state": "OFF"})):
        with pytest.raises(SetError):
            driving.do(parse(verb, arguments))


def test_a_person_drives_by_pedals_gear_and_steering(parked):
    parked.do(parse("gear", {"gear": "D"}))
    parked.do(parse("pedals", {"accelerator": 0.4}))
    parked.run(8)
    assert parked.car.road.speed > 5.0
    before = parked.world.place.heading
    parked.do(parse("pedals", {"accelerator": 0.1, "steering": 90}))
    parked.run(3)
    turned = (before - parked.world.place.heading) % 360
    assert 5 < turned < 120  # left positive: the heading falls
    assert parked.signals()["Vehicle.AngularVelocity.Yaw"] > 0
    parked.do(parse("pedals", {"accelerator": 0, "brake": 0.5, "steering": 0}))
    parked.run(10)
    assert parked.car.road.speed == 0.0
    parked.do(parse("gear", {"gear": "R"}))
    parked.do(parse("pedals", {"accelerator": 0.3, "brake": 0}))
    parked.run(3)
    assert parked.car.road.speed < -0.5
    assert parked.signals()["Vehicle.Body.Lights.Backup.IsOn"]


def test_park_lock_and_gear_are_one(parked):
    signals = parked.signals()
    assert signals["Vehicle.Powertrain.Transmission.IsParkLockEngaged"]
    assert signals[GEAR] == signals["Vehicle.Powertrain.Transmission.CurrentGear"] == PARK


def test_cruise_control_holds_its_speed_until_the_brake(driving):
    driving.run(20)
    driving.world.take_over()
    base = "Vehicle.ADAS.CruiseControl."
    driving.set(base + "IsActive", True)
    driving.set(base + "SpeedSet", 80.0)
    driving.run(60)
    assert driving.car.road.speed * 3.6 == pytest.approx(80, abs=2)
    driving.do(parse("pedals", {"brake": 0.2}))
    driving.run(0.2)
    assert not driving.signals()[base + "IsActive"]


def test_cruise_control_needs_thirty(parked):
    assert refusal(parked, "Vehicle.ADAS.CruiseControl.IsActive", True) == (
        Code.NOT_AVAILABLE_SPEED_LOW,
        "Vehicle.Speed",
    )


@pytest.mark.parametrize(("grip", "engaged"), [(0.9, False), (0.15, True)])
def test_ice_wakes_the_anti_slip_systems(driving, grip, engaged):
    driving.world.weather.grip = grip
    driving.do(parse("pedals", {"brake": 0.5}))
    driving.run(0.5)
    assert driving.signals()["Vehicle.ADAS.ABS.IsEngaged"] is engaged
    assert driving.car.road.acceleration > -9.81 * grip - 0.3  # regeneration, too, ends where the grip does
    driving.do(parse("pedals", {"brake": 0, "accelerator": 0.5}))
    driving.run(0.5)
    assert driving.signals()["Vehicle.ADAS.TCS.IsEngaged"] is engaged


def test_the_hill_start_assist_never_lets_it_roll_back(parked):
    parked.do(parse("gear", {"gear": "D"}))
    parked.do(parse("pedals", {"accelerator": 0.05, "brake": 0}))
    car = parked.car
    for _ in range(100):
        parked.step()
        car.grade = 0.15
        assert car.road.speed >= 0.0
    assert car.road.speed == 0.0
    parked.do(parse("pedals", {"accelerator": 0.8}))
    for _ in range(100):
        car.grade = 0.15
        parked.step()
    assert car.road.speed > 2.0


def test_a_car_at_rest_has_no_slip(driving):
    driving.world.weather.grip = 0.15
    driving.do(parse("pedals", {"brake": 1}))
    driving.run(0.5)
    assert driving.car.antilock_engaged
    driving.run(20)
    assert driving.car.road.speed == 0.0
    assert not driving.car.antilock_engaged
