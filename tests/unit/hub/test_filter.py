"""What one topic lets through, proved for any stream of values: AAOS' rate, resolution and variable update rate."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.hub.filter import EARLY, Filter, ResolutionError, digits
from carservices.signals import Datum, Status

SECOND = 1_000_000_000
A, U, E = Status.AVAILABLE, Status.UNAVAILABLE, Status.ERROR

rates = st.floats(0.1, 200)
resolutions = st.sampled_from([0.0, 0.001, 0.1, 1.0, 10.0, 100.0])
values = st.one_of(st.floats(-1e6, 1e6), st.integers(-(10**6), 10**6))
few_values = st.sampled_from([0.0, 1.0, 1.04, 2.0])


@dataclass
class Offer:
    """One sample: nanoseconds since the one before, value and status."""

    gap: int
    value: Datum | None
    status: Status = A


@dataclass
class Delivery:
    at: int
    value: Datum | None
    status: Status
    offered: Datum | None


def offers(sample: st.SearchStrategy[Datum] = few_values) -> st.SearchStrategy[list[Offer]]:
    gap = st.integers(0, SECOND)
    good = st.builds(Offer, gap, sample)
    lost = st.builds(Offer, gap, st.none(), st.sampled_from([U, E]))
    return st.lists(st.one_of(good, good, good, lost), min_size=1, max_size=40)


def play(filter_: Filter, stream: list[Offer]) -> list[Delivery]:
    """What comes out of a filter driven as the hub drives it: offers as they come, held values when they are due."""
    deliveries: list[Delivery] = []

    def offer(value: Datum | None, status: Status, at: int) -> None:
        if filter_.offer(value, status, at):
            deliveries.append(Delivery(at, filter_.last, status, value))

    now, newest = SECOND, stream[0]
    for sample in [*stream, None]:
        following = now + (sample.gap if sample else 100 * SECOND)
        if filter_.held and filter_.due_ns <= following:
            offer(newest.value, newest.status, max(filter_.due_ns, now))
        if sample is not None:
            now, newest = following, sample
            offer(sample.value, sample.status, now)
    return deliveries


@given(rates, st.booleans(), offers())
def test_a_subscriber_gets_no_more_than_its_rate(rate: float, variable: bool, stream: list[Offer]) -> None:
    deliveries = play(Filter(rate, 0.0, variable), stream)
    for before, after in pairwise(deliveries):
        if after.status is before.status:
            assert after.at - before.at >= int(SECOND / rate) * (1 - EARLY)


@given(rates, resolutions, offers())
def test_variable_rate_never_repeats_a_value(rate: float, resolution: float, stream: list[Offer]) -> None:
    deliveries = play(Filter(rate, resolution), stream)
    for before, after in pairwise(deliveries):
        assert (after.value, after.status) != (before.value, before.status)


@given(rates, st.booleans(), offers())
def test_a_status_change_is_delivered_at_once(rate: float, variable: bool, stream: list[Offer]) -> None:
    seen = {(d.at, d.status) for d in play(Filter(rate, 0.0, variable), stream)}
    now, status = SECOND, None
    for sample in stream:
        now += sample.gap
        if sample.status is not status:
            assert (now, sample.status) in seen
        status = sample.status


@given(rates, resolutions, st.booleans(), offers(values))
def test_the_newest_value_always_arrives(rate: float, resolution: float, variable: bool, stream: list[Offer]) -> None:
    filter_ = Filter(rate, resolution, variable)
    last = play(filter_, stream)[-1]
    assert (last.value, last.status) == (filter_.round(stream[-1].value), stream[-1].status)
    assert not filter_.held


@given(rates, resolutions, st.booleans(), offers(values))
def test_a_held_value_is_due_within_one_period(
    rate: float, resolution: float, variable: bool, stream: list[Offer]
) -> None:
    filter_ = Filter(rate, resolution, variable)
    now = SECOND
    for sample in stream:
        now += sample.gap
        delivered = filter_.offer(sample.value, sample.status, now)
        assert not (delivered and filter_.held)
        if filter_.held:
            assert now <= filter_.due_ns <= now + SECOND / rate
            assert filter_.round(sample.value) != filter_.last or not variable


@given(resolutions.filter(bool), offers(values))
def test_values_come_at_the_resolution_and_no_further_off(resolution: float, stream: list[Offer]) -> None:
    for delivery in play(Filter(0, resolution), stream):
        if delivery.status is A:
            assert delivery.value == round(delivery.value, digits(resolution))
            assert abs(delivery.value - delivery.offered) <= resolution / 2 * (1 + 1e-9) + 1e-9


@given(offers(values))
def test_without_rate_and_variable_rate_everything_passes(stream: list[Offer]) -> None:
    assert len(play(Filter(0, 0.0, variable_rate=False), stream)) == len(stream)


PERIOD = SECOND // 10
EDGE = int(PERIOD * (1 - EARLY))


@pytest.mark.parametrize(
    ("gap", "value", "status", "delivered", "held"),
    [
        (EDGE, 2.0, A, True, False),
        (EDGE - 1, 2.0, A, False, True),
        (0, 2.0, A, False, True),
        (0, None, U, True, False),
        (0, None, E, True, False),
        (10 * PERIOD, 1.0, A, False, False),
        (0, 1.0, A, False, False),
    ],
)
def test_at_the_boundaries(gap: int, value: float | None, status: Status, delivered: bool, held: bool) -> None:
    filter_ = Filter(10.0)
    assert filter_.offer(1.0, A, SECOND), "the first value passes"
    assert filter_.offer(value, status, SECOND + gap) is delivered
    assert filter_.held is held


def test_a_value_held_back_that_returns_is_not_sent() -> None:
    filter_ = Filter(10.0)
    filter_.offer(1.0, A, SECOND)
    filter_.offer(2.0, A, SECOND + 1)
    assert not filter_.offer(1.0, A, SECOND + 2)
    assert not filter_.held


def test_the_value_after_an_outage_comes_even_when_unchanged() -> None:
    filter_ = Filter(1.0)
    filter_.offer(1.0, A, SECOND)
    filter_.offer(None, U, SECOND + 1)
    assert filter_.offer(1.0, A, SECOND + 2)


@pytest.mark.parametrize(
    ("resolution", "value", "rounded"),
    [
        (0.0, 21.349, 21.349),
        (0.1, 21.349, 21.3),
        (1.0, 21.349, 21.0),
        (10.0, 26, 30),
        (10.0, True, True),
        (10.0, "D", "D"),
        (10.0, [14, 15], [14, 15]),
        (10.0, None, None),
        (10.0, 2**64 - 1, 2**64 - 1),
        (1e308, 1.7e308, 1.7e308),
    ],
)
def test_rounding_keeps_the_type_and_stays_on_the_wire(resolution: float, value: Datum, rounded: Datum) -> None:
    result = Filter(0, resolution).round(value)
    assert result == rounded
    assert type(result) is type(rounded)


@pytest.mark.parametrize(("resolution", "places"), [(0, None), (1, 0), (10, -1), (1000.0, -3), (0.1, 1), (1e-6, 6)])
def test_a_resolution_is_a_power_of_ten(resolution: float, places: int | None) -> None:
    assert digits(resolution) == places


@pytest.mark.parametrize("resolution", [0.5, 2, 20, -1, -0.1, float("inf"), float("nan")])
def test_other_resolutions_are_refused_with_the_cure(resolution: float) -> None:
    with pytest.raises(ResolutionError, match="power of ten"):
        digits(resolution)
