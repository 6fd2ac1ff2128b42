"""How far the charge reaches: all that can be driven to from here, and all from where one can still return."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation, binary_fill_holes, label
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from carservices.services.navigation.engine.base import Outline
from carservices.services.navigation.engine.graph import Floats, Ints, RoadGraph, Snap
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import Point
from carservices.services.navigation.trips.climate import LONGEST_S, STEP_S
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.energy import KWH, ArcEnergy, EnergyModel, G
from carservices.signals.earth import DEGREE_M

Mask = NDArray[np.bool_]
Outlines = tuple[tuple[Outline, ...], tuple[Outline, ...]]

CELLS = 160
"""Cells of the picture of the area from one side to the other, from which its outline is drawn."""
SMALLEST_M = 25.0
SPECK = 0.002
"""Share of the area a part apart from the rest must have to be drawn."""
SURE = 1.2816
"""Standard deviations below which 90 % of a normal distribution lie: the area is reached with that probability."""
TINY = 1e-9
"""No edge of a sparse graph may cost nothing, or it is none."""


@dataclass(frozen=True, slots=True)
class Area:
    """Outlines (lat, lon) of what is reached, and of where one can return from."""

    reach: tuple[Outline, ...]
    back: tuple[Outline, ...]
    metres: float
    """m of mixed roads that the charge lasts for on average."""


def around(
    engine: RoadEngine, here: Point, model: EnergyModel, conditions: Conditions, kwh: float | None, metres: float
) -> Area:
    """As far as ``kwh`` surely take the car; where that is not known, as far as ``metres`` of mixed roads would.

    Raises `RouteError` when there is no road near.
    """
    graph = engine.roads
    arcs = model.per_arc(graph, conditions)
    take = arcs.kwh
    per_m = float(take.sum() / graph.length.sum())
    if kwh is not None:
        metres = _once_warm(kwh, model, arcs, conditions) / per_m
    mean = metres * per_m
    sure = max(0.0, mean - SURE * float(model.sigma(mean, metres, conditions)))
    mass = model.vehicle.mass_kg + conditions.load_kg
    reach, back = reachable(graph, engine.anchor(here), take, sure, mass * G * (1.0 - model.vehicle.loss_share) / KWH)
    return Area(reach, back, metres)


def _once_warm(kwh: float, model: EnergyModel, arcs: ArcEnergy, conditions: Conditions) -> float:
    """What is left of a charge for roads driven warm, beside what the trip's begin takes."""
    at_s = np.arange(0.0, LONGEST_S + STEP_S, STEP_S)
    driving = float(arcs.kwh.sum() / arcs.seconds.sum()) * at_s
    spent = driving + model.begin_kwh(conditions, at_s)
    return float(np.interp(kwh, spent, driving)) if kwh < spent[-1] else kwh - float(spent[-1] - driving[-1])


def reachable(graph: RoadGraph, here: Sequence[Snap], take: Floats, kwh: float, recovered: float) -> Outlines:
    """(reach, back) with ``kwh`` to spend, of which arcs ``take`` some; see `spent`."""
    out, home = spent(graph, here, take, kwh, recovered)
    at = out[graph.tail]
    reach = _share(kwh - at, take)
    around = np.where(graph.twin >= 0, take[graph.twin], np.inf)
    back = np.where(at + take + home[graph.head] <= kwh, 1.0, _share(kwh - at - home[graph.tail], take + around))
    return _outlines(graph, here, reach), _outlines(graph, here, back)


def spent(graph: RoadGraph, here: Sequence[Snap], take: Floats, kwh: float, recovered: float) -> tuple[Floats, Floats]:
    """kWh from the car to each node and from each node to the car by the ways that take least; infinite beyond ``kwh``.

    ``here`` is the car on one road, in each direction; ``recovered`` is kWh that a m of height gives back at most.
    Downhill arcs take less than nothing, so Dijkstra's search runs on energies lessened by what the height gained is
    worth (potentials: Eisner, Funke, Storandt 2011). What is below zero even so (bridges, whose slope the map takes
    for level) counts nothing, and a place whose best way passes where the battery would be empty counts as not reached,
    both of which err on the safe side.
    """
    worth = np.where(np.isnan(graph.altitude), 0.0, graph.altitude) * recovered
    lessened = np.maximum(take - worth[graph.head] + worth[graph.tail], 0.0) + TINY
    arc, passed = here[0].arc, here[0].offset_m / float(graph.length[here[0].arc])
    origin = float((1.0 - passed) * worth[graph.tail[arc]] + passed * worth[graph.head[arc]])
    ahead, behind = (_ends(graph, here, lessened, ahead=ahead) for ahead in (True, False))
    out = _search(graph.tail, graph.head, lessened, ahead, kwh, worth - origin)
    home = _search(graph.head, graph.tail, lessened, behind, kwh, origin - worth)
    return out, home


