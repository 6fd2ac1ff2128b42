"""The driver who follows a way that somebody else found."""

import math

import pytest

from carservices.api.polyline import encode
from carservices.hal import HalError
from carservices.signals.earth import EARTH_RADIUS_M
from carservices_emulator.commands import parse
from carservices_emulator.model.car import PARK
from carservices_emulator.place import Place
from tests.unit.emulator.cars import world

METRE = math.degrees(1.0 / EARTH_RADIUS_M)


def run(simulation, verb, **arguments):
    return simulation.do(parse(verb, arguments))


def way(*offsets: tuple[float, float], start: Place) -> str:
    """Points by m east and north of a place."""
    across = math.cos(math.radians(start.latitude))
    return encode((start.latitude + north * METRE, start.longitude + east * METRE / across) for east, north in offsets)


def test_a_way_is_driven_from_where_the_car_is_and_a_new_one_on_the_move():
    simulation = world(charge=70)
    place = simulation.world.place
    start = Place(place.latitude, place.longitude)
    run(simulation, "drive_route", geometry=way((5, -80), (5, 400), (300, 400), start=start), limits=[[1, 30]])
    simulation.run(20)
    assert simulation.world.driver.name == "follow"
    before, speed = (place.latitude, place.longitude), simulation.car.road.speed
    assert 5.0 < speed <= 50.0 / 3.6 + 0.5
    run(simulation, "drive_route", geometry=way((5, 100), (5, 200), (-150, 200), start=start), limits=[[0, 30]])
    simulation.step()
    moved = math.hypot(place.latitude - before[0], (place.longitude - before[1]) * math.cos(math.radians(53.5))) / METRE
    assert moved < 1.0
    assert simulation.car.road.speed == pytest.approx(speed, abs=0.3)
    simulation.run(90)
    assert simulation.car.gear == PARK
    assert (place.latitude - start.latitude) / METRE == pytest.approx(200, abs=2)
    assert simulation.world.driver.done


def test_it_charges_on_the_way_as_much_as_is_wanted_and_goes_on():
    simulation = world(charge=30)
    car, start = simulation.car, Place(simulation.world.place.latitude, simulation.world.place.longitude)
    there = way((0, 0), (0, 200), (0, 400), start=start)
    run(simulation, "drive_route", geometry=there, charges=[[1, 150, 36]])
    simulation.run(60)
    assert (car.gear, car.port.plug.power, simulation.world.driver.done) == (PARK, 150e3, False)
    begun = car.battery.charge
    run(simulation, "drive_route", geometry=there, charges=[[1, 150, 33]])  # planned anew meanwhile
    simulation.run(15)
    assert car.port.charging
    assert car.battery.charge > begun
    simulation.run(180)
    assert car.port.plug is None
    assert 32.7 < 100.0 * car.battery.charge <= 33.1
    assert (simulation.world.place.latitude - start.latitude) / METRE == pytest.approx(400, abs=2)
    assert simulation.world.driver.done


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"geometry": "?"}, "drive_route: geometry: "),
        ({"geometry": encode([(53.55, 13.26)])}, "at least 2 points"),
        ({"geometry": encode([(53.0, 13.0), (53.1, 13.0)])}, "comes no nearer to the car than"),
        ({"geometry": encode([(95.0, 13.0), (53.1, 13.0)])}, "leaves the earth"),
        ({"geometry": encode([(53.55, 13.26), (53.56, 13.26)]), "limits": [[2, 50]]}, "points of the way, 0 to 1"),
        ({"geometry": "", "limits": [[-1, 50]]}, "drive_route: limits"),
    ],
)
def test_a_way_that_is_none_is_refused_in_a_sentence(arguments, words):
    simulation = world()
    with pytest.raises(HalError, match=words):
        run(simulation, "drive_route", **arguments)
    assert simulation.world.driver.name == "parked"
