"""Makes pictures of Calendar, Weather, Trip log and Tyres without a display: ``python -m tools.everyday_pictures``."""

import asyncio
import json
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

from tools.app_pictures import APPS, DATA, Camera, in_a_car

CALENDAR, WEATHER, TRIPLOG = "org.carservices.calendar", "org.carservices.weather", "org.carservices.triplog"
sys.path.insert(0, str(APPS / TRIPLOG))
from logbook.book import Book  # noqa: E402  # a module of the bundle
from logbook.trip import BUSINESS, PRIVATE, Trip  # noqa: E402

APPOINTMENTS = (  # days from today, begin, minutes, title, place, rule
    (0, "22:15", 30, "Call with Lisbon", "", "FREQ=DAILY"),
    (0, "20:00", 90, "Choir", "Gemeindehaus, Kirchstraße 4, Husum", "FREQ=WEEKLY"),
    (1, "09:15", 15, "Stand-up", "", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    (1, "10:30", 45, "Dentist", "Hauptstraße 5, Schleswig", ""),
    (2, "18:00", 180, "Birthday of Jonas", "Hafenstraße 12, Flensburg", ""),
)
DENTIST = (
    "Bring the insurance card and the pictures of last year. Parking is behind the house, the code of the gate is 4711."
)
DRIVES = (  # days ago, begin, minutes, km, kWh, purpose
    (1, "17:40", 34, 31.2, 5.6, PRIVATE),
    (1, "07:55", 38, 31.4, 6.1, BUSINESS),
    (3, "14:10", 96, 122.7, 25.3, PRIVATE),
    (4, "17:35", 33, 31.3, 5.5, PRIVATE),
    (4, "08:02", 36, 31.4, 5.9, BUSINESS),
    (31, "09:20", 152, 214.0, 41.8, BUSINESS),
)
PRICE = 0.35
TYRES = "org.carservices.tyres"
FRONT_RIGHT, LOW_KPA = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", 182
ODOMETER = 12_345.0
"""km at which the emulated car begins."""
DRIVE_SECONDS = 40.0
"""On the way before the picture of the trip is taken."""


def prepare(home: Path) -> None:
    appointments(home / "Calendar")
    forecast(home / DATA / WEATHER)
    trips(home / DATA / TRIPLOG)


def at(days: int, text: str) -> datetime:
    return datetime.combine(date.today() + timedelta(days=days), clock.fromisoformat(text))


def appointments(folder: Path) -> None:
    folder.mkdir(parents=True)
    events = []
    for days, begin, minutes, title, place, rule in APPOINTMENTS:
        lines = [
            f"UID:{title}",
            f"SUMMARY:{title}",
            f"DTSTART:{at(days, begin):%Y%m%dT%H%M%S}",
            f"DURATION:PT{minutes}M",
        ]
        lines += [f"LOCATION:{place}"] if place else []
        lines += [f"DESCRIPTION:{DENTIST}"] if title == "Dentist" else []
        lines += [f"RRULE:{rule}"] if rule else []
        events.append("\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"]))
    (folder / "my.ics").write_text("\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]))


def forecast(data: Path) -> None:
    """The forecast of the app's tests, as if its fourteenth hour were now."""
    answer = json.loads((APPS / WEATHER / "tests" / "munich.json").read_text())
    shift = time.time() // 3600 * 3600 - answer["hourly"]["time"][14]
    answer["hourly"]["time"] = [moment + shift for moment in answer["hourly"]["time"]]
    midnight = at(0, "12:00").timestamp()
    answer["daily"]["time"] = [midnight + 86400 * day for day in range(len(answer["daily"]["time"]))]
    data.mkdir(parents=True)
    (data / "storage.json").write_text(json.dumps({"last": {"answer": answer, "at": time.time()}}))


def trips(data: Path) -> None:
    data.mkdir(parents=True)
    book = Book(data / "trips.sqlite")
    odometer = ODOMETER
    for days, begin, minutes, km, kwh, purpose in DRIVES:
        start = at(-days, begin).timestamp()
        trip = Trip(
            start, start + 60 * minutes, odometer - km, odometer, 60.0 * minutes, kwh, purpose, PRICE, open=False
        )
        book.save(trip)
        odometer -= km


async def photograph(camera: Camera) -> None:
    """Every picture."""
    await camera.say(FRONT_RIGHT, LOW_KPA)
    await camera.apps.grant(TYRES, "mileage")
    await camera.open(TYRES)
    await camera.screen("low")
    await camera.quiet()
    await camera.take("tyres", "low")
    await camera.tap("Care")
    await camera.tap("Rotated today")
    await camera.take("care", "in 10000 km")
    await camera.apps.grant(CALENDAR, "files:calendar")
    await camera.open(CALENDAR)
    await camera.take("days", "Dentist")
    await camera.tap("Dentist")
    await camera.take("appointment", "Navigate there")
    for app in (WEATHER, TRIPLOG):
        await camera.apps.revoke(app, "location")
    await camera.open(WEATHER)
    for tab in ("Now", "Hours", "Days", "Road"):
        if tab != "Now":
            await camera.select(tab.lower())
        await camera.take(tab.lower(), {"Now": "Range", "Hours": "In 1 hour", "Days": "Today", "Road": "Ice"}[tab])
    for permission in ("energy", "mileage"):
        await camera.apps.grant(TRIPLOG, permission)
    await camera.open(TRIPLOG)
    await camera.select("trips")
    await camera.take("trips", "private · 1.96 EUR")
    await camera.select("days")
    await camera.take("days", "1 trip · 122.7 km · 25.3 kWh")
    await camera.select("now")
    await camera.drive()
    await asyncio.sleep(DRIVE_SECONDS)
    await camera.take("driving", "under way")


if __name__ == "__main__":
    in_a_car(prepare, photograph)
