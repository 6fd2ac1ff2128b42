"""Motor, inverter, gear: limits, losses, regeneration, pedal map."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carservices_emulator.model.drive import FADE_END, FADE_START, MODES, DriveUnit
from carservices_emulator.profile import load_profile
from tests.unit.emulator.cars import MEGANE, PROFILES

NORMAL = MODES["NORMAL"]
UNITS = {name: DriveUnit(load_profile(name).drive) for name in PROFILES}
LOSSES = load_profile("vw-id3-58").drive.losses
speeds = st.floats(0.5, 44.0)


@given(st.sampled_from(PROFILES), speeds, st.floats(0, 1))
@example(PROFILES[0], 1.0, 1.0)
def test_force_keeps_torque_and_power_of_the_data_sheet(name, v, accelerator):
    unit = UNITS[name]
    force = unit.request(accelerator, v, 1700.0, NORMAL)
    unit.electrical(force, v)
    assert unit.torque <= unit.drive.torque * 1.001
    assert unit.output <= unit.power * 1.001


@given(st.sampled_from(PROFILES), speeds, st.floats(0, 200e3))
def test_regeneration_keeps_torque_power_and_what_the_battery_takes(name, v, battery):
    unit = UNITS[name]
    force = unit.max_regen(v, battery)
    electrical = unit.electrical(-force, v)
    assert -unit.torque <= unit.drive.regen_torque * 1.001
    assert -unit.output <= unit.drive.regen_power * 1e3 * 1.001
    assert -electrical <= battery * 1.001


def test_regeneration_fades_out_before_standstill():
    unit = UNITS[PROFILES[0]]
    forces = [unit.max_regen(v, 1e6) for v in (FADE_END, 1.5, 2.0, 2.5, FADE_START)]
    assert forces[0] == 0.0
    assert forces == sorted(forces)


@given(st.integers(-160_000, 160_000), speeds)
def test_losses_heat_in_both_directions(power, v):
    unit = UNITS[PROFILES[0]]
    force = power / v
    electrical = unit.electrical(force, v)
    assert unit.heat == pytest.approx(electrical - force * v)
    assert unit.heat >= 0.0


@pytest.mark.parametrize("kilowatts", [3.2, 16, 64, 160])
def test_efficiency_is_that_of_the_published_curve(kilowatts):
    unit = UNITS[PROFILES[0]]
    expected = {3.2: 0.86, 16: 0.92, 64: 0.95, 160: 0.93}[kilowatts]
    shaft = kilowatts * 1e3
    assert shaft / (shaft + unit.loss(shaft / (20.0 * unit.ratio), 20.0)) == pytest.approx(expected, abs=1e-3)


@given(st.sampled_from(sorted(zip(LOSSES.torque, LOSSES.watts, strict=True))), st.integers(0, len(LOSSES.speed) - 1))
def test_losses_are_those_of_the_published_map(row, column):
    unit = UNITS["vw-id3-58"]
    torque, watts = row
    speed = LOSSES.speed[column] / unit.rpm(1.0)
    assert unit.loss(torque, speed) == unit.loss(-torque, speed) == pytest.approx(watts[column])


def test_a_motor_that_turns_without_load_costs_more_the_faster_it_turns():
    unit = UNITS["vw-id3-58"]
    free = [unit.electrical(0.0, v) for v in (0.0, 10.0, 20.0, 40.0)]
    assert free[0] == 0.0
    assert free == sorted(set(free))


@given(speeds, st.floats(0.01, 1), st.sampled_from(sorted(MODES)))
def test_the_pedal_is_the_inverse_of_the_request(v, accelerator, name):
    unit, mode = UNITS[PROFILES[0]], MODES[name]
    force = unit.request(accelerator, v, 1700.0, mode)
    assert unit.request(unit.pedal(force, v, 1700.0, mode), v, 1700.0, mode) == pytest.approx(force, abs=1.0)


def test_modes_differ():
    unit = UNITS[PROFILES[0]]
    half = {name: unit.request(0.5, 15.0, 1700.0, mode) for name, mode in MODES.items()}
    assert half["SPORT"] > half["NORMAL"] > half["ECONOMY"] > half["SNOW"]


def test_a_hot_motor_is_derated_and_cooling_saves_it():
    unit = DriveUnit(MEGANE.drive)
    full = unit.max_force(10.0, NORMAL)
    unit.temperature = 170.0
    assert unit.max_force(10.0, NORMAL) < 0.3 * full
    for _ in range(1800):
        unit.warm(1.0, 0.0, 20.0)
    assert unit.temperature < 30.0


def test_nothing_pulls_beyond_top_speed():
    assert UNITS[PROFILES[1]].max_force(140 / 3.6, NORMAL) == 0.0
