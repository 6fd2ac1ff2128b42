"""The climate screen: every control shows its signal and actuates it."""

import pytest

from carservices_ui.hvac import AUTO, HVAC, SEAT, WHEEL_HEAT
from carservices_ui.tokens import TARGET
from carservices_ui.units import HMI
from carservices_ui.widgets import Control
from tests.ui.fitting import LAYOUTS

STATION = f"{HVAC}.Station.Row1"
CAR = {
    f"{STATION}.Driver.Temperature": 21.5,
    f"{STATION}.Passenger.Temperature": 19.0,
    f"{STATION}.Driver.FanSpeed": 40,
    f"{STATION}.Passenger.FanSpeed": 60,
    f"{STATION}.Driver.AirDistribution": "MIDDLE",
    f"{STATION}.Passenger.AirDistribution": "DOWN",
    f"{SEAT}.DriverSide.HeatingCooling": 33,
    f"{SEAT}.PassengerSide.HeatingCooling": 0,
    WHEEL_HEAT: 100,
    AUTO: True,
    f"{HVAC}.IsAirConditioningActive": True,
    f"{HVAC}.IsRecirculationActive": False,
    f"{HVAC}.IsFrontDefrosterActive": False,
    f"{HVAC}.IsRearDefrosterActive": False,
    f"{HVAC}.AmbientAirTemperature": 20.4,
    "Vehicle.Exterior.AirTemperature": -3.0,
}


@pytest.fixture
def driver(drive):
    driver = drive()
    driver.put(CAR)
    driver.cockpit.show("climate")
    driver.frames(3)
    return driver


@pytest.fixture
def screen(driver):
    return driver.cockpit.screen


def test_shows_what_the_car_says(screen):
    zone = screen.zones["Driver"]
    assert (zone.temperature.value, zone.fan.value, zone.air.value, zone.seat.value) == (21.5, 40, "MIDDLE", 1)
    assert screen.zones["Passenger"].temperature.value == 19.0
    assert (screen.shared.inside.text, screen.shared.outside.text) == ("20°", "−3°")


@pytest.mark.parametrize(
    ("find", "path", "value"),
    [
        (lambda s: s.zones["Driver"].temperature.more, f"{STATION}.Driver.Temperature", 22.0),
        (lambda s: s.zones["Passenger"].temperature.less, f"{STATION}.Passenger.Temperature", 18.5),
        (lambda s: s.zones["Driver"].air.segments[2][1], f"{STATION}.Driver.AirDistribution", "DOWN"),
        (lambda s: s.zones["Driver"].auto, AUTO, False),
        (lambda s: s.zones["Driver"].seat, f"{SEAT}.DriverSide.HeatingCooling", 0),
        (lambda s: s.shared.wheel, WHEEL_HEAT, 67),
        (lambda s: s.shared.switches[f"{HVAC}.IsRecirculationActive"], f"{HVAC}.IsRecirculationActive", True),
    ],
)
def test_a_touch_actuates_the_signal(driver, screen, find, path, value):
    driver.tap(find(screen))
    driver.until(lambda: driver.car.sets)
    assert [(p, v) for p, v, _ in driver.car.sets] == [(path, value)]


def test_who_thinks_in_fahrenheit_sets_whole_degrees(driver, screen):
    driver.put({f"{HMI}.TemperatureUnit": "F", f"{STATION}.Driver.Temperature": 21.5})
    stepper = driver.cockpit.screen.zones["Driver"].temperature
    for plus, words, celsius in ((True, "72°", 22.22), (True, "73°", 22.78), (False, "72°", 22.22)):
        driver.tap(stepper.more if plus else stepper.less)
        assert stepper.label.text == words
        driver.until(lambda: driver.car.sets)
        assert driver.car.sets[-1][:2] == (f"{STATION}.Driver.Temperature", celsius)
        driver.answer()
        driver.put({f"{STATION}.Driver.Temperature": celsius})
        assert stepper.label.text == words
    driver.put({f"{STATION}.Driver.Temperature": 16.0})
    assert (stepper.label.text, stepper.less.disabled) == ("61°", True)


def test_a_refusal_is_told_and_taken_back(driver, screen):
    toggle = screen.shared.switches[f"{HVAC}.IsAirConditioningActive"]
    driver.tap(toggle)
    assert toggle.phase == "pending"
    driver.answer(ok=False, reason="The battery is low")
    assert toggle.value is True


def test_without_a_value_nothing_can_be_touched(driver, screen):
    driver.put({f"{STATION}.Driver.Temperature": None})
    assert not screen.zones["Driver"].temperature.usable


@LAYOUTS
def test_everything_fits(drive, layout):
    driver = drive(**layout)
    driver.put(CAR)
    driver.cockpit.show("climate")
    driver.frames(3)
    screen = driver.cockpit.screen
    for card in (*screen.zones.values(), screen.shared):
        for control in (w for w in card.walk(restrict=True) if isinstance(w, Control)):
            assert control.width >= TARGET - 1
            assert control.height >= TARGET - 1
            assert control.x >= card.x
            assert control.right <= card.right
            assert control.y >= card.y
            assert control.top <= card.top
