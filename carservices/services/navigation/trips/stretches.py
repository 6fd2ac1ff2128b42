"""The road as the energy model sees it: lengths, cruising speeds, slopes, and how often one must slow down and stop.

Accelerations and the speed profile follow from the limits of a calm driver: forward and backward passes in v², which
at constant acceleration is linear in the distance (Fiori, Ahn, Rakha 2016 integrate the same over time).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import Floats, Ints, RoadGraph
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import Point
from carservices.services.navigation.trips.correction import Correction, band_weights

ACCELERATION, BRAKING = 1.2, 1.1
"""m/s² of ordinary drivers (naturalistic studies: 0.8–1.6)."""
LATERAL = 2.2
"""m/s² accepted in a bend (comfort limit 1.8–2.5)."""
CORNER_M = np.array((15.0, 30.0, 150.0))
"""m from the corner at which a car that turns on roads of each of `BANDS` leaves its straight: r = m / tan(angle / 2);
on motorways they are those of interchanges and bends, which maps of main roads draw as corners."""
TURNING = 25.0
"""Degrees from which on a bend between two roads is a turn."""
ROUNDABOUT_MS = 8.0
HALTED = 0.5
"""Share of cars that traffic signals bring to a stop."""
TURNED = (0.11, 0.04, 0.0)
"""Share of junctions of each of `BANDS` at which a way turns, where nothing but the single roads is known: with it the
roads of ways through Neubrandenburg and Helsinki take together what the ways take, within 1.5 % on average."""
STOPS_PER_KM = ((55.0, 0.9), (75.0, 0.3), (105.0, 0.08), (1000.0, 0.005))
"""Stops per km of roads up to a speed in km/h, where the map knows no signals (urban cycles: 0.8–1.2 in towns)."""
UNHURRIED = 8.0
"""km/h below which no road is taken to be driven, or the time would have no end."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Columns, one row a stretch of road. m, m/s, s of waiting, tangent of the slope, m²/s² lost and won, count."""

    metres: Floats
    cruise: Floats
    waiting: Floats
    grade: Floats
    gain: Floats
    """Sum of v² won by accelerating."""
    drop: Floats
    """Sum of v² lost by braking."""
    halts: Floats
    driven: Floats
    """0 on ferries, else 1."""
    course: Floats
    """Radians clockwise from north, NaN where not known."""
    peak: Floats
    """Highest v², m²/s²."""
    bands: Floats
    """[n, bands]: how much each belongs to each of `BANDS`."""
    ends: Ints
    """[roads + 1]: 0, and how many stretches there are up to the end of each road, one for each of its slopes."""

    @property
    def seconds(self) -> Floats:
        """Of each, waiting included."""
        return self.metres / self.cruise + self.waiting

    @property
    def phases(self) -> tuple[tuple[Floats, float, Floats], ...]:
        """Cruising, accelerating, braking: m of each, m/s² and the mean v²."""
        accelerating = np.minimum(self.gain / (2.0 * ACCELERATION), self.metres)
        braking = np.minimum(self.drop / (2.0 * BRAKING), self.metres - accelerating)
        return (
            (self.metres - accelerating - braking, 0.0, self.cruise * self.cruise),
            (accelerating, ACCELERATION, np.maximum(self.peak - 0.5 * self.gain, 0.5 * self.peak)),
            (braking, -BRAKING, np.maximum(self.peak - 0.5 * self.drop, 0.5 * self.peak)),
        )

    @property
    def square_metres(self) -> Floats:
        """Integral of v² over the way, m³/s²: what the drag of the air goes with."""
        total: Floats = sum((distance * square for distance, _, square in self.phases), np.zeros(len(self.metres)))
        return total


