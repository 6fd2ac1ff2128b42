"""Values as people write and read them."""

import pytest

from carservices.cli import values
from carservices.cli.common import Usage
from carservices.signals import Datatype, SignalConfig, Status, UnitError, Value

BOOL = SignalConfig(path="A.B", datatype=Datatype.BOOLEAN)
INT = SignalConfig(path="A.I", datatype=Datatype.INT8)
SPEED = SignalConfig(path="A.S", datatype=Datatype.FLOAT, unit="km/h")
TEXT = SignalConfig(path="A.T", datatype=Datatype.STRING)
LIST = SignalConfig(path="A.L", datatype=Datatype.UINT8_ARRAY)
TEXTS = SignalConfig(path="A.X", datatype=Datatype.STRING_ARRAY)


@pytest.mark.parametrize(
    ("config", "text", "value"),
    [
        (BOOL, "on", True),
        (BOOL, "False", False),
        (INT, "-3", -3),
        (INT, "0x10", 16),
        (SPEED, "12.5", 12.5),
        (TEXT, "true", "true"),
        (LIST, "1, 2,3", [1, 2, 3]),
        (LIST, "[1, 2]", [1, 2]),
        (TEXTS, '["a, b", "c"]', ["a, b", "c"]),
    ],
)
def test_what_people_write(config, text, value):
    assert values.parse(text, config) == value
    assert type(values.parse(text, config)) is type(value)


@pytest.mark.parametrize(
    ("config", "text", "words"),
    [
        (BOOL, "perhaps", "A.B: 'perhaps' is neither true nor false"),
        (INT, "1.5", "A.I: '1.5' is no int8"),
        (INT, "9" * 400, "A.I: '9+' is no int8"),
        (SPEED, "fast", "A.S: 'fast' is no float"),
        (LIST, "[1, 2", "A.L: .* is no JSON list"),
        (LIST, "[" * 9999, "A.L: .* is no JSON list"),
        (LIST, "1,x", "A.L: 'x' is no uint8"),
    ],
)
def test_what_cannot_be_meant(config, text, words):
    with pytest.raises(Usage, match=words):
        values.parse(text, config)


def test_units_convert_both_ways():
    assert values.parse("62.137119", SPEED, "mph") == pytest.approx(100.0)
    assert values.text(Value("A.S", 100.0, 0), SPEED, "mph") == "A.S  62.13712 mph"
    assert values.text(Value("A.S", 100.0, 0), SPEED) == "A.S  100 km/h"
    assert values.text(Value("A.T", "ä\n\x1b[31m", 0), TEXT) == 'A.T  "ä\\n\\u001b[31m"'
    with pytest.raises(UnitError):
        values.text(Value("A.S", 100.0, 0), SPEED, "kg")


def test_what_has_no_unit_is_shown_as_it_is():
    assert values.text(Value("A.I", 3, 0), INT, "mph") == "A.I  3"
    assert values.text(Value("A.T", "x", 0), TEXT, "mph") == "A.T  x"


@pytest.mark.parametrize("status", [Status.UNAVAILABLE, Status.ERROR])
def test_a_signal_without_a_value_says_so(status):
    value = Value("A.S", None, 7, status)
    assert values.text(value, SPEED, "mph") == f"A.S  {status.name.lower()}"
    assert values.data(value, SPEED) == {
        "path": "A.S",
        "value": None,
        "unit": "km/h",
        "status": status.name.lower(),
        "timestamp": 7,
    }
