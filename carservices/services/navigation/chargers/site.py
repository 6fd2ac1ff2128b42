"""A charging station as it is stored, and the file of all stations of a map.

chargers.sqlite: ``site`` (one row a station), ``plug`` (equal plugs of one), ``near`` (R-tree of sites). ``busy`` is
the share of its plugs in use in each hour of a week from Monday 0:00, one byte of percent each, where it is known.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from carservices.api.routes import Connector, Place

SCHEMA = """
CREATE TABLE site (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, lat REAL NOT NULL, lon REAL NOT NULL,
    name TEXT NOT NULL, address TEXT NOT NULL, operator TEXT NOT NULL, eur_per_kwh REAL, opening_hours TEXT,
    busy BLOB, synthetic INTEGER NOT NULL);
CREATE TABLE plug (site INTEGER NOT NULL, connector TEXT NOT NULL, power_kw REAL NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (site, connector, power_kw)) WITHOUT ROWID;
CREATE VIRTUAL TABLE near USING rtree(id, south, north, west, east);
"""


@dataclass(frozen=True)
class Site:
    """``key`` names it in its map; ``plugs`` are connector, kW and how many."""

    key: str
    lat: float
    lon: float
    name: str
    operator: str = ""
    address: str = ""
    plugs: list[tuple[Connector, float, int]] = field(default_factory=list)
    eur_per_kwh: float | None = None
    opening_hours: str | None = None
    busy: bytes | None = None
    synthetic: bool = False

    @property
    def place(self) -> Place:
        """Where it is, as clients see it."""
        return Place(
            lat=self.lat, lon=self.lon, name=self.name, address=self.address, category="charging", id=f"c{self.key}"
        )


def write_sites(target: Path, sites: Iterable[Site]) -> None:
    """Write chargers.sqlite anew. Raises sqlite3.Error."""
    with closing(sqlite3.connect(target)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        with database:
            for number, site in enumerate(sites, 1):
                row = (site.key, site.lat, site.lon, site.name, site.address, site.operator, site.eur_per_kwh)
                database.execute(
                    "INSERT INTO site VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (number, *row, site.opening_hours, site.busy, site.synthetic),
                )
                plugs = [(number, connector.value, power, count) for connector, power, count in site.plugs]
                database.executemany("INSERT INTO plug VALUES (?, ?, ?, ?)", plugs)
                box = (site.lat, site.lat, site.lon, site.lon)
                database.execute("INSERT INTO near VALUES (?, ?, ?, ?, ?)", (number, *box))
