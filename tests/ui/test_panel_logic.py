"""The panel without a window: search, values as text, keys, clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import Access, Datatype, InvalidValue, SignalConfig, Status, Value
from carservices_ui.panel import edit
from carservices_ui.panel.keys import LOCK, KeyDriver
from carservices_ui.panel.signals import Signals, matching
from carservices_ui.panel.simclock import clock
from carservices_ui.store import Store

PATHS = (
    "Vehicle.Speed",
    "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
    "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position",
    "Vehicle.Cabin.Seat.Row1.DriverSide.IsBelted",
)
FLOAT = SignalConfig(
    path="Vehicle.F", datatype=Datatype.FLOAT, access=Access.READ_WRITE, min=16, max=28, unit="Celsius"
)
INTEGER = SignalConfig(path="Vehicle.I", datatype=Datatype.INT8)
BOOLEAN = SignalConfig(path="Vehicle.B", datatype=Datatype.BOOLEAN)
WORD = SignalConfig(path="Vehicle.S", datatype=Datatype.STRING, allowed=("ON", "OFF"))
LIST = SignalConfig(path="Vehicle.L", datatype=Datatype.UINT8_ARRAY)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", PATHS),
        ("speed", PATHS[:1]),
        ("door OPEN", PATHS[1:2]),
        ("row1 !window !seat", PATHS[1:2]),
        ("Vehicle.Cabin.*.Row1.**", PATHS[1:]),
        ("Window.*", PATHS[2:3]),
        ("**.Is*", (PATHS[1], PATHS[3])),
        ("!", PATHS),
        ("**[", ()),
        ("nothing", ()),
    ],
)
def test_search(query, found):
    assert tuple(matching(query, PATHS)) == found


@pytest.mark.parametrize(
    ("config", "typed", "value"),
    [
        (FLOAT, "21,5", 21.5),
        (FLOAT, " 20 ", 20.0),
        (INTEGER, "-1", -1),
        (BOOLEAN, "On", True),
        (BOOLEAN, "0", False),
        (WORD, "OFF", "OFF"),
        (LIST, "1, 2", [1, 2]),
        (LIST, "[]", []),
    ],
)
def test_what_is_typed_becomes_a_value(config, typed, value):
    parsed = edit.parse(config, typed)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("config", "typed"),
    [
        (FLOAT, "99"),
        (FLOAT, "warm"),
        (FLOAT, ""),
        (INTEGER, "1.5"),
        (INTEGER, "400"),
        (BOOLEAN, "perhaps"),
        (WORD, "on"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(config, typed):
    with pytest.raises(InvalidValue, match=config.path):
        edit.parse(config, typed)


@given(st.integers(-128, 127))
def test_numbers_survive_text(number):
    assert edit.parse(INTEGER, edit.text(number)) == number


@given(st.floats(16, 28).map(lambda number: round(number, 5)))
def test_decimals_survive_text(number):
    assert edit.parse(FLOAT, edit.text(number)) == pytest.approx(number, abs=1e-5)


@given(st.lists(st.tuples(st.sampled_from([273, 274, 275, 276, 32, 97]), st.booleans()), max_size=30))
def test_keys_stay_in_their_limits_and_let_go_of_everything(presses):
    driver = KeyDriver()
    for code, down in presses:
        assert driver.key(code, down=down)
        driver.step(0.3)
        assert 0 <= driver.accelerator <= 1
        assert 0 <= driver.brake <= 1
        assert abs(driver.steering) <= LOCK
    driver.release()
    for _ in range(20):
        driver.step(0.1)
    assert not driver.busy


def test_keys_turn_left_and_right():
    driver = KeyDriver()
    driver.key(276, down=True)
    driver.step(0.5)
    assert driver.steering > 0
    driver.key(276, down=False)
    driver.key(275, down=True)
    driver.step(2)
    assert driver.steering < 0
    assert not driver.key(113, down=True)


def test_the_latest_change_comes_first_and_numbers_keep_a_minute():
    now = [0.0]
    store = Store()
    signals = Signals(store, lambda: now[0])
    assert signals.offer({config.path: config for config in (FLOAT, INTEGER, WORD)})
    assert not signals.offer(dict(signals.configs))
    for moment, config, value in (
        (1, FLOAT, 20.0),
        (2, INTEGER, 1),
        (5, FLOAT, 21.0),
        (9, INTEGER, 2),
        (12, FLOAT, 21.0),
    ):
        now[0] = moment
        store.put(Value(config.path, value, 0))
        store.drain()
        signals.sample()
    assert signals.find("", recent=True) == ["Vehicle.I", "Vehicle.F", "Vehicle.S"]
    assert signals.find("", recent=False) == ["Vehicle.F", "Vehicle.I", "Vehicle.S"]
    assert list(signals.past["Vehicle.F"]) == [20.0, 20.0, 21.0, 21.0, 21.0]
    store.put(Value("Vehicle.F", None, 0, Status.UNAVAILABLE))
    store.drain()
    signals.sample()
    assert signals.past["Vehicle.F"][-1] is None
    signals.offer({})
    assert not signals.past


@pytest.mark.parametrize(("seconds", "words"), [(0, "00:00"), (59.9, "00:59"), (3723, "1:02:03")])
def test_clock(seconds, words):
    assert clock(seconds) == words
