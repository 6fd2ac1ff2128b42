"""Slopes of a route whose engine knows roads by a graph of its own: from the heights of the map's."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from carservices.services.navigation.engine.base import EdgePart, Route
from carservices.services.navigation.engine.graph import Floats, RoadGraph
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import along
from carservices.services.navigation.maps.profile import PART_M, STEEPEST
from carservices.signals.earth import DEGREE_M

if TYPE_CHECKING:
    from scipy.spatial import KDTree

AT_M = 1.0
"""m beside a known height within which a place has that height."""


class Heights:
    """The known heights of a map: at its junctions and along its roads."""

    def __init__(self, roads: RoadGraph) -> None:
        self._roads = roads
        self._known = bool(np.isfinite(roads.altitude).any())

    def wanted(self, route: Route) -> bool:
        """Whether the map knows slopes and the engine of the route does not."""
        return self._known and bool(route.edges) and route.edges[0].arc < 0

    def sloped(self, route: Route) -> Route:
        """With the slopes of its roads, as far as the map knows them."""
        return replace(route, edges=tuple(self._edges(route)))

    def _edges(self, route: Route) -> Iterator[EdgePart]:
        marks, points = np.array(along(route.geometry), float), np.array(route.geometry, float)
        ends = np.append(marks[[edge.at_index for edge in route.edges]], marks[-1])
        level = [bool(edge.flags & (Flag.BRIDGE | Flag.TUNNEL)) for edge in route.edges]
        parts = np.where(level, 1, np.maximum(np.ceil(np.diff(ends) / PART_M), 1)).astype(np.int64)
        first = np.concatenate(([0], np.cumsum(parts)))
        each = np.repeat(parts, parts)
        share: Floats = (np.arange(len(each)) - np.repeat(first[:-1], parts)) / each
        places: Floats = np.append(np.repeat(ends[:-1], parts) + share * np.repeat(np.diff(ends), parts), ends[-1])
        lat, lon = points[:, 0], points[:, 1]
        heights = self._at(np.interp(places, marks, lat), np.interp(places, marks, lon))
        rises = np.diff(heights) / np.maximum(np.diff(places), 1.0)
        slopes = np.clip(rises, -STEEPEST, STEEPEST)
        for edge, begin, end in zip(route.edges, first[:-1].tolist(), first[1:].tolist(), strict=True):
            some = slopes[begin:end]
            known = bool(np.isfinite(some).all())
            yield edge._replace(grade=float(some.mean()), slopes=tuple(some.tolist())) if known else edge

    def _at(self, lat: Floats, lon: Floats) -> Floats:
        """m; between the two nearest known heights by their distances, NaN where none is near."""
        tree, heights, across = self._tree
        places = np.column_stack((lat, lon * across)) * DEGREE_M
        distance, nearest = (np.asarray(one) for one in tree.query(places, 2, distance_upper_bound=PART_M))
        near = np.isfinite(distance)
        weight = np.where(near, 1.0 / np.maximum(distance, AT_M), 0.0)
        known = np.where(near, heights[np.minimum(nearest, len(heights) - 1)], 0.0)
        alone = distance[:, 0] <= AT_M
        weight[alone] = (1.0, 0.0)
        total = weight.sum(axis=1)
        found: Floats = np.where(total > 0.0, (weight * known).sum(axis=1) / np.where(total > 0.0, total, 1.0), np.nan)
        return found

    @cached_property
    def _tree(self) -> "tuple[KDTree, Floats, float]":
        from scipy.spatial import KDTree  # 2.5 MB, and only routes of another engine need it

        roads = self._roads
        nodes = np.flatnonzero(np.isfinite(roads.altitude))
        arcs, offsets, inside = roads.slopes.inside()
        lat, lon, _ = roads.spots(arcs, offsets)
        across = float(np.cos(np.radians(roads.node_lat.mean())))
        places = np.column_stack(
            (np.append(roads.node_lat[nodes], lat), np.append(roads.node_lon[nodes], lon) * across)
        )
        return KDTree(places * DEGREE_M), np.append(roads.altitude[nodes], inside), across
