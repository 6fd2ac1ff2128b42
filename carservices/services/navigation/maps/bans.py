"""Turn restrictions as pairs of arcs that may not follow each other; those over whole ways by copies of their arcs.

Who comes to a restriction's way from where it holds drives on copies of its arcs, which have the ban at their end; all
others drive on the arcs themselves. So a search over turns needs to know nothing but pairs. The copies are the states
of an automaton of forbidden sequences (Aho, Corasick 1975): one may be in the middle of several at once.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 12
"""Arcs of a restriction's ways that are followed."""
Chain = tuple[int, ...]
"""Arcs that follow each other."""


class Restriction(NamedTuple):
    """A relation of OpenStreetMap: ways from and to, and a node or ways between them."""

    only: bool
    """Whether it is the only turn allowed, not a forbidden one."""
    sources: tuple[int, ...]
    node: int | None
    ways: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Roads:
    """The arcs before copies, sorted by tail; ``node_osm`` are the ids of their nodes, in ascending order."""

    node_osm: NDArray[np.int64]
    first: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    way: NDArray[np.int64]

    def leaving(self, node: int) -> range:
        """Arcs that begin at a node."""
        return range(int(self.first[node]), int(self.first[node + 1]))

    def entering(self, node: int) -> list[int]:
        """Arcs that end at a node."""
        return _equal(self.head, self._by_head, node)

    def of_way(self, osm: int) -> list[int]:
        """Arcs of a way of OpenStreetMap."""
        return _equal(self.way, self._by_way, osm)

    @cached_property
    def _by_head(self) -> NDArray[np.int64]:
        return np.argsort(self.head, kind="stable")

    @cached_property
    def _by_way(self) -> NDArray[np.int64]:
        return np.argsort(self.way, kind="stable")

    def node(self, osm: int) -> int | None:
        """The number of a node of OpenStreetMap, None for one within a road."""
        at = int(np.searchsorted(self.node_osm, osm))
        return at if at < len(self.node_osm) and self.node_osm[at] == osm else None


def _equal(column: NDArray[np.int64], order: NDArray[np.int64], value: int) -> list[int]:
    """Where a column, of which the order is known, has a value."""
    a, b = (np.searchsorted(column, value, side, sorter=order) for side in ("left", "right"))
    found: list[int] = order[a:b].tolist()
    return found


def bans(restrictions: Sequence[Restriction], roads: Roads) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Arcs to copy, which get the numbers after the last one; and arc, node, arc that may not follow each other."""
    forbidden = {chain for one in restrictions for chain in _forbidden(one, roads)}
    begun = {chain[:k] for chain in forbidden for k in range(2, len(chain))}
    copies = {chain: len(roads.head) + k for k, chain in enumerate(sorted(begun))}
    states: dict[int, list[Chain]] = defaultdict(list)
    for chain in copies:
        states[chain[-1]].append(chain)
    found = []
    for node in sorted({int(roads.tail[arc]) for chain in forbidden for arc in chain[1:]}):
        before = [state for arc in roads.entering(node) for state in ((arc,), *states[arc])]
        for state, arc in itertools.product(before, roads.leaving(node)):
            ends = [(*state[k:], arc) for k in range(len(state))]
            banned = any(end in forbidden for end in ends)
            allowed = None if banned else next((copies[end] for end in ends if end in copies), arc)
            found += [
                (copies.get(state, state[-1]), node, one)
                for one in (arc, *(copies[chain] for chain in states[arc]))
                if one != allowed
            ]
    return [chain[-1] for chain in copies], found


def _forbidden(one: Restriction, roads: Roads) -> Iterator[Chain]:
    """Sequences of arcs; an only turn forbids all others, turning round included."""
    for chain in _over_node(one, roads) if one.node is not None else _over_ways(one, roads):
        if not one.only:
            yield chain
            continue
        for k in range(len(chain) - 1, 1 if one.ways else 0, -1):
            others = set(roads.leaving(int(roads.tail[chain[k]]))) - {chain[k]}
            yield from ((*chain[:k], other) for other in others)


def _over_node(one: Restriction, roads: Roads) -> Iterator[Chain]:
    assert one.node is not None
    if (node := roads.node(one.node)) is None:
        return
    enter = [arc for arc in roads.entering(node) if roads.way[arc] in one.sources]
    leave = [arc for arc in roads.leaving(node) if roads.way[arc] in one.targets]
    yield from itertools.product(enter, leave)


def _over_ways(one: Restriction, roads: Roads) -> Iterator[Chain]:
    """Along all of its ways, in their order."""
    open_chains: list[tuple[Chain, int]] = [((arc,), 0) for way in one.sources for arc in roads.of_way(way)]
    while open_chains:
        chain, passed = open_chains.pop()
        node = int(roads.head[chain[-1]])
        visited = {int(roads.tail[arc]) for arc in chain}
        for arc in roads.leaving(node):
            way = int(roads.way[arc])
            if passed == len(one.ways) and way in one.targets:
                yield (*chain, arc)
            elif int(roads.head[arc]) not in visited and len(chain) <= LONGEST:
                if passed and way == one.ways[passed - 1]:
                    open_chains.append(((*chain, arc), passed))
                elif passed < len(one.ways) and way == one.ways[passed]:
                    open_chains.append(((*chain, arc), passed + 1))
