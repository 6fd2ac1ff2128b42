"""The trip log notes each trip with distance, energy and cost, loses none to a restart, and writes files."""

import asyncio
import csv
import os
import time
from datetime import UTC, datetime
from xml.etree import ElementTree

import logbook.app
import pytest
from logbook.app import DRIVEN, GEAR, IGNITION, LATITUDE, LONGITUDE, SAVE_EVERY, TICK
from logbook.book import Book

from carservices.api.energy import Energy, Trip

PARK, DRIVE = 126, 127
MINUTE = 60


class Clocks:
    """The clocks of the app go with the virtual time of the test."""

    def __init__(self):
        self.ahead = 0.0
        self.begin = datetime(2026, 11, 26, 7, 0, tzinfo=UTC).timestamp()

    def __call__(self):
        now = asyncio.get_running_loop().time() + self.ahead
        return self.begin + now, now


@pytest.fixture
def clocks(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    found = Clocks()
    monkeypatch.setattr(logbook.app, "clocks", found)
    yield found
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def car(app_car, clocks):
    app_car.update({GEAR: PARK, IGNITION: "ON", DRIVEN: 5_000_000, LATITUDE: 48.1, LONGITUDE: 11.5})
    app_car.say(Energy.trip, Trip(start=0, energy_kwh=1))
    app_car.start()
    return app_car


def wait(car, seconds):
    """Time passes, and the app looks once at the end of it."""
    logbook.app.clocks.ahead += seconds - TICK
    car.advance(TICK)


def drive(car, minutes=10, km=10.0, kwh=2.0, start=0):
    """Drive steadily, minute by minute."""
    car[GEAR] = DRIVE
    wait(car, TICK)
    used = Trip.model_validate(car.host.states["energy.trip"]).energy_kwh
    for minute in range(1, minutes + 1):
        part = 1 / minutes
        car.update({DRIVEN: car[DRIVEN] + round(km * 1000 * part), LATITUDE: car[LATITUDE] + 0.01})
        car.say(Energy.trip, Trip(start=start, energy_kwh=used + kwh * minute * part))
        wait(car, MINUTE)


def park(car, minutes=15):
    car[GEAR] = PARK
    wait(car, minutes * MINUTE)


def trips(car):
    car.tap("Trips")
    return car.rows


def test_a_trip_from_drive_to_park(car):
    drive(car)
    assert car.rows == [
        ("Distance", "10.0 km · 10 min"),
        ("Energy", "2.0 kWh · 20.0 kWh/100 km"),
        ("Cost", "0.70 EUR"),
        ("Purpose", "private"),
    ]
    assert "under way" in car.texts
    park(car)
    assert trips(car) == [("Thu, 26 November, 08:00", "10.0 km · 10 min · 2.0 kWh")]
    car.context(language="de", units={"length": "mi"})
    assert car.rows == [("Do, 26. November, 08:00", "6,2 mi · 10 min · 2,0 kWh")]


def test_a_short_stop_is_part_of_the_trip_and_a_long_one_ends_it(car):
    drive(car)
    park(car, minutes=5)
    drive(car)
    car[IGNITION] = "OFF"
    wait(car, 11 * MINUTE)
    car[IGNITION] = "ON"
    drive(car, minutes=4, km=3, kwh=0.5)
    park(car)
    assert [text for _, text in trips(car)] == ["3.0 km · 4 min · 0.5 kWh", "20.0 km · 20 min · 4.0 kWh"]


def test_moving_in_the_yard_is_no_trip(car):
    drive(car, minutes=1, km=0.05)
    park(car)
    assert trips(car) == []


def test_what_it_was_for_and_the_totals(car):
    drive(car)
    car.tap("Mark as business")
    park(car)
    drive(car, minutes=20, km=5, kwh=1)
    park(car, minutes=24 * 60)
    drive(car)
    park(car)
    car.tap("Days")
    assert car.rows == [
        ("Fri, 27 November", "1 trip · 10.0 km · 2.0 kWh"),
        ("Thu, 26 November", "2 trips · 15.0 km · 3.0 kWh"),
    ]
    assert car.screen.content.rows[1].text2 == "1.05 EUR · business 10.0 km"
    car.tap("Months")
    assert car.rows == [("November 2026", "3 trips · 25.0 km · 5.0 kWh")]
    car.tap("Trips")
    car.tap("Thu, 26 November, 08:00")
    assert car.rows[3] == ("Purpose", "business")
    car.tap("Mark as private")
    assert car.rows[3] == ("Purpose", "private")


def test_the_price_is_that_of_the_day_of_the_trip(car):
    drive(car)
    park(car)
    car.context(settings={**car.app.settings, "price": 0.5})
    drive(car)
    park(car)
    car.tap("Trips")
    assert [row.text2 for row in car.screen.content.rows] == ["private · 1.00 EUR", "private · 0.70 EUR"]


@pytest.mark.parametrize("away", [2, 30, 600])
def test_a_restart_on_the_way_loses_nothing(car, clocks, away):
    drive(car)
    clocks.ahead += away * MINUTE
    car[DRIVEN] += 4_000
    car.start()
    drive(car)
    park(car)
    rows = [text for _, text in trips(car)]
    if away == 2:
        assert rows == ["24.0 km · 21 min · 4.0 kWh"]
    else:
        assert rows == [
            "10.0 km · 10 min · 2.0 kWh",
            "4.0 km · driven while the log did not run",
            "10.0 km · 10 min · 2.0 kWh",
        ]


def test_a_trip_that_ended_while_the_app_was_away_ends_where_it_did(car, clocks):
    drive(car)
    park(car, minutes=1)
    clocks.ahead += 600 * MINUTE
    car.start()
    car.advance(10)
    assert trips(car) == [("Thu, 26 November, 08:00", "10.0 km · 10 min · 2.0 kWh")]


def test_what_is_lost_without_power_is_half_a_minute(car, tmp_path):
    drive(car, minutes=3, km=3)
    wait(car, SAVE_EVERY)
    (kept,) = [Book(tmp_path / "data" / "trips.sqlite").under_way()]
    assert kept.km == pytest.approx(3)


def test_the_clock_is_set_back_on_the_way(car, clocks):
    drive(car)
    clocks.begin -= 7200
    drive(car)
    park(car)
    assert trips(car) == [("Thu, 26 November, 08:00", "20.0 km · 20 min · 4.0 kWh")]


def test_energy_that_is_reset_on_the_way_goes_on(car):
    drive(car)
    car.say(Energy.trip, Trip(start=99, energy_kwh=0))
    drive(car, start=99)
    park(car)
    assert trips(car)[0][1] == "20.0 km · 20 min · 4.0 kWh"


def test_without_energy_and_place_it_still_notes_distance(app_car, clocks):
    for scope in ("read:energy.trip", f"read:{LATITUDE}"):
        app_car.deny(scope)
    app_car.update({GEAR: PARK, DRIVEN: 5_000_000, LATITUDE: 48.1, LONGITUDE: 11.5})
    app_car.say(Energy.trip, Trip(start=0, energy_kwh=1))
    app_car.start()
    drive(app_car)
    park(app_car)
    assert trips(app_car) == [("Thu, 26 November, 08:00", "10.0 km · 10 min")]
    app_car.tap("Thu, 26 November, 08:00")
    assert [button.title for button in app_car.screen.buttons] == ["Mark as business"]


def test_files_of_all_trips_and_of_one_route(car, tmp_path):
    drive(car)
    park(car)
    car.tap("Export")
    folder = tmp_path / "data" / "export"
    assert car.screen.message == f"trips.csv is in the folder {folder} of this app"
    (row,) = csv.DictReader((folder / "trips.csv").read_text().splitlines())
    assert (row["start"], row["end"]) == ("2026-11-26T08:00:00+01:00", "2026-11-26T08:10:05+01:00")
    assert (row["distance_km"], row["average_kwh_per_100km"], row["cost"]) == ("10.00", "20.00", "0.70")
    car.back()
    trips(car)
    car.tap("Thu, 26 November, 08:00")
    car.tap("Save route")
    track = ElementTree.parse(folder / "trip-20261126-0800.gpx").getroot()
    points = track.findall(".//{http://www.topografix.com/GPX/1/1}trkpt")
    assert [round(float(point.get("lat")), 2) for point in points[:3]] == [48.1, 48.11, 48.12]
    assert len(points) == 11


def test_a_broken_book_is_put_aside(app_car, tmp_path, clocks):
    (tmp_path / "data" / "trips.sqlite").write_bytes(os.urandom(8192))
    app_car.start()
    assert trips(app_car) == []
    assert (tmp_path / "data" / "trips.broken").exists()


def test_the_book_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(logbook.book, "MOST_TRIPS", 3)
    monkeypatch.setattr(logbook.book, "MOST_POINTS", 4)
    book = Book(tmp_path / "trips.sqlite")
    for number in range(5):
        trip = logbook.trip.Trip(number, number + 1, open=False)
        book.save(trip, [(number, 1.0, 2.0), (number + 0.5, 1.0, 2.0)])
    assert [trip.start for trip in book.trips()] == [4, 3, 2]
    assert [len(book.route(trip)) for trip in book.trips()] == [2, 2, 0]
