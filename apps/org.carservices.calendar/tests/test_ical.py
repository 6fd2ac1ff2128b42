"""iCalendar files become the right moments, whatever zone they name; broken ones become problems, never failures."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from agenda.days import occurrences
from agenda.ical import read
from hypothesis import given, settings
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")


def happens(*lines, after="2026-01-01", before="2027-01-01"):
    """When the events of these lines begin, as local times; ``|`` ends one event and begins the next."""
    bodies = "\n".join(lines).split("\n|\n")
    events = "\n".join(f"BEGIN:VEVENT\n{body}\nEND:VEVENT" for body in bodies)
    reading = read(f"BEGIN:VCALENDAR\n{events}\nEND:VCALENDAR", BERLIN)
    window = (datetime.fromisoformat(day).replace(tzinfo=BERLIN) for day in (after, before))
    found = occurrences(reading.events, *window, BERLIN)
    return [f"{one.start:%m-%d %H:%M} {one.end:%H:%M}" for one in found], reading.problems


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("DTSTART:20260701T100000Z", "07-01 12:00"),
        ("DTSTART:20260701T100000", "07-01 10:00"),
        ("DTSTART;TZID=America/New_York:20260701T100000", "07-01 16:00"),
        ('DTSTART;TZID="Pacific Standard Time":20260701T100000', "07-01 19:00"),
        ("DTSTART;TZID=/citadel.org/20260101_1/Asia/Tokyo:20260701T100000", "07-01 03:00"),
        ("DTSTART;VALUE=DATE:20260701", "07-01 00:00"),
    ],
)
def test_each_way_to_write_a_time(start, local):
    (found,), problems = happens(start)
    assert found.startswith(local)
    assert problems == []


def test_a_series_keeps_its_clock_time_in_its_own_zone():
    found, _ = happens("DTSTART;TZID=America/New_York:20260301T090000", "RRULE:FREQ=WEEKLY;COUNT=5")
    assert found == ["03-01 15:00 15:00", "03-08 14:00 14:00", "03-15 14:00 14:00", "03-22 14:00 14:00",
                     "03-29 15:00 15:00"]  # fmt: skip


def test_a_series_with_exceptions():
    found, problems = happens(
        "UID:a", "DTSTART:20260105T080000Z", "DTEND:20260105T090000Z", "RRULE:FREQ=DAILY;UNTIL=20260109T080000Z",
        "EXDATE;TZID=Europe/Berlin:20260106T090000", "RDATE:20260120T080000Z", "|",
        "UID:a", "RECURRENCE-ID:20260107T080000Z", "DTSTART:20260107T120000Z", "DURATION:PT2H", "|",
        "UID:a", "RECURRENCE-ID:20260108T080000Z", "DTSTART:20260108T080000Z", "STATUS:CANCELLED",
    )  # fmt: skip
    assert found == ["01-05 09:00 10:00", "01-07 13:00 15:00", "01-09 09:00 10:00", "01-20 09:00 10:00"]
    assert problems == []


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["SUMMARY:Nowhen"], "Nowhen: it has no start"),
        (["DTSTART:20261399"], "an event: "),
        (["DTSTART:20260101T100000", "DTEND;VALUE=DATE:20260102"], "begins on a day and ends at a time"),
        (["DTSTART:20260101T100000Z", "DURATION:soon"], "'SOON' is no duration"),
        (["SUMMARY:S", "DTSTART:20260101", "RRULE:FREQ=SECONDLY"], "S: only its first date is shown"),
        (["DTSTART:00010101T000000Z"], "DTSTART is in the year 1"),
        (["DTSTART:20260101T000000Z", "DURATION:P99999W"], "it ends in the year"),
        (["DTSTART;TZID=Mars:20260101T100000"], "the time zone Mars is unknown"),
    ],
)
def test_what_is_not_understood_is_named(lines, problem):
    _, problems = happens(*lines)
    assert problem.lower() in problems[0].lower()


def test_what_is_no_calendar_is_refused():
    with pytest.raises(ValueError, match="does not begin with BEGIN:VCALENDAR"):
        read("<html>", UTC)


PIECES = st.sampled_from(
    ["BEGIN:VEVENT", "END:VEVENT", "DTSTART", "DTEND", "RRULE", "EXDATE", "DURATION", "GEO", ":", ";", "=", "\n", "\n ",
     "TZID", "VALUE", "DATE", "20260101", "T", "99999999", "Z", "FREQ", "DAILY", "COUNT", "-1", "BYDAY", "MO",
     "00010101", "P9999999W", '"', "\\"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_no_file_makes_it_fail_or_leave_the_time_that_is_asked_for(text):
    reading = read("BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + text + "\nEND:VEVENT", UTC)
    after, before = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    found = occurrences(reading.events, after, before, BERLIN)
    assert all(one.start < before and max(one.start, one.end) >= after for one in found)
    assert found == sorted(found, key=lambda one: one.start)
