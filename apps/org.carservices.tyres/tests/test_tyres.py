"""Tyres & care shows what the car says, warns once, and remembers the rotation."""

import pytest

FRONT_LEFT = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
DRIVEN = "Vehicle.TraveledDistance"


@pytest.fixture
def car(app_car):
    app_car[FRONT_LEFT] = 240
    app_car[DRIVEN] = 5_000_000
    app_car.start()
    return app_car


def test_pressures_are_shown_as_they_change(car):
    assert car.rows[0] == ("Front left", "240 kPa")
    car[FRONT_LEFT] = 233
    assert car.rows[0] == ("Front left", "233 kPa")
    car[FRONT_LEFT] = None
    assert car.rows[0] == ("Front left", "–")


def test_a_low_tyre_is_marked_and_said_once(car):
    for pressure in (199, 180, 240, 190):
        car[FRONT_LEFT] = pressure
    assert [(n.title, n.text) for n in car.notifications] == [("A tyre is low", "199 kPa")]
    assert car.screen.rows[0].badge == "low"


def test_german_with_the_units_of_the_person(car):
    car.context(language="de", units={"pressure": "bar"})
    assert car.screen.title == "Reifen"
    assert car.rows[0] == ("Vorn links", "2,4 bar")


def test_the_rotation_is_remembered(car):
    car.tap("Care")
    assert car.rows == [("Rotate the tyres", "Tap the button when it was done last")]
    car.tap("Rotated today")
    assert car.rows == [("Rotate the tyres", "in 10000 km")]
    car[DRIVEN] = 7_500_000
    assert car.rows == [("Rotate the tyres", "in 7500 km")]
    car.start()
    car.tap("Care")
    assert car.rows == [("Rotate the tyres", "in 7500 km")]


def test_without_a_mileage_nothing_is_to_be_tapped(app_car):
    app_car.start()
    app_car.tap("Care")
    assert "see Settings, Apps" in app_car.rows[0][1]
    assert app_car.screen.buttons == ()
