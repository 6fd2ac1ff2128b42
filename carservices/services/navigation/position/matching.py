"""Which road the car is on, decided live: the hidden Markov model of Newson and Krumm with headings.

P. Newson, J. Krumm, "Hidden Markov Map Matching Through Noise and Sparseness" (ACM GIS 2009): how far a road lies from
the fix makes it likely, and so does that the way along the roads is as long as the car has moved. Scores are kept from
fix to fix (forward pass), so a single odd fix does not move the car to another road.
"""

import math
from dataclasses import dataclass

from carservices.services.navigation.engine.graph import RoadGraph, Snap
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.geo import Point, metres, turned

REACH_M, REACH_SIGMAS = 25.0, 4.0
"""A road is considered within the larger of these of the position."""
ROAD_M = 3.0
"""m by which a lane lies beside the line of its road, one sigma."""
HEADING_SIGMA, HEADING_WORST = 25.0, 8.0
"""Degrees between course and road, one sigma, and the most that it may count (in nats)."""
BETA = 6.0
"""m: scale of the difference between way along the roads and way driven (Newson and Krumm's β)."""
SPRING = 9.0
"""Nats by which it is unlikely that the car is on a road to which no way led: a turn in a drive, a gap in the map."""
KEPT = 10
STEP_M = 3.0
"""m after which the next fix says something new."""
OFF_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A road the car may be on, and how likely in nats below the best."""

    snap: Snap
    score: float


class Matcher:
    """Follows the car over the roads."""

    def __init__(self, lines: LineGraph) -> None:
        self._lines = lines
        self._roads: RoadGraph = lines.roads
        self._candidates: list[Candidate] = []
        self._place: Point | None = None
        self._sigma = 5.0
        self.took = False
        """Whether the last update decided anew, and so used up the m moved."""

    def forget(self) -> None:
        """Nothing is known of the past."""
        self._candidates, self._place = [], None

    def update(self, place: Point, sigma: float, course: float | None, moved: float | None = None) -> Snap | None:
        """The road at a position known within ``sigma`` m; None: on none that the map has.

        ``course`` in degrees where it is known; ``moved``: m by the wheels since the last call, else straight.
        """
        if self._place is not None:
            moved = metres(self._place, place) if moved is None else moved
            self.took = moved >= STEP_M or not self._candidates
            if not self.took:
                return self._at(place)
        found = self._roads.nearest(place[0], place[1], radius_m=max(REACH_M, REACH_SIGMAS * sigma), limit=16)
        spread = math.hypot(sigma, ROAD_M)
        ways = [(one, self._lines.reach(one.snap, 1.5 * (moved or 0.0) + 6.0 * spread)) for one in self._candidates]
        fresh = []
        for snap in found:
            score = -0.5 * (snap.distance_m / spread) ** 2 - self._askew(snap, course)
            before = max((self._come(one, reach, snap, moved or 0.0, spread) for one, reach in ways), default=0.0)
            fresh.append(Candidate(snap, before + score))
        fresh.sort(key=lambda one: -one.score)
        best = fresh[0].score if fresh else 0.0
        self._candidates = [Candidate(one.snap, one.score - best) for one in fresh[:KEPT]]
        self._place, self._sigma, self.took = place, spread, True
        return self._at(place)

    def _at(self, place: Point) -> Snap | None:
        """The best road's point nearest to the place."""
        if not self._candidates:
            return None
        arc = self._candidates[0].snap.arc
        reach = max(REACH_M, OFF_SIGMAS * self._sigma)
        near = self._roads.nearest(place[0], place[1], radius_m=reach, limit=24)
        return next((snap for snap in near if snap.arc == arc), None)

    def _askew(self, snap: Snap, course: float | None) -> float:
        if course is None:
            return 0.0
        return min(HEADING_WORST, 0.5 * (turned(course, snap.bearing) / HEADING_SIGMA) ** 2)

    def _come(self, one: Candidate, reach: dict[int, float], snap: Snap, moved: float, spread: float) -> float:
        """The score of having come from a candidate to a point."""
        if snap.arc == one.snap.arc:
            way = snap.offset_m - one.snap.offset_m
            if way < -2.0 * spread:
                return one.score - SPRING
            return one.score - abs(way - moved) / max(BETA, spread)
        if (start := reach.get(snap.arc)) is None:
            return one.score - SPRING
        return one.score - min(SPRING, abs(start + snap.offset_m - moved) / max(BETA, spread))
