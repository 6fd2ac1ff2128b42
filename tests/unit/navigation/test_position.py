"""Positions: on the right road with a noisy receiver, through tunnels, and whatever comes as a fix."""

import math
from pathlib import Path

import pytest

from carservices.api.navigation import Source
from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import metres, moved
from carservices.services.navigation.position.locator import (
    ACCURACY,
    FIX_TYPE,
    HEADING,
    LATITUDE,
    LONGITUDE,
    SPEED,
    YAW,
    Locator,
)
from carservices.signals import Status, Value
from tests.unit.navigation.roads import drive, value

HERE = (53.55354, 13.27298)
TRIPS = (
    (HERE, (53.55580, 13.29186), (53.54349, 13.31280)),
    (HERE, (53.49538, 13.31028)),
    ((53.55819, 13.26661), (53.51267, 13.27238)),
)


@pytest.fixture(scope="module")
def city(neubrandenburg_graph: Path) -> RoadEngine:
    return RoadEngine(RoadGraph.load(neubrandenburg_graph))


async def routes(city: RoadEngine):
    return [(await city.route(RouteRequest(tuple(Via(*point) for point in trip))))[0] for trip in TRIPS]


async def test_the_road_is_the_right_one_with_5_m_of_noise_once_a_second(city: RoadEngine):
    moments = [moment for seed, route in enumerate(await routes(city)) for moment in drive(city, route, seed=seed)]
    right = sum(moment.snap is not None and moment.snap.arc == moment.arc for moment in moments)
    assert len(moments) > 1000
    assert right / len(moments) >= 0.97


class Deaf(Locator):
    """In a car that has neither of these signals."""

    missing = (SPEED, YAW)

    def take(self, value: Value, now: float) -> None:
        if value.path not in self.missing:
            super().take(value, now)


async def test_a_receiver_alone_still_finds_the_road(city: RoadEngine):
    moments = list(drive(city, (await routes(city))[1], locator=Deaf(city.lines)))
    right = sum(moment.snap is not None and moment.snap.arc == moment.arc for moment in moments)
    assert right / len(moments) >= 0.93
    off = sorted(metres((moment.position.lat, moment.position.lon), moment.place) for moment in moments)
    assert off[len(off) // 2] < 5.0


async def test_a_tunnel_of_500_m_is_driven_by_wheels_and_yaw(city: RoadEngine):
    for route in await routes(city):
        inside = [m for m in drive(city, route, silent=lambda s: 1500 < s < 2000) if 1500 < m.s < 2000]
        assert inside[-1].position.source is Source.DEAD_RECKONING
        drift = metres((inside[-1].position.lat, inside[-1].position.lon), inside[-1].place)
        assert drift <= 15.0
        assert drift <= 3.0 * inside[-1].position.accuracy_m


def feed(locator: Locator, time: float, place: tuple[float, float], **more: float) -> None:
    readings = {LATITUDE: place[0], LONGITUDE: place[1], SPEED: 36.0, HEADING: 0.0} | more
    for path, datum in readings.items():
        locator.take(value(path, datum), time)


def test_there_is_no_position_before_the_first_fix():
    locator = Locator()
    locator.take(value(SPEED, 50.0), 0.0)
    assert locator.position(1.0) is None


@pytest.mark.parametrize("broken", [math.nan, math.inf, None, 1e9])
def test_nonsense_from_the_receiver_is_no_fix(broken: float | None):
    locator = Locator()
    place = HERE
    for second in range(5):
        place = moved(place, 0.0, 10.0)
        feed(locator, second, place)
        locator.position(second)
    locator.take(value(LATITUDE, broken), 5.0)
    locator.take(value(LONGITUDE, 13.0), 5.0)
    later = [locator.position(5.0 + second) for second in range(5)]
    assert all(math.isfinite(position.lat) for position in later)
    assert later[-1].source is Source.DEAD_RECKONING
    assert metres((later[-1].lat, later[-1].lon), moved(place, 0.0, 50.0)) < 8.0


@pytest.mark.parametrize(("path", "datum"), [(SPEED, 1e9), (SPEED, -1e300), (ACCURACY, 1e300)])
def test_a_reading_no_car_can_have_moves_nothing(path: str, datum: float):
    locator = Locator()
    feed(locator, 0.0, HERE)
    assert locator.position(0.0) is not None
    locator.take(value(path, datum), 0.2)
    locator.take(value(LATITUDE, HERE[0]), 0.2)
    for time in (0.4, 100.0, 200.0):
        assert metres(_at(locator, time), HERE) <= 10.0 * time + 1.0


def test_a_car_reckons_on_over_the_date_line():
    locator = Locator()
    feed(locator, 0.0, (65.0, 179.9999), **{HEADING: 90.0})
    locator.position(0.0)
    feed(locator, 0.2, (65.0, 179.9999), **{HEADING: 90.0, FIX_TYPE: "NONE"})
    lat, lon = _at(locator, 1.4)
    assert (lat, lon) == (pytest.approx(65.0, abs=1e-3), pytest.approx(-180.0, abs=1e-3))


def test_a_fix_far_off_is_not_believed_until_it_stays():
    locator = Locator()
    place = HERE
    for second in range(20):
        place = moved(place, 0.0, 10.0)
        feed(locator, second, place)
        locator.position(second)
    away = moved(place, 90.0, 3000.0)
    feed(locator, 20, away)
    assert metres(_at(locator, 20), place) < 30.0
    for second in range(21, 30):
        away = moved(away, 0.0, 10.0)
        feed(locator, second, away)
        _at(locator, second)
    assert metres(_at(locator, 30), away) < 30.0


@pytest.mark.parametrize("silence", [(FIX_TYPE, "NONE", Status.AVAILABLE), (LATITUDE, None, Status.UNAVAILABLE)])
def test_a_receiver_without_fix_is_reckoned_over(silence: tuple):
    locator = Locator()
    feed(locator, 0.0, HERE)
    locator.position(0.0)
    locator.take(value(*silence), 0.5)
    position = locator.position(1.0)
    assert position.source is Source.DEAD_RECKONING
    assert metres((position.lat, position.lon), HERE) == pytest.approx(10.0, abs=1.0)


def test_off_every_road_the_car_is_where_the_receiver_says(city: RoadEngine):
    locator = Locator(city.lines)
    lake = (53.5300, 13.2200)
    for second in range(5):
        feed(locator, second, lake, **{SPEED: 0.0})
        position = locator.position(second)
    assert not position.on_road
    assert position.street is None
    assert metres((position.lat, position.lon), lake) < 1.0


def _at(locator: Locator, time: float) -> tuple[float, float]:
    position = locator.position(time)
    return position.lat, position.lon
