"""Unit conversion: known values from the defining documents, and the rules of every pair."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carservices.signals.units import ALIASES, UNITS, UnitError, canonical, convert

PAIRS = [(a, b) for a in UNITS for b in UNITS if UNITS[a].quantity == UNITS[b].quantity]


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        (100, "km/h", "m/s", 27.777777777777778),
        (60, "mph", "km/h", 96.56064),
        (1, "mi", "m", 1609.344),
        (1, "inch", "mm", 25.4),
        (1, "ft", "m", 0.3048),
        (1, "yd", "m", 0.9144),
        (0, "Celsius", "Fahrenheit", 32),
        (100, "Celsius", "Fahrenheit", 212),
        (-40, "Fahrenheit", "Celsius", -40),
        (0, "K", "Celsius", -273.15),
        (2.5, "bar", "kPa", 250),
        (1, "psi", "kPa", 6.894757293168361),
        (36, "psi", "bar", 2.4821126255406100),
        (1, "kWh", "J", 3.6e6),
        (1, "PS", "W", 735.49875),
        (1, "lbs", "kg", 0.45359237),
        (math.pi, "rad", "degrees", 180),
        (60, "rpm", "degrees/s", 360),
        (1, "g0", "m/s^2", 9.80665),
        (0.5, "ratio", "percent", 50),
        (90, "min", "h", 1.5),
        (1, "gal(US)", "l", 3.785411784),
        (15.5, "kWh/100km", "Wh/km", 155),
        (10, "kWh/100km", "kWh/100mi", 16.09344),
        (20, "kWh/100km", "km/kWh", 5),
        (4, "mi/kWh", "Wh/mi", 250),
        (5, "km/l", "l/100km", 20),
        (30, "mpg(US)", "l/100km", 7.840486111111111),
        (30, "mpg(UK)", "l/100km", 9.416031211060738),
    ],
)  # fmt: skip
def test_known_values(value, source, target, result):
    assert convert(value, source, target) == pytest.approx(result, rel=1e-12, abs=1e-12)


@given(st.sampled_from(PAIRS), st.floats(-1e9, 1e9))
def test_there_and_back(pair, value):
    source, target = pair
    inverse = UNITS[source].inverse or UNITS[target].inverse
    assume(not inverse or abs(value) > 1e-6)
    there = convert(value, source, target)
    scale = abs(UNITS[source].offset - UNITS[target].offset) / UNITS[source].factor  # digits lost beside the offset
    assert convert(there, target, source) == pytest.approx(value, rel=1e-9, abs=1e-12 * (1 + scale))


@given(st.sampled_from(PAIRS), st.floats(1e-3, 1e6), st.floats(1.001, 1e3))
def test_order_is_kept_or_turned(pair, value, ratio):
    source, target = pair
    lower, higher = convert(value, source, target), convert(value * ratio, source, target)
    if UNITS[source].inverse == UNITS[target].inverse:
        assert lower < higher
    else:
        assert lower > higher > 0


@given(st.sampled_from(sorted(UNITS)), st.floats(allow_nan=False))
def test_the_same_unit_changes_nothing(unit, value):
    assert convert(value, unit, unit) == value


@pytest.mark.parametrize(("spelling", "unit"), ALIASES.items())
def test_spellings_are_normalised(spelling, unit):
    assert canonical(spelling) == unit
    assert unit in UNITS
    assert convert(7, spelling, unit) == 7


@pytest.mark.parametrize(
    ("value", "source", "target", "message"),
    [
        (1, "km/h", "kPa", r"cannot convert km/h \(speed\) to kPa \(pressure\)"),
        (1, "warp", "m/s", r"'warp' \(an unknown unit\) to m/s \(speed\)"),
        (1, "m", "furlong", r"to 'furlong' \(an unknown unit\)"),
        (0, "Wh/km", "km/kWh", "0 Wh/km to km/kWh: it would be infinite"),
        (0, "mi/kWh", "Wh/km", "it would be infinite"),
    ],
)
def test_errors_name_both_units(value, source, target, message):
    with pytest.raises(UnitError, match=message):
        convert(value, source, target)
