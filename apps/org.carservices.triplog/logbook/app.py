"""The trip log on the car's screen, and what it does in the background: follow the car, and write each trip down."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from carservices.app import (
    Action,
    App,
    Icon,
    ListTemplate,
    MessageTemplate,
    PaneTemplate,
    Row,
    Signal,
    Tab,
    TabTemplate,
    Template,
)
from logbook.book import Book, Point
from logbook.details import Details
from logbook.export import gpx, table
from logbook.meter import Meter, Reading, counts, missed
from logbook.totals import PERIODS, totals
from logbook.trip import BUSINESS, PRIVATE, Trip
from logbook.words import Words

GEAR: Final = "Vehicle.Powertrain.Transmission.SelectedGear"
IGNITION: Final = "Vehicle.LowVoltageSystemState"
DRIVEN: Final = "Vehicle.TraveledDistance"
LATITUDE: Final = "Vehicle.CurrentLocation.Latitude"
LONGITUDE: Final = "Vehicle.CurrentLocation.Longitude"
TICK: Final = 5.0
SAVE_EVERY: Final = 30.0
"""So much of a trip is lost at most when the power goes."""
PATIENCE: Final = 10.0
"""Seconds after the start until a car that does not tell everything is taken as it is."""
APART: Final = 0.0003
"""Degrees between two points of a route: about 30 m."""
MOST_WAITING: Final = 5000
"""Points that wait while they cannot be written."""
MOST_SHOWN: Final = 50
MOST_ROUTES: Final = 100
"""Route files that are kept; the oldest give way."""
EXPORTS: Final = "export"
ICONS: Final = {"now": "speed", "trips": "route", "days": "today", "months": "calendar_month"}


def clocks() -> tuple[float, float]:
    """Unix time, and seconds that never jump and go on while the machine sleeps."""
    return time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)


class TripLog(App):
    rate = 1.0
    tab: str = "now"
    last: float = 0.0
    saved: float = 0.0
    energy: tuple[float, float] | None = None
    trouble: str = ""

    point: Point = (0.0, 90.0, 0.0)

    async def on_start(self) -> None:
        self.book = Book(self.files / "trips.sqlite")
        if self.book.broken:
            self.log.error("the book of trips could not be read; it is kept as %s", self.book.broken.name)
        self.trips = self.book.trips()
        self.points: list[Point] = []
        self.loaded = self.book.under_way()
        self.meter = Meter(self.pause, self.loaded)
        self.first = True
        self.begun = self.last = self.saved = clocks()[1]
        self.every(TICK, self.tick)
        await self.car.watch_topic("energy.trip", self.on_energy)
        self.read()
        self.place()
        self.car.watch((GEAR, IGNITION), lambda _signal: self.tick())

    def on_stop(self) -> None:
        self.save()

    @property
    def pause(self) -> float:
        return float(self.settings["pause_min"]) * 60

    # -- following the car -------------------------------------------------------------------------------------------

    def on_energy(self, trip: Any) -> None:
        self.energy = (float(trip["start"]), float(trip["energy_kwh"])) if trip else None

    def read(self) -> Reading:
        km = _value(self.car[DRIVEN])
        gear, ignition = _value(self.car[GEAR]), _value(self.car[IGNITION])
        return Reading(clocks()[0], gear, ignition, None if km is None else km / 1000, self.energy)

    def tick(self) -> None:
        reading, (wall, now) = self.read(), clocks()
        known = reading.km is not None and (reading.gear is not None or reading.ignition is not None)
        if self.first and not known and now - self.begun < PATIENCE:
            return
        elapsed, self.last = now - self.last, now
        if self.first and self.loaded is not None:
            elapsed = max(elapsed, wall - self.loaded.end - self.loaded.rest)
        self.meter.pause = self.pause
        before = self.meter.trip
        ended = self.meter.take(reading, elapsed)
        if ended is not None:
            self.conclude(ended, self.points)
            self.points = []
        trip = self.meter.trip
        begins = trip is not None and trip is not before
        if (begins or (self.first and trip is None)) and (gap := missed(next(iter(self.trips), None), reading)):
            self.conclude(gap)
        self.first = False
        if trip is not None and begins:
            trip.purpose = BUSINESS if self.settings["business"] else PRIVATE
            self.save()
        self.note_place(wall)
        if now - self.saved >= SAVE_EVERY:
            self.save()

    def place(self) -> tuple[float, float] | None:
        """Where the car is, if that is wanted and allowed; only then it is asked for."""
        if not self.settings["track"]:
            return None
        latitude, longitude = _value(self.car[LATITUDE]), _value(self.car[LONGITUDE])
        return None if latitude is None or longitude is None else (latitude, longitude)

    def note_place(self, wall: float) -> None:
        place = self.place()
        if self.meter.trip is None or not self.meter.driving or place is None:
            return
        _, old_latitude, old_longitude = self.point
        if max(abs(place[0] - old_latitude), abs(place[1] - old_longitude)) >= APART:
            self.point = (wall, *place)
            self.points = [*self.points, self.point][-MOST_WAITING:]

    # -- writing down ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the trip under way."""
        self.saved = clocks()[1]
        if self.meter.trip is not None and self.write(self.meter.trip, self.points):
            self.points = []

    def write(self, trip: Trip, points: Sequence[Point] = ()) -> bool:
        try:
            self.book.save(trip, points)
        except sqlite3.Error as error:
            self.trouble = self.t("not_kept")
            self.log.error("the trip cannot be written: %s", error)
            return False
        self.trouble = ""
        return True

    def conclude(self, trip: Trip, points: Sequence[Point] = ()) -> None:
        """Write a trip that is over, or strike out what was none."""
        trip.price, trip.currency = float(self.settings["price"]), str(self.settings["currency"])
        if not counts(trip):
            with contextlib.suppress(sqlite3.Error):  # it stays as one under way, and is struck out at the next start
                self.book.discard(trip)
            return
        self.write(trip, points)
        self.trips = [trip, *self.trips]

    def mark(self, trip: Trip) -> None:
        """What it was for is the other thing."""
        trip.purpose = PRIVATE if trip.purpose == BUSINESS else BUSINESS
        self.write(trip)

    # -- files -------------------------------------------------------------------------------------------------------

    def has_route(self, trip: Trip) -> bool:
        return self.book.has_route(trip)

    def save_route(self, trip: Trip) -> str:
        name = f"trip-{datetime.fromtimestamp(trip.start):%Y%m%d-%H%M}.gpx"
        return self.save_file(name, gpx(trip, self.book.route(trip)))

    def save_file(self, name: str, text: str) -> str:
        """Write a file; the answer says where it is, or why it is not."""
        folder = self.files / EXPORTS
        try:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
            routes = sorted(folder.glob("*.gpx"), key=lambda file: file.stat().st_mtime)
            for old in routes[:-MOST_ROUTES]:
                old.unlink()
        except OSError as error:
            self.log.error("%s cannot be written: %s", name, error)
            return self.t("not_saved", name=name)
        return self.t("saved", name=name, folder=folder)

    def save_table(self) -> None:
        said = self.save_file("trips.csv", table(self.trips))
        self.push(lambda: MessageTemplate(self.t("save_table"), said, icon=Icon("download")))

    # -- views -------------------------------------------------------------------------------------------------------

    def words(self) -> Words:
        return Words(self.t, self.context.units)

    def view(self) -> Template:
        views: dict[str, Callable[[], Any]] = {
            "now": self.now,
            "trips": self.all_trips,
            "days": self.sums,
            "months": self.sums,
        }
        tabs = [Tab(key, self.t(f"tab.{key}"), Icon(icon)) for key, icon in ICONS.items()]
        export = Action(self.t("save_table"), self.save_table, icon=Icon("download"), parked_only=True)
        change = Action(icon=Icon("settings"), on_click=lambda: self.push_settings(self.t("settings")))
        return TabTemplate(tabs, self.tab, views[self.tab](), self.select, actions=[export, change])

    def select(self, tab: str) -> None:
        self.tab = tab

    def now(self) -> Template:
        """The trip under way, else the last one."""
        words = self.words()
        trip = self.meter.trip or next(iter(self.trips), None)
        if trip is None:
            names = ("distance", "energy", "cost", "purpose")
            why = "" if self.car[DRIVEN].available else self.t("no_distance")
            return PaneTemplate(
                self.t("title"), [Row(self.t(name), "–", why if name == "distance" else "") for name in names]
            )
        when = self.t("under_way") if trip.open else words.start(trip)
        price = float(self.settings["price"]) if trip.open else trip.price
        currency = str(self.settings["currency"]) if trip.open else trip.currency
        cost = None if trip.energy_kwh is None else trip.energy_kwh * price
        length = " · ".join([words.length(trip.km), words.duration(trip.seconds)])
        energy = " · ".join([words.energy(trip.energy_kwh), words.average(trip)])
        rows = [
            Row(self.t("distance"), length, when, image=Icon("route")),
            Row(self.t("energy"), energy, image=Icon("bolt")),
            Row(self.t("cost"), words.cost(cost, currency), image=Icon("payments")),
            Row(
                self.t("purpose"),
                self.t(trip.purpose),
                self.trouble,
                image=Icon("work" if trip.purpose == BUSINESS else "home"),
            ),
        ]
        other = PRIVATE if trip.purpose == BUSINESS else BUSINESS
        return PaneTemplate(
            self.t("title"), rows, [Action(self.t(f"mark.{other}"), lambda: self.mark(trip), primary=True)]
        )

    def all_trips(self) -> Template:
        words = self.words()
        rows = [
            Row(
                words.start(trip),
                words.summary(trip),
                words.purpose(trip),
                Icon("work" if trip.purpose == BUSINESS else "home"),
                lambda trip=trip: self.push(Details(trip)),
                browsable=True,
            )
            for trip in self.trips[:MOST_SHOWN]
        ]
        return ListTemplate(self.t("title"), rows, empty=self.t("no_trips"))

    def sums(self) -> Template:
        words = self.words()
        name: Callable[[date], str] = words.day if self.tab == "days" else words.month
        found = list(totals(self.trips, PERIODS[self.tab]).items())[:MOST_SHOWN]
        rows = [Row(name(day), *words.total(total)) for day, total in found]
        return ListTemplate(self.t("title"), rows, empty=self.t("no_trips"))


def _value(signal: Signal[Any]) -> Any:
    return signal.value if signal.available else None
