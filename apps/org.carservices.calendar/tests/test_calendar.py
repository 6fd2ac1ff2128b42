"""The calendar shows appointments of files and feeds at the right time, on the right day, and reminds once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import agenda.app
import pytest
from agenda.app import READ_EVERY, TICK

from carservices.app import HttpError, LongMessageTemplate, Response

BERLIN = ZoneInfo("Europe/Berlin")
ADDRESS = "https://caldav.fastmail.com/dav/home"
WEEK = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:standup
DTSTART;TZID=Europe/Berlin:20260302T091500
DTEND;TZID=Europe/Berlin:20260302T093000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231T225959Z
EXDATE;TZID=Europe/Berlin:20261127T091500
SUMMARY:Stand-up
END:VEVENT
BEGIN:VEVENT
UID:dentist
DTSTART:20261126T093000Z
DURATION:PT45M
SUMMARY:Dentist\\, check
LOCATION:Hauptstraße 5\\, München
GEO:48.137;11.575
DESCRIPTION:Bring the card.\\nSecond
  line
BEGIN:VALARM
DESCRIPTION:not this one
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:fair
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261128
SUMMARY:Fair
END:VEVENT
END:VCALENDAR
"""


class Clock:
    def __init__(self, text):
        self.set(text)

    def set(self, text):
        self.at = datetime.fromisoformat(text).replace(tzinfo=BERLIN)

    def __call__(self, zone):
        return self.at.astimezone(zone)


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock = Clock("2026-11-26 08:00")
    monkeypatch.setattr(agenda.app, "clock", clock)
    return clock


@pytest.fixture
def car(app_car, tmp_path, now):
    folder = tmp_path / "Calendar"
    folder.mkdir()
    (folder / "week.ics").write_text(WEEK)
    app_car.context(folders={"calendar": str(folder)})
    return app_car


def sections(car):
    return {section.title: [(row.title, row.text) for row in section.rows] for section in car.screen.sections}


def test_the_days_and_the_next_appointment(car, now):
    car.start()
    assert sections(car) == {
        "Thursday, 26 November": [("Next appointment", "09:15 · Stand-up")],
        "Today": [("Fair", "All day"), ("Stand-up", "09:15 – 09:30"), ("Dentist, check", "10:30 – 11:15")],
        "Tomorrow": [("Fair", "All day")],
        "Saturday, 28 November": [("No appointments", "")],
        "Sunday, 29 November": [("No appointments", "")],
    }
    now.set("2026-11-26 09:16")
    car.advance(TICK)
    assert car.rows[0] == ("Next appointment", "10:30 · Dentist, check")
    now.set("2026-11-27 00:00")
    car.advance(TICK)
    assert sections(car)["Monday, 30 November"] == [("Stand-up", "09:15 – 09:30")]
    car.context(language="de")
    assert "Montag, 30. November" in sections(car)


def test_details_and_the_notes_in_full_while_parked(car, tmp_path):
    long = WEEK.replace("Second", "x" * 200)
    (tmp_path / "Calendar" / "week.ics").write_text(long)
    car.start()
    car.tap("Dentist, check")
    assert car.rows[:2] == [("When", "Thursday, 26 November"), ("Where", "Hauptstraße 5, München")]
    assert [action.title for action in car.screen.buttons] == ["Navigate there", "Notes"]
    car.tap("Notes")
    assert isinstance(car.screen, LongMessageTemplate)
    assert car.screen.message.endswith("x line")


def test_a_reminder_is_said_once(car, now):
    car.start()
    now.set("2026-11-26 10:16")
    car.advance(3 * TICK)
    assert [(n.title, n.text) for n in car.notifications] == [("Dentist, check", "10:30 · Hauptstraße 5, München")]
    car.answer("navigation.navigate_to", {})
    car.tap_notification("Navigate there")
    assert car.notifications[-1].text == "On the way to Hauptstraße 5, München"
    car.start()
    car.advance(3 * TICK)
    assert car.notifications == []


