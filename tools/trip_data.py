"""Makes the emulator's drive: a loop on real roads, fastest through via points, obeying one-ways and turn bans.

    python -m tools.trip_data [region.osm.pbf]

Real: every road, one-way, posted limit, traffic signal and stop sign. Assumed: the limit where none is mapped
(statutory: 50 km/h in built-up areas, 100 outside). Invented, but deterministic: which signals are red and for how
long, and the altitude (the extract maps two elevations only): a smooth profile between the lake at 15 m and the hills
at 80 m.
"""

import argparse
import heapq
import itertools
import json
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from carservices.services.navigation.geo import metres
from carservices.services.navigation.maps.defaults import EXTRACTS, FIRST
from carservices.services.navigation.maps.landuse import BuiltUp
from carservices.services.navigation.maps.limits import legal_limits, posted_limit
from carservices.services.navigation.maps.roads import ATTRIBUTION, Network, Way, read_network
from carservices.services.navigation.maps.ways import zone_in

OUT = Path(__file__).parents[1] / "emulator/carservices_emulator/data/trips/neubrandenburg.json"
NAME = "Neubrandenburg, Burg Stargard and back"
PLACE = "Gartenstraße, Neubrandenburg"
VIAS = [  # latitude, longitude: streets of very different speeds, city first, then country roads, then the ring road
    (53.55354, 13.27298),  # Gartenstraße
    (53.55580, 13.29186),  # Juri-Gagarin-Ring
    (53.55123, 13.29944),  # Einsteinstraße
    (53.54349, 13.31280),  # Lindenhofer Straße
    (53.49538, 13.31028),  # Burg Stargard
    (53.51267, 13.27238),  # L 33
    (53.55819, 13.26661),  # Friedrich-Engels-Ring
]
LEGAL_KMH = legal_limits(["DE"])[0]
MAX_GAP_M = 100.0
TURN_COST_S = 4.0  # a turn of 90°: keeps the shortest-time path off zigzag shortcuts
STOP_SIGN_S = 3
RED_S = (12, 31)  # shortest and longest wait at a red signal
SAME_JUNCTION_M = 80.0

