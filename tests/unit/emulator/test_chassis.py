"""Tyres and brakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_emulator.model.chassis import ATMOSPHERE, Chassis
from tests.unit.emulator.cars import MEGANE


def chassis(ambient=20.0):
    return Chassis(MEGANE.tyres, MEGANE.resistance, MEGANE.resistance.mass, ambient)


@given(st.floats(-30, 80))
def test_pressure_follows_temperature_by_gay_lussac(temperature):
    wheel = chassis().wheels["Row1.Wheel.Left"]
    cold = wheel.pressure + ATMOSPHERE
    wheel.temperature = temperature
    assert (wheel.pressure + ATMOSPHERE) / cold == pytest.approx((temperature + 273.15) / 293.15)


def test_a_winter_morning_lowers_the_pressure_by_a_tenth():
    assert chassis(-7.0).wheels["Row1.Wheel.Left"].pressure == pytest.approx(250 - 351 * 27 / 293, abs=1)


def test_tyres_warm_by_twenty_to_twenty_five_kelvin_at_80():
    it = chassis()
    v = 80 / 3.6
    for _ in range(3600):
        it.step(1.0, v, it.rolling * MEGANE.resistance.mass * 9.81 * v, 0.0, 20.0)
    assert 17 < it.wheels["Row2.Wheel.Right"].temperature - 20 < 28


def test_cold_tyres_roll_harder_and_warm_ones_as_published():
    cold = chassis(20.0).rolling
    it = chassis(25.0)
    v = 80 / 3.6
    for _ in range(3600):
        it.step(1.0, v, MEGANE.resistance.rolling * MEGANE.resistance.mass * 9.81 * v, 0.0, 25.0)
    assert it.rolling == pytest.approx(MEGANE.resistance.rolling, rel=0.01)
    assert cold > 1.15 * it.rolling


def test_a_leak_empties_one_tyre_until_it_warns():
    it = chassis()
    it.wheels["Row2.Wheel.Left"].leak = 1e-3
    for _ in range(300):
        it.step(1.0, 0.0, 0.0, 0.0, 20.0)
    assert [wheel.low for wheel in it.wheels.values()] == [False, False, True, False]
    assert it.rolling > chassis().rolling


def test_braking_wears_the_front_more_and_never_heals():
    it = chassis()
    for _ in range(100):
        it.step(1.0, 20.0, 0.0, 200e3, 20.0)
    assert it.wheels["Row1.Wheel.Left"].wear > it.wheels["Row2.Wheel.Left"].wear > 0.0
    it.wheels["Row1.Wheel.Left"].wear = 99.999
    it.step(1.0, 20.0, 0.0, 1e9, 20.0)
    assert it.wheels["Row1.Wheel.Left"].wear == 100.0
    assert it.wheels["Row1.Wheel.Left"].worn
