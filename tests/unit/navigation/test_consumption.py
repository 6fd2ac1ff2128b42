"""What is learned of a car while it drives: factors, the driver's ways, doubt; through gaps, jumps, lies, restarts."""

import math
import random
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.geo import moved
from carservices.services.navigation.trips.conditions import FANS, OUTSIDE, SOC, Conditions
from carservices.services.navigation.trips.consumption import VIN, Consumption
from carservices.services.navigation.trips.correction import CAUSES, HIGHEST, LOWEST, PRIOR, Correction
from carservices.services.navigation.trips.energy import KWH, EnergyModel
from carservices.services.navigation.trips.habit import Habit, Log
from carservices.services.navigation.trips.learning import Recursive
from carservices.services.navigation.trips.meter import CHARGING, CLOCK, HEADING, IGNITION, POWER, SPEED, Stretch
from carservices.services.navigation.trips.vehicle import NET_CAPACITY, Vehicle
from carservices.signals import Datum
from carservices_emulator.drivers import ConstantDriver, WltcDriver
from carservices_emulator.drivers import Driver as Feet
from carservices_emulator.model.car import Car
from carservices_emulator.profile import load_profile
from carservices_emulator.signals import ENTRIES, observe
from carservices_emulator.simulation import EPOCH
from carservices_emulator.weather import Weather
from carservices_emulator.world import World
from tests.unit.navigation.roads import value

TRUTH = (1.2, 0.85, 1.6, 1.0, 1.0, 1.0)
"""Factors of a car that differs from its class."""
SPEEDS = (36.0, 130.0, 0.0, 90.0, 50.0)
CALM = {IGNITION: "ON", FANS[0]: 0}
SEEN = [path for path in Consumption.PATHS if path in ENTRIES]
Readings = dict[str, Datum | None]


@cache
def drawn_w(kmh: float, ahead_ms: float = 0.0) -> float:
    """W of that car at a constant speed against a wind, at 15 °C, climate off, warm."""
    model = EnergyModel(Vehicle(), Correction(np.array(TRUTH)))
    stretch = Stretch([3600.0], [kmh / 3.6], [0.0], [0.0], [0.0], [0.0])
    tyres = 37.0 if kmh else 15.0
    kwh, _, _ = model.driven(stretch, Conditions(climate=False, tyres_c=tyres, wind_ms=ahead_ms, wind_from=0.0), 1e6)
    return float(kwh.sum()) * 1000.0


class Driver:
    """Lets a consumption see a car that drives one speed after the other, a look a second."""

    def __init__(self, consumption: Consumption, spoilt: Callable[[Readings, int], Readings] = lambda seen, k: seen):
        self.consumption = consumption
        self.spoilt = spoilt
        self.now = 100.0
        self.looks = 0
        self.tell(CALM)

    def tell(self, readings: Readings) -> None:
        for path, datum in readings.items():
            self.consumption.take(value(path, datum))

    def drive(
        self, speeds: Iterable[float], seconds: int = 240, step: float = 1.0, road: EdgePart | None = None
    ) -> None:
        for kmh in speeds:
            for _ in range(seconds):
                self.now += step
                self.looks += 1
                self.tell(self.spoilt({SPEED: kmh, POWER: -drawn_w(kmh)}, self.looks))
                self.consumption.drive(self.now, road)

    def park(self) -> None:
        self.tell({IGNITION: "OFF"})
        self.consumption.drive(self.now)
        self.tell(CALM)


def new(folder: Path | None = None) -> Consumption:
    return Consumption(StateFile("navigation", "consumption.json", folder))


def test_what_the_car_tells_later_counts_from_then_on():
    known = new()
    for soc, kwh, usable, outside in ((50, 80.0, 40.0, 5.0), (25, 60.0, 15.0, -5.0)):
        for path, datum in ((SOC, soc), (NET_CAPACITY, kwh), (OUTSIDE, outside)):
            known.take(value(path, datum))
        assert (known.kwh, known.model.vehicle.usable_kwh) == (usable, kwh)
        assert (known.conditions.outside_c, known.conditions.soc) == (outside, soc)


def test_the_factors_of_a_car_are_found_and_doubt_falls():
    driver = Driver(new())
    driver.drive(SPEEDS * 6)
    found = driver.consumption.correction
    doubt = np.sqrt(np.diag(found.covariance))
    assert found.factors[:3] == pytest.approx(TRUTH[:3], rel=0.06)
    assert np.all(np.abs(found.factors - TRUTH) < 3.0 * doubt)
    assert np.all(doubt[:3] < np.array(PRIOR[:3]) / 2.0)
    assert doubt[3:] == pytest.approx(PRIOR[3:], rel=0.01), "heating was off: nothing can be known of it"


