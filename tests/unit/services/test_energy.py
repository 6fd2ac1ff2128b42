"""Energy balances: causes sum to the total, amounts add up however time is split, and gaps count nowhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from carservices.api.energy import Sink
from carservices.services.energy import integrator
from carservices.services.energy.amounts import JOULES_PER_KWH, Amounts, Flow
from carservices.services.energy.integrator import SPEED, Integrator
from carservices.services.energy.ledger import MOST_POINTS, Curve, Ledger, Recent, Stretch
from carservices.signals import Status, Value

SECOND = 1_000_000_000
HOUR = 3600.0

powers = st.floats(-2e5, 2e5)
flows = st.builds(
    Flow,
    speed=st.floats(-10, 70),
    battery=powers,
    motor=st.none() | powers,
    battery_loss=st.floats(0, 1e4),
    dcdc_loss=st.floats(0, 1e3),
)
seconds = st.floats(0, 1e4)


def close(one, other):
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-3)


def same(one: Amounts, other: Amounts):
    pairs = [
        (one.distance, other.distance),
        (one.duration, other.duration),
        (one.energy, other.energy),
        (one.recuperated, other.recuperated),
        *((one.by_cause.get(sink, 0.0), other.by_cause.get(sink, 0.0)) for sink in Sink),
    ]
    return all(close(*pair) for pair in pairs)


@given(flows, seconds)
def test_causes_sum_to_what_the_cells_gave(flow, duration):
    amounts = flow.over(duration)
    assert close(sum(amounts.by_cause.values()), amounts.energy + flow.battery_loss * duration)
    assert amounts.by_cause[Sink.DRIVE] >= 0 >= amounts.by_cause[Sink.RECUPERATED]


@given(flows, seconds, seconds)
def test_amounts_add_up_over_splits(flow, first, second):
    assert same(flow.over(first) + flow.over(second), flow.over(first + second))


@pytest.mark.parametrize(
    ("flow", "by_cause"),
    [
        (
            Flow(30.0, 20e3, 18e3, 500.0, 100.0),
            {"drive": 18, "auxiliaries": 1.9, "dcdc_loss": 0.1, "battery_loss": 0.5},
        ),
        (Flow(30.0, -9e3, -11e3), {"recuperated": -11, "auxiliaries": 2}),
        (Flow(0.0, 2e3, 0.0), {"auxiliaries": 2}),
        (Flow(30.0, 20e3), {"unknown": 20}),
    ],
)
def test_where_the_energy_of_an_hour_goes(flow, by_cause):
    kwh = {sink: joules / JOULES_PER_KWH for sink, joules in flow.over(HOUR).by_cause.items() if joules}
    assert kwh == pytest.approx(by_cause)


class Drive:
    """An integrator fed along a time in seconds."""

    def __init__(self, **readings):
        self.integrator = Integrator()
        self.integrator.tick(0)
        self.at = 0.0
        self.say(**{"SPEED": 36.0, "BATTERY_POWER": -10_000.0, "MOTOR_POWER": 8} | readings)

    def say(self, **readings):
        for name, reading in readings.items():
            status = Status.UNAVAILABLE if reading is None else Status.AVAILABLE
            now = int(self.at * SECOND)
            self.integrator.take(Value(getattr(integrator, name), reading, now, status), now)
        return self

    def go(self, duration, step=1.0):
        end = self.at + duration
        while self.at < end:
            self.at = min(self.at + step, end)
            self.integrator.tick(int(self.at * SECOND))
        return self

    def totals(self):
        taken = self.integrator.collect()
        return taken.amounts.distance, taken.amounts.energy, taken.unobserved


def test_a_value_holds_until_the_next():
    drive = Drive().go(10).say(SPEED=72.0, BATTERY_POWER=5_000.0).go(10)
    assert drive.totals() == pytest.approx((10 * 10 + 10 * 20, 10 * 10_000 - 10 * 5_000, 0))


@given(
    st.lists(st.tuples(st.floats(0, 200), powers, st.floats(0.1, 8.0)), max_size=8),
    st.floats(0.07, 5.0),
)
def test_more_ticks_change_nothing(course, step):
    coarse, fine = Drive(), Drive()
    for speed, power, duration in course:
        coarse.say(SPEED=speed, BATTERY_POWER=power).go(duration, step=9.0)
        fine.say(SPEED=speed, BATTERY_POWER=power).go(duration, step=step)
    assert coarse.totals() == pytest.approx(fine.totals(), rel=1e-6, abs=1e-2)


@pytest.mark.parametrize("lost", ["SPEED", "BATTERY_POWER"])
def test_what_is_not_known_counts_as_unobserved_only(lost):
    drive = Drive().go(5).say(**{lost: None}).go(7).say(SPEED=36.0, BATTERY_POWER=-10_000.0).go(5)
    assert drive.totals() == pytest.approx((100, 100_000, 7))


def test_a_lost_connection_is_a_gap():
    drive = Drive().go(5)
    drive.integrator.forget()
    assert drive.go(5).totals() == pytest.approx((50, 50_000, 5))


def test_a_long_sleep_of_this_program_is_a_gap():
    assert Drive().go(5).go(3600, step=3600).totals() == pytest.approx((50, 50_000, 3600))


@pytest.mark.parametrize("pause", [{"CHARGING": True}, {"IGNITION": "OFF"}, {"IGNITION": "LOCK"}])
def test_charging_and_standing_switched_off_are_no_part_of_the_trip(pause):
    assert Drive().go(5).say(**pause).go(600).totals() == pytest.approx((50, 50_000, 0))


def test_without_the_motors_power_the_cause_is_unknown():
    drive = Drive(MOTOR_POWER=None, BATTERY_LOSS=300.0, DCDC_LOSS=50.0).go(10)
    by_cause = drive.integrator.collect().amounts.by_cause
    assert by_cause[Sink.UNKNOWN] == pytest.approx(10 * (10_000 - 50))
    assert by_cause[Sink.BATTERY_LOSS] == pytest.approx(3_000)


@pytest.mark.parametrize("pace", [0.5, 1.0, 10.0, 200.0])
def test_the_cars_own_clock_sets_the_pace(pace):
    drive = Drive(CLOCK=0.0)
    for second in range(1, 11):
        drive.go(1).say(CLOCK=second * pace)
    assert drive.totals() == pytest.approx((100 * pace, 100_000 * pace, 0))


@pytest.mark.parametrize("jump", [0.0, 1e9])
def test_a_trip_clock_that_jumps_does_not_spoil_the_sums(jump):
    drive = Drive(CLOCK=5_000.0).go(1).say(CLOCK=5_001.0).go(1).say(CLOCK=jump).go(1).say(CLOCK=jump + 1.0)
    assert drive.totals() == pytest.approx((30, 30_000, 0))


def test_a_reading_from_the_future_counts_as_read_now():
    drive = Drive()
    drive.integrator.take(Value(SPEED, 72.0, 10**18, Status.AVAILABLE), 0)
    assert drive.go(5).totals() == pytest.approx((100, 50_000, 0))


pieces = st.lists(st.builds(Stretch, st.floats(0, 500), st.floats(-1e6, 1e6)), max_size=600)


@given(pieces)
def test_the_curve_keeps_all_energy_and_distance_in_a_bounded_number_of_points(course):
    curve = Curve()
    for piece in course:
        curve.add(Stretch(piece.distance, piece.energy))
    kept = [*curve.stretches, curve.begun]
    assert len(curve.stretches) <= MOST_POINTS
    assert close(sum(s.distance for s in kept), sum(s.distance for s in course))
    assert close(sum(s.energy for s in kept), sum(s.energy for s in course))
    assert all(stretch.distance >= curve.length for stretch in curve.stretches)


def test_points_carry_consumption_and_what_was_left():
    curve = Curve()
    curve.add(Stretch(60.0, 0.15 * JOULES_PER_KWH / 10, 80.0, 300_000.0))
    curve.add(Stretch(40.0, 0.05 * JOULES_PER_KWH / 10, 79.0, 299_000.0))
    (point,) = curve.points()
    assert point.model_dump() == {"distance_km": 0.1, "kwh_per_100km": 20.0, "soc": 79.0, "range_km": 299.0}


def recent(*course):
    """Course: (km, kWh/100 km)."""
    it = Recent()
    for kilometres, figure in course:
        for _ in range(round(kilometres * 20)):
            it.add(Stretch(50.0, figure * JOULES_PER_KWH * 50.0 / 100_000.0))
    return it


@pytest.mark.parametrize(
    ("course", "over_5", "over_50"),
    [
        ([(0.4, 20)], None, None),
        ([(3, 20)], 20, 20),
        ([(10, 20), (5, 10)], 10, (10 * 20 + 5 * 10) / 15),
        ([(100, 30), (50, 20), (2.5, 10)], 15, (47.5 * 20 + 2.5 * 10) / 50),
    ],
)
def test_consumption_of_the_last_kilometres(course, over_5, over_50):
    it = recent(*course)
    assert (it.consumption(5_000.0), it.consumption(50_000.0)) == (
        pytest.approx(over_5) if over_5 else None,
        pytest.approx(over_50) if over_50 else None,
    )


def test_memory_is_bounded():
    assert len(recent((300, 20)).pieces) <= 501


def test_a_new_trip_begins_at_zero_and_keeps_the_last_50_km():
    ledger = Ledger(start=1.0)
    ledger.add(Flow(20.0, 15e3, 14e3).over(100.0), 80.0, 300e3)
    assert ledger.trip().consumption == pytest.approx(15e3 * 100 / JOULES_PER_KWH / 2000 * 1e5)
    ledger.begin(2.0)
    trip = ledger.trip()
    assert (trip.start, trip.distance_m, trip.energy_kwh, trip.points, trip.consumption) == (2.0, 0.0, 0.0, (), None)
    assert trip.consumption_5km == pytest.approx(15e3 * 100 / JOULES_PER_KWH / 2000 * 1e5)


def test_the_books_survive_being_written_down():
    ledger = Ledger(start=1.0)
    for _ in range(300):
        ledger.add(Flow(20.0, 15e3, 14e3, 200.0, 30.0).over(7.0), 80.0, 300e3)
    stored = TypeAdapter(Ledger)
    assert stored.validate_json(stored.dump_json(ledger)).trip() == ledger.trip()