Arc = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One directed segment of the graph."""

    way: Way
    seconds: float
    limit: int


class Graph:
    """Directed segments between OSM nodes, searched segment by segment so that turns can be judged."""

    def __init__(self, network: Network, built_up: BuiltUp) -> None:
        self.network = network
        self.at: dict[int, tuple[float, float]] = {}
        self.steps: dict[Arc, Step] = {}
        self.next: dict[int, list[int]] = defaultdict(list)
        self.banned: set[tuple[int, int, int]] = set()
        self.only: dict[tuple[int, int], set[int]] = {}
        for one in network.restrictions:
            if one.node is None:
                continue  # over whole ways: the drive passes none
            for source in one.sources:
                if one.only:
                    self.only.setdefault((source, one.node), set()).update(one.targets)
                else:
                    self.banned.update((source, one.node, target) for target in one.targets)
        for way in network.ways:
            self.at.update(zip(way.nodes, way.points, strict=True))
            limit = posted_limit(way.tags) or int(LEGAL_KMH[zone_in(way, built_up)])
            for a, b in itertools.pairwise(way.nodes):
                step = Step(way, metres(self.at[a], self.at[b]) / (limit / 3.6), limit)
                if way.oneway >= 0:
                    self._add(a, b, step)
                if way.oneway <= 0:
                    self._add(b, a, step)

    def _add(self, a: int, b: int, step: Step) -> None:
        self.steps[a, b] = step
        self.next[a].append(b)

    def nearest(self, point: tuple[float, float]) -> Arc:
        """The segment starting closest to a point, service ways left aside."""
        through = (arc for arc, step in self.steps.items() if step.way.tags["highway"] != "service")
        return min(through, key=lambda arc: metres(self.at[arc[0]], point))

    def _turn(self, before: Arc, after: Arc) -> float | None:
        a, via, b = before[0], before[1], after[1]
        source, target = self.steps[before].way.id, self.steps[after].way.id
        if a == b or (source, via, target) in self.banned:
            return None
        if target not in self.only.get((source, via), {target}):
            return None
        (y0, x0), (y1, x1), (y2, x2) = self.at[a], self.at[via], self.at[b]
        k = math.cos(math.radians(y1))
        angle = math.atan2((x2 - x1) * k, y2 - y1) - math.atan2((x1 - x0) * k, y1 - y0)
        angle = abs((angle + math.pi) % math.tau - math.pi)
        return TURN_COST_S * angle / (math.pi / 2) if angle > 0.6 else 0.0

    def path(self, start: Arc, goal: int) -> list[Arc]:
        """Shortest-time chain of segments from start to the one that enters the node; LookupError if there is none."""
        best: dict[Arc, float] = {start: 0.0}
        came: dict[Arc, Arc] = {}
        heap = [(0.0, start)]
        while heap:
            cost, arc = heapq.heappop(heap)
            if arc[1] == goal:
                chain = [arc]
                while chain[-1] != start:
                    chain.append(came[chain[-1]])
                return chain[::-1]
            if cost > best[arc]:
                continue
            for node in self.next[arc[1]]:
                after = (arc[1], node)
                turn = self._turn(arc, after)
                if turn is None:
                    continue
                total = cost + turn + self.steps[after].seconds
                if total < best.get(after, math.inf):
                    best[after], came[after] = total, arc
                    heapq.heappush(heap, (total, after))
        raise LookupError(f"no way from node {start[0]} to node {goal}: move the via point")


def loop(graph: Graph, vias: list[tuple[float, float]]) -> list[Arc]:
    """The chain of segments through all via points and back to the first."""
    arcs = [graph.nearest(via) for via in vias]
    chain = [arcs[0]]
    for goal in [*arcs[1:], arcs[0]]:
        chain += graph.path(chain[-1], goal[0])[1:]
    return chain


def altitude(point: tuple[float, float]) -> float:
    """Synthetic metres above sea level: lowest at the north end of lake Tollensesee, rising smoothly outwards."""
    away = metres((53.545, 13.245), point) / 1000
    hills = 6 * math.sin(point[0] * 900) * math.cos(point[1] * 520)
    return round(min(80.0, max(15.0, 15 + 58 * (1 - math.exp(-away / 4)) + hills * min(1.0, away / 2))), 1)


def trip(graph: Graph, chain: list[Arc]) -> dict[str, object]:
    """The trip file: points, changes of limit and halts, both by index of point."""
    start = graph.at[chain[0][0]]
    points, limits, stops = [start], [[0, graph.steps[chain[0]].limit]], []
    halted = start
    for a, b in chain:
        limit = graph.steps[a, b].limit
        if limit != limits[-1][1]:
            limits.append([len(points) - 1, limit])
        p, q = graph.at[a], graph.at[b]
        pieces = math.ceil(metres(p, q) / MAX_GAP_M)
        points += [(p[0] + (q[0] - p[0]) * i / pieces, p[1] + (q[1] - p[1]) * i / pieces) for i in range(1, pieces + 1)]
        halt = graph.network.halts.get(b)
        if halt is None or metres(halted, q) < SAME_JUNCTION_M:
            continue
        halted = q
        if halt == "stop":
            stops.append([len(points) - 1, STOP_SIGN_S])
        elif b % 3 == 0:
            stops.append([len(points) - 1, RED_S[0] + b % (RED_S[1] - RED_S[0])])
    return {
        "name": NAME,
        "attribution": f"{ATTRIBUTION}. Roads, limits and signals are real; where no limit is mapped the statutory one"
        " is assumed. Waiting times and the altitude (a smooth profile within the region's 15 to 80 m) are synthetic.",
        "from": PLACE,
        "to": PLACE,
        "points": [[round(lat, 6), round(lon, 6), altitude((lat, lon))] for lat, lon in points],
        "limits": limits,
        "stops": stops,
    }


def main() -> None:
    """Build the trip from the extract named on the command line, else from the one that comes along."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pbf", type=Path, nargs="?", default=EXTRACTS[FIRST].pbf)
    pbf = parser.parse_args().pbf
    graph = Graph(read_network(pbf), BuiltUp(pbf))
    text = json.dumps(trip(graph, loop(graph, VIAS)), ensure_ascii=False, separators=(",", ":"))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