def test_a_wind_that_is_told_is_not_taken_for_the_car_until_it_is_old():
    def blown(told: bool) -> Driver:
        driver = Driver(new(), lambda seen, k: {**seen, POWER: -drawn_w(float(str(seen[SPEED])), 4.0), HEADING: 0.0})
        if told:
            driver.consumption.tell_wind((4.0, 0.0), until=1e4)
        driver.drive(SPEEDS * 6)
        return driver

    told, not_told = blown(True), blown(False)
    aero = CAUSES.index("aero")
    assert told.consumption.correction.factors[aero] == pytest.approx(TRUTH[aero], rel=0.06)
    assert not_told.consumption.correction.factors[aero] > 1.1 * TRUTH[aero]
    assert (told.consumption.conditions.wind_ms, told.consumption.conditions.wind_from) == (4.0, 0.0)
    told.drive((50.0,), seconds=3000)
    assert told.consumption.conditions.wind_ms == 0.0


def test_a_wind_may_be_told_before_the_car_is_known():
    def blown(first: bool) -> Driver:
        driver = Driver(new(), lambda seen, k: {**seen, POWER: -drawn_w(float(str(seen[SPEED])), 4.0), HEADING: 0.0})
        if first:
            driver.consumption.tell_wind((3.0, 0.0))
        driver.tell({VIN: "CAR1"})
        driver.consumption.tell_wind((3.0, 0.0))
        driver.drive(SPEEDS)
        return driver

    before, after = (blown(first).consumption.correction for first in (True, False))
    assert before.factors == pytest.approx(after.factors)
    assert before.covariance == pytest.approx(after.covariance)


