"""Forces on the road and the step of the speed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_emulator.model.road import ROTATING, G, Road
from carservices_emulator.weather import Weather, air_density, air_pressure
from tests.unit.emulator.cars import MEGANE

MASS = MEGANE.resistance.mass


def road(speed=0.0):
    it = Road(MEGANE.resistance, MASS)
    it.set_air(Weather(temperature=20.0), 0.0)
    it.speed = speed
    return it


@pytest.mark.parametrize(
    ("temperature", "altitude", "density"),  # ICAO standard atmosphere, Doc 7488
    [(15.0, 0.0, 1.225), (8.5, 1000.0, 1.112), (2.0, 2000.0, 1.007)],
)
def test_air_is_that_of_the_standard_atmosphere(temperature, altitude, density):
    assert air_density(temperature, altitude) == pytest.approx(density, rel=2e-3)
    assert air_pressure(altitude) < 101326


@pytest.mark.parametrize("kmh", [50, 100, 130])
def test_power_at_constant_speed_is_the_hand_formula(kmh):
    v = kmh / 3.6
    by_hand = (MASS * G * 0.0101 + 0.5 * 1.2041 * 0.305 * 2.21 * v**2) * v
    assert road().load(v, 0.0, 0.0101, 0.0) * v == pytest.approx(by_hand, rel=1e-3)


def test_coasting_down_follows_the_analytic_solution():
    """dv/dt = -(a + b v²) has the closed form v = √(a/b) tan(atan(v0 √(b/a)) - t √(a b))."""
    it = road(speed=30.0)
    inertia = MASS + ROTATING * (MASS + 25.0)
    a = MASS * G * 0.0101 / inertia
    b = 0.5 * air_density(20.0, 0.0) * 0.305 * 2.21 / inertia
    for _ in range(60 * 50):
        it.step(0.02, 0.0, 0.0, 0.0, 0.0101, 0.0)
    expected = math.sqrt(a / b) * math.tan(math.atan(30.0 * math.sqrt(b / a)) - 60.0 * math.sqrt(a * b))
    assert it.speed == pytest.approx(expected, abs=0.02)


def test_head_wind_slows_and_tail_wind_pushes():
    assert road().drag(20.0, 5.0) > road().drag(20.0, 0.0) > road().drag(20.0, -5.0)
    assert road().drag(0.0, -10.0) < 0.0


def test_friction_stops_the_car_and_never_pushes_it_back():
    it = road(speed=1.0)
    for _ in range(100):
        it.step(0.05, 0.0, 8.0 * MASS, 0.0, 0.01, 0.0)
    assert it.speed == 0.0
    it.step(0.05, 0.0, 8.0 * MASS, 0.08, 0.01, 0.0)  # and holds on a slope
    assert it.speed == 0.0


def test_an_unbraked_car_rolls_down_the_slope():
    it = road()
    for _ in range(100):
        it.step(0.05, 0.0, 0.0, 0.05, 0.01, 0.0)
    assert it.speed < -1.0


@given(
    speed=st.floats(-10, 50),
    drive=st.floats(-8000, 8000),
    brake=st.floats(0, 15000),
    grade=st.floats(-0.2, 0.2),
    wind=st.floats(-15, 15),
    dt=st.sampled_from([0.01, 0.05, 0.1]),
)
def test_work_is_conserved_in_any_step(speed, drive, brake, grade, wind, dt):
    it = road(speed)
    step = it.step(dt, drive, brake, grade, 0.01, wind)
    spent = step.rolling + step.brake + step.air + step.grade + step.kinetic
    assert spent == pytest.approx(drive * step.distance, abs=1e-6 * (1 + abs(drive * step.distance) + it.inertia))
    assert step.rolling >= 0
    assert step.brake >= 0
