"""A synthetic charging network: stations that do not exist, for maps that have none; the same map, the same network.

Every station carries the mark ``synthetic`` and says so in its name. Operators are invented; power classes, tariffs and
occupancy are drawn from the ranges seen in Europe in 2025 (AC 0.39–0.59 €/kWh, fast charging 0.49–0.79 €/kWh).
"""

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carservices.api.routes import Connector
from carservices.services.navigation.chargers.site import Site
from carservices.signals.earth import DEGREE_M

MARK = "synthetic"


@dataclass(frozen=True)
class Class:
    """A kind of site: how often, its plugs (connector, kW, fewest, most), €/kWh, mean share in use at the peak."""

    weight: int
    plugs: tuple[tuple[Connector, float, int, int], ...]
    price: tuple[float, float]
    peak: tuple[float, float]


CCS, TYPE2, CHADEMO = Connector.CCS, Connector.TYPE2, Connector.CHADEMO
ROADSIDE = (
    Class(5, ((CCS, 300.0, 4, 12),), (0.59, 0.79), (0.3, 0.75)),
    Class(4, ((CCS, 150.0, 2, 8), (TYPE2, 22.0, 1, 2)), (0.54, 0.74), (0.3, 0.7)),
    Class(2, ((CCS, 50.0, 1, 2), (CHADEMO, 50.0, 1, 1), (TYPE2, 22.0, 1, 2)), (0.49, 0.69), (0.2, 0.6)),
    Class(1, ((CCS, 400.0, 6, 16),), (0.64, 0.79), (0.2, 0.6)),
)
TOWN = (
    Class(8, ((TYPE2, 22.0, 2, 4),), (0.39, 0.59), (0.3, 0.8)),
    Class(4, ((TYPE2, 11.0, 2, 6),), (0.39, 0.55), (0.3, 0.8)),
    Class(3, ((CCS, 50.0, 1, 2), (CHADEMO, 50.0, 1, 1), (TYPE2, 22.0, 1, 2)), (0.49, 0.69), (0.2, 0.6)),
    Class(2, ((CCS, 150.0, 2, 6), (TYPE2, 22.0, 1, 2)), (0.54, 0.74), (0.3, 0.7)),
)
OPERATORS = ("Voltessa", "Ampeer & Sohn", "Kiloweg", "Nordlicht Laden", "Elektra Route", "Gleisstrom")
HOURS = (("24/7", 8), ("Mo-Su 06:00-22:00", 2), ("Mo-Fr 07:00-20:00; Sa 08:00-18:00", 1))
DAY = (2, 1, 1, 1, 2, 5, 15, 35, 45, 50, 60, 75, 85, 80, 75, 80, 90, 100, 95, 75, 50, 30, 15, 6)
"""Percent of the peak by hour: an assumed double hump of midday and after work."""
WEEKEND = 0.85
REGION_KM = 100.0
"""A map at least this wide is a region: its sites stand along main roads; on others in the streets of the town."""
SPACING_KM = {True: 18.0, False: 0.9}
"""About how far apart sites are, in a region and in a town."""
FILLED = 0.75
"""Share of the cells that have a site."""
MINOR_CLASS = {True: 3, False: 6}
"""Road classes of graph.npz up to which sites stand at its nodes."""


def synthetic_sites(graph: Path, name: str) -> Iterator[Site]:
    """Stations at road nodes of graph.npz, one in most cells of a grid."""
    with np.load(graph) as arrays:
        lat, lon = arrays["node_lat"], arrays["node_lon"]
        west, south, east, north = arrays["bbox"].tolist()
        width = (east - west) * DEGREE_M * math.cos(math.radians((south + north) / 2)) / 1000
        region = width >= REGION_KM
        head = arrays["head"][arrays["road_class"] <= MINOR_CLASS[region]]
        nodes = np.unique(head if len(head) else arrays["head"])
    for number, (cell, node) in enumerate(_one_a_cell(nodes, lat, lon, SPACING_KM[region], name), 1):
        chance = _chance(name, *cell)
        yield _site(chance, number, float(lat[node]), float(lon[node]), ROADSIDE if region else TOWN)


def _one_a_cell(
    nodes: NDArray[np.int64], lat: NDArray[np.float64], lon: NDArray[np.float64], spacing_km: float, name: str
) -> Iterator[tuple[tuple[int, int], int]]:
    """A node of the first and of most other cells of a grid, by chance that depends on the cell alone."""
    dy = spacing_km * 1000 / DEGREE_M
    dx = dy / math.cos(math.radians(float(lat[nodes].mean())))
    rows, columns = np.floor(lat[nodes] / dy).astype(int), np.floor(lon[nodes] / dx).astype(int)
    cells: dict[tuple[int, int], list[int]] = {}
    for row, column, node in zip(rows.tolist(), columns.tolist(), nodes.tolist(), strict=True):
        cells.setdefault((row, column), []).append(node)
    first = min(cells)
    for cell, found in sorted(cells.items()):
        chance = _chance(name, "cell", *cell)
        if cell == first or chance.random() < FILLED:
            yield cell, chance.choice(found)


def _chance(*what: object) -> random.Random:
    """Random numbers that are the same on every machine."""
    return random.Random(int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8]))


def _site(chance: random.Random, number: int, lat: float, lon: float, classes: tuple[Class, ...]) -> Site:
    kind = chance.choices(classes, [each.weight for each in classes])[0]
    operator = chance.choice(OPERATORS)
    hours = chance.choices([text for text, _ in HOURS], [weight for _, weight in HOURS])[0]
    return Site(
        f"s{number}",
        round(lat, 6),
        round(lon, 6),
        f"{operator} {number} ({MARK})",
        f"{operator} ({MARK})",
        "",
        [(connector, power, chance.randint(low, high)) for connector, power, low, high in kind.plugs],
        round(chance.uniform(*kind.price), 2),
        hours,
        _week(chance, chance.uniform(*kind.peak)),
        synthetic=True,
    )


def _week(chance: random.Random, peak: float) -> bytes:
    """Percent in use by hour of the week."""
    days = [WEEKEND if day >= 5 else 1.0 for day in range(7)]
    return bytes(
        min(100, max(0, round(peak * share * day * chance.uniform(0.85, 1.15)))) for day in days for share in DAY
    )
