"""Slopes along the arcs of a map, by the heights of its junctions and of points between those of long arcs."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.maps.profile import STEEPEST, Floats, Ints


class Slopes:
    """``ends``: nodes at tail and head of each arc, ``altitude`` of nodes in m above the sea, NaN where not known.

    ``grade``: slope of each arc as a whole; ``first`` int[arcs + 1] of the ``heights`` inside each, in m.
    """

    def __init__(
        self,
        length: Floats,
        grade: NDArray[Any],
        ends: tuple[Ints, Ints],
        altitude: Floats,
        first: Ints,
        heights: Floats,
    ) -> None:
        self._length, self._grade, self._altitude = length, grade, altitude
        self._tail, self._head = ends
        self._first, self._heights = first, heights
        self.parts: Ints = 1 + np.diff(first)
        """Equal parts into which the heights inside cut each arc."""

    def of(self, arc: int, start_m: float = 0.0, end_m: float | None = None) -> tuple[float, ...]:
        """Tangents of equal parts of an arc between two offsets; none where the map knows but its mean slope."""
        parts = self.parts.item(arc)
        if parts == 1:
            return ()
        length = self._length.item(arc)
        end_m = length if end_m is None else end_m
        if end_m <= start_m:
            return ()
        inner = self._heights[self._first[arc] : self._first[arc + 1]]
        heights = np.concatenate(([self._altitude[self._tail[arc]]], inner, [self._altitude[self._head[arc]]]))
        cuts = np.linspace(start_m, end_m, 1 + math.ceil((end_m - start_m) / length * parts))
        rises = np.diff(np.interp(cuts, np.linspace(0.0, length, parts + 1), heights))
        return tuple(np.clip(rises / np.diff(cuts), -STEEPEST, STEEPEST).tolist())

    def all(self) -> Floats:
        """Of all parts of all arcs one after the other, as many of each as `parts` says."""
        slopes = np.repeat(self._grade.astype(float), self.parts)
        inside = np.repeat(self.parts > 1, self.parts)
        if inside.any():
            ends = np.cumsum(self.parts)
            heights = np.empty(len(slopes))  # at the end of each part
            heights[ends - 1] = self._altitude[self._head]
            last = np.zeros(len(slopes), bool)
            last[ends - 1] = True
            heights[~last] = self._heights
            before = np.concatenate(([0.0], heights[:-1]))
            before[ends - self.parts] = self._altitude[self._tail]
            rises = (heights - before) / np.repeat(self._length / self.parts, self.parts)
            slopes[inside] = np.clip(rises[inside], -STEEPEST, STEEPEST)
        return slopes

    def inside(self) -> tuple[Ints, Floats, Floats]:
        """Arcs, m from their tails and heights of what is known inside arcs."""
        cuts = self.parts - 1
        arcs = np.repeat(np.arange(len(cuts)), cuts)
        rank = 1 + np.arange(len(arcs)) - np.repeat(self._first[:-1], cuts)
        return arcs, self._length[arcs] * rank / self.parts[arcs], self._heights
