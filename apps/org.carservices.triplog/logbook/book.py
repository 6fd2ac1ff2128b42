"""The book of trips: an SQLite file that holds a bounded number of them and of the points of their routes."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, Final

from logbook.trip import Trip

MOST_TRIPS: Final = 5000
MOST_POINTS: Final = 200_000
"""About 12 MB; the oldest routes go first, their trips stay."""
COLUMNS: Final = tuple(field.name for field in fields(Trip))
Point = tuple[float, float, float]
"""Unix time in s, latitude and longitude in degrees."""


class Book:
    """Each call is on the disk when it returns. Raises sqlite3.Error when the disk is full or fails."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.broken: Path | None = None
        """Where a file that could not be read was put aside."""
        try:
            self._create()
        except sqlite3.OperationalError:
            raise  # a full disk is no reason to put it aside
        except sqlite3.DatabaseError:
            self.broken = file.with_suffix(".broken")
            file.replace(self.broken)
            self._create()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._file)) as base, base:
            yield base

    def _create(self) -> None:
        columns = ", ".join(f'"{name}"' for name in COLUMNS if name != "id")
        with self._open() as base:
            base.execute(f'create table if not exists trip ({columns}, "id" integer primary key)')
            base.execute("create table if not exists point (trip integer, at real, latitude real, longitude real)")
            base.execute("create index if not exists route on point (trip, at)")
            if (found := base.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(found)

    def save(self, trip: Trip, points: Sequence[Point] = ()) -> None:
        """Write a trip, new or changed, with more points of its route."""
        names, marks = ", ".join(f'"{name}"' for name in COLUMNS), ", ".join("?" for _ in COLUMNS)
        with self._open() as base:
            done = base.execute(f"insert or replace into trip ({names}) values ({marks})", astuple(trip))
            trip.id = trip.id or done.lastrowid
            base.executemany("insert into point values (?, ?, ?, ?)", [(trip.id, *point) for point in points])
            if not trip.open:
                _bound(base)

    def discard(self, trip: Trip) -> None:
        with self._open() as base:
            base.execute("delete from trip where id = ?", (trip.id,))
            base.execute("delete from point where trip = ?", (trip.id,))

    def trips(self) -> list[Trip]:
        """Those that have ended, newest first."""
        return self._read('where not "open" order by "start" desc, id desc')

    def under_way(self) -> Trip | None:
        """The one that had not ended."""
        return next(iter(self._read('where "open" order by "start" desc')), None)

    def has_route(self, trip: Trip) -> bool:
        with self._open() as base:
            return bool(base.execute("select exists (select 1 from point where trip = ?)", (trip.id,)).fetchone()[0])

    def route(self, trip: Trip) -> list[Point]:
        with self._open() as base:
            found = base.execute("select at, latitude, longitude from point where trip = ? order by at", (trip.id,))
            return list(found)

    def _read(self, condition: str) -> list[Trip]:
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        with self._open() as base:
            return [_trip(row) for row in base.execute(f"select {names} from trip {condition}")]


def _trip(row: tuple[Any, ...]) -> Trip:
    trip = Trip(*row)
    trip.recorded, trip.open = bool(trip.recorded), bool(trip.open)
    return trip


def _bound(base: sqlite3.Connection) -> None:
    old = 'select id from trip order by "start" desc limit -1 offset ?'
    base.execute(f"delete from trip where id in ({old})", (MOST_TRIPS,))
    base.execute("delete from point where trip not in (select id from trip)")
    while base.execute("select count(*) from point").fetchone()[0] > MOST_POINTS:
        base.execute("delete from point where trip = (select min(trip) from point)")
