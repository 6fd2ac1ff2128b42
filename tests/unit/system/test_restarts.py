"""Back-off: grows, spreads, is forgotten after health, and ends."""

import random

from hypothesis import given
from hypothesis import strategies as st

from carservices.system.restarts import (
    FIRST_SECONDS,
    HEALTHY_SECONDS,
    LONGEST_SECONDS,
    MOST_RESTARTS,
    SPREAD,
    WINDOW_SECONDS,
    Restarts,
)

LIFE = st.tuples(st.floats(0, 120), st.floats(0, 120))


def test_delays_double_and_more_than_five_in_a_minute_is_failed():
    restarts = Restarts()
    delays = [restarts.ended(float(n), 0.0) for n in range(MOST_RESTARTS)]
    for n, delay in enumerate(delays):
        assert abs(delay / (FIRST_SECONDS * 2**n) - 1) <= SPREAD + 1e-9
    assert restarts.ended(10.0, 0.0) is None
    assert restarts.total == MOST_RESTARTS


def test_who_ended_together_does_not_come_back_together():
    delays = [Restarts(random.Random(seed)).ended(0.0, 0.0) for seed in range(20)]
    assert min(delays) < FIRST_SECONDS < max(delays)


def test_a_request_forgives():
    restarts = Restarts()
    while restarts.ended(1.0, 0.0) is not None:
        pass
    restarts.forgive()
    delay = restarts.ended(1.0, 0.0)
    assert delay is not None
    assert delay <= FIRST_SECONDS * (1 + SPREAD)


@given(st.lists(LIFE, max_size=40))
def test_rules_hold_for_every_life(lives):
    restarts = Restarts()
    now = 0.0
    granted = []
    for ran_for, pause in lives:
        now += ran_for + pause
        recent = [t for t in granted if t > now - WINDOW_SECONDS]
        delay = restarts.ended(now, ran_for)
        if delay is None:
            assert len(recent) >= MOST_RESTARTS
            continue
        assert len(recent) < MOST_RESTARTS
        assert 0 < delay <= LONGEST_SECONDS * (1 + SPREAD)
        if ran_for >= HEALTHY_SECONDS:
            assert delay <= FIRST_SECONDS * (1 + SPREAD)
        granted.append(now)
