"""Speed limits of roads: what signs say, and what the law of the country says where there are none."""

import re
import tomllib
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("limits.toml")
UNLIMITED_KMH = 130
"""The advisory speed (Richtgeschwindigkeit) where `maxspeed=none`."""
WALK_KMH = 7
KMH_PER_MPH = 1.609344
MOST_KMH = 160
SIGNED = re.compile(r"(\d{1,3})( mph)?")


class Zone(IntEnum):
    """Where a limit of the law holds: a column of limits.toml, and two that are the same everywhere."""

    URBAN = 0
    RURAL = 1
    EXPRESSWAY = 2
    MOTORWAY = 3
    LIVING = 4
    RAMP = 5
    SERVICE = 6


RAMP_KMH, SERVICE_KMH = 80, 20
"""Assumed: what ramps of motorways and ways on private ground are driven at."""
NAMED = {
    "urban": Zone.URBAN, "rural": Zone.RURAL, "trunk": Zone.EXPRESSWAY, "motorway": Zone.MOTORWAY,
    "living_street": Zone.LIVING, "nsl_single": Zone.RURAL, "nsl_dual": Zone.EXPRESSWAY, "nsl_restricted": Zone.URBAN,
}  # fmt: skip
"""What follows the country in values such as `DE:urban`."""
ZONE_KEYS = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:traffic")
BY_CLASS = {
    "motorway": Zone.MOTORWAY, "motorway_link": Zone.RAMP, "living_street": Zone.LIVING, "service": Zone.SERVICE,
}  # fmt: skip
OPEN = frozenset({"trunk", "primary", "secondary", "tertiary", "unclassified"})
"""Classes that lead through the country as well as through towns."""


def posted_limit(tags: dict[str, str], direction: str = "") -> int | None:
    """The signed limit in km/h, `UNLIMITED_KMH` for `none`, None where the way has no usable `maxspeed`.

    ``direction`` is ``forward`` or ``backward`` in order of drawing, where they differ.
    """
    value = tags.get(f"maxspeed:{direction}") or tags.get("maxspeed", "")
    if value == "none":
        return UNLIMITED_KMH
    if value == "walk":
        return WALK_KMH
    signed = SIGNED.fullmatch(value)
    limit = round(int(signed[1]) * (KMH_PER_MPH if signed[2] else 1.0)) if signed else 0
    return limit if 0 < limit <= MOST_KMH else None


def zone_of(tags: dict[str, str]) -> Zone | None:
    """The zone of a way by its tags; None where it depends on whether it is built up around it."""
    for key in ZONE_KEYS:
        _, colon, named = tags.get(key, "").partition(":")
        if colon and named in NAMED:
            return NAMED[named]
    kind = tags["highway"]
    return None if kind in OPEN else BY_CLASS.get(kind, Zone.URBAN)


def outside(tags: dict[str, str]) -> Zone:
    """The zone of a way that leads through open country."""
    fast = tags.get("motorroad") == "yes" or tags.get("expressway") == "yes"
    return Zone.EXPRESSWAY if fast else Zone.RURAL


def legal_limits(lands: Sequence[str]) -> NDArray[np.int64]:
    """km/h by country or region (ISO code) and `Zone`."""
    table = _table()
    other = table["other"]
    by_land = table["by_country"] | table["by_region"]
    rows = [by_land.get(code, other) for code in lands]
    return np.array([[*row, *other[len(row) :], RAMP_KMH, SERVICE_KMH] for row in rows], np.int64)


def regions() -> list[str]:
    """The regions (ISO 3166-2) that have limits of their own."""
    return list(_table()["by_region"])


def drives_left(country: str) -> bool:
    """Which side is driven on."""
    return country in _table()["left"]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
