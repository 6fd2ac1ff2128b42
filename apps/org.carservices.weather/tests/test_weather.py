"""The weather app asks seldom, shows what it knows and how old that is, and warns of dangers once."""

import json
from datetime import UTC, datetime
from pathlib import Path

import forecast.app
import pytest
from forecast.app import LATITUDE, LONGITUDE, TICK
from forecast.openmeteo import DAILY, HOURLY, Hour, address, parse
from forecast.pace import RETRY_SECONDS, SECONDS, distance
from forecast.reach import share
from forecast.risks import RISKS, Level
from forecast.sky import SKY

from carservices.app import PaneTemplate, Response

ANSWER = Path(__file__).with_name("munich.json").read_text()
MUNICH, DACHAU = (48.1374, 11.5755), (48.2603, 11.4340)


class Clock:
    def __init__(self, text):
        self.set(text)

    def set(self, text):
        self.at = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

    def __call__(self):
        return self.at


@pytest.fixture
def now(monkeypatch):
    clock = Clock("2026-11-26 11:00")
    monkeypatch.setattr(forecast.app, "clock", clock)
    return clock


@pytest.fixture
def car(app_car, now):
    app_car.update({LATITUDE: MUNICH[0], LONGITUDE: MUNICH[1]})
    app_car.pages |= {address(*MUNICH): ANSWER, address(*DACHAU): ANSWER}
    app_car.start()
    return app_car


def test_now_the_hours_the_days_and_the_road(car):
    assert isinstance(car.screen.content, PaneTemplate)
    assert car.rows == [
        ("Now", "4 °C · overcast"),
        ("Rain and wind", "0.0 mm · gusts 28 km/h"),
        ("Road", "From 17:00: icy roads: drive slowly, keep your distance"),
        ("Range", "about 27 % less than at 24 °C"),
    ]
    car.tap("Hours")
    assert car.rows[0] == ("In 1 hour", "13:00 · 4 °C · overcast")
    assert car.rows[5] == ("In 6 hours", "18:00 · 3 °C · freezing rain")
    assert len(car.rows) == 12
    car.tap("Days")
    assert car.rows[:3] == [
        ("Today", "−2 °C – 5 °C · freezing rain"),
        ("Tomorrow", "−5 °C – 2 °C · heavy snow"),
        ("Saturday", "−4 °C – 1 °C · overcast"),
    ]
    car.tap("Road")
    assert [title for title, _ in car.rows] == ["Ice", "Storm", "Heavy rain", "Snow", "Fog", "Heat"]
    assert car.rows[1] == ("Storm", "nothing expected in the next hours")


def test_german_and_the_units_of_the_person(car):
    car.context(language="de", units={"temperature": "Fahrenheit", "speed": "mph"})
    assert car.rows[:2] == [("Jetzt", "39 °F · bedeckt"), ("Regen und Wind", "0,0 mm · Böen 18 mph")]


def test_it_asks_at_most_once_in_a_quarter_of_an_hour_or_ten_kilometres(car, now):
    assert [request.url for request in car.requests] == [address(*MUNICH)]
    assert "48.14" in address(*MUNICH)
    assert str(MUNICH[0]) not in address(*MUNICH)
    now.at += SECONDS - 1
    car.advance(2 * TICK)
    car.foreground()
    assert len(car.requests) == 1
    car.update({LATITUDE: DACHAU[0], LONGITUDE: DACHAU[1]})
    car.advance(TICK)
    assert len(car.requests) == 2
    now.at += SECONDS
    car.advance(TICK)
    now.at -= 10 * SECONDS  # the clock is set back
    car.advance(TICK)
    car.start()
    assert len(car.requests) == 4


def test_offline_the_last_forecast_is_shown_with_its_age(car, now):
    car.pages.clear()
    now.set("2026-11-26 14:10")
    car.advance(TICK)
    old = "feels like 1 °C · as of 3 hours ago"
    assert car.rows[0] == ("Now", "4 °C · overcast")
    assert car.screen.content.rows[0].text2 == f"{old} · The weather service cannot be reached"
    car.advance(RETRY_SECONDS - TICK)
    assert len(car.requests) == 2
    now.at += RETRY_SECONDS
    car.advance(TICK)
    assert len(car.requests) == 3
    car.start()
    assert car.screen.content.rows[0].text2.startswith(old)
    assert len(car.requests) == 4
    now.set("2026-12-01 12:00")
    car.advance(TICK)
    assert car.rows[0] == ("Now", "–")


