"""12 V system."""

import pytest

from carservices_emulator.model.lowvoltage import CONVERTER_EFFICIENCY, LowVoltage


def after(seconds, load, *, converter, battery=None):
    battery = battery or LowVoltage(50)
    for _ in range(seconds):
        battery.step(1.0, load, converter=converter)
    return battery


def test_the_converter_holds_the_voltage_and_fills_the_battery():
    battery = LowVoltage(50, charge=0.6)
    after(7200, 300.0, converter=True, battery=battery)
    assert battery.voltage == pytest.approx(14.2, abs=0.05)
    assert battery.charge > 0.9
    assert battery.converter_input == pytest.approx(300.0 / CONVERTER_EFFICIENCY, rel=0.1)


def test_a_sleeping_car_lasts_for_weeks_but_a_lit_one_does_not():
    assert after(14 * 24, 0.3 * 3600, converter=False).charge > 0.3  # hours in steps of a second: load times 3600
    flat = after(3 * 3600, 200.0, converter=False)
    assert (flat.charge, flat.current, flat.voltage) == (0.0, 0.0, 0.0)


def test_a_weak_battery_sags_even_with_the_car_on_and_a_new_one_does_not():
    battery = LowVoltage(50)
    battery.weaken()
    assert after(10, 240.0, converter=True, battery=battery).voltage < 11.8
    battery.renew(50)
    assert after(10, 240.0, converter=True, battery=battery).voltage > 14.0


def test_what_leaves_the_converter_is_used_or_stored():
    battery = LowVoltage(50, charge=0.7)
    battery.step(1.0, 400.0, converter=True)
    output = battery.converter_input - battery.converter_loss
    assert output == pytest.approx(400.0 + battery.voltage * battery.current)
