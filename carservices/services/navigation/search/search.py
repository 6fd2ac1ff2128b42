"""Search in one map: text as it is typed, kinds of places, and what is at a point."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rapidfuzz import fuzz

from carservices.api.routes import Box, Place
from carservices.services.navigation.geo import box_around, plane_metres
from carservices.services.navigation.search.categories import kinds, kinds_meant, names_kind
from carservices.services.navigation.search.folding import fold
from carservices.services.navigation.search.house_numbers import House, find_house
from carservices.services.navigation.search.query import Query, coordinates, parse

CANDIDATES = 200
"""Of an index that are looked at more closely."""
TYPED_RIGHT = 0.86
"""Likeness from which nothing more is looked for among misspelt names."""
LIKE_ENOUGH = 0.6
SCORE = {"text": 1.0, "importance": 0.25, "distance": 0.12, "house": 0.3}
"""Weights of a result: likeness of the text, importance, nearness, and the house that was asked for."""
NEAR_M = 1000.0
"""Where nearness has lost half of its weight."""
KIND_BOXES_M = (1_000, 4_000, 16_000, 64_000, 256_000, 2_000_000)
REVERSE_M = (40, 200, 1000)
ADDRESS_BONUS_M = 15.0
"""An address is preferred to a street that is so much nearer."""
SPREAD_OF, SAME_KIND_APART = 1000, 2.0
"""Of how many places `Search.spread` chooses at most, and how many times further apart those of one kind are."""
WITHIN = "south <= ? AND north >= ? AND west <= ? AND east >= ?"
"""What an R-tree is asked; `box_around` gives the values."""


@dataclass(frozen=True)
class _Row:
    """A row of ``named``."""

    id: int
    kind: str
    name: str
    folded: str
    city: str
    address: str
    lat: float
    lon: float
    importance: float


class Search:
    """A search.sqlite, open for reading; of one thread."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error where it is none."""
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            self._database.executescript("PRAGMA mmap_size = 268435456; PRAGMA query_only = ON;")
            self._database.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
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

    def search(
        self,
        text: str,
        near: tuple[float, float] | None = None,
        limit: int = 10,
        language: str = "en",
        category: str | None = None,
    ) -> list[Place]:
        """The best places for a text that may end in the middle of a word, have a typo, or be empty with a category."""
        if at := coordinates(text):
            return [Place(lat=at[0], lon=at[1], name=f"{at[0]:.5f}, {at[1]:.5f}", distance_m=_distance(near, *at))]
        query = parse(text)
        if category is not None:
            return self._of_kinds([category], near, limit, language, query)
        if not query.words:
            return []
        meant = kinds_meant(query.text) if query.number is None else []
        places = self._by_name(query, near, limit, language, TYPED_RIGHT if meant else LIKE_ENOUGH)
        if not meant:
            return places
        of_kind = self._of_kinds(meant, near, limit, language, Query(()))
        most = limit // 3 if names_kind(query.text) else (limit + 1) // 2
        named = [place for place in places if fold(place.name).startswith(query.text)][:most]
        return _first_of_each([*named, *of_kind, *places])[:limit]

    def categories(self) -> dict[str, int]:
        """How many places there are of each kind that has some."""
        rows = self._database.execute("SELECT kind, count(*) FROM named GROUP BY kind")
        counts = dict(rows.fetchall())
        return {key: counts[key] for key in kinds() if key in counts}

    def spread(self, box: Box, wanted: Sequence[str], apart_m: float, limit: int, language: str) -> list[Place]:
        """Places of some kinds in a box, in the order of these and of their importance; see `Navigation.places`."""
        marks = ",".join("?" * len(wanted))
        rows = self._rows(
            f"JOIN around USING (id) WHERE kind IN ({marks}) AND {WITHIN}"
            f" ORDER BY importance DESC, name = '', id LIMIT {SPREAD_OF}",
            (*wanted, box.north, box.south, box.east, box.west),
        )
        rows.sort(key=lambda row: wanted.index(row.kind))
        taken: list[_Row] = []
        for row in rows:
            if len(taken) == limit:
                break
            if all(
                plane_metres(row.lat, row.lon, one.lat, one.lon)
                >= apart_m * (SAME_KIND_APART if one.kind == row.kind else 1.0)
                for one in taken
            ):
                taken.append(row)
        return [_place(row, None, language) for row in taken]

    def reverse(self, lat: float, lon: float) -> Place | None:
        """The address at a point, or its street; None where there is neither within 1 km."""
        for radius in REVERSE_M:
            rows = self._database.execute(
                f"SELECT id, south, west FROM near WHERE {WITHIN}", box_around(lat, lon, radius)
            )
            found = [(plane_metres(lat, lon, row[1], row[2]), row[0]) for row in rows]
            if not found:
                continue
            metres, point = min(found, key=lambda pair: pair[0] - (ADDRESS_BONUS_M if pair[1] > 0 else 0.0))
            if metres <= radius:
                return self._at_point(point, metres)
        return None

    def _at_point(self, point: int, metres: float) -> Place:
        name, city, number, letter, postcode, lat, lon = self._database.execute(
            "SELECT n.name, n.city, p.number, p.letter, p.postcode, p.lat, p.lon FROM point p"
            " JOIN named n ON n.id = p.street WHERE p.id = ?",
            (point,),
        ).fetchone()
        text = name if number is None else f"{name} {number}{letter}"
        address = " ".join(part for part in (postcode, city) if part)
        return Place(lat=lat, lon=lon, name=text, address=address, distance_m=round(metres, 1), id=f"p{point}")

    def _of_kinds(
        self, keys: Sequence[str], near: tuple[float, float] | None, limit: int, language: str, query: Query
    ) -> list[Place]:
        marks = ",".join("?" * len(keys))
        if near is None:
            rows = self._rows(f"WHERE kind IN ({marks}) ORDER BY importance DESC LIMIT {CANDIDATES}", keys)
        else:
            for metres in KIND_BOXES_M:
                rows = self._rows(
                    f"JOIN around USING (id) WHERE kind IN ({marks}) AND {WITHIN}",
                    (*keys, *box_around(*near, metres)),
                )
                if sum(plane_metres(*near, row.lat, row.lon) <= metres for row in rows) >= limit:
                    break  # who is in a corner of the square may be further than who is outside
            rows.sort(key=lambda row: plane_metres(*near, row.lat, row.lon))
        fitting = [row for row in rows if not query.words or _likeness(query, row) >= LIKE_ENOUGH]
        return [_place(row, near, language) for row in fitting[:limit]]

    def _by_name(
        self, query: Query, near: tuple[float, float] | None, limit: int, language: str, like: float
    ) -> list[Place]:
        words = (*query.words, query.digits) if query.digits else query.words
        rows = {row.id: row for row in self._matching(query.words)}
        if query.digits:
            rows |= {row.id: row for row in self._matching(words)}
        likeness = {row.id: _likeness(query, row) for row in rows.values()}
        if max(likeness.values(), default=0.0) < TYPED_RIGHT:
            for row in self._misspelt(query.text):
                rows[row.id] = row
                likeness[row.id] = _likeness(query, row)
        scored = []
        for row in rows.values():
            house = self._house(row, query)
            score = SCORE["text"] * likeness[row.id] + SCORE["importance"] * row.importance
            score += SCORE["house"] if house is not None and house.exact else 0.0
            if query.postcode and house is not None and house.postcode == query.postcode:
                score += SCORE["house"] / 2
            if near is not None:
                score += SCORE["distance"] / (1.0 + plane_metres(*near, row.lat, row.lon) / NEAR_M)
            scored.append((score, row, house))
        scored.sort(key=lambda entry: (-entry[0], entry[1].id))
        good = [entry for entry in scored if likeness[entry[1].id] >= like]
        return [_place(row, near, language, house) for _, row, house in good[:limit]]

    def _house(self, row: _Row, query: Query) -> House | None:
        if row.kind != "street" or query.number is None:
            return None
        return find_house(self._database, row.id, query.number, query.letter, query.postcode)

    def _matching(self, words: Iterable[str]) -> list[_Row]:
        """Rows that have all words, the last one begun."""
        match = " ".join(f'"{word}"' for word in words) + "*"
        ids = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 10, 10, 1) LIMIT ?", (match, CANDIDATES)
        )
        return self._by_ids([number for (number,) in ids])

    def _misspelt(self, text: str) -> list[_Row]:
        """Rows that share most trigrams with the text."""
        pieces = {text[i : i + 3] for i in range(len(text) - 2)}
        if not pieces:
            return []
        match = " OR ".join(f'"{piece}"' for piece in sorted(pieces))
        ids = self._database.execute(
            "SELECT rowid FROM letters WHERE letters MATCH ? ORDER BY rank LIMIT ?", (match, CANDIDATES)
        )
        return self._by_ids([number for (number,) in ids])

    def _by_ids(self, ids: Sequence[int]) -> list[_Row]:
        return self._rows(f"WHERE id IN ({','.join('?' * len(ids))})", ids) if ids else []

    def _rows(self, rest: str, values: Sequence[object]) -> list[_Row]:
        columns = "named.id, kind, name, folded, city, address, lat, lon, importance"
        return [_Row(*row) for row in self._database.execute(f"SELECT {columns} FROM named {rest}", values)]