def test_the_wind_of_a_trip_is_felt_until_it_ends():
    def there_and_back(seen: Readings, k: int) -> Readings:
        """4 m/s from north; five minutes to the north, five to the south ..."""
        ahead, heading = ((4.0, 0.0), (-4.0, 180.0))[k // 300 % 2]
        return {**seen, POWER: -drawn_w(float(str(seen[SPEED])), ahead), HEADING: heading}

    driver = Driver(new(), there_and_back)
    calm = driver.consumption.conditions
    driver.drive((100.0, 130.0, 80.0) * 6)
    felt = driver.consumption.conditions
    assert felt.wind_ms * math.cos(math.radians(felt.wind_from or 0.0)) == pytest.approx(4.0, abs=1.0)
    aero = CAUSES.index("aero")
    assert driver.consumption.correction.factors[aero] == pytest.approx(TRUTH[aero], rel=0.06)
    today = driver.consumption.correction.factors
    driver.consumption.tell_wind(None)
    assert driver.consumption.conditions == felt, "it is known no more than before"
    assert driver.consumption.correction.factors == pytest.approx(today)
    driver.park()
    assert (driver.consumption.conditions.wind_ms, calm.wind_ms) == (0.0, 0.0)


def test_another_wind_told_on_the_way_leaves_what_else_the_trip_has_shown():
    driver = Driver(new())
    driver.drive(SPEEDS * 2)
    driver.park()
    driver.spoilt = lambda seen, k: {**seen, POWER: -500.0 - drawn_w(float(str(seen[SPEED])))}
    driver.drive(SPEEDS)
    consumption = driver.consumption
    lights = consumption.correction.factors
    for wind in ((3.0, 90.0), (4.0, 80.0), None):
        consumption.tell_wind(wind)
        assert consumption.conditions.wind_ms == (wind[0] if wind else 0.0), "what was felt was the wind before"
        assert consumption.correction.factors == pytest.approx(lights)
    driver.park()
    assert consumption.correction.factors != pytest.approx(lights)


def lies(seen: Readings, k: int) -> Readings:
    chance = random.Random(k)
    if chance.random() < 0.01:
        seen[POWER] = chance.choice((math.nan, 9e9, -9e9, 120e3, None, "much", True))
    if chance.random() < 0.002:
        seen[SPEED] = chance.choice((math.inf, -1.0, 5000.0, None))
    return seen


def test_lies_and_gaps_among_the_readings_do_little():
    driver = Driver(new(), lies)
    driver.drive(SPEEDS * 10)
    assert driver.consumption.correction.factors[:3] == pytest.approx(TRUTH[:3], rel=0.15)


@pytest.mark.parametrize(
    ("told", "step"),
    [
        ({CHARGING: True}, 1.0),
        ({IGNITION: "OFF"}, 1.0),
        ({POWER: None}, 1.0),
        ({SPEED: math.nan}, 1.0),
        ({}, 3600.0),
        ({}, -1.0),
        ({}, 5.0),
    ],
    ids=["charging", "off", "no power", "no speed", "clock jumps", "clock runs back", "seen too rarely"],
)
def test_nothing_is_learned_of_what_is_no_drive(told: Readings, step: float):
    driver = Driver(new(), lambda seen, k: seen | told)
    driver.drive((50.0, 120.0), step=step)
    assert driver.consumption.correction.factors == pytest.approx(np.ones(len(CAUSES)))


@pytest.mark.parametrize(("pace", "learns"), [(1.0, True), (2.5, True), (60.0, False)])
def test_an_emulated_car_that_lives_faster_is_measured_in_its_own_time(pace: float, learns: bool):
    driver = Driver(new(), lambda seen, k: seen | {CLOCK: pace * k})
    driver.drive((90.0,), seconds=400)
    consumption = driver.consumption
    assert consumption.km == pytest.approx(400 * pace * 0.025, rel=0.25)
    assert bool(abs(consumption.correction.factors[1] - 1.0) > 0.01) is learns


def test_a_driver_slower_than_usual_needs_less_on_the_motorway():
    motorway = EdgePart(0, 0, 0, 60_000.0, 119.6, 130)
    driver = Driver(new())
    before = EnergyModel(Vehicle(), driver.consumption.correction).along([motorway]).spend()
    for _ in range(6):
        driver.drive((108.0,), seconds=900, road=motorway)
        driver.park()
    learned = driver.consumption.correction
    usual = math.sqrt(119.6 * 130.0)
    assert learned.paces[2] == pytest.approx(108.0 / usual, rel=0.03)
    assert learned.paces[0] == pytest.approx(1.0)
    after = EnergyModel(Vehicle(), Correction(paces=learned.paces)).along([motorway]).spend()
    assert after.kwh < 0.85 * before.kwh
    assert after.seconds > before.seconds


def driven(edges: Iterable[EdgePart], courses: Iterable[float], ms: float, watts: float) -> Log:
    """At one speed and power, a sample a second; courses in degrees."""
    log = Log()
    for edge, course in zip(edges, courses, strict=True):
        for _ in range(round(edge.metres / ms)):
            log.add(edge, ms, watts, 1.0, math.radians(course))
    return log


@pytest.mark.parametrize("wind_from", [0.0, 90.0, 180.0])
def test_a_trip_that_took_what_was_foretold_in_the_wind_lessens_doubt(wind_from: float):
    road, model, begun = (
        EdgePart(0, 0, 0, 20_000.0, 119.6, 130),
        EnergyModel(),
        Conditions(wind_ms=5.0, wind_from=wind_from),
    )
    spend = model.along([road], begun, geometry=((0.0, 0.0), (0.18, 0.0))).spend()
    habit = Habit()
    habit.learn(driven([road], [0.0], 25.0, spend.kwh * KWH / 800.0), begun, model, model)
    assert habit.scatter == pytest.approx(Habit(trips=1.0).scatter, rel=1e-3)


def test_a_drive_is_foretold_anew_with_its_turns():
    courses = [90.0 * (k % 2) for k in range(20)]
    edges = [EdgePart(k, k, k, 200.0, 40.0, 50) for k in range(20)]
    way = [(0.0, 0.0)]
    for course in courses:
        way.append(moved(way[-1], course, 200.0))
    log, model = driven(edges, courses, 10.0, 0.0), EnergyModel()
    again, before, straight = (
        model.along(*one).spend().kwh
        for one in ((log.edges, Conditions(), None, log.geometry), (edges, Conditions(), None, way), (edges,))
    )
    assert again == pytest.approx(before, rel=1e-3)
    assert before > 1.1 * straight


def test_what_was_learned_stays_over_a_restart_for_each_car(tmp_path: Path):
    first = Driver(new(tmp_path))
    first.tell({VIN: "CAR1"})
    first.drive(SPEEDS * 2)
    first.park()
    known = first.consumption.correction
    first.tell({VIN: "CAR2"})
    assert first.consumption.correction.factors == pytest.approx(np.ones(len(CAUSES)))
    again = Driver(new(tmp_path))
    again.tell({VIN: "CAR1"})
    assert again.consumption.correction.factors == pytest.approx(known.factors)
    assert again.consumption.correction.covariance == pytest.approx(known.covariance)
    assert again.consumption.km > 20.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"version": 2, "cars": {"": {"information": [[1]], "weighted": [1, 1, 1, 1, 1, 1]}}}', "is damaged"),
        (
            '{"version": 2, "cars": {"": {"information": %s, "weighted": [1, 1, 1, 1, 1, 1]}}}' % ([[0.0] * 6] * 6),
            "is damaged (Value error, what is said to be learned cannot have been)",
        ),
        ('{"": {"information": %s, "weighted": [1, 1, 1, 1]}}' % ([[1.0] * 4] * 4), "is of another version"),
        ('{"version": 3, "cars": {"": {"roads": 7}}}', "is of another version"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_and_learned_anew(
    tmp_path: Path, text: str, words: str, caplog: pytest.LogCaptureFixture
):
    file = StateFile("navigation", "consumption.json", tmp_path)
    file.write(text)
    assert Consumption(file).correction.factors == pytest.approx(np.ones(len(CAUSES)))
    assert words in caplog.text
    assert bool(text) is ("learned anew" in caplog.text)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(*[st.floats(0.0, 5.0)] * len(CAUSES)),
            st.tuples(*[st.floats(-0.2, 0.2)] * 2),
            st.floats(-50.0, 50.0),
            st.floats(1e-3, 2.0),
            st.one_of(st.none(), st.floats(0.0, 5000.0)),
        ),
        max_size=15,
    )
)
def test_doubt_is_never_more_than_the_prior_nor_less_than_nothing(updates: list[tuple]):
    learner = Recursive()
    for features, gusts, error, sigma, km in updates:
        learner.update(np.array(features), np.array(gusts), error, sigma)
        if km is not None:
            learner.begin_trip(km, wind_told=km < 1000.0)
    eigenvalues = np.linalg.eigvalsh(learner.covariance)
    assert eigenvalues[0] > 0.0
    assert np.all(np.diag(learner.covariance) <= np.square(PRIOR) * 1.0001)
    assert np.all((learner.factors >= LOWEST) & (learner.factors <= HIGHEST))
    learner.begin_trip(1e6, wind_told=False)
    assert learner.factors == pytest.approx(np.ones(len(CAUSES)))


