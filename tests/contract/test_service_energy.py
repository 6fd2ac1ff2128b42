"""The energy service on the bus: a drive fills the books, a reset and a restart do what they say."""

import time

import pytest

from carservices.api.energy import Energy, Sink
from carservices.hal.virtual import VirtualHal
from carservices.services.energy.integrator import BATTERY_POWER, CHARGING, IGNITION, MOTOR_POWER, SPEED
from carservices.services.energy.service import CAR_START, EnergyService
from carservices.signals import Catalogue
from carservices.testing import car


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    return tmp_path


def hal(**more):
    known = Catalogue.default()
    values = {SPEED: 108.0, BATTERY_POWER: -20_000.0, MOTOR_POWER: 18, CHARGING: False, IGNITION: "ON", **more}
    rates = {"min_rate": 1, "max_rate": 50}
    continuous = (SPEED, BATTERY_POWER)
    return VirtualHal.of(
        *(known.config(path, **(rates if path in continuous else {})) for path in values), values=values
    )


def driven(metres):
    return lambda trip: trip.distance_m > metres


async def test_a_drive_fills_the_books():
    async with car(hal(), [EnergyService]) as c:
        trip = await c.until_state(c.service(Energy).trip, driven(5))
        assert trip.energy_kwh * 3.6e6 == pytest.approx(20_000 * trip.duration_s)
        assert trip.distance_m == pytest.approx(30 * trip.duration_s)
        assert trip.drawn_kwh == pytest.approx(sum(trip.by_cause.values()))
        known = trip.energy_kwh - trip.by_cause.get(Sink.UNKNOWN, 0.0)
        assert trip.by_cause[Sink.DRIVE] == pytest.approx(0.9 * known)


async def test_reset_begins_a_new_trip():
    async with car(hal(), [EnergyService]) as c:
        energy = c.service(Energy)
        old = await c.until_state(energy.trip, driven(5))
        await energy.reset()
        new = await c.until_state(energy.trip, lambda trip: trip.start > old.start)
        assert new.distance_m <= 30 * (time.time() - new.start) + 1


async def test_switching_on_begins_a_new_trip():
    virtual = hal()
    async with car(virtual, [EnergyService]) as c:
        energy = c.service(Energy)
        old = await c.until_state(energy.trip, driven(5))
        await virtual.inject(IGNITION, "OFF")
        await virtual.inject(IGNITION, "ON")
        await c.until_state(energy.trip, lambda trip: trip.start > old.start)


async def test_a_trip_goes_on_after_a_restart_of_the_service():
    async with car(hal(), [EnergyService]) as c:
        energy = c.service(Energy)
        old = await c.until_state(energy.trip, driven(5))
        await c.kill_service("energy")
        await c.start_service(EnergyService)
        new = await c.until_state(energy.trip, driven(old.distance_m))
        assert new.start == old.start


async def test_a_car_that_started_at_another_time_is_on_another_trip():
    async with car(hal(**{CAR_START: "2026-03-01T08:00:00Z"}), [EnergyService]) as c:
        energy = c.service(Energy)
        old = await c.until_state(energy.trip, driven(5))
        await c.kill_hal("virtual")
        await c.start_hal(hal(**{CAR_START: "2026-03-01T08:00:00Z"}))
        same = await c.until_state(energy.trip, driven(old.distance_m))
        assert same.start == old.start
        await c.kill_hal("virtual")
        await c.start_hal(hal(**{CAR_START: "2026-03-02T07:00:00Z"}))
        await c.until_state(energy.trip, lambda trip: trip.start > old.start)


async def test_a_dead_hal_leaves_a_gap():
    async with car(hal(), [EnergyService]) as c:
        energy = c.service(Energy)
        before = await c.until_state(energy.trip, driven(5))
        await c.kill_hal("virtual")
        gone = await c.until_state(energy.trip, lambda trip: trip.unobserved_s > before.unobserved_s)
        later = await c.until_state(energy.trip, lambda trip: trip.unobserved_s > gone.unobserved_s)
        assert later.distance_m == gone.distance_m
