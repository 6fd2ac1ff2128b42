"""Recurrence rules give the days that RFC 5545 and another implementation of it give."""

from datetime import date, datetime, timedelta

import pytest
from agenda.recurrence import Rule
from hypothesis import given, settings
from hypothesis import strategies as st

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FAR = date(2099, 12, 31)

RFC_EXAMPLES = [  # RFC 5545, 3.8.5.3
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH", "1997-09-02", "1997-09-02 1997-09-04 1997-09-16 1997-09-18"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", "1997-09-05 1997-10-03 1997-11-07"),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", "1997-09-22 1997-10-20 1997-11-17"),
    ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3", "1997-09-28", "1997-09-28 1997-10-29 1997-11-28"),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "1997-09-02", "1998-02-13 1998-03-13 1998-11-13"),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1997-09-04 1997-10-07 1997-11-06"),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"),
    ("FREQ=YEARLY;BYDAY=20MO;COUNT=3", "1997-05-19", "1997-05-19 1998-05-18 1999-05-17"),
    ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "1996-11-05 2000-11-07"),
]


@pytest.mark.parametrize(("rule", "first", "days"), RFC_EXAMPLES)
def test_the_examples_of_the_standard(rule, first, days):
    first = date.fromisoformat(first)
    wanted = [date.fromisoformat(day) for day in days.split()]
    assert list(Rule.parse(rule).dates(first, first, wanted[-1])) == wanted


NOT_UNDERSTOOD = [
    "FREQ=HOURLY", "INTERVAL=2", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0",
    "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYDAY=54MO",
    "FREQ=DAILY;UNTIL=2026", "nonsense", "",
]  # fmt: skip


@pytest.mark.parametrize("rule", NOT_UNDERSTOOD)
def test_a_rule_that_is_not_understood_is_refused(rule):
    with pytest.raises(ValueError, match=r".+"):
        Rule.parse(rule)


def test_a_day_that_never_comes_ends():
    assert list(Rule.parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").dates(date(2026, 1, 1), date(2026, 1, 1), FAR)) == []
    leap = Rule.parse("FREQ=YEARLY").dates(date(2096, 2, 29), date(2097, 1, 1), date.max)
    assert next(leap) == date(2104, 2, 29)


def subset(values, most=3):
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


@st.composite
def rules(draw):
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": frequency, "INTERVAL": draw(st.integers(1, 5))}
    ordinals = {"MONTHLY": ["1", "2", "-1"], "YEARLY": ["1", "-1", "7"]}.get(frequency, [""])
    if draw(st.booleans()):
        ordinals = [""]  # the other implementation cannot mix them
    days = subset([f"{ordinal}{day}" for ordinal in ordinals for day in WEEKDAYS])
    optional = {
        "COUNT": st.integers(1, 30),
        "BYMONTH": subset(range(1, 13)),
        "BYDAY": days,
        "WKST": st.sampled_from(WEEKDAYS),
    }
    if frequency != "WEEKLY":
        optional["BYMONTHDAY"] = subset([*range(1, 29), -1, -2])
    for name, strategy in optional.items():
        if draw(st.booleans()):
            parts[name] = draw(strategy)
    if frequency in ("MONTHLY", "YEARLY") and {"BYDAY", "BYMONTHDAY"} & parts.keys() and draw(st.booleans()):
        parts["BYSETPOS"] = draw(subset([1, 2, -1]))
    return ";".join(f"{k}={','.join(map(str, v)) if isinstance(v, list) else v}" for k, v in parts.items())


FIRST = st.dates(date(2015, 1, 1), date(2026, 12, 31))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rules(), FIRST)
def test_another_implementation_agrees(rule, first):
    rrule = pytest.importorskip("dateutil.rrule", reason="dateutil is not installed")
    last = first + timedelta(days=1500)
    noon = datetime(first.year, first.month, first.day)
    theirs = rrule.rrulestr(rule, dtstart=noon).between(noon, datetime(last.year, last.month, last.day), inc=True)
    assert list(Rule.parse(rule).dates(first, first, last)) == [moment.date() for moment in theirs]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rules(), FIRST, st.integers(0, 1200), st.integers(0, 300))
def test_a_window_shows_what_the_whole_series_has_there(rule, first, offset, length):
    after = first + timedelta(days=offset)
    before = after + timedelta(days=length)
    whole = list(Rule.parse(rule).dates(first, first, before))
    assert list(Rule.parse(rule).dates(first, after, before)) == [day for day in whole if day >= after]
    assert whole == sorted(set(whole))
