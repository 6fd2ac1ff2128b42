"""Which lanes lead where a chain of arcs goes on, from the arrows painted on them."""

from collections.abc import Sequence

from carservices.api.routes import Lane
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.geo import turned

ANGLES = {
    "reverse": -180.0, "sharp_left": -135.0, "left": -90.0, "slight_left": -35.0, "merge_to_left": -5.0,
    "through": 0.0, "merge_to_right": 5.0, "slight_right": 35.0, "right": 90.0, "sharp_right": 135.0,
}  # fmt: skip
"""Degrees that each arrow stands for; a lane without one leads through."""
AT_JUNCTION_M = 30.0
"""Arrows stand up to this far before, where a junction consists of several nodes."""
BENT = 45.0
"""Degrees from which on a turn is told by its angle; below, by its order among the ways on."""


def lanes_at(lines: LineGraph, arcs: Sequence[int], at: int, angle: float) -> tuple[Lane, ...]:
    """The lanes before arc ``at`` of a chain, where one turns by ``angle`` degrees; none where they are not known."""
    roads = lines.roads
    source, gap = at - 1, 0.0
    while not (painted := roads.lanes(arcs[source])):
        gap += roads.length.item(arcs[source])
        source -= 1
        if source < 0 or gap > AT_JUNCTION_M:
            return ()
    lanes = [tuple(arrow if arrow in ANGLES else "through" for arrow in lane) for lane in painted]
    offered = sorted({arrow for lane in lanes for arrow in lane}, key=ANGLES.__getitem__)
    chosen = min(offered, key=lambda arrow: abs(ANGLES[arrow] - angle))
    ways = lines.followers(arcs[source])
    if abs(angle) < BENT and source == at - 1 and len(ways) == len(offered):
        before = lines.enter.item(arcs[source])
        ways.sort(key=lambda way: turned(before, lines.leave.item(way)))
        chosen = offered[ways.index(arcs[at])]
    return tuple(Lane(directions=lane, valid=chosen in lane) for lane in lanes)
