"""Turns on which a road just goes on, so that there is nothing to tell: most of them, found once for a whole map."""

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.engine.graph import Floats, Ints, RoadGraph
from carservices.services.navigation.flags import Flag

SLIGHT = 45.0
"""Degrees below which a turn is no more than slight (Valhalla's `Turn::GetType`)."""
FORK = 18.0
"""Degrees by which the other road may bend more and still be a choice."""
KIND = int(Flag.LINK | Flag.ROUNDABOUT | Flag.FERRY)
"""What is entered and left is told of."""


def goes_on(roads: RoadGraph, source: Ints, target: Ints, back: NDArray[np.bool_], angle: Floats) -> NDArray[np.bool_]:
    """Of turns sorted by ``source``, with their ``angle`` in degrees and whether they lead ``back`` on the same road.

    Same name, number and kind of road, and no other way that is about as straight.
    """
    same = (roads.name[source] == roads.name[target]) & (roads.ref[source] == roads.ref[target])
    same &= (roads.flags[source] ^ roads.flags[target]) & KIND == 0
    bend = np.where(back, np.inf, angle)
    order = np.lexsort((bend, source))
    begins = np.flatnonzero(np.diff(source, prepend=-1))
    straightest = order[begins]
    ends = np.append(begins[1:], len(source))
    second = np.where(ends - begins > 1, bend[order[np.minimum(begins + 1, len(source) - 1)]], np.inf)
    group = np.cumsum(np.diff(source, prepend=-1) != 0) - 1
    other = np.where(straightest[group] == np.arange(len(source)), second[group], bend[straightest[group]])
    found: NDArray[np.bool_] = same & ~back & (angle < SLIGHT) & (other >= angle + FORK)
    return found