def of_route(
    edges: Sequence[EdgePart],
    geometry: Sequence[Point] = (),
    cap_kmh: float | None = None,
    correction: Correction | None = None,
) -> Stretches:
    """From standstill to standstill; with the route's ``geometry`` turns and courses count.

    ``correction`` has the driver's paces and delays, ``cap_kmh`` is what he is not to exceed.
    """
    metres = np.array([edge.metres for edge in edges], float)
    speed = np.array([edge.speed for edge in edges], float)
    limit = np.array([edge.limit for edge in edges], float)
    flags = np.array([edge.flags for edge in edges], np.int64)
    known = np.array([edge.arc >= 0 for edge in edges], bool)
    parts = np.array([max(1, len(edge.slopes)) for edge in edges], np.int64)
    cruise, waiting, bands = _cruise(metres, speed, limit, flags, cap_kmh, correction)
    node = np.concatenate(([0.0], np.minimum(cruise[:-1], cruise[1:]), [0.0])) if len(edges) else np.zeros(1)
    course = np.full(len(edges), np.nan)
    if len(geometry) > 1 and len(edges):
        starts = np.clip([edge.at_index for edge in edges], 0, len(geometry) - 2)
        course, turn = _courses(np.array(geometry, float), starts)
        corner = bands @ CORNER_M
        node[1:-1] = np.minimum(node[1:-1], _turn_speed(turn, np.minimum(corner[:-1], corner[1:])))
    halts = np.where(known, HALTED * ((flags & Flag.HALT) != 0), _stops(cruise) * metres / 1000.0)
    halts[-1:] = 0.0
    driven = np.where(flags & Flag.FERRY, 0.0, 1.0)
    ends = np.concatenate(([0], np.cumsum(parts)))
    inner = np.repeat(cruise, parts)
    inner[ends[1:] - 1] = node[1:]
    node = np.concatenate((node[:1], inner))
    metres, waiting, halts = (np.repeat(column / parts, parts) for column in (metres, waiting, halts))
    cruise, driven, course, bands = (np.repeat(column, parts, axis=0) for column in (cruise, driven, course, bands))
    gain, drop, peak = _profile(metres, cruise, node)
    lost = halts * np.minimum(peak, cruise * cruise)
    grade = np.array([slope for edge in edges for slope in edge.slopes or (edge.grade,)], float)
    return Stretches(metres, cruise, waiting, grade, gain + lost, drop + lost, halts, driven, course, peak, bands, ends)


def of_graph(graph: RoadGraph, cap_kmh: float | None = None, correction: Correction | None = None) -> Stretches:
    """Each arc of a map on its own: entered and left at cruising speed, stops and turns as they are to be expected."""
    limit = graph.limit.astype(float)
    cruise, waiting, bands = _cruise(graph.length, graph.speed, limit, graph.flags, cap_kmh, correction)
    halts = HALTED * ((graph.flags & Flag.HALT) != 0)
    slowest = np.minimum(cruise, _turn_speed(np.array(90.0), bands @ CORNER_M))
    roads = np.where(graph.twin >= 0, 0.5, 1.0)
    meeting = np.bincount(graph.tail, roads, graph.nodes) + np.bincount(graph.head, roads, graph.nodes)
    junction = meeting[graph.head] > 2.0
    lost = halts * cruise * cruise + junction * (bands @ TURNED) * (cruise * cruise - slowest * slowest)
    lost = np.minimum(lost, 2.0 * BRAKING * graph.length)
    north = graph.node_lat[graph.head] - graph.node_lat[graph.tail]
    east = (graph.node_lon[graph.head] - graph.node_lon[graph.tail]) * np.cos(np.radians(graph.node_lat[graph.tail]))
    driven, course, parts = np.where(graph.flags & Flag.FERRY, 0.0, 1.0), np.arctan2(east, north), graph.slopes.parts
    metres, waiting, lost, halts = (np.repeat(column / parts, parts) for column in (graph.length, waiting, lost, halts))
    cruise, driven, course, bands = (np.repeat(column, parts, axis=0) for column in (cruise, driven, course, bands))
    ends = np.concatenate(([0], np.cumsum(parts)))
    grade, peak = graph.slopes.all(), cruise * cruise
    return Stretches(metres, cruise, waiting, grade, lost, lost, halts, driven, course, peak, bands, ends)


