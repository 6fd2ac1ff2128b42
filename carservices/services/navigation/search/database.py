"""Builds search.sqlite: names as full text and as trigrams, addresses by street and number, points by place.

Tables: ``named`` (settlements, streets, places of a kind), ``words`` (FTS5 of their folded names and towns),
``letters`` (FTS5 trigrams of the names), ``point`` (addresses, and spots along streets: these have ids below 0),
``near`` (R-tree of points), ``around`` (R-tree of named), ``meta``.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from carservices.services.navigation.search.folding import fold, spelled_out
from carservices.services.navigation.search.gather import Gathered, Named, Street, gather

SCHEMA = """
CREATE TABLE named (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    city TEXT NOT NULL, address TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, importance REAL NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(name, other, city, content='', prefix='1 2 3', tokenize='unicode61');
CREATE VIRTUAL TABLE letters USING fts5(name, content='', tokenize='trigram');
CREATE TABLE point (id INTEGER PRIMARY KEY, street INTEGER NOT NULL, number INTEGER, letter TEXT, postcode TEXT,
    lat REAL NOT NULL, lon REAL NOT NULL);
CREATE VIRTUAL TABLE near USING rtree(id, south, north, west, east);
CREATE VIRTUAL TABLE around USING rtree(id, south, north, west, east);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
INDEXES = """
CREATE INDEX point_number ON point (street, number, letter) WHERE number IS NOT NULL;
CREATE INDEX named_kind ON named (kind);
INSERT INTO words(words) VALUES ('optimize');
INSERT INTO letters(letters) VALUES ('optimize');
"""
FORMAT = "1"


def write_search(pbf: Path, target: Path) -> dict[str, int]:
    """Read ``pbf`` and write ``target``; returns counts of streets, addresses and places. Raises sqlite3.Error."""
    found = gather(pbf)
    with closing(sqlite3.connect(target)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;")
        database.executescript(SCHEMA)
        with database:
            counts = _fill(database, found)
        database.executescript(INDEXES)
    return counts


def _fill(database: sqlite3.Connection, found: Gathered) -> dict[str, int]:
    streets = [street for same in found.streets.values() for street in same]
    for street in streets:
        street.lat, street.lon = _representative(street)
    named: list[Named] = [*found.settlements, *streets, *found.places]
    rows = list(enumerate(named, 1))
    database.executemany(
        "INSERT INTO named VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((i, n.kind, n.name, fold(n.name), n.city, n.address, n.lat, n.lon, n.importance) for i, n in rows),
    )
    texts = [(i, fold(n.name), spelled_out(n.name), fold(n.city)) for i, n in rows if n.name]
    database.executemany("INSERT INTO words(rowid, name, other, city) VALUES (?, ?, ?, ?)", texts)
    database.executemany("INSERT INTO letters(rowid, name) VALUES (?, ?)", ((i, name) for i, name, *_ in texts))
    database.executemany("INSERT INTO around VALUES (?, ?, ?, ?, ?)", _boxes((i, n.lat, n.lon) for i, n in rows))
    addresses, spots = _addresses(rows), _spots(rows)
    points = [(number, *point) for number, point in enumerate(addresses, 1)]
    points += [(-number, *point) for number, point in enumerate(spots, 1)]
    database.executemany("INSERT INTO point VALUES (?, ?, ?, ?, ?, ?, ?)", points)
    database.executemany("INSERT INTO near VALUES (?, ?, ?, ?, ?)", _boxes((p[0], *p[-2:]) for p in points))
    database.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
    return {"streets": len(streets), "addresses": len(addresses), "places": len(found.places)}


def _addresses(rows: list[tuple[int, Named]]) -> list[tuple[Any, ...]]:
    streets = ((number, street) for number, street in rows if isinstance(street, Street))
    return [(number, *address) for number, street in streets for address in dict.fromkeys(street.addresses)]


def _spots(rows: list[tuple[int, Named]]) -> list[tuple[Any, ...]]:
    streets = ((number, street) for number, street in rows if isinstance(street, Street))
    return [(number, None, None, None, *point) for number, street in streets for point in street.points]


def _representative(street: Street) -> tuple[float, float]:
    """The point of the street nearest to the middle of all its points."""
    points = street.points or [(lat, lon) for *_, lat, lon in street.addresses]
    lat, lon = (sum(values) / len(points) for values in zip(*points, strict=True))
    return min(points, key=lambda point: (point[0] - lat) ** 2 + (point[1] - lon) ** 2)


def _boxes(points: Iterable[tuple[int, float, float]]) -> Iterator[tuple[float, ...]]:
    return ((number, lat, lat, lon, lon) for number, lat, lon in points)
