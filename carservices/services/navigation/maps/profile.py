"""Heights along roads, between their junctions: a road over a hill is not level, though its ends are."""

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.maps.elevation import Elevation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PART_M = 250.0
"""m of a part at most: over less than that, noise of SRTM (about 2 m from sample to sample) is steeper than roads."""
STEEPEST = 0.35
"""Tangent of a slope beyond which heights are wrong."""


def profile(
    elevation: Elevation | None,
    points: tuple[Floats, Floats, Floats],
    ends: tuple[Ints, Ints],
    backward: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """(first int32[m + 1], heights float32[q]) that cut m arcs into equal parts of at most `PART_M`, as driven.

    ``points``: m along all ways one after the other, latitudes and longitudes of their points; ``ends``: the first and
    the last point of each arc along the way, against which a ``backward`` one is driven. Arcs that are not ``known``
    and those with a height that is not, have none.
    """
    (steps, lat, lon), (begin, end) = points, ends
    if elevation is None:
        return np.zeros(len(begin) + 1, np.int32), np.empty(0, np.float32)
    length = steps[end] - steps[begin]
    cuts = np.where(known, np.maximum(np.ceil(length / PART_M) - 1.0, 0.0), 0.0).astype(np.int64)
    which = np.repeat(np.arange(len(cuts)), cuts)
    rank = 1 + np.arange(len(which)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    offset = length[which] * rank / (cuts[which] + 1)
    place = np.where(backward[which], steps[end[which]] - offset, steps[begin[which]] + offset)
    heights = elevation.heights(np.interp(place, steps, lat), np.interp(place, steps, lon))
    missing = np.isin(which, which[np.isnan(heights)])
    kept = np.bincount(which[~missing], minlength=len(cuts))
    return np.concatenate(([0], np.cumsum(kept))).astype(np.int32), heights[~missing].astype(np.float32)
