"""Exact search on a road graph arc by arc, so that forbidden turns, turning round and turn costs count.

The nodes of the searched graph are the arcs of the roads, its edges are the turns from one arc into the next (the
line graph: Winter, "Modeling costs of turns in route planning", GeoInformatica 6, 2002).
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from carservices.api.routes import Avoid, Mode
from carservices.services.navigation.engine.going_on import goes_on
from carservices.services.navigation.engine.graph import MOTORWAY, Floats, Ints, RoadGraph, Snap
from carservices.services.navigation.engine.landmarks import Landmarks
from carservices.services.navigation.flags import Flag

TURN_S = 4.0
"""s a turn of 90° costs on average, by its share of 90° up to 180°; straight on costs nothing."""
ROUND_S = 60.0
"""s turning round costs; only where the road ends."""
ENTER_S = 600.0
"""s that keep through traffic out of roads for residents; who has business there pays it on every way."""
AVOIDED = 20.0
"""A road to avoid counts this many times as much, so that it is taken only where there is no other way."""
ROLLING_N, AERO_NS2, CAR_KG, BASE_W = 190.0, 0.4, 1900.0, 700.0
"""Resistance of a compact electric car: N, N per (m/s)², kg, and W that run all the time; see `LineGraph.weigh`."""
DRIVE = 0.85
"""Of the battery's energy reaches the wheels, and as much of theirs comes back."""
TIME_W = 1000.0
"""What the driver's time is worth in `Mode.ECO`: an hour may be saved for a kWh. In Neubrandenburg ways then take 4 %
less energy and 6 % more time than the fastest ones; without it, 5 % and 10 %."""
KWH = 3.6e6
SHARES = (1.05, 1.2, 1.4, 1.7, 2.1, 3.0)
"""How many times the lower bound of its cost a way is searched up to, one after the other, before all of the map is;
to the first comes the cost of turning round once, to the next twice and so on, as bounds of short ways are poor."""
TINY = 1e-6
"""No edge of a sparse graph may cost nothing, or it is none."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one choice of route options: to drive each arc, to turn into an arc and drive it, and to turn round."""

    mode: Mode
    arc: Floats
    turn: Floats
    round: float


