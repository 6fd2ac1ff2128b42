"""Search on every city map at hand: addresses drawn from the map itself with a seed, as people write them."""

import random
import sqlite3
import string
import time
from collections.abc import Callable
from pathlib import Path

from _table import Row

from carservices.services.navigation.geo import plane_metres
from carservices.services.navigation.maps.store import SEARCH, MapStore
from carservices.services.navigation.search.search import Search

CITIES = ("neubrandenburg", "helsinki")
SEED = 5
EXACT_TOP1, TYPO_TOP5, KEYSTROKE_MS, REVERSE_MS = 97.0, 98.0, 10.0, 5.0
SAME_M = 100.0
"""A result is right when it reads as the address drawn in its town, or stands this near to it."""

Address = tuple[str, str, str, float, float]  # street, house number, town, lat, lon


def measure_search(maps: MapStore, *, quick: bool) -> list[Row]:
    """Six rows a city."""
    rows = []
    for city in CITIES:
        path = maps.folder(city) / SEARCH
        chance = random.Random(SEED)
        with Search(path) as search:
            rows += _rows(city, search, _addresses(path, chance, 150 if quick else 1000), chance)
    return rows


def _addresses(path: Path, chance: random.Random, most: int) -> list[Address]:
    database = sqlite3.connect(path)
    rows = database.execute(
        "SELECT n.name, p.number || p.letter, n.city, p.lat, p.lon FROM point p JOIN named n ON n.id = p.street"
        " WHERE p.number IS NOT NULL ORDER BY p.id"
    ).fetchall()
    database.close()
    return chance.sample(rows, min(most, len(rows)))


def _rows(city: str, search: Search, addresses: list[Address], chance: random.Random) -> list[Row]:
    cars = chance.sample(addresses, len(addresses))
    asked = list(zip(addresses, [(car[3], car[4]) for car in cars], strict=True))
    exact = sum(_found(search, a, f"{a[0]} {a[1]}, {a[2]}", car, 1) for a, car in asked)
    bare = sum(_found(search, a, f"{a[0]} {a[1]}", car, 5) for a, car in asked)
    typo = sum(_found(search, a, f"{_mistyped(a[0], chance)} {a[1]}, {a[2]}", car, 5) for a, car in asked)
    strokes = []
    for address, car in asked[:60]:
        text = f"{address[0]} {address[1]}, {address[2]}"
        strokes += [_timed(search.search, text[:end], car) for end in range(1, len(text) + 1)]
    points = [(a[3] + chance.gauss(0, 0.0003), a[4] + chance.gauss(0, 0.0005)) for a in addresses]
    reverse = [_timed(search.reverse, *at) for at in points]
    share = 100.0 / len(addresses)
    where = f"{city}, {len(addresses)} addresses"
    return [
        Row(f"{where}: exact address, first result right", exact * share, "%", EXACT_TOP1, less=False),
        Row(f"{where}: one typo in the street, among five", typo * share, "%", TYPO_TOP5, less=False),
        Row(f"{where}: without its town, among five", bare * share, "%"),
        Row(f"{city}, {len(strokes)} keystrokes: p99", _percentile(strokes, 99), "ms", KEYSTROKE_MS),
        Row(f"{city}, {len(strokes)} keystrokes: median", _percentile(strokes, 50), "ms"),
        Row(f"{city}, {len(reverse)} points to addresses: p99", _percentile(reverse, 99), "ms", REVERSE_MS),
    ]


def _found(search: Search, address: Address, text: str, car: tuple[float, float], among: int) -> bool:
    """Whether it is among the first; the car stands at another address."""
    street, number, town, lat, lon = address
    return any(
        place.name == f"{street} {number}"
        and (place.address.endswith(town) or plane_metres(lat, lon, place.lat, place.lon) < SAME_M)
        for place in search.search(text, car, among)
    )


def _mistyped(text: str, chance: random.Random) -> str:
    """One letter left out, doubled into another, replaced, or two swapped."""
    at = chance.randrange(len(text))
    letter = chance.choice(string.ascii_lowercase)
    swapped = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    wrong = chance.choice(
        [text[:at] + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + letter + text[at + 1 :], swapped]
    )
    return wrong if wrong != text else text[:at] + letter + text[at + 1 :]


def _timed(call: Callable[..., object], *values: object) -> float:
    start = time.perf_counter()
    call(*values)
    return (time.perf_counter() - start) * 1000.0


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
