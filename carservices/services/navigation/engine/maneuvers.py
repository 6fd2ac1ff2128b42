"""What a driver has to do along a chain of arcs, from its geometry, names, classes and roundabouts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from carservices.api.routes import Lane
from carservices.api.routes import ManeuverKind as Kind
from carservices.services.navigation.engine.going_on import FORK, SLIGHT
from carservices.services.navigation.engine.graph import SERVICE, RoadGraph
from carservices.services.navigation.engine.lanes import lanes_at
from carservices.services.navigation.engine.linegraph import LineGraph
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import turned

STRAIGHT, SHARP, BACK = 11.0, 136.0, 160.0
"""Degrees from which on a turn is slight, sharp, and round (Valhalla's `Turn::GetType`); it is plain from `SLIGHT`."""
ONE_JUNCTION_M = 30.0
"""Two turns this near to each other are one, as across the lanes of a dual carriageway."""
CHANNEL_M = 200.0
"""A slip road beside a junction is at most so long; longer ones are ramps."""
NAME_AHEAD_M, RAMP_M = 150.0, 1500.0
"""A nameless road bears the name of the road it leads to within this distance, a ramp within the larger one."""
TRUNK = 1
"""Roads of this class and above have exits and ramps."""
LINK, ROUNDABOUT, FERRY = int(Flag.LINK), int(Flag.ROUNDABOUT), int(Flag.FERRY)
PASSAGES = (
    (ROUNDABOUT, Kind.ROUNDABOUT_ENTER, Kind.ROUNDABOUT_EXIT),
    (FERRY, Kind.FERRY_ENTER, Kind.FERRY_EXIT),
)
"""What is entered and left."""
TURNS = {
    Kind.SLIGHT_RIGHT, Kind.RIGHT, Kind.SHARP_RIGHT, Kind.SLIGHT_LEFT, Kind.LEFT, Kind.SHARP_LEFT,
}  # fmt: skip
SIGNED = {
    Kind.EXIT_RIGHT, Kind.EXIT_LEFT, Kind.RAMP_STRAIGHT, Kind.RAMP_RIGHT, Kind.RAMP_LEFT, Kind.STAY_STRAIGHT,
    Kind.STAY_RIGHT, Kind.STAY_LEFT,
}  # fmt: skip
"""Where signs over the road tell the way."""
LANED = TURNS | SIGNED


@dataclass(frozen=True, slots=True)
class Decision:
    """A maneuver at the beginning of the chain's arc ``at``; bearings in degrees."""

    at: int
    kind: Kind
    before: float
    after: float
    roundabout_exit: int | None = None
    streets: tuple[str, ...] = ()
    exit: str | None = None
    sign: str | None = None
    lanes: tuple[Lane, ...] = ()

    @property
    def angle(self) -> float:
        return turned(self.before, self.after)


def turn_kind(angle: float) -> Kind:
    """The turn of an angle in degrees, right is positive."""
    size, right = abs(angle), angle > 0
    if size < STRAIGHT:
        return Kind.CONTINUE
    if size < SLIGHT:
        return Kind.SLIGHT_RIGHT if right else Kind.SLIGHT_LEFT
    if size < SHARP:
        return Kind.RIGHT if right else Kind.LEFT
    if size < BACK:
        return Kind.SHARP_RIGHT if right else Kind.SHARP_LEFT
    return Kind.UTURN_RIGHT if right else Kind.UTURN_LEFT


def decisions(lines: LineGraph, arcs: Sequence[int]) -> list[Decision]:
    """What to do between the arcs of a chain, in order; begin and end are not part of it."""
    found: list[Decision] = []
    for decision in _each(lines, arcs):
        last = found[-1] if found else None
        if last and last.kind in TURNS and decision.kind in TURNS and _one_junction(lines, arcs, last, decision):
            angle = last.angle + turned(last.after, decision.before) + decision.angle
            found[-1] = replace(last, kind=turn_kind(angle), after=decision.after, streets=decision.streets)
        else:
            found.append(decision)
    return [_read(lines, arcs, decision) for decision in found]


def _each(lines: LineGraph, arcs: Sequence[int]) -> Iterator[Decision]:
    at, turns = 1, lines.turns(arcs)
    while at < len(arcs):
        if lines.goes_on[turns[at - 1]]:
            at += 1
            continue
        beyond = _channel(lines, arcs, at)
        if beyond is None:
            before, after = lines.enter.item(arcs[at - 1]), lines.leave.item(arcs[at])
            kind = _kind(lines, arcs[at - 1], arcs[at])
            if kind is not None:
                enters = kind is Kind.ROUNDABOUT_ENTER
                count, named = _roundabout(lines, arcs, at) if enters else (None, at)
                yield Decision(at, kind, before, after, count, _streets(lines, arcs, named))
            at += 1
        else:
            before, after = lines.enter.item(arcs[at - 1]), lines.leave.item(arcs[beyond])
            yield Decision(at, turn_kind(turned(before, after)), before, after, None, _streets(lines, arcs, beyond))
            at = beyond + 1


def _channel(lines: LineGraph, arcs: Sequence[int], at: int) -> int | None:
    """Where a slip road for those who turn at a junction begins: the arc of the chain after it."""
    roads, source = lines.roads, arcs[at - 1]
    flags = roads.flags
    if not flags.item(arcs[at]) & LINK or flags.item(source) & LINK or len(lines.followers(source)) < 2:
        return None
    length = 0.0
    for k in range(at, len(arcs)):
        if not flags.item(arcs[k]) & LINK:
            bent = abs(turned(lines.enter.item(source), lines.leave.item(arcs[k]))) >= SLIGHT
            slow = min(roads.road_class.item(source), roads.road_class.item(arcs[k])) > TRUNK
            return k if bent and slow and not flags.item(arcs[k]) & ROUNDABOUT else None
        length += roads.length.item(arcs[k])
        if length > CHANNEL_M:
            return None
    return None


def _read(lines: LineGraph, arcs: Sequence[int], decision: Decision) -> Decision:
    """With what is to be read there: lanes, and on slip roads and at forks the exit and where it leads."""
    lanes = lanes_at(lines, arcs, decision.at, decision.angle) if decision.kind in LANED else ()
    if decision.kind not in SIGNED:
        return replace(decision, lanes=lanes) if lanes else decision
    roads, sign, ahead = lines.roads, "", 0.0
    for arc in arcs[decision.at :]:
        sign = roads.toward(arc)
        ahead += roads.length.item(arc)
        if sign or ahead > NAME_AHEAD_M:
            break
    exit_number = roads.exit(arcs[decision.at])
    return replace(decision, lanes=lanes, exit=exit_number or None, sign=sign or None)


def _kind(lines: LineGraph, a: int, b: int) -> Kind | None:
    """What to do from arc a into arc b, None: just drive on."""
    roads = lines.roads
    twin = roads.twin.item(a)
    if twin == b:
        return Kind.UTURN_RIGHT if roads.left else Kind.UTURN_LEFT
    was, now = roads.flags.item(a), roads.flags.item(b)
    for flag, enter, leave in PASSAGES:
        if (was ^ now) & flag:
            return enter if now & flag else leave
    if now & ROUNDABOUT:
        return None
    angle = turned(lines.enter.item(a), lines.leave.item(b))
    others = [one for one in lines.followers(a) if one not in (b, twin)]
    if (was ^ now) & LINK and min(roads.road_class.item(a), roads.road_class.item(b)) <= TRUNK:
        return _ramp(lines, a, b, angle, bool(others))
    return _fork(lines, a, b, angle, others)


def _ramp(lines: LineGraph, a: int, b: int, angle: float, choice: bool) -> Kind | None:
    """Between a fast road and its slip roads."""
    roads = lines.roads
    if roads.flags.item(b) & LINK:
        if not choice:
            return None
        leaving = roads.road_class.item(a) <= TRUNK
        side = _side(lines, a, b, angle)
        if leaving:
            return Kind.EXIT_RIGHT if side >= 0 else Kind.EXIT_LEFT
        return Kind.RAMP_STRAIGHT if abs(angle) < STRAIGHT else Kind.RAMP_RIGHT if side > 0 else Kind.RAMP_LEFT
    if roads.road_class.item(b) > TRUNK:
        return _fork(lines, a, b, angle, [one for one in lines.followers(a) if one != b])
    return Kind.MERGE if abs(angle) < STRAIGHT else Kind.MERGE_RIGHT if angle > 0 else Kind.MERGE_LEFT


def _fork(lines: LineGraph, a: int, b: int, angle: float, others: list[int]) -> Kind | None:
    """Where ordinary roads meet or part."""
    roads, size = lines.roads, abs(angle)
    renamed = _renamed(roads, a, b)
    if not others:
        if renamed and (size >= SLIGHT or (size >= STRAIGHT and lines.joined(b))):
            return turn_kind(angle)  # a corner, though there is no choice
        return Kind.BECOMES if renamed else None
    ours = roads.road_class.item(b)
    minor = SERVICE in (ours, roads.road_class.item(a))
    bends = {one: abs(turned(lines.enter.item(a), lines.leave.item(one))) for one in others}
    rivals = [one for one in others if minor or roads.road_class.item(one) < SERVICE]
    if size >= SLIGHT:
        return turn_kind(angle) if rivals or renamed or min(bends.values()) < size + FORK else None
    near = [one for one in rivals if bends[one] < size + FORK]
    near = [one for one in near if roads.road_class.item(one) <= ours + 1 or bends[one] + STRAIGHT < size]
    if size < STRAIGHT and not roads.flags.item(b) & LINK:
        near = [one for one in near if not roads.flags.item(one) & LINK]  # who stays on the road passes its ramps
    if near:
        alike = min(bends[one] for one in near) < SLIGHT
        if ours <= TRUNK or roads.flags.item(b) & LINK or (alike and size < STRAIGHT):
            side = _side(lines, a, b, angle)
            return Kind.STAY_RIGHT if side > 0 else Kind.STAY_LEFT if side < 0 else Kind.STAY_STRAIGHT
        if alike:
            return turn_kind(angle)
    if renamed:
        return turn_kind(angle) if size >= STRAIGHT else Kind.BECOMES
    return None


def _renamed(roads: RoadGraph, a: int, b: int) -> bool:
    """Whether both have names or numbers, and none in common."""
    if roads.name.item(a) == roads.name.item(b) and roads.ref.item(a) == roads.ref.item(b):
        return False
    was, now = roads.streets(a), roads.streets(b)
    return bool(was and now) and not set(was) & set(now)


def _side(lines: LineGraph, a: int, b: int, angle: float) -> int:
    """1 where our road parts to the right of all others, -1 to the left, 0 between them."""
    others = [turned(lines.enter.item(a), lines.leave.item(one)) for one in lines.followers(a) if one not in (a, b)]
    if all(angle > other for other in others):
        return 1
    return -1 if all(angle < other for other in others) else 0


def _roundabout(lines: LineGraph, arcs: Sequence[int], at: int) -> tuple[int, int]:
    """Which exit is taken, from 1, and the arc of the chain after it."""
    roads = lines.roads
    count = 0
    for k in range(at, len(arcs)):
        if not roads.flags.item(arcs[k]) & ROUNDABOUT:
            return max(1, count), k
        exits = [one for one in roads.out(roads.head.item(arcs[k])) if not roads.flags.item(one) & ROUNDABOUT]
        count += bool(exits)
    return max(1, count), len(arcs) - 1


def _streets(lines: LineGraph, arcs: Sequence[int], at: int) -> tuple[str, ...]:
    """Name and number of the road, or of the one it soon leads to."""
    ahead = 0.0
    for arc in arcs[at:]:
        if streets := lines.roads.streets(arc):
            return streets
        ahead += lines.roads.length.item(arc)
        if ahead > (RAMP_M if lines.roads.flags.item(arc) & LINK else NAME_AHEAD_M):
            break
    return ()


def _one_junction(lines: LineGraph, arcs: Sequence[int], a: Decision, b: Decision) -> bool:
    between = sum(lines.roads.length.item(arc) for arc in arcs[a.at : b.at])
    return between <= ONE_JUNCTION_M and a.angle * b.angle > 0 and abs(a.angle + b.angle) < BACK
