"""A house of a street: as mapped, or between the two mapped neighbours."""

import sqlite3
from dataclasses import dataclass

WIDEST_GAP = 20
"""Numbers between two neighbours for one to be placed between them."""


@dataclass(frozen=True)
class House:
    """``exact``: mapped as it was asked for."""

    text: str
    postcode: str
    lat: float
    lon: float
    exact: bool


def find_house(database: sqlite3.Connection, street: int, number: int, letter: str, postcode: str) -> House | None:
    """The house of a street; without it one of the same number, or the place between neighbours of its side."""
    same = database.execute(
        "SELECT letter, postcode, lat, lon FROM point WHERE street = ? AND number = ?"
        " ORDER BY letter != ?, postcode != ?, letter LIMIT 1",
        (street, number, letter, postcode),
    ).fetchone()
    if same is not None:
        found, code, lat, lon = same
        return House(f"{number}{found}", code, lat, lon, found == letter)
    for step in ("AND number % 2 = :number % 2", ""):
        low = _neighbour(database, street, number, f"number < :number {step} ORDER BY number DESC")
        high = _neighbour(database, street, number, f"number > :number {step} ORDER BY number")
        if low and high and high[0] - low[0] <= WIDEST_GAP:
            share = (number - low[0]) / (high[0] - low[0])
            lat, lon = low[2] + (high[2] - low[2]) * share, low[3] + (high[3] - low[3]) * share
            return House(f"{number}", low[1], lat, lon, exact=False)
    return None


def _neighbour(
    database: sqlite3.Connection, street: int, number: int, which: str
) -> tuple[int, str, float, float] | None:
    found: tuple[int, str, float, float] | None = database.execute(
        f"SELECT number, postcode, lat, lon FROM point WHERE street = :street AND {which} LIMIT 1",
        {"street": street, "number": number},
    ).fetchone()
    return found
