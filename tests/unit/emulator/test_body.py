"""Doors, windows, lights, wipers, seats and what stands in their way."""

import pytest

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.commands import parse
from tests.unit.emulator.cars import under_way, world

DOOR = "Vehicle.Cabin.Door.Row1.DriverSide"
TRUNK = "Vehicle.Body.Trunk.Rear"
LIGHTS = "Vehicle.Body.Lights"
HVAC = "Vehicle.Cabin.HVAC"


@pytest.fixture
def parked():
    simulation = world()
    simulation.run(0.2)
    return simulation


@pytest.fixture
def driving():
    return under_way()


def locked(simulation):
    simulation.set(DOOR + ".IsLocked", True)


def fan_off(simulation):
    simulation.set(f"{HVAC}.Station.Row1.Driver.FanSpeed", 0)


def switched_off(simulation):
    simulation.world.ignition("OFF")


def child_lock(simulation):
    simulation.set("Vehicle.Cabin.IsWindowChildLockEngaged", True)


def trunk_locked(simulation):
    simulation.set(TRUNK + ".IsLocked", True)


def door_open(simulation):
    simulation.set(DOOR + ".IsOpen", True)


def nothing(simulation):
    """No preparation."""


@pytest.mark.parametrize(
    ("prepare", "path", "value", "code", "blocking"),
    [
        (locked, DOOR + ".IsOpen", True, Code.NOT_AVAILABLE, DOOR + ".IsLocked"),
        (door_open, DOOR + ".IsLocked", True, Code.NOT_AVAILABLE, DOOR + ".IsOpen"),
        (trunk_locked, TRUNK + ".IsOpen", True, Code.NOT_AVAILABLE, TRUNK + ".IsLocked"),
        (fan_off, HVAC + ".IsAirConditioningActive", True, Code.NOT_AVAILABLE_DISABLED, None),
        (switched_off, HVAC + ".Station.Row1.Driver.Temperature", 20.0, Code.NOT_AVAILABLE_DISABLED, None),
        (switched_off, DOOR + ".Window.Position", 50, Code.NOT_AVAILABLE_DISABLED, None),
        (child_lock, "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position", 50, Code.NOT_AVAILABLE_DISABLED, None),
        (nothing, LIGHTS + ".Fog.Front.IsOn", True, Code.NOT_AVAILABLE_DISABLED, LIGHTS + ".LightSwitch"),
        (nothing, LIGHTS + ".Beam.Low.IsOn", True, Code.ACCESS_DENIED, None),
        (nothing, "Vehicle.Speed", 10.0, Code.ACCESS_DENIED, None),
        (nothing, HVAC + ".Station.Row1.Driver.Temperature", 35.0, Code.INVALID_ARG, None),
        (nothing, "Vehicle.NoSuchSignal", 1, Code.INVALID_ARG, None),
        (nothing, "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging", "START", Code.NOT_AVAILABLE, None),
        (nothing, "Vehicle.Powertrain.TractionBattery.Charging.Timer.Time", "tomorrow", Code.INVALID_ARG, None),
    ],
)
def test_refusals_carry_code_and_cause(parked, prepare, path, value, code, blocking):
    prepare(parked)
    with pytest.raises(SetError) as error:
        parked.set(path, value)
    assert error.value.code is code
    if blocking:
        assert error.value.blocking == blocking
    assert "\n" not in error.value.reason


@pytest.mark.parametrize("path", [DOOR + ".IsOpen", TRUNK + ".IsOpen", "Vehicle.Body.Hood.IsOpen"])
def test_nothing_opens_while_driving(driving, path):
    with pytest.raises(SetError) as error:
        driving.set(path, True)
    assert (error.value.code, error.value.blocking) == (Code.NOT_AVAILABLE_SPEED_HIGH, "Vehicle.Speed")
    driving.set(path, False)


def test_a_window_takes_seconds(parked):
    parked.set(DOOR + ".Window.Position", 100)
    parked.run(1.0)
    halfway = parked.signals()[DOOR + ".Window.Position"]
    assert 10 < halfway < 50
    parked.run(4.0)
    assert parked.signals()[DOOR + ".Window.Position"] == 100