@pytest.mark.parametrize(
    ("kwh", "gust", "sigma"),
    [(1e200, 0.0, 1.0), (0.0, 1e155, 1.0), (0.0, 0.0, 1e-200), (math.nan, 0.0, 1.0), (90.0, 90.0, 1e-6)],
)
def test_a_stretch_that_cannot_be_teaches_nothing_and_breaks_nothing(kwh: float, gust: float, sigma: float):
    learner, untaught = Recursive(), Recursive()
    for cause in range(len(CAUSES)):
        learner.update(kwh * np.eye(len(CAUSES))[cause], np.array((0.0, gust)), 0.0, sigma)
    assert learner.today.factors == pytest.approx(untaught.today.factors)
    for known, before in zip(learner.kept, untaught.kept, strict=True):
        assert known == pytest.approx(before)


NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.text(), max_size=2),
)
READINGS = st.tuples(st.sampled_from(sorted(Consumption.PATHS)), NONSENSE)


@settings(deadline=None)
@given(st.lists(st.tuples(st.lists(READINGS, max_size=4), st.floats(-1e4, 1e4)), max_size=20), st.floats(0.0, 200.0))
def test_no_reading_whatever_breaks_what_is_known(steps: list[tuple], kmh: float):
    driver = Driver(new())
    motorway = EdgePart(0, 0, 0, 60_000.0, 119.6, 130)
    driver.drive((kmh,), seconds=60, road=motorway)
    for readings, seconds in steps:
        driver.tell(dict(readings))
        driver.now += seconds
        driver.consumption.drive(driver.now, motorway)
    driver.park()
    driver.drive((90.0,), seconds=60, road=motorway)
    spend = driver.consumption.model.along([motorway], driver.consumption.conditions).spend()
    assert 1.0 < spend.kwh < 100.0
    assert 0.0 < spend.sigma < spend.kwh


def test_an_emulated_car_is_foretold_after_an_hour_of_driving():
    """The emulator's physics are another model with other figures, and its Zoe is far from the class."""
    profile = load_profile("renault-zoe-r135")
    world = World(Car(profile, Weather(temperature=8.0, sun=0.0)), 0, EPOCH)
    car, consumption = world.car, new()
    consumption.tell_wind((0.0, 0.0))

    def drive(driver: Feet, seconds: int) -> float:
        energy = car.battery.energy
        for _ in range(seconds):
            for _ in range(10):
                car.step(0.1, driver.drive(car, 0.1), EPOCH)
            world.time += 1.0
            world.place.heading = world.time % 360.0  # else its drag might as well be a wind
            for path in SEEN:
                datum, status = observe(world, path)
                consumption.take(value(path, datum, status))
            consumption.drive(world.time)
        return (energy - car.battery.energy) / KWH

    drive(WltcDriver(world.chance), 1801)
    conditions = consumption.conditions
    used = drive(ConstantDriver(world.chance, 100.0 / 3.6), 900)
    way = [EdgePart(0, 0, 0, 25_000.0 - 330.0, 100.0)]
    foretold = consumption.model.along(way, conditions).spend()
    unlearned = EnergyModel(consumption.vehicle).along(way, conditions).spend()
    assert foretold.kwh == pytest.approx(used, rel=0.06)
    assert abs(foretold.kwh - used) < 0.5 * abs(unlearned.kwh - used)
    assert foretold.sigma < 0.7 * unlearned.sigma
