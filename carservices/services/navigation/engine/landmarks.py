"""Lower bounds of what ways cost, by landmarks: with them a search looks towards its goal.

A. Goldberg, C. Harrelson, "Computing the Shortest Path: A* Search Meets Graph Theory" (SODA 2005): by the triangle
inequality the ways from and to a few far nodes bound the way between any two.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from carservices.services.navigation.engine.graph import Floats

MOST, MOST_BYTES = 16, 64_000_000
"""Landmarks of a graph, and bytes of their table: one of more than 0.25 million nodes gets fewer."""
ACTIVE = 8
"""How many of the bounds are used in one search: those that are best at its start."""


class Landmarks:
    """Of one graph; the bounds hold as well when edges become dearer."""

    def __init__(self, graph: csr_array, main: NDArray[np.bool_]) -> None:
        """``main``: the nodes from each of which each other one can be reached; landmarks are chosen among them."""
        size = graph.shape[0]
        back = graph.T.tocsr()
        node = int(np.flatnonzero(main)[0])
        node = int(np.argmax(np.where(main, _from(graph, node), -1.0)))
        near = np.where(main, np.inf, -1.0)
        rows: list[Floats] = []
        for _ in range(max(1, min(MOST, MOST_BYTES // (16 * size)))):
            away, towards = _from(graph, node), _from(back, node)
            rows += [-away, towards]
            near = np.minimum(near, away + towards)
            node = int(np.argmax(near))  # as far as can be from those before it
        self._rows = np.array(rows)
        """What a row says of one node less what it says of another is at most the way from the one to the other."""

    def towards(self, goals: Sequence[tuple[int, float]], starts: Sequence[int]) -> Floats:
        """At least what the way from each node to the nearest of the goals costs; tightest near the ``starts``.

        ``goals``: nodes, and what need not be paid of the way to each.
        """
        nodes = [node for node, _ in goals]
        with np.errstate(invalid="ignore"):  # infinite less infinite: where no way leads
            ends = (self._rows[:, nodes] + [rest for _, rest in goals]).max(axis=1)
            gain = self._rows[:, starts].min(axis=1) - ends
            gain[~np.isfinite(gain)] = 0.0
            bounds, bound = np.zeros(self._rows.shape[1]), np.empty(self._rows.shape[1])
            for row in np.argsort(gain)[-ACTIVE:].tolist():
                if gain[row] > 0.0:
                    np.fmax(bounds, np.subtract(self._rows[row], ends[row], out=bound), out=bounds)
        bounds[np.isinf(bounds)] = 0.0
        return bounds


def _from(graph: csr_array, node: int) -> Floats:
    """Least cost from one node to each."""
    cost: Floats = dijkstra(graph, indices=[node])[0]
    return cost
