"""Rules of the doors that hold for any input: what waits, what is left out, what is read from foreign text."""

import asyncio
import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")

from kuksa.val.v1 import types_pb2 as v1
from kuksa.val.v2 import types_pb2 as v2

from carservices.api.permissions import Level
from carservices.apphost.permissions import RuleBook
from carservices.signals import Catalogue, Datatype, InvalidValue, SignalConfig, Value
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.scopes import everything, rights
from carservices_hal.doors.sdv import messages, query
from carservices_hal.doors.viss.filters import CurveLog, Filters
from carservices_hal.doors.viss.history import seconds
from carservices_hal.doors.viss.texts import text, value_of
from carservices_hal.kuksa.datapoints import FIELDS, put, take

BOOK, CATALOGUE = RuleBook.default(), Catalogue.default()
NAMES = ["type", "variant", "parameter", "period", "logic-op", "diff"]
WORDS = ["SELECT", "a", ",", "WHERE", "(", ")", "AND", "NOT", "=", "'x'", "'", "1", "BETWEEN"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["paths", "change", "gt", "1e400"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "variant", "parameter", "period", "logic-op", "diff"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
SCALARS = {
    "boolean": st.booleans(),
    "string": st.text(st.characters(codec="utf-8"), max_size=9),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    **{
        f"{'u' if low == 0 else ''}int{bits}": st.integers(low, low + 2**bits - 1)
        for bits in (8, 16, 32, 64)
        for low in (0, -(2 ** (bits - 1)))
    },
}


@given(JSON)
def test_any_filter_is_read_or_refused(raw):
    with contextlib.suppress(DoorError):
        filters = Filters.parse(raw)
        assert filters.period is None or filters.period > 0
        assert all(isinstance(path, str) for path in filters.relative)
        filters.emitter()()(Value("a", 1.0, 1))


@pytest.mark.parametrize(
    ("period", "expected"),
    [("P2DT12H", 216_000), ("PT1H1M1S", 3661), ("P999D", 86_313_600), ("PT30M", 1800), ("P0D", 0)],
)
def test_a_period_is_iso_8601(period, expected):
    assert seconds(period) == expected


@pytest.mark.parametrize(
    "period", ["", "P", "PT", "P1DT", "1D", "P1H", "P1000D", "PT-1S", "P1D2H", "PT1.5S", None, 5, []]
)
def test_any_other_period_is_refused(period):
    with pytest.raises(DoorError, match="P1DT2H30M5S"):
        seconds(period)


@pytest.mark.parametrize(("operator", "told"), [("gt", [0, 1, 3]), ("lt", [0, 2]), ("ne", [0, 1, 2, 3])])
def test_a_truth_value_changes_up_down_or_both(operator, told):
    emit = Filters.parse({"type": "change", "parameter": {"logic-op": operator, "diff": "0"}}).emitter()()
    values = [Value("a", value, at) for at, value in enumerate((False, True, False, True))]
    assert [value.timestamp for value in values for _ in emit(value)] == told


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_query_is_read_or_refused(said):
    with contextlib.suppress(DoorError):
        asked = query.parse(said)
        assert set(asked.fields.values()) <= set(asked.paths)
        assert asked.holds(dict.fromkeys(asked.paths)) in (True, False)


@given(st.text(max_size=30) | st.from_regex(r"(read|actuate|provide|permission)(:[A-Z*.]{0,4}){0,3}", fullmatch=True))
def test_any_scope_is_read_or_refused(scope):
    with contextlib.suppress(DoorError):
        allowed = rights(scope)
        for path in ("A", "A.B"):
            assert path in allowed["read"] or path not in allowed["actuate"]


@given(st.sets(st.sampled_from(sorted(BOOK.permissions)), max_size=4), st.sampled_from(["read", "actuate"]))
def test_a_token_opens_what_an_app_with_its_permissions_may(named, action):
    """A path counts as what a person could allow; what the table gives nobody stays shut, also at an open door."""
    scope = " ".join(f"permission:{name}" for name in named)
    decided = {name for name, entry in BOOK.permissions.items() if entry.level is not Level.SIGNATURE}
    need = BOOK.read if action == "read" else BOOK.write
    open_door = everything()[action]
    by_name, by_path = rights(scope)[action], rights(f"{scope} {action}:Vehicle")[action]
    for path in CATALOGUE:
        assert (path in by_name) == need(path).met(named)
        assert (path in by_path) == need(path).met(named | decided)
        assert (path in open_door) == bool(need(path).names)


@given(st.integers(0, 3), st.lists(st.sampled_from(["a", "b", "c", "take"]), max_size=40))
def test_a_mailbox_is_bounded_keeps_the_order_and_never_loses_the_newest(size, story):
    async def run():
        mailbox, times, said, heard = Mailbox(size), itertools.count(1), {}, {}
        waiting = 0

        async def take_one():
            for key, value in (await mailbox.take()).items():
                assert heard.get(key, 0) < value.timestamp
                heard[key] = value.timestamp

        for step in story:
            if step != "take":
                said[step] = next(times)
                mailbox.put(Value(step, 1, said[step]))
            elif said != heard:
                await take_one()
        while said != heard:
            waiting += 1
            await take_one()
        assert waiting <= size + 1

    asyncio.run(run())


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(-100, 100)), min_size=2, max_size=30), st.floats(0, 20))
def test_what_a_curve_log_leaves_out_lies_within_its_error(steps, error):
    moments = list(itertools.accumulate(step for step, _ in steps))
    values = [Value("a", height, at) for at, (_, height) in zip(moments, steps, strict=True)]
    log = CurveLog(error, len(values))
    told = [one for value in values for one in log(value)]
    assert (told[0], told[-1]) == (values[0], values[-1])
    for left, right in itertools.pairwise(told):
        slope = (right.value - left.value) / (right.timestamp - left.timestamp)
        for value in values:
            if left.timestamp <= value.timestamp <= right.timestamp:
                assert abs(left.value + slope * (value.timestamp - left.timestamp) - value.value) <= error + 1e-9


@pytest.mark.parametrize("datatype", list(Datatype))
@settings(max_examples=15)
@given(data=st.data())
def test_a_value_comes_back_from_each_message_as_it_went_in_and_only_as_its_own_type(datatype, data):
    one = SCALARS[datatype.element.value]
    value = data.draw(st.lists(one, max_size=3) if datatype.is_array else one)
    config = SignalConfig(path="A.B", datatype=datatype)
    kinds = [
        (v2.Value(), "typed_value", FIELDS),
        (v1.Datapoint(), "value", FIELDS),
        (messages.CLASSES["Datapoint"](), "value", messages.FIELDS),
    ]
    for message, oneof, fields in kinds:
        with pytest.raises(InvalidValue):
            take(message, oneof, config, fields)
        put(message, datatype, value, fields)
        assert take(message, oneof, config, fields) == value
        other = Datatype.STRING if datatype is not Datatype.STRING else Datatype.BOOLEAN
        with pytest.raises(InvalidValue):
            take(message, oneof, SignalConfig(path="A.B", datatype=other), fields)
    assert value_of(config, text(value)) == value