def test_a_danger_is_said_once_and_only_when_wanted(car, now):
    for text in ("2026-11-26 13:50", "2026-11-26 14:30", "2026-11-26 16:30"):
        now.set(text)
        car.advance(TICK)
    assert [(n.title, n.text) for n in car.notifications] == [
        ("Ice", "From 17:00: icy roads: drive slowly, keep your distance")
    ]
    car.context(settings={"warn": False})
    now.set("2026-11-27 02:30")
    car.advance(TICK)
    assert len(car.notifications) == 1


@pytest.mark.parametrize("answer", ["no json", "[]", '{"hourly": {"time": [1]}, "daily": {}}', Response(503)])
def test_a_broken_answer_is_said_and_changes_nothing(app_car, now, answer):
    app_car.update({LATITUDE: MUNICH[0], LONGITUDE: MUNICH[1]})
    app_car.pages[address(*MUNICH)] = answer
    app_car.start()
    assert app_car.screen.message == "The weather service cannot be reached"


def test_without_permission_or_position_it_says_so(app_car, now):
    app_car.start()
    assert app_car.screen.message == "The car does not know yet where it is"


def test_without_permission_it_says_what_to_do(app_car, now):
    app_car.deny(f"read:{LATITUDE}")
    app_car.start()
    assert "Allow this app" in app_car.screen.message
    assert app_car.requests == []


CALM = {
    "temperature": 10,
    "felt": 10,
    "rain": 0,
    "snow": 0,
    "code": 3,
    "gusts": 20,
    "visibility": 20_000,
    "wind": 10,
    "wind_from": 90,
}


@pytest.mark.parametrize(
    ("weather", "levels"),
    [
        ({}, {}),
        ({"temperature": 2.9}, {"ice": 1}),
        ({"temperature": 0.5, "rain": 0.2}, {"ice": 2}),
        ({"code": 66}, {"ice": 2}),
        ({"gusts": 62}, {"storm": 1}),
        ({"gusts": 95}, {"storm": 2}),
        ({"code": 95}, {"storm": 1}),
        ({"code": 99}, {"storm": 2}),
        ({"rain": 8}, {"rain": 1}),
        ({"rain": 20}, {"rain": 2}),
        ({"snow": 0.3}, {"snow": 1}),
        ({"visibility": 100}, {"fog": 1}),
        ({"visibility": 20}, {"fog": 2}),
        ({"felt": 33}, {"heat": 1}),
        (dict.fromkeys(CALM), {}),
    ],
)
def test_risks(weather, levels):
    hour = Hour(0, **{**CALM, **weather})
    assert {risk.key: risk.level(hour) for risk in RISKS if risk.level(hour) > Level.NONE} == levels


def test_navigation_is_told_the_wind_of_each_hour(car, now):
    """As 14.4 km/h from 264°; nobody answers, and it goes on without."""
    for text in ("2026-11-26 11:10", "2026-11-26 11:14", "2026-11-26 12:00"):
        now.set(text)
        car.advance(TICK)
    told = [("navigation.tell_wind", {"wind": {"speed_ms": 4.0, "comes_from": degrees}}) for degrees in (264, 266)]
    assert car.host.calls == told
    assert car.rows[0] == ("Now", "4 °C · overcast")


def test_range_by_temperature():
    assert [round(share(t), 2) for t in (-30, -6.7, 8.6, 23.9, 35, 45)] == [0.59, 0.59, 0.8, 1.0, 0.83, 0.83]


def test_distance_between_places():
    assert distance(*MUNICH, *DACHAU) == pytest.approx(17_200, rel=0.02)


def test_what_is_asked_for_is_what_is_read_and_every_sky_has_words(car):
    for table, names in (("hourly", HOURLY), ("daily", DAILY)):
        assert all(name in json.loads(ANSWER)[table] for name in names)
        assert ",".join(names) in address(*MUNICH)
    assert parse(json.loads(ANSWER)).days[6].gusts is None
    for language in ("en", "de"):
        car.context(language=language)
        texts = [car.app.t(f"sky.{key}") for key, _ in SKY.values()]
        assert not [text for text in texts if "sky." in text]