def _ends(graph: RoadGraph, here: Sequence[Snap], lessened: Floats, *, ahead: bool) -> dict[int, float]:
    """kWh between the car and the ends of its road."""
    ends: dict[int, float] = {}
    for snap in here:
        passed = snap.offset_m / float(graph.length[snap.arc])
        node, share = (graph.head, 1.0 - passed) if ahead else (graph.tail, passed)
        cost = share * float(lessened[snap.arc]) + TINY
        ends[int(node[snap.arc])] = min(cost, ends.get(int(node[snap.arc]), np.inf))
    return ends


def _search(tails: Ints, heads: Ints, lessened: Floats, starts: dict[int, float], kwh: float, worth: Floats) -> Floats:
    """kWh from the car to each node, infinite beyond reach; with heads and tails changed from each node to the car.

    ``worth`` is that of the nodes' height above the car.
    """
    n = len(worth)
    source = np.concatenate((tails, np.full(len(starts), n)))
    target = np.concatenate((heads, np.fromiter(starts, int)))
    cost = np.concatenate((lessened, np.fromiter(starts.values(), float)))
    order = np.lexsort((cost, target, source))
    source, target, cost = source[order], target[order], cost[order]
    first = np.concatenate(([True], (np.diff(source) != 0) | (np.diff(target) != 0)))
    network = csr_array((cost[first], (source[first], target[first])), shape=(n + 1, n + 1))
    limit = max(kwh - float(worth.min()), TINY)
    found, before = dijkstra(network, indices=np.array([n]), limit=limit, return_predecessors=True)
    spent: Floats = found[0][:n] + worth
    ok = np.append(spent <= kwh, True)
    parents = before[0]
    parents = np.where(parents < 0, np.arange(n + 1), parents)
    for _ in range(int(np.log2(n + 1)) + 1):  # a way is none when the battery was empty anywhere on it
        ok &= ok[parents]
        parents = parents[parents]
    return np.where(ok[:n], spent, np.inf)


def _share(left: Floats, take: Floats) -> Floats:
    """Share of each arc that can be driven with so much left at its tail."""
    known = np.isfinite(left) & (left >= 0.0) & np.isfinite(take)
    share = np.where(known, left, 0.0) / np.where(known, np.maximum(take, TINY), 1.0)
    return np.clip(share, 0.0, 1.0)


def _outlines(graph: RoadGraph, here: Sequence[Snap], share: Floats) -> tuple[Outline, ...]:
    """Around the driven shares of arcs: dots along them on a picture, closed, and its edges."""
    arcs = np.flatnonzero(share > 0.0)
    lat, lon, _ = graph.spots(arcs, share[arcs] * graph.length[arcs])
    lat = np.concatenate((lat, graph.node_lat[graph.tail[arcs]], [snap.lat for snap in here]))
    lon = np.concatenate((lon, graph.node_lon[graph.tail[arcs]], [snap.lon for snap in here]))
    across = float(np.cos(np.radians(lat.mean())))
    wide = max(float(np.ptp(lon)) * across, float(np.ptp(lat))) * DEGREE_M
    cell = max(SMALLEST_M, wide / CELLS)
    dots = np.maximum(1, np.ceil(share[arcs] * graph.length[arcs] / cell)).astype(np.int64)
    which = np.repeat(np.arange(len(arcs)), dots)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(dots) - dots, dots) + 1
    road = arcs[which]
    y, x, _ = graph.spots(road, share[road] * graph.length[road] * rank / dots[which])
    south, west = float(lat.min()), float(lon.min())
    row = ((np.concatenate((lat, y)) - south) * DEGREE_M / cell).astype(np.int64) + 3
    column = ((np.concatenate((lon, x)) - west) * DEGREE_M * across / cell).astype(np.int64) + 3
    picture = np.zeros((int(row.max()) + 4, int(column.max()) + 4), bool)
    picture[row, column] = True
    picture = binary_closing(binary_dilation(picture, iterations=1), iterations=2)
    shape = _around(picture, cell)

    def place(x_m: float, y_m: float) -> Point:
        return south + (y_m - 3.0 * cell) / DEGREE_M, west + (x_m - 3.0 * cell) / DEGREE_M / across

    return tuple(tuple(place(*xy) for xy in polygon.exterior.coords) for polygon in shape)


def _around(picture: Mask, cell: float) -> list[shapely.Polygon]:
    """Polygons in m around what is set, largest first, without specks."""
    labels, count = label(picture)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    kept = np.flatnonzero(sizes >= SPECK * picture.sum())
    picture = binary_fill_holes(np.isin(labels, kept[kept > 0]))
    edge = np.diff(np.pad(picture, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, begins = np.nonzero(edge == 1)
    _, ends = np.nonzero(edge == -1)
    bars = shapely.box(begins * cell, rows * cell, ends * cell, (rows + 1) * cell)
    shape = shapely.union_all(bars).simplify(0.75 * cell, preserve_topology=False).buffer(0.0)
    parts: list[shapely.Polygon] = shapely.get_parts(shape).tolist()
    return sorted((part for part in parts if not part.is_empty), key=lambda part: -part.area)