def test_a_seat_travels_and_the_tailgate_closes_by_motor(parked):
    seat = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
    parked.set(seat, 200)
    parked.set(TRUNK + ".IsOpen", True)
    parked.set(TRUNK + ".IsOpen", False)
    assert parked.car.body.moving
    parked.run(2.0)
    assert 200 < parked.signals()[seat] < 300
    assert parked.signals()[TRUNK + ".IsOpen"]
    parked.run(4.0)
    assert parked.signals()[seat] == 200
    assert not parked.signals()[TRUNK + ".IsOpen"]
    assert not parked.car.body.moving


def test_doors_lock_themselves_on_the_move_and_the_inner_handle_unlocks(driving):
    assert driving.signals()[DOOR + ".IsLocked"]
    driving.world.seat("parked")
    driving.run(15)
    driving.do(parse("door", {"door": "Row1.DriverSide"}))
    assert driving.signals()[DOOR + ".IsOpen"]


def test_automatic_lights_follow_the_daylight_with_hysteresis(parked):
    seen = []
    for light in (80, 30, 20, 30, 50):
        parked.world.weather.light = light
        parked.run(0.2)
        seen.append(parked.signals()[LIGHTS + ".Beam.Low.IsOn"])
    assert seen == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("switch", "low", "running", "parking"),
    [
        ("BEAM", True, False, True),
        ("DAYTIME_RUNNING_LIGHTS", False, True, False),
        ("POSITION", False, False, True),
        ("OFF", False, False, False),
    ],
)
def test_the_light_switch(parked, switch, low, running, parking):
    parked.set(LIGHTS + ".LightSwitch", switch)
    signals = parked.signals()
    lamps = [signals[f"{LIGHTS}.{lamp}.IsOn"] for lamp in ("Beam.Low", "Running", "Parking")]
    assert lamps == [low, running, parking]


@pytest.mark.parametrize(("rain", "wiping"), [(0, "OFF"), (5, "INTERVAL"), (15, "SLOW"), (45, "MEDIUM"), (90, "FAST")])
def test_the_rain_sensor_sets_the_wiper(parked, rain, wiping):
    parked.world.weather.rain = rain
    parked.run(0.2)
    assert parked.car.body.wiping == wiping


@pytest.mark.parametrize(("sensitivity", "wiping"), [(0, "INTERVAL"), (2, "SLOW"), (5, "MEDIUM")])
def test_a_keener_rain_sensor_wipes_earlier(parked, sensitivity, wiping):
    parked.set("Vehicle.Body.Windshield.Front.Wiping.Intensity", sensitivity)
    parked.world.weather.rain = 15
    parked.run(0.2)
    assert parked.car.body.wiping == wiping


def test_brake_lights_shine_for_pedal_and_strong_regeneration(driving):
    driving.do(parse("pedals", {"brake": 0.2}))
    driving.run(0.3)
    assert driving.signals()[LIGHTS + ".Brake.IsActive"] == "ACTIVE"
    driving.do(parse("pedals", {"brake": 0, "accelerator": 0.3}))
    driving.run(0.3)
    assert driving.signals()[LIGHTS + ".Brake.IsActive"] == "INACTIVE"


def test_consumers_load_the_12_volt_side(parked):
    parked.run(2)
    before = parked.car.low_voltage.load
    parked.set("Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling", 100)
    parked.set("Vehicle.Body.Windshield.Rear.IsHeatingOn", True)
    parked.set("Vehicle.Body.Windshield.Rear.Wiping.Mode", "SLOW")
    parked.run(2)
    assert parked.car.low_voltage.load == pytest.approx(before + 282.5, abs=1)


def test_lamps_left_on_drain_a_car_that_is_off_until_it_does_not_start(parked):
    parked.set(LIGHTS + ".LightSwitch", "POSITION")
    parked.set("Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling", 100)
    parked.world.ignition("OFF")
    parked.run(2)
    assert parked.car.low_voltage.load == pytest.approx(10.3, abs=0.1)  # nothing but lamps and clocks
    parked.car.low_voltage.charge = 0.0
    with pytest.raises(SetError, match="12 V battery is flat"):
        parked.world.ignition("ON")
    parked.world.seat("constant")
    parked.run(5)
    assert not parked.car.on
    assert parked.car.road.speed == 0.0
    parked.do(parse("fault", {"name": "weak-12v", "on": False}))
    parked.world.ignition("ON")


def test_the_trip_meter_resets(driving):
    meter = "Vehicle.TripMeterReading"
    assert driving.signals()[meter] > 100
    driving.set(meter, 0)
    assert driving.signals()[meter] == 0
