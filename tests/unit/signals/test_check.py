"""What a signal takes and what it refuses, for every datatype."""

import math
from enum import Enum, IntEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import Catalogue, Datatype, InvalidValue, SignalConfig
from carservices.signals.check import INTEGER_BOUNDS, MAX_ELEMENTS, MAX_STRING, check, compile_check

ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.complex_numbers()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(st.text(), inner, max_size=2)
    ),
    max_leaves=4,
)
LIMITS = st.one_of(st.none(), st.floats(-1e6, 1e6))


def config(datatype, **settings):
    return SignalConfig(path="Vehicle.X", datatype=datatype, **settings)


@given(st.sampled_from(sorted(INTEGER_BOUNDS)), st.integers(-(2**65), 2**65), LIMITS, LIMITS)
def test_an_integer_is_taken_exactly_within_its_bounds(datatype, value, low, high):
    if low is not None and high is not None and low > high:
        low, high = high, low
    bottom, top = INTEGER_BOUNDS[datatype]
    fits = bottom <= value <= top and (low is None or low <= value) and (high is None or value <= high)
    checked = compile_check(config(datatype, min=low, max=high))
    if fits:
        assert checked(value) == value
    else:
        with pytest.raises(InvalidValue, match="an integer from"):
            checked(value)


@given(st.floats() | st.integers(-(2**1100), 2**1100), LIMITS, LIMITS)
def test_a_double_takes_every_finite_number_within_its_limits(value, low, high):
    if low is not None and high is not None and low > high:
        low, high = high, low
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    fits = math.isfinite(number) and (low is None or low <= number) and (high is None or number <= high)
    checked = compile_check(config("double", min=low, max=high))
    if fits:
        assert checked(value) == number
        assert type(checked(value)) is float
    else:
        with pytest.raises(InvalidValue, match="number"):
            checked(value)


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        ("boolean", 1), ("boolean", "true"), ("boolean", None),
        ("uint8", True), ("uint8", 3.0), ("uint8", "3"), ("uint8", -1), ("uint8", 256), ("int8", 128), ("int8", -129),
        ("uint64", 2**64), ("int64", 2**63),
        ("float", True), ("float", "1.5"), ("float", None), ("float", math.nan), ("float", math.inf),
        ("float", -math.inf), ("float", 3.5e38), ("double", 1 << 1100),
        ("string", 5), ("string", b"x"), ("string", "x" * (MAX_STRING + 1)), ("string", "\ud800"),
        ("uint8[]", 5), ("uint8[]", [1, 256]), ("uint8[]", [1, True]), ("uint8[]", [[1]]), ("string[]", "abc"),
        ("float[]", [0.0] * (MAX_ELEMENTS + 1)), ("boolean[]", [0]), ("string[]", {"a"}),
    ],
)  # fmt: skip
def test_refused(datatype, value):
    with pytest.raises(InvalidValue, match=r"^Vehicle\.X cannot be .+; it takes .+"):
        check(config(datatype), value)


@pytest.mark.parametrize(
    ("datatype", "value", "result"),
    [
        ("boolean", True, True), ("uint8", 255, 255), ("int8", -128, -128), ("uint64", 2**64 - 1, 2**64 - 1),
        ("float", 3, 3.0), ("float", np.float32(0.5), 0.5), ("uint8", np.uint8(7), 7), ("double", -0.0, -0.0),
        ("string", "", ""), ("string", "Zoë 🚗", "Zoë 🚗"), ("string", "x" * MAX_STRING, "x" * MAX_STRING),
        ("uint8[]", (1, 2), [1, 2]), ("float[]", [1, 2.5], [1.0, 2.5]), ("string[]", [], []),
        ("boolean[]", [True], [True]),
    ],
)  # fmt: skip
def test_taken(datatype, value, result):
    checked = check(config(datatype), value)
    assert checked == result
    assert type(checked) is type(result)
    if isinstance(result, list):
        assert [type(item) for item in checked] == [type(item) for item in result]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("Vehicle.Speed", "fast", "Vehicle.Speed cannot be 'fast'; it takes a finite number in km/h"),
        ("Vehicle.CurrentLocation.Latitude", 91, "cannot be 91.0; it takes a number from -90 to 90 degrees"),
        ("Vehicle.ADAS.ObstacleDetection.Rear.Center.Distance", -1, "it takes a finite number, at least 0 m"),
        ("Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit", 101, "it takes an integer from 0 to 100 percent"),
        ("Vehicle.Powertrain.Type", "STEAM", "'STEAM'; it takes one of COMBUSTION, HYBRID, ELECTRIC"),
        ("Vehicle.Cabin.SeatPosCount", 3, "it takes a list of at most 4096 elements, each an integer from 0 to 255"),
        ("Vehicle.ADAS.ABS.IsEnabled", 1, "cannot be 1; it takes true or false"),
        (
            "Vehicle.VehicleIdentification.VIN",
            "W" * 5000,
            "(5000 characters); it takes text of at most 4096 characters",
        ),
        pytest.param("Vehicle.Speed", 10**5000, "cannot be an integer of 16610 bits; it takes", id="huge"),
        ("Vehicle.Speed", object(), "cannot be of type object; it takes"),
    ],
)
def test_a_refusal_says_what_would_be_taken(path, value, message):
    with pytest.raises(InvalidValue) as caught:
        check(Catalogue.default().config(path), value)
    assert message in str(caught.value)
    assert caught.value.path == path


@pytest.mark.parametrize(("value", "fits"), [(-1, False), (0, False), (1, True), (2, True), (3, False)])
def test_limits_between_integers_round_inwards(value, fits):
    checked = compile_check(config("int8", min=0.5, max=2.5))
    if fits:
        assert checked(value) == value
    else:
        with pytest.raises(InvalidValue, match="an integer from 1 to 2"):
            checked(value)


class Word(str, Enum):  # noqa: UP042 - the older spelling, whose str() is not its text
    ON = "on"


class Number(IntEnum):
    TWO = 2


def test_members_of_enums_become_plain_values():
    assert type(check(config("string"), Word.ON)) is str
    assert check(config("string", allowed=("on",)), Word.ON) == "on"
    assert type(check(config("uint8"), Number.TWO)) is int


def test_limits_that_only_point_up_are_named():
    with pytest.raises(InvalidValue, match="a finite number, at most 5 V"):
        check(config("float", max=5, unit="V"), 6.0)


@pytest.mark.parametrize(
    ("datatype", "allowed", "good", "bad"),
    [("string[]", ("A", "B"), ["A", "A"], ["A", "C"]), ("int8", (1, 3), 3, 2), ("float", (0.5, 2), 2, 1.0)],
)
def test_allowed_values_hold_for_every_datatype(datatype, allowed, good, bad):
    checked = compile_check(config(datatype, allowed=allowed))
    assert checked(good) == good
    with pytest.raises(InvalidValue, match="one of"):
        checked(bad)


@given(st.sampled_from(Datatype), ANYTHING)
def test_anything_is_taken_or_refused_and_what_is_taken_stays(datatype, value):
    checked = compile_check(config(datatype))
    try:
        result = checked(value)
    except InvalidValue:
        return
    assert checked(result) == result
