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

TINY = 1e-6
"""No edge of a sparse graph may cost nothing, or it is none."""
DETOUR, DETOUR_S = 1.04, 1500.0
"""Roads by which the whole trip takes this many times as long and s more still belong to the corridor."""
Anchor = Sequence[Snap]
"""A place on the road: one snap, or one for each direction."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Fastest ways from one place; its nodes are numbered anew, the last number is the place itself.

    Of each node: the arc to it, which share of it is driven, and the node before. Of each target: s, the node at which
    its last arc begins, that arc, and which share of it is driven.
    """

    arc: Ints
    share: Floats
    parent: Ints
    seconds: Floats
    node: Ints
    last: Ints
    last_share: Floats


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
        """Fastest ways from a place to all targets; those farther than ``limit`` s are infinitely far."""
        roads, n = self._roads, len(self._nodes)
        starts = [snap for snap in place if self._number[roads.head[snap.arc]] >= 0]
        arcs = np.array([snap.arc for snap in starts], np.int64)
        shares = np.array([1.0 - _share(roads, snap) for snap in starts])
        heads = self._number[roads.head[arcs]]
        order = np.lexsort((self._weights[arcs] * shares, heads))
        order = order[np.diff(heads[order], prepend=-1) != 0]
        graph = csr_array(
            (
                np.concatenate((self._csr_weights, (self._weights[arcs] * shares)[order] + TINY)),
                np.concatenate((self._heads, heads[order])).astype(np.int32),
                np.append(self._firsts, len(self._heads) + len(order)).astype(np.int32),
            ),
            shape=(n + 1, n + 1),
        )
        found, pointers = dijkstra(graph, indices=np.array([n]), limit=limit, return_predecessors=True)
        before = pointers[0].astype(np.int64)
        nodes = np.flatnonzero(before >= 0)
        number = np.full(n + 1, len(nodes))
        number[nodes] = np.arange(len(nodes))
        before = before[nodes]
        first = before == n
        arc, share = np.empty(len(nodes), np.int64), np.ones(len(nodes))
        inner: Ints = np.searchsorted(self._keys, before[~first] * (n + 1) + nodes[~first])
        arc[~first] = self._arcs[self._sorted[inner]]
        outer = order[np.searchsorted(heads[order], nodes[first])]
        arc[first], share[first] = arcs[outer], shares[outer]
        tails = self._number[roads.tail[targets.arc]]
        cost = np.where(tails >= 0, found[0][tails] + self._weights[targets.arc] * targets.share, np.inf)
        rows, seconds = np.full(targets.count, -1), np.full(targets.count, np.inf)
        near = np.lexsort((-cost, targets.place))
        near = near[np.isfinite(cost[near])]
        rows[targets.place[near]], seconds[targets.place[near]] = near, cost[near]  # the least of each comes last
        node = np.append(number[tails], len(nodes))[rows]
        last, last_share = targets.arc[rows], targets.share[rows].copy()
        for start, driven in zip(arcs.tolist(), shares.tolist(), strict=True):  # on the very arc it begins on
            for k in np.flatnonzero(targets.arc == start).tolist():
                piece, target = float(targets.share[k]) - 1.0 + driven, int(targets.place[k])
                if piece >= 0.0 and piece * self._weights[start] < seconds[target]:
                    seconds[target], node[target] = piece * self._weights[start], len(nodes)
                    last[target], last_share[target] = start, piece
        return Tree(arc, share, np.append(number[before], len(nodes)), seconds, node, last, last_share)

    @staticmethod
    def sums(tree: Tree, columns: Floats) -> Floats:
        """[target, column]: what arcs cost, ``columns`` [arc, column], summed along the ways of a tree."""
        root = len(tree.arc)
        total = np.zeros((root + 1, columns.shape[1]))
        total[:root] = columns[tree.arc] * tree.share[:, None]
        parent = tree.parent
        while (parent != root).any():  # each round doubles how far back the sums reach
            total += total[parent]
            parent = parent[parent]
        out = total[tree.node] + columns[tree.last] * tree.last_share[:, None]
        out[~np.isfinite(tree.seconds)] = np.inf
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