class LineGraph:
    """The turns of a road graph, and searches over them."""

    def __init__(self, roads: RoadGraph) -> None:
        self.roads = roads
        ways_on = np.diff(roads.first)
        fan = ways_on[roads.head]
        source = np.repeat(np.arange(roads.arcs), fan)
        rank = np.arange(len(source)) - np.repeat(np.cumsum(fan) - fan, fan)
        target = roads.first[roads.head[source]] + rank
        back = roads.twin[source] == target
        allowed = ~back | (fan[source] == 1)
        if len(roads.restrict):
            banned = roads.restrict[:, 0] * roads.arcs + roads.restrict[:, 2]
            allowed &= ~np.isin(source * roads.arcs + target, banned)
        self.source, self.target = source[allowed], target[allowed]
        self._back = back[allowed]
        self._first = np.concatenate(([0], np.cumsum(np.bincount(self.source, minlength=roads.arcs)))).astype(np.int32)
        self._target = self.target.astype(np.int32)
        self._turn_s = self._turns()
        self._targets: list[int] = self.target.tolist()  # lists, as single items of arrays are slow to read
        self._firsts: list[int] = self._first.tolist()
        self._seconds: list[float] = self._turn_s.tolist()
        _, self._component = connected_components(
            csr_array((np.ones(len(self.target)), self.target, self._first), shape=(roads.arcs, roads.arcs)),
            connection="strong",
        )
        self.main: NDArray[np.bool_] = self._component == np.bincount(self._component).argmax()
        """Arcs from each of which one can drive to each other one: not islands, not roads that are one-way in."""
        self._costs: dict[tuple[Mode, frozenset[Avoid]], Costs] = {}
        self._landmarks: dict[Mode, Landmarks] = {}
        self._kwh: Callable[[], Floats] | None = None

    def weigh(self, kwh: Callable[[], Floats]) -> None:
        """Let this car's own energy for each arc decide in `Mode.ECO`; it is asked for when such a way is looked for.

        What comes back downhill counts as nothing: no way may pay for itself.
        """
        self._kwh = kwh
        self._landmarks.pop(Mode.ECO, None)
        self._costs = {key: costs for key, costs in self._costs.items() if key[0] is not Mode.ECO}

    def costs(self, mode: Mode, avoid: frozenset[Avoid] = frozenset()) -> Costs:
        """Seconds, metres or joules, by mode."""
        key = mode, avoid
        if key not in self._costs:
            self._costs[key] = self._price(mode, avoid)
        return self._costs[key]

    def tree(self, start: Iterable[tuple[int, float]], costs: Costs, limit: float = np.inf) -> tuple[Floats, Ints]:
        """Cheapest ways from some arcs to all.

        ``start``: arcs the car is on, and what it still costs to their heads. Returns for each arc the cost to its
        head, infinite where no way leads, and the arc before it: -1 where there is none, -2 - k after the k-th start.
        A start arc's own cost is that of coming to it once more.
        """
        return self._search(self._begun(list(start), costs.turn, costs.turn), limit)

    def ways(
        self, start: Sequence[tuple[int, float]], goals: Sequence[tuple[int, float]], costs: Costs
    ) -> tuple[Floats, Ints]:
        """As `tree`, but exact only for the cheapest of the goals and the arcs on the way there, and sooner done.

        ``goals``: arcs, and what need not be paid of them as the destination lies before their heads.
        """
        bounds = self.prepare(costs.mode).towards(goals, [arc for arc, _ in start])
        nodes, rests = [arc for arc, _ in goals], [rest for _, rest in goals]
        due = bounds.copy()
        due[nodes] -= rests  # of the way through a goal only what leads to it counts, or the search goes too far
        ahead = costs.turn + due.take(self.target)
        rising = np.maximum(ahead - bounds.take(self.source), 0.0)  # below by rounding, or where no way leads to a goal
        graph = self._begun(start, rising, ahead)
        at_least = min(rest + bounds.item(arc) for arc, rest in start)
        for limit in (*(share * at_least + (1 + k) * costs.round for k, share in enumerate(SHARES)), np.inf):
            cost, before = self._search(graph, limit)
            if cost[nodes].min() <= limit:
                break
        cost[nodes] += rests
        return cost, before

    def path(self, before: Ints, arc: int) -> tuple[int, list[int]]:
        """Which start the way to ``arc`` begins on, and the arcs after it up to ``arc``."""
        arcs = [arc]
        while (arc := int(before[arc])) >= 0:
            arcs.append(arc)
        return -2 - arc, arcs[::-1]

    def turns(self, arcs: Sequence[int]) -> list[int]:
        """The turns between arcs that follow each other, as rows of ``source`` and ``target``."""
        index, firsts = self._targets.index, self._firsts
        return [index(b, firsts[a], firsts[a + 1]) for a, b in itertools.pairwise(arcs)]

    def turn_seconds(self, turn: int) -> float:
        """What a turn costs in time."""
        return self._seconds[turn]

    def reach(self, snap: Snap, most: float) -> dict[int, float]:
        """m from a point to the tail of each arc that begins within that many m of it along the roads."""
        lengths = self.roads.length
        found: dict[int, float] = {}
        heap = [(lengths.item(snap.arc) - snap.offset_m, snap.arc)]
        while heap:
            way, arc = heapq.heappop(heap)
            if way > most:
                break
            for follower in self.followers(arc):
                if follower not in found:
                    found[follower] = way
                    heapq.heappush(heap, (way + lengths.item(follower), follower))
        return found

    def followers(self, arc: int) -> list[int]:
        """Arcs one may drive into from an arc."""
        return self._targets[self._firsts[arc] : self._firsts[arc + 1]]

    def _begun(self, starts: Sequence[tuple[int, float]], turn: Floats, first_turn: Floats) -> csr_array:
        """The graph to search from some starts, with other costs for the first turns than for all others.

        The search begins at a node of its own; behind it stands one for each start with that start's turns.
        """
        n = self.roads.arcs
        turns = [slice(self._firsts[arc], self._firsts[arc + 1]) for arc, _ in starts]
        weights = np.concatenate((
            turn, [0.0] * len(starts), *(rest + first_turn[t] for (_, rest), t in zip(starts, turns, strict=True)),
        ))  # fmt: skip
        weights += TINY
        begin = np.arange(n + 1, n + 1 + len(starts), dtype=np.int32)
        targets = np.concatenate((self._target, begin, *(self._target[t] for t in turns)))
        ends = len(turn) + len(starts) + np.cumsum([0, *(t.stop - t.start for t in turns)])
        firsts = np.concatenate((self._first, ends.astype(np.int32)))
        size = n + 1 + len(starts)
        return csr_array((weights, targets, firsts), shape=(size, size))

    def _search(self, graph: csr_array, limit: float) -> tuple[Floats, Ints]:
        """`tree` on what `_begun` made."""
        n = self.roads.arcs
        found, pointers = dijkstra(graph, indices=[n], limit=limit, return_predecessors=True)
        before = pointers[0, :n].astype(np.int64)
        return found[0, :n], np.where(before > n, n - 1 - before, np.maximum(before, -1))

    def prepare(self, mode: Mode) -> Landmarks:
        """What searches of a mode look ahead by: made at the first of them, or here; 0.5 s for 90,000 arcs."""
        if mode not in self._landmarks:
            turn = self.costs(mode).turn + TINY
            size = self.roads.arcs, self.roads.arcs
            self._landmarks[mode] = Landmarks(csr_array((turn, self._target, self._first), shape=size), self.main)
        return self._landmarks[mode]

    def joined(self, arc: int) -> bool:
        """Whether more than one road leads to where an arc begins."""
        return self._entering.item(self.roads.tail.item(arc)) > 1 + (self.roads.twin.item(arc) >= 0)

    def _turns(self) -> Floats:
        """Seconds of each turn."""
        roads = self.roads
        self.leave, self.enter = roads.bearings_out(), roads.bearings_in()
        angle = np.abs((self.leave[self.target] - self.enter[self.source] + 180.0) % 360.0 - 180.0)
        self._entering = np.bincount(roads.head, minlength=roads.nodes)
        busy = self._entering[roads.head[self.source]] > 2
        seconds = np.where(busy & (angle > 30.0), TURN_S * angle / 90.0, 0.0)
        outside = (roads.flags[self.target] & Flag.DESTINATION) > (roads.flags[self.source] & Flag.DESTINATION)
        self._enter = np.where(outside, ENTER_S, 0.0)
        self.goes_on: list[bool] = goes_on(roads, self.source, self.target, self._back, angle).tolist()
        """Of each turn, whether it needs no telling."""
        return np.where(self._back, ROUND_S, seconds)

    def _plain_energy(self) -> Floats:
        """J that a usual electric car takes for each arc."""
        roads, v = self.roads, self.roads.speed / 3.6
        wheels = (ROLLING_N + AERO_NS2 * v * v + CAR_KG * 9.81 * roads.grade) * roads.length
        battery: Floats = np.where(wheels > 0.0, wheels / DRIVE, wheels * DRIVE) + BASE_W * roads.seconds
        return battery

    def _price(self, mode: Mode, avoid: frozenset[Avoid]) -> Costs:
        roads = self.roads
        if mode is Mode.SHORTEST:
            arc, second = roads.length.copy(), 0.0
        elif mode is Mode.ECO:
            joules = self._kwh() * KWH if self._kwh else self._plain_energy()
            arc, second = np.maximum(joules, 0.0) + TIME_W * roads.seconds, TIME_W + BASE_W
        else:
            arc, second = roads.seconds.copy(), 1.0
        per_s = second or float(np.median(roads.length / roads.seconds))
        unwanted = np.zeros(roads.arcs, bool)
        if Avoid.TOLLS in avoid:
            unwanted |= (roads.flags & Flag.TOLL) != 0
        if Avoid.FERRIES in avoid:
            unwanted |= (roads.flags & Flag.FERRY) != 0
        if Avoid.MOTORWAYS in avoid:
            unwanted |= roads.road_class == MOTORWAY
        arc[unwanted] *= AVOIDED
        turn = arc[self.target] + self._turn_s * second + self._enter * per_s
        return Costs(mode, arc, turn, ROUND_S * per_s)
