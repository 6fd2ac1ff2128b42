"""The kit's good values are good and its bad ones bad, whatever a signal declares."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.hal.conformance.samples import bad, echoes, other
from carservices.signals import Datatype, SignalConfig
from carservices.signals.check import INTEGER_BOUNDS, InvalidValue, check


@st.composite
def configs(draw):
    datatype = draw(st.sampled_from(Datatype))
    low = high = None
    if datatype.is_number:
        least, most = INTEGER_BOUNDS.get(datatype.element, (-1e6, 1e6))
        bounds = st.integers(int(least), int(most)).filter(lambda bound: float(bound) == bound)
        low, high = sorted(draw(st.tuples(bounds, bounds)))
        low, high = draw(st.sampled_from([(None, None), (low, None), (None, high), (low, high)]))
    allowed = ()
    if datatype.element is Datatype.STRING:
        allowed = tuple(draw(st.lists(st.sampled_from(["OFF", "LOW", "HIGH"]), unique=True)))
    return SignalConfig(path="Vehicle.X", datatype=datatype, min=low, max=high, allowed=allowed)


def has_one_value(config):
    if config.allowed or not config.datatype.is_number:
        return len(config.allowed) == 1
    least, most = INTEGER_BOUNDS.get(config.datatype.element, (-math.inf, math.inf))
    return (least if config.min is None else config.min) == (most if config.max is None else config.max)


@given(configs())
def test_another_value_is_always_a_good_one(config):
    first = check(config, other(config, None))
    check(config, other(config, first))


@given(configs())
def test_another_value_is_another_where_the_signal_has_two(config):
    first = check(config, other(config, None))
    assert other(config, first) != first or has_one_value(config)


@given(configs())
def test_a_bad_value_never_fits(config):
    for value, why in bad(config):
        with pytest.raises(InvalidValue):
            pytest.fail(f"{check(config, value)!r} is {why} and fits")


@pytest.mark.parametrize(
    ("datatype", "span", "sent", "heard", "same"),
    [
        (Datatype.FLOAT, (0, 100), 50.0, 51.0, True),
        (Datatype.FLOAT, (0, 100), 50.0, 53.0, False),
        (Datatype.UINT8, (0, 100), 50, 50, True),
        (Datatype.UINT8, (0, 100), 50, 51, False),
        (Datatype.BOOLEAN, (None, None), True, False, False),
        (Datatype.STRING, (None, None), "ON", "ON", True),
        (Datatype.FLOAT, (0, 100), 50.0, None, False),
    ],
)
def test_an_echo_may_be_as_coarse_as_a_field_on_the_wire(datatype, span, sent, heard, same):
    config = SignalConfig(path="Vehicle.X", datatype=datatype, min=span[0], max=span[1])
    assert echoes(config, sent, heard) is same
