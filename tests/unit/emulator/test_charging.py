"""Charging: curves of the published tests, limits, timers."""

from datetime import timedelta

import pytest

from carservices_emulator.model.charging import Plug
from carservices_emulator.scenario import Scenario
from carservices_emulator.simulation import EPOCH, Simulation
from tests.unit.emulator.cars import PROFILES, calm, world


def charge(profile, start, end, plug, *, temperature=26.0, limit=100):
    """Minutes from ``start`` to ``end`` percent."""
    simulation = world(profile, charge=start, battery_temperature=temperature)
    simulation.world.ignition("OFF")
    simulation.car.port.limit = limit
    simulation.world.plug(plug)
    while simulation.car.battery.charge < end / 100.0:
        simulation.run(10.0, 0.1)
        assert simulation.time < 8 * 3600
    return simulation.time / 60.0


@pytest.mark.parametrize(
    ("profile", "start", "end", "minutes"),
    [  # published: automobile-propre supertests (both Renaults), Fastned's average of 70 kW for the ID.3
        (PROFILES[0], 10, 80, (32, 40)),
        (PROFILES[1], 10, 80, (49, 58)),
        (PROFILES[1], 80, 90, (11, 15)),
        (PROFILES[1], 10, 99.5, (70, 87)),
        (PROFILES[2], 20, 80, (27, 33)),
    ],
)
def test_fast_charging_takes_as_long_as_published(profile, start, end, minutes):
    assert minutes[0] <= charge(profile, start, end, Plug("dc", 150e3)) <= minutes[1]


def test_ac_charging_is_bound_by_the_cars_charger_or_the_wall():
    slow, quick = (charge(PROFILES[2], 50, 55, Plug("ac", power)) for power in (3.7e3, 22e3))
    assert quick == pytest.approx(2.9 / 11 / 0.9 * 60, rel=0.1)
    assert slow == pytest.approx(2.9 / 3.7 / 0.9 * 60, rel=0.12)


def test_a_cold_battery_charges_slower():
    assert charge(PROFILES[1], 20, 40, Plug("dc", 50e3), temperature=0) > 1.5 * charge(
        PROFILES[1], 20, 40, Plug("dc", 50e3)
    )


@pytest.mark.parametrize("kind", ["ac", "dc"])
def test_at_a_station_even_a_frozen_battery_is_warmed_until_it_takes_something(kind):
    simulation = world(charge=20, temperature=-27, battery_temperature=-27)
    simulation.world.ignition("OFF")
    simulation.world.plug(Plug(kind, 11e3))
    simulation.run(600, 0.1)
    assert simulation.car.battery.temperature > -22
    assert simulation.car.port.power > simulation.car.auxiliary
    assert simulation.car.battery.charge >= 0.2  # at the station's cost, not the battery's


def test_it_stops_at_the_limit_and_starts_again_only_after_a_loss():
    simulation = world(charge=79.5, battery_temperature=25)
    simulation.world.plug(Plug("dc", 100e3))
    simulation.run(60)
    assert simulation.car.battery.charge == pytest.approx(0.80, abs=0.002)
    assert not simulation.car.port.charging
    simulation.car.battery.charge = 0.77
    simulation.run(5)
    assert simulation.car.port.charging


def test_a_cable_put_in_again_begins_a_session_even_close_to_the_limit():
    simulation = world(charge=79.5, battery_temperature=25)
    port = simulation.car.port
    simulation.world.plug(Plug("dc", 100e3))
    simulation.run(60)
    simulation.car.battery.charge = 0.79
    port.disconnect()
    assert (port.flap, port.locked, port.due, port.charging) == (False, False, False, False)
    simulation.run(5)
    simulation.world.plug(Plug("dc", 100e3))
    simulation.run(5)
    assert (port.flap, port.locked, port.due, port.charging) == (True, True, True, True)


@pytest.mark.parametrize(("kind", "amperes"), [("ac", 7.4e3 / 230.0), ("dc", 0.0)])
def test_a_session_counts_what_it_brings_and_loses(kind, amperes):
    simulation = world(charge=40, battery_temperature=25)
    port = simulation.car.port
    simulation.world.plug(Plug(kind, 7.4e3))
    simulation.run(600)
    assert port.power + port.loss == pytest.approx(7.4e3)
    assert port.phase_current == pytest.approx(amperes)
    assert port.duration == pytest.approx(600.0, abs=5.0)
    assert port.energy == pytest.approx(port.duration * port.power, rel=0.01)
    assert port.average_power == pytest.approx(port.power, rel=0.01)


def test_stop_and_start_obey():
    simulation = world(charge=40)
    path = "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging"
    simulation.world.plug(Plug("ac", 11e3))
    simulation.run(10)
    simulation.set(path, "STOP")
    simulation.run(2)
    assert not simulation.car.port.charging
    simulation.set(path, "START")
    simulation.run(2)
    assert simulation.car.port.charging


@pytest.mark.parametrize(("mode", "starts"), [("START_TIME", 600.0), ("END_TIME", None)])
def test_timers_delay_the_session(mode, starts):
    simulation = world(charge=76, battery_temperature=25)
    port = simulation.car.port
    simulation.world.plug(Plug("ac", 22e3))
    at = timedelta(seconds=starts or 3600.0)
    base = "Vehicle.Powertrain.TractionBattery.Charging.Timer."
    simulation.set(base + "Time", (EPOCH + at).isoformat())
    simulation.set(base + "Mode", mode)
    simulation.run(60, 0.1)
    assert not port.charging
    while not port.charging:
        simulation.run(10, 0.1)
    if starts:
        assert simulation.time == pytest.approx(starts, abs=15)
    else:
        simulation.run(at.total_seconds() - simulation.time, 0.1)
        assert simulation.car.battery.charge == pytest.approx(0.80, abs=0.01)


def test_the_forecast_comes_true():
    simulation = Simulation(scenario=calm(charge=30, battery_temperature=27))
    simulation.car.port.limit = 60
    simulation.world.plug(Plug("dc", 50e3))
    simulation.run(30)
    forecast = simulation.world.time_to_complete
    while simulation.car.port.charging:
        simulation.run(10, 0.1)
    assert simulation.time - 30 == pytest.approx(forecast, rel=0.08)


def test_preparing_the_battery_shortens_the_stop():
    def stop(*, prepare):
        story = {"name": "t", "start": {"charge": 20, "battery_temperature": 2}, "weather": {"temperature": 2}}
        simulation = Simulation(scenario=Scenario.model_validate(story))
        if prepare:
            simulation.set(
                "Vehicle.Powertrain.TractionBattery.BatteryConditioning.RequestedMode", "FAST_CHARGING_PREPARATION"
            )
        simulation.run(1500, 0.1)
        simulation.car.battery.charge = 0.15
        simulation.world.plug(Plug("dc", 150e3))
        begin = simulation.time
        while simulation.car.battery.charge < 0.5:
            simulation.run(10, 0.1)
        return simulation.time - begin

    assert stop(prepare=True) < 0.8 * stop(prepare=False)