def road_of(graph: RoadGraph, arc: int) -> EdgePart:
    """A whole arc of the map as a part of a route."""
    return EdgePart(
        0,
        arc,
        int(graph.way[arc]),
        float(graph.length[arc]),
        float(graph.speed[arc]),
        int(graph.limit[arc]),
        float(graph.grade[arc]),
        int(graph.flags[arc]),
    )


def _cruise(
    metres: Floats, speed: Floats, limit: Floats, flags: Ints, cap_kmh: float | None, correction: Correction | None
) -> tuple[Floats, Floats, Floats]:
    """Cruising speed, s of waiting and bands.

    The expected speed counts junctions in, so one cruises between it and the limit: at the geometric mean. A cap
    changes the cruising, not the waiting.
    """
    expected = np.maximum(speed, UNHURRIED)
    usual = np.where(limit > expected, np.sqrt(expected * np.maximum(limit, 1.0)), expected)
    waiting = metres * 3.6 * np.maximum(0.0, 1.0 / expected - 1.0 / usual)
    bands = band_weights(usual / 3.6)
    if correction is not None:
        usual = np.maximum(usual * (bands @ correction.paces), UNHURRIED)
        waiting = waiting * (bands @ correction.delays)
    if cap_kmh is not None:
        usual = np.minimum(usual, max(cap_kmh, UNHURRIED))
    cruise: Floats = usual / 3.6
    cruise[(flags & Flag.ROUNDABOUT) != 0] = np.minimum(cruise[(flags & Flag.ROUNDABOUT) != 0], ROUNDABOUT_MS)
    return cruise, waiting, bands


def _profile(metres: Floats, cruise: Floats, node: Floats) -> tuple[Floats, Floats, Floats]:
    """Sums of v² won and lost on each stretch and the highest v², given the speeds not to exceed between them."""
    along = np.concatenate(([0.0], np.cumsum(metres)))
    square = node * node
    rising = 2.0 * ACCELERATION * along
    square = np.minimum.accumulate(square - rising) + rising
    falling = 2.0 * BRAKING * along
    square = np.minimum.accumulate((square + falling)[::-1])[::-1] - falling
    enter, leave = square[:-1], square[1:]
    meet = (2.0 * ACCELERATION * BRAKING * metres + BRAKING * enter + ACCELERATION * leave) / (ACCELERATION + BRAKING)
    peak = np.maximum(np.minimum(cruise * cruise, meet), np.maximum(enter, leave))
    return peak - enter, peak - leave, peak


def _courses(points: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Course of each stretch, and the angle in degrees turned between each and the next."""
    across = np.cos(np.radians(points[:-1, 0]))
    segment = np.arctan2(np.diff(points[:, 1]) * across, np.diff(points[:, 0]))
    ends = np.append(starts[1:], len(points) - 1)
    chord = points[np.maximum(ends, starts + 1)] - points[starts]
    course: Floats = np.arctan2(chord[:, 1] * across[starts], chord[:, 0])
    turned = np.degrees(segment[starts[1:]] - segment[np.maximum(starts[1:] - 1, 0)])
    return course, np.abs((turned + 180.0) % 360.0 - 180.0)


def _turn_speed(turned: Floats, corner: Floats) -> Floats:
    """m/s through a corner of so many degrees, whose bend begins so many m before it."""
    radius = corner / np.tan(np.radians(np.clip(turned, 1.0, 175.0)) / 2.0)
    speed: Floats = np.where(turned >= TURNING, np.sqrt(LATERAL * radius), np.inf)
    return speed


def _stops(cruise: Floats) -> Floats:
    """Stops per km at a cruising speed in m/s."""
    bounds, counts = zip(*STOPS_PER_KM, strict=True)
    found: Floats = np.array(counts)[np.minimum(np.searchsorted(bounds, cruise * 3.6), len(counts) - 1)]
    return found
