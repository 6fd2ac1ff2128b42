"""Traction battery: charge, voltage, limits, heat, age."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carservices_emulator.model.battery import TractionBattery
from carservices_emulator.profile import load_profile
from tests.unit.emulator.cars import MEGANE, PROFILES


def battery(charge=0.6, temperature=25.0, health=1.0, name=PROFILES[0]):
    return TractionBattery(load_profile(name).battery, charge, temperature, health)


@pytest.mark.parametrize("name", PROFILES)
def test_a_full_battery_holds_the_usable_energy(name):
    spec = load_profile(name).battery
    assert battery(1.0, name=name).energy == pytest.approx(spec.usable * 3.6e6, rel=1e-6)
    assert battery(1.0, health=0.8, name=name).energy == pytest.approx(0.8 * spec.usable * 3.6e6, rel=1e-6)


@given(st.floats(0.05, 1), st.floats(1, 100e3), st.floats(-10, 45))
def test_discharging_only_lowers_the_charge_and_charging_raises_it(charge, power, temperature):
    it = battery(charge, temperature)
    it.step(0.1, power)
    assert it.charge < charge
    lower = it.charge
    it.step(0.1, -power)
    assert it.charge >= lower


@given(st.floats(0.1, 0.9), st.floats(-120e3, 120e3), st.floats(-10, 45))
def test_terminal_power_is_what_was_asked_and_cells_pay_the_heat(charge, power, temperature):
    it = battery(charge, temperature)
    assume(power < 0.9 * it.open_circuit**2 / (4.0 * it.resistance))
    stored = it.energy
    it.step(1.0, power)
    assert it.power == pytest.approx(power, abs=1.0)
    assert stored - it.energy == pytest.approx(it.power + it.heat, rel=1e-3, abs=20.0)


def test_voltage_sags_under_load_and_rises_under_charge():
    it = battery()
    rest = it.open_circuit
    it.step(0.1, 80e3)
    assert it.voltage < rest
    it.step(0.1, -80e3)
    assert it.voltage > rest


def test_cold_and_low_charge_raise_the_resistance():
    warm, cold, low = battery(), battery(temperature=-10), battery(charge=0.02)
    assert cold.resistance / warm.resistance == pytest.approx(2.93, rel=0.02)
    assert low.resistance > 1.4 * warm.resistance


def test_age_raises_the_resistance():
    assert battery(health=0.8).resistance == pytest.approx(1.4 * battery().resistance)


@given(st.floats(0, 1), st.floats(-30, 60))
def test_the_discharge_limit_can_be_delivered(charge, temperature):
    it = battery(charge, temperature)
    limit = it.discharge_limit
    it.step(0.1, limit)
    assert it.power == pytest.approx(limit, rel=1e-6, abs=1e-3)


def test_a_full_battery_stays_full_and_an_empty_one_empty():
    full, empty = battery(1.0), battery(0.0)
    full.step(60.0, -50e3)
    empty.step(60.0, 10e3)
    assert (full.charge, empty.charge) == (1.0, 0.0)


def test_power_beyond_the_maximum_stays_at_it():
    it = battery(0.1, -20)
    it.step(0.01, 1e9)
    assert it.power == pytest.approx(it.open_circuit**2 / 4 / it.resistance, rel=0.01)


@pytest.mark.parametrize(
    ("charge", "temperature", "more"), [(0.6, -15, (0.6, 25)), (0.99, 25, (0.6, 25)), (0.6, 56, (0.6, 25))]
)
def test_regeneration_is_limited_by_cold_heat_and_a_full_battery(charge, temperature, more):
    assert battery(charge, temperature).regen_limit < 0.3 * battery(*more).regen_limit


def test_discharge_is_limited_when_nearly_empty_or_very_cold():
    assert battery(0.01).discharge_limit < 0.2 * battery().discharge_limit
    assert battery(temperature=-25).discharge_limit < 0.5 * battery().discharge_limit
    assert battery(0.0).discharge_limit == 0.0


def test_heat_warms_the_pack_and_time_ages_it():
    it = battery(temperature=20.0)
    for _ in range(3600):
        it.warm(1.0, 2000.0, 20.0)
    assert it.coolest < it.temperature - 0.5 < it.temperature + 0.5 < it.warmest
    assert it.temperature == pytest.approx(20.0 + 3600 * 2000 / (MEGANE.battery.mass * 1000.0), abs=1.0)
    year, hot = battery(), battery(temperature=35.0)
    for _ in range(365 * 24):
        year.warm(3600.0, 0.0, 25.0)
        hot.warm(3600.0, 0.0, 35.0)
    assert year.health == pytest.approx(0.99, abs=0.001)
    assert 1.0 - hot.health == pytest.approx(2.0 * (1.0 - year.health))
