"""Questions to the charging stations of a map: in a box, along a route, with the plugs that are free."""

import itertools
import math
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from carservices.api.polyline import beside_m
from carservices.api.routes import Box, Charger, ChargerFilter, Connector, Place, Plugs
from carservices.services.navigation.chargers.occupancy import free_now
from carservices.services.navigation.chargers.opening import open_at
from carservices.services.navigation.chargers.site import Site
from carservices.services.navigation.geo import Point, box_around, plane_metres

COLUMNS = "site.id, key, lat, lon, name, address, operator, eur_per_kwh, opening_hours, busy, synthetic"
ANY = ChargerFilter()
PIECE_M = 2000.0
"""m of a route that are looked around at once."""
MOST = 2000
NEAREST_M = (1_000.0, 4_000.0, 16_000.0, 64_000.0, 256_000.0)
"""Half of the sides of the squares in which the nearest stations are looked for, one after the other."""


class ChargerNetwork:
    """A chargers.sqlite, open for reading; of one thread."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error where it is none."""
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            self._database.execute("SELECT count(*) FROM site").fetchone()
        except sqlite3.Error:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No more questions."""
        self._database.close()

    def sites(self, sides: tuple[float, float, float, float]) -> list[Site]:
        """Stations as they are stored, between north, south, east and west; plugs strongest first."""
        found: dict[int, Site] = {}
        rows = self._database.execute(
            f"SELECT {COLUMNS}, connector, power_kw, count"
            " FROM near JOIN site USING (id) LEFT JOIN plug ON plug.site = site.id"
            " WHERE south <= ? AND north >= ? AND west <= ? AND east >= ? ORDER BY site.id, power_kw DESC, connector",
            sides,
        )
        for number, key, lat, lon, name, address, operator, price, hours, busy, synthetic, plug, power, count in rows:
            if number not in found:
                place = (key, lat, lon, name, operator, address)
                found[number] = Site(*place, [], price, hours, busy, synthetic=bool(synthetic))
            if plug is not None:
                found[number].plugs.append((Connector(plug), power, count))
        return list(found.values())

    def around(self, points: Sequence[Point], metres: float) -> list[Site]:
        """Stations in the box that holds all points and reaches ``metres`` beyond each."""
        north, south, east, west = zip(*(box_around(*point, metres) for point in points), strict=True)
        return self.sites((max(north), min(south), max(east), min(west)))

    def count(self) -> int:
        """All stations of the map."""
        return int(self._database.execute("SELECT count(*) FROM site").fetchone()[0])

    def nearest(self, here: Point, limit: int) -> list[Place]:
        """The stations nearest to a place, with how far each is."""
        far: list[tuple[float, Site]] = []
        for metres in NEAREST_M:
            far = [(plane_metres(*here, site.lat, site.lon), site) for site in self.around([here], metres)]
            if sum(away <= metres for away, _ in far) >= limit:  # in a corner one may be further than one outside
                break
        far.sort(key=lambda pair: pair[0])
        return [site.place.model_copy(update={"distance_m": round(away, 1)}) for away, site in far[:limit]]

    def in_box(self, box: Box, when: datetime, wanted: ChargerFilter = ANY, limit: int = MOST) -> list[Charger]:
        """Stations in a part of the map at a local time, strongest first."""
        chargers = (_charger(site, when) for site in self.sites((box.north, box.south, box.east, box.west)))
        return sorted((one for one in chargers if fits(one, wanted)), key=lambda charger: -_strongest(charger))[:limit]

    def along(
        self, route: Sequence[Point], metres: float, when: datetime, wanted: ChargerFilter = ANY
    ) -> list[tuple[float, float, Charger]]:
        """Stations within ``metres`` of a line, in its order: m along it, m beside it, station."""
        best: dict[str, tuple[float, float, Site]] = {}
        for run in _runs(route):
            for site in self.around([end for _, *ends in run for end in ends], metres):
                for begin, p, q in run:
                    along, beside = beside_m(p, q, (site.lat, site.lon))
                    known = best.get(site.key)
                    if beside <= metres and (known is None or beside < known[1]):
                        best[site.key] = (begin + along, beside, site)
        found = ((along, beside, _charger(site, when)) for along, beside, site in best.values())
        return sorted((one for one in found if fits(one[2], wanted)), key=lambda entry: entry[0])


def _charger(site: Site, when: datetime) -> Charger:
    """A station as clients see it at a local time."""
    plugs = tuple(
        Plugs(connector=connector, power_kw=power, count=count, free=free_now(site.key, i, count, site.busy, when))
        for i, (connector, power, count) in enumerate(site.plugs)
    )
    return Charger(
        place=site.place,
        operator=site.operator,
        plugs=plugs,
        eur_per_kwh=site.eur_per_kwh,
        opening_hours=site.opening_hours,
        open_now=open_at(site.opening_hours, when) if site.opening_hours else None,
        synthetic=site.synthetic,
    )


def fits(charger: Charger, wanted: ChargerFilter) -> bool:
    """Whether a station has what is wanted; what is not known of it counts as there."""
    if wanted.only_open and charger.open_now is False:
        return False
    if not charger.plugs:
        return wanted.connector is None and wanted.min_power_kw == 0.0
    return any(
        (wanted.connector is None or plug.connector is wanted.connector)
        and plug.power_kw >= wanted.min_power_kw
        and not (wanted.only_free and plug.free == 0)
        for plug in charger.plugs
    )


def _strongest(charger: Charger) -> float:
    return max((plug.power_kw for plug in charger.plugs), default=0.0)


def _runs(route: Sequence[Point]) -> Iterator[list[tuple[float, Point, Point]]]:
    """A line in runs of `PIECE_M` at most; each of pieces: m from the start, and both ends."""
    run: list[tuple[float, Point, Point]] = []
    begin = 0.0
    for a, b in itertools.pairwise(route):
        length = plane_metres(*a, *b)
        pieces = max(1, math.ceil(length / PIECE_M))
        for i in range(pieces):
            at = begin + length * i / pieces
            if run and at + length / pieces - run[0][0] > PIECE_M:
                yield run
                run = []
            run.append((at, _between(a, b, i / pieces), _between(a, b, (i + 1) / pieces)))
        begin += length
    if run:
        yield run


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