def test_navigation_leads_to_a_point_or_to_what_the_map_finds(car, tmp_path):
    found = {"lat": 48.1, "lon": 11.5, "name": "Hauptstraße 5", "address": "Hauptstraße 5, 80331 München"}
    car.start()
    car.answer("navigation.navigate_to", {})
    car.tap("Dentist, check")
    car.tap("Navigate there")
    assert car.host.calls[0][1]["destination"]["lat"] == 48.137
    (tmp_path / "Calendar" / "week.ics").write_text(WEEK.replace("GEO:48.137;11.575\n", ""))
    car.start()
    car.answer("navigation.navigate_to", {})
    car.answer("navigation.search", lambda text, **_: [found] if "Hauptstraße" in text else [])
    car.tap("Dentist, check")
    car.tap("Navigate there")
    assert car.host.calls[1] == ("navigation.navigate_to", {"destination": found})
    assert "On the way to Hauptstraße 5, 80331 München" in car.texts


def test_without_a_way_or_a_place_it_says_so(car):
    car.start()
    car.tap("Dentist, check")
    car.tap("Navigate there")
    assert "Navigation cannot lead there now" in car.texts
    car.back()
    car.tap("Stand-up")
    assert car.screen.buttons == ()


REPORT = """<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>
<d:propstat><d:prop><c:calendar-data>{}</c:calendar-data></d:prop></d:propstat></d:response></d:multistatus>"""


def test_a_caldav_feed_is_kept_for_when_there_is_no_network(app_car, now):
    answers = {"GET": Response(405), "REPORT": Response(207, {}, REPORT.format(WEEK).encode())}

    async def web(request):
        asked.append((request.method, request.headers.get("Authorization")))
        if request.method not in answers:
            raise HttpError("offline")
        return answers[request.method]

    asked = []
    app_car._web = web
    app_car.context(settings={"address": ADDRESS.replace("//", "//me:secret@"), "days": 1, "remind_min": 0})
    app_car.start()
    assert asked == [("GET", "Basic bWU6c2VjcmV0"), ("REPORT", "Basic bWU6c2VjcmV0")]
    assert sections(app_car)["Today"][1] == ("Stand-up", "09:15 – 09:30")
    answers.clear()
    now.set("2026-11-26 11:00")
    app_car.advance(READ_EVERY.total_seconds())
    app_car.start()
    assert sections(app_car)["Today"][1] == ("Stand-up", "09:15 – 09:30")
    app_car.tap("Calendars")
    assert app_car.rows[1] == ("caldav.fastmail.com", "as of 3 hours ago")
    assert "Not reachable now" in app_car.texts


@pytest.mark.parametrize(
    ("address", "answer", "said"),
    [
        ("no address", None, "There is no calendar at this address"),
        ("http://[::broken", None, "There is no calendar at this address"),
        ("https://kalender.example.org/a.ics", None, "This app cannot reach kalender.example.org"),
        (ADDRESS, Response(401), "Name or password is wrong"),
        (ADDRESS, Response(200, {}, b"<html>"), "There is no calendar at this address"),
        (ADDRESS, Response(301, {"location": "/again"}), "There is no calendar at this address"),
        (ADDRESS, None, "Not reachable now"),
    ],
)
def test_what_is_wrong_with_a_feed_is_said(app_car, now, address, answer, said):
    if answer is not None:
        app_car.pages |= {ADDRESS: answer, "https://caldav.fastmail.com/again": answer}
    app_car.context(settings={"address": address, "days": 1, "remind_min": 0})
    app_car.start()
    app_car.tap("Calendars")
    assert app_car.screen.rows[1].text2.startswith(said)
    assert not [text for _, text in app_car.host.log if "/dav/home" in text]


def test_without_calendars_it_says_what_to_do(app_car, now):
    app_car.start()
    assert "Put .ics files" in app_car.screen.empty
    app_car.tap("Calendars")
    assert app_car.rows == [("No Calendar folder, or no permission to read it", "")]
