"""The roads between the car, stations beside its way and the destination: time and energy of every hop, by real edges.

Ways are the fastest on the map's road graph, searched node by node on the part of it that a sensible trip can use; what
turns cost is left to the engine that makes the route. Trees are kept, so that another condition costs only sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from carservices.services.navigation.engine.graph import Floats, Ints, RoadGraph, Snap

DETOUR, DETOUR_S = 1.04, 1500.0
"""Roads by which the whole trip takes this many times as long and s more still belong to the corridor."""
Anchor = Sequence[Snap]
"""A place on the road: one snap, or one for each direction."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Fastest ways from one place: of each place s there and the way's last piece of road, of each node its edge."""

    seconds: Floats
    last: Ints
    edge: Ints
    parent: Ints
    start_arc: Ints
    start_share: Floats


class Corridor:
    """Roads and places of one trip: from the first anchor through the others to the last.

    ``weights`` is what arcs cost to be chosen, s as a rule.
    """

    def __init__(self, roads: RoadGraph, weights: Floats, anchors: Sequence[Anchor]) -> None:
        self._roads, self._weights = roads, weights
        order = np.lexsort((weights, roads.head, roads.tail))
        tail, head = roads.tail[order], roads.head[order]
        arcs = order[np.concatenate(([True], (np.diff(tail) != 0) | (np.diff(head) != 0)))]
        self._arcs = arcs[roads.tail[arcs] != roads.head[arcs]]
        self._nodes = self._number = np.arange(roads.nodes)
        self._build()
        away = [self._away(anchor) for anchor in anchors[:-1]]
        back = [self._back(anchor) for anchor in anchors[1:]]
        self._legs = list(zip(away, back, strict=True))
        self.directs = [float((there + onward).min()) for there, onward in self._legs]
        """s of each leg without a stop, infinite where no way leads."""

    @property
    def direct(self) -> float:
        """s of the whole way without a stop."""
        return sum(self.directs)

    def holds(self, place: Anchor) -> bool:
        """Whether a place lies on roads of the corridor."""
        return any(self._number[self._roads.head[snap.arc]] >= 0 for snap in place)

    def detour(self, place: Anchor) -> tuple[float, float]:
        """s by which the trip takes longer by a place, and which share of the driving lies before it."""
        roads, before = self._roads, 0.0
        best, share = np.inf, 0.0
        for (away, back), direct in zip(self._legs, self.directs, strict=True):
            for snap in place:
                weight, part = float(self._weights[snap.arc]), _share(roads, snap)
                there = float(away[roads.tail[snap.arc]]) + weight * part
                longer = there + float(back[roads.head[snap.arc]]) + weight * (1.0 - part) - direct
                if longer < best:
                    best, share = longer, (before + there) / max(1.0, self.direct)
            before += direct
        return best, min(1.0, share)

    def narrow(self) -> None:
        """Forget roads that are too far aside."""
        roads = self._roads
        keep = np.zeros(roads.nodes, bool)
        for (away, back), direct in zip(self._legs, self.directs, strict=True):
            keep |= away + back <= DETOUR * direct + DETOUR_S
        self._arcs = self._arcs[keep[roads.tail[self._arcs]] & keep[roads.head[self._arcs]]]
        self._nodes = np.flatnonzero(keep)
        self._number = np.full(roads.nodes, -1)
        self._number[self._nodes] = np.arange(len(self._nodes))
        self._build()

    def tree(self, place: Anchor, targets: "Targets", limit: float = np.inf) -> Tree:
        """Fastest ways from a place to all targets."""
        n = len(self._nodes)
        roads = self._roads
        starts = [snap for snap in place if self._number[roads.head[snap.arc]] >= 0]
        heads = np.array([self._number[roads.head[snap.arc]] for snap in starts], np.int64)
        shares = np.array([1.0 - _share(roads, snap) for snap in starts])
        arcs = np.array([snap.arc for snap in starts], np.int64)
        costs = self._weights[arcs] * shares if len(arcs) else np.empty(0)
        order = np.lexsort((costs, heads))
        order = order[np.concatenate(([True], np.diff(heads[order]) != 0))] if len(order) else order
        graph = csr_array(
            (
                np.concatenate((self._csr_weights, costs[order] + 1e-6)),
                np.concatenate((self._heads, heads[order])).astype(np.int32),
                np.append(self._firsts, len(self._heads) + len(order)).astype(np.int32),
            ),
            shape=(n + 1, n + 1),
        )
        found, pointers = dijkstra(graph, indices=np.array([n]), limit=limit, return_predecessors=True)
        seconds, before = found[0], pointers[0]
        parent = np.where(before < 0, n, before).astype(np.int64)
        edge = np.full(n + 1, -1)
        inner = np.flatnonzero((before >= 0) & (before < n))
        edge[inner] = np.searchsorted(self._keys, parent[inner] * (n + 1) + inner)
        outer = np.flatnonzero(before == n)
        if len(outer):
            edge[outer] = -2 - order[np.searchsorted(heads[order], outer)]
        cost = seconds[self._number[roads.tail[targets.arc]]] + self._weights[targets.arc] * targets.share
        cost[self._number[roads.tail[targets.arc]] < 0] = np.inf
        last, best = np.full(targets.count, -1), np.full(targets.count, np.inf)
        near = np.lexsort((-cost, targets.place))
        near = near[np.isfinite(cost[near])]
        last[targets.place[near]], best[targets.place[near]] = near, cost[near]  # the least of each place comes last
        for j, (arc, share) in enumerate(zip(arcs.tolist(), shares.tolist(), strict=True)):
            for k in np.flatnonzero(targets.arc == arc).tolist():
                piece = float(self._weights[arc]) * (float(targets.share[k]) - 1.0 + share)
                if 0.0 <= piece < best[targets.place[k]]:
                    last[targets.place[k]], best[targets.place[k]] = -2 - (j * len(targets.arc) + k), piece
        return Tree(best, last, edge, parent, arcs, shares)

    def sums(self, tree: Tree, targets: "Targets", columns: Floats) -> Floats:
        """[place, column]: what arcs cost, ``columns`` [arc, column], summed along the ways of a tree."""
        n = len(self._nodes)
        total = np.zeros((n + 1, columns.shape[1]))
        inner = tree.edge >= 0
        total[inner] = columns[self._arcs[self._sorted[tree.edge[inner]]]]
        for node in np.flatnonzero(tree.edge < -1).tolist():
            j = -2 - int(tree.edge[node])
            total[node] = columns[tree.start_arc[j]] * tree.start_share[j]
        parent = tree.parent
        while not (parent == n).all():
            total += total[parent]
            parent = parent[parent]
        out = np.full((targets.count, columns.shape[1]), np.inf)
        whole = np.flatnonzero(tree.last >= 0)
        k = tree.last[whole]
        out[whole] = total[self._number[self._roads.tail[targets.arc[k]]]] + (
            columns[targets.arc[k]] * targets.share[k][:, None]
        )
        for place in np.flatnonzero(tree.last < -1).tolist():
            j, row = divmod(-2 - int(tree.last[place]), len(targets.arc))
            out[place] = columns[tree.start_arc[j]] * (targets.share[row] - 1.0 + tree.start_share[j])
        return out

    def _build(self) -> None:
        """The graph's arrays in the numbers of its own nodes."""
        roads, n = self._roads, len(self._nodes)
        tails, heads = self._number[roads.tail[self._arcs]], self._number[roads.head[self._arcs]]
        keys = tails * (n + 1) + heads
        self._sorted = np.argsort(keys, kind="stable")
        self._keys = keys[self._sorted]
        self._heads = heads[self._sorted]
        self._csr_weights = self._weights[self._arcs[self._sorted]]
        self._firsts = np.concatenate(([0], np.cumsum(np.bincount(tails, minlength=n))))

    def _away(self, start: Anchor) -> Floats:
        roads, n = self._roads, self._roads.nodes
        graph = csr_array((self._csr_weights, self._heads, self._firsts), shape=(n, n))
        return _spread(
            graph, [(int(roads.head[s.arc]), self._weights[s.arc] * (1.0 - _share(roads, s))) for s in start]
        )

    def _back(self, end: Anchor) -> Floats:
        roads, n = self._roads, self._roads.nodes
        arcs = self._arcs
        graph = csr_array((self._weights[arcs], (roads.head[arcs], roads.tail[arcs])), shape=(n, n))
        return _spread(graph, [(int(roads.tail[s.arc]), self._weights[s.arc] * _share(roads, s)) for s in end])


class Targets:
    """Places as rows of the arcs they lie on: arc, share of it before them, and which place it is."""

    def __init__(self, roads: RoadGraph, places: Sequence[Anchor]) -> None:
        rows = [(snap.arc, _share(roads, snap), place) for place, anchor in enumerate(places) for snap in anchor]
        self.arc = np.array([arc for arc, _, _ in rows], np.int64)
        self.share = np.array([share for _, share, _ in rows])
        self.place = np.array([place for _, _, place in rows], np.int64)
        self.count = len(places)


def _spread(graph: csr_array, starts: Sequence[tuple[int, float]]) -> Floats:
    """Distances from the nearest of some nodes, each with what it costs to get there."""
    best = np.full(graph.shape[0], np.inf)
    for node, cost in starts:
        best = np.minimum(best, dijkstra(graph, indices=np.array([node]))[0] + float(cost))
    return best


def _share(roads: RoadGraph, snap: Snap) -> float:
    return min(1.0, max(0.0, snap.offset_m / float(roads.length[snap.arc])))