def _likeness(query: Query, row: _Row) -> float:
    """0 to 1: how alike the text and the name are, alone or with its town; a beginning counts nearly as much."""
    text, name = query.text, row.folded
    full = f"{name} {fold(row.city)}".strip()
    best = max(fuzz.ratio(text, name), fuzz.ratio(text, full))
    if query.digits:
        best = max(best, fuzz.ratio(f"{text} {query.digits}", name))
    begun = 0.0
    if len(text) < len(full):
        begun = 0.97 * max(fuzz.ratio(text, name[: len(text)]), fuzz.ratio(text, full[: len(text)]))
    inside = 0.9 * fuzz.token_set_ratio(text, full) if len(query.words) > 1 or len(text) > 3 else 0.0
    return max(best, begun, inside) / 100.0


def _place(row: _Row, near: tuple[float, float] | None, language: str, house: House | None = None) -> Place:
    kind = kinds().get(row.kind)
    name = row.name or (kind.name(language) if kind else "")
    lat, lon, number = row.lat, row.lon, f"n{row.id}"
    address = ", ".join(part for part in (row.address, row.city) if part)
    if house is not None:
        name, lat, lon, number = f"{row.name} {house.text}", house.lat, house.lon, f"{number}-{house.text}"
        address = " ".join(part for part in (house.postcode, row.city) if part)
    return Place(
        lat=lat,
        lon=lon,
        name=name,
        address=address,
        category=row.kind if kind else None,
        distance_m=_distance(near, lat, lon),
        id=number,
    )


def _first_of_each(places: Iterable[Place]) -> list[Place]:
    found: dict[str | None, Place] = {}
    for place in places:
        found.setdefault(place.id, place)
    return list(found.values())


def _distance(near: tuple[float, float] | None, lat: float, lon: float) -> float | None:
    return None if near is None else round(plane_metres(*near, lat, lon), 1)
