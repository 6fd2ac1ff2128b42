"""The driver on roads: limits, bends, stops, parking, position."""

import json
import math
import pickle

import pytest

from carservices.signals.earth import EARTH_RADIUS_M
from carservices_emulator.drivers.base import STANDING
from carservices_emulator.drivers.route import Route, load_trip
from carservices_emulator.drivers.trip import LATERAL
from carservices_emulator.model.car import PARK
from tests.unit.emulator.cars import world

NORTH = 0.009
"""Degrees of latitude in a kilometre, nearly."""


@pytest.fixture
def trip_file(tmp_path):
    """600 m north in a 50 zone, a stop, a right angle to the east, 500 m at 30, uphill by 5 %."""
    east = NORTH / math.cos(math.radians(53.0))
    points = [[53.0 + NORTH * i / 10, 13.0, 10.0] for i in range(7)]
    points += [[53.0 + 0.6 * NORTH, 13.0 + east * i / 10, 10.0 + 5.0 * i] for i in range(1, 6)]
    trip = {"name": "corner", "attribution": "© OpenStreetMap contributors", "from": "south", "to": "east"}
    file = tmp_path / "corner.json"
    file.write_text(json.dumps(trip | {"points": points, "limits": [[0, 50], [7, 30]], "stops": [[4, 8]]}))
    return file


def test_geometry(trip_file):
    route = Route(load_trip(trip_file))
    assert route.length == pytest.approx(1100, rel=0.01)
    assert route.curvature(300) == pytest.approx(0.0, abs=1e-6)
    assert route.turn(560) == 1
    assert route.turn(100) == 0
    speeds = route.speeds(LATERAL, 1.3)
    assert min(speeds) < 6.0
    assert max(speeds) == pytest.approx(50 / 3.6)


def test_a_road_is_kept_as_its_trip(trip_file):
    route = Route(load_trip(trip_file))
    content = pickle.dumps(route)
    assert len(content) < 1.2 * len(pickle.dumps(route.trip))
    assert vars(pickle.loads(content)) == vars(route)


def test_who_takes_over_in_a_turn_gets_no_forgotten_indicator(trip_file):
    simulation = world()
    simulation.world.seat("trip", trip=str(trip_file))
    lights = simulation.car.body.lights
    lights.right = True
    simulation.world.take_over()
    assert not lights.right
    lights.left = True
    simulation.world.seat("constant")
    assert lights.left  # set by hand: stays


def test_a_trip_keeps_the_rules_and_ends_parked(trip_file):
    simulation = world(charge=70)
    simulation.world.seat("trip", trip=str(trip_file), loop=False)
    driver, car, place = simulation.world.driver, simulation.car, simulation.world.place
    standing = lateral = 0.0
    indicated = False
    for _ in range(20 * 300):
        simulation.step()
        limit = 50 if driver.s < 695 else 30
        assert car.road.speed * 3.6 <= limit + 1.5, driver.s
        assert car.road.acceleration > -3.5
        lateral = max(lateral, car.road.speed**2 * abs(driver.route.curvature(driver.s)))
        standing += 0.05 * (car.road.speed < STANDING and 380 < driver.s < 410)
        indicated = indicated or car.body.lights.right
    assert standing == pytest.approx(8, abs=3)
    assert lateral < 1.6 * LATERAL
    assert indicated
    assert driver.done
    assert (car.gear, car.parking_brake, car.road.speed) == (PARK, True, 0.0)
    assert place.heading == pytest.approx(90, abs=2)
    assert place.altitude == pytest.approx(35, abs=1)


def test_a_loop_starts_again(trip_file):
    simulation = world(charge=70)
    simulation.world.seat("trip", trip=str(trip_file), loop=True)
    simulation.run(400)
    assert simulation.car.trip.odometer - 12_345e3 > 1500


def test_the_position_moves_as_far_as_the_wheels(trip_file):
    simulation = world()
    simulation.world.seat("trip", trip=str(trip_file))
    simulation.run(25)
    before = simulation.signals()
    travelled = simulation.car.trip.odometer
    simulation.run(5)
    after = simulation.signals()
    north = math.radians(after["Vehicle.CurrentLocation.Latitude"] - before["Vehicle.CurrentLocation.Latitude"])
    assert north * EARTH_RADIUS_M == pytest.approx(simulation.car.trip.odometer - travelled, abs=1.0)


def test_slopes_reach_the_car(trip_file):
    simulation = world(charge=70)
    simulation.world.seat("trip", trip=str(trip_file))
    while simulation.world.driver.s < 800:
        simulation.step()
    assert simulation.car.grade == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("speed", [5.0, 20.0, 33.0])
def test_the_constant_driver_holds_its_speed(speed):
    simulation = world(charge=70)
    simulation.world.seat("constant", speed=speed)
    simulation.run(60)
    assert simulation.car.road.speed == pytest.approx(speed, abs=0.1)
    simulation.world.seat("parked")
    simulation.run(60)
    assert simulation.car.gear == PARK
