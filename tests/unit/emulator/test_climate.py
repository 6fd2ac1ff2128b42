"""Cabin, heating, cooling."""

import pytest

from carservices_emulator.model.climate import MAX_HEAT, Climate
from carservices_emulator.weather import Weather


def settled(ambient, *, heat_pump=True, seconds=3600, sun=0.0, openness=0.0, **controls):
    climate = Climate(ambient, heat_pump=heat_pump)
    climate.driver.fan = climate.passenger.fan = controls.pop("fan", 60)
    for name, value in controls.items():
        setattr(climate, name, value)
    for _ in range(seconds):
        climate.step(1.0, Weather(temperature=ambient, sun=sun), 14.0, 1, openness)
    return climate


@pytest.mark.parametrize(("ambient", "sun", "fan"), [(-10, 0, 60), (5, 100, 60), (20, 300, 60), (34, 900, 100)])
def test_the_cabin_reaches_its_set_point(ambient, sun, fan):
    assert settled(ambient, sun=sun, fan=fan).air == pytest.approx(21.0, abs=0.6)


def test_two_zones_meet_in_the_middle():
    climate = Climate(10.0, heat_pump=True)
    climate.driver.temperature, climate.passenger.temperature = 24.0, 20.0
    assert climate.target == 22.0


def test_without_the_compressor_summer_stays_hot():
    assert settled(34, sun=900, compressor=False).air > 36.0


def test_a_heat_pump_needs_less_than_a_heater_and_both_less_than_they_give_out():
    pump, heater = settled(0), settled(0, heat_pump=False)
    assert 0 < pump.power < 0.6 * heater.power
    assert pump.thermal <= MAX_HEAT
    assert heater.power > heater.thermal


def test_recirculation_saves_heat():
    assert settled(0, recirculation=True).power < 0.7 * settled(0).power


def test_off_means_no_power_and_the_cabin_drifts_to_the_outside():
    climate = settled(5, on=False)
    assert climate.power == climate.blower == 0.0
    assert climate.air < 12.0


def test_fan_zero_is_off_but_the_defroster_blows():
    assert settled(0, fan=0).power == 0.0
    assert settled(0, fan=0, front_defroster=True).blower > 30.0


def test_the_automatic_blows_hard_until_it_is_warm_and_a_hand_ends_it():
    start = settled(-5, auto=True, seconds=5)
    assert start.driver.fan == 100
    assert start.driver.distribution == "DOWN"
    later = settled(-5, auto=True)
    assert later.air == pytest.approx(21.0, abs=1.0)
    assert later.driver.fan <= 35


def test_the_automatic_warms_from_below_also_where_the_fan_is_right_already():
    assert settled(18.5, auto=True, fan=45, seconds=1).driver.distribution == "DOWN"


def test_open_windows_cost_heat():
    assert settled(0, openness=0.5).air < settled(0).air - 1.0


def test_the_sun_heats_a_parked_car():
    assert settled(25, on=False, sun=900).air > 33.0
