"""Valhalla's answers as routes of ours."""

from typing import Any

from carservices.api.polyline import decode
from carservices.api.routes import Lane
from carservices.api.routes import ManeuverKind as Kind
from carservices.services.navigation.engine.base import EdgePart, Leg, Maneuver, Route
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import Point

KINDS = {
    1: Kind.START, 2: Kind.START, 3: Kind.START,
    4: Kind.DESTINATION, 5: Kind.DESTINATION_RIGHT, 6: Kind.DESTINATION_LEFT,
    7: Kind.BECOMES, 8: Kind.CONTINUE,
    9: Kind.SLIGHT_RIGHT, 10: Kind.RIGHT, 11: Kind.SHARP_RIGHT, 12: Kind.UTURN_RIGHT,
    13: Kind.UTURN_LEFT, 14: Kind.SHARP_LEFT, 15: Kind.LEFT, 16: Kind.SLIGHT_LEFT,
    17: Kind.RAMP_STRAIGHT, 18: Kind.RAMP_RIGHT, 19: Kind.RAMP_LEFT, 20: Kind.EXIT_RIGHT, 21: Kind.EXIT_LEFT,
    22: Kind.STAY_STRAIGHT, 23: Kind.STAY_RIGHT, 24: Kind.STAY_LEFT, 25: Kind.MERGE,
    26: Kind.ROUNDABOUT_ENTER, 27: Kind.ROUNDABOUT_EXIT, 28: Kind.FERRY_ENTER, 29: Kind.FERRY_EXIT,
    37: Kind.MERGE_RIGHT, 38: Kind.MERGE_LEFT,
}  # fmt: skip
"""`DirectionsLeg.Maneuver.Type` of Valhalla's directions.proto; what is missing here is for pedestrians."""
ENDS = (Kind.DESTINATION, Kind.DESTINATION_LEFT, Kind.DESTINATION_RIGHT)
LANES = {
    1: "none", 2: "through", 4: "sharp_left", 8: "left", 16: "slight_left", 32: "slight_right", 64: "right",
    128: "sharp_right", 256: "reverse", 512: "merge_to_left", 1024: "merge_to_right",
}  # fmt: skip
"""Bits of a lane's directions (turnlanes.h)."""
EDGE_FIELDS = [
    f"edge.{field}"
    for field in (
        "names", "length", "speed", "speed_limit", "way_id", "begin_shape_index", "toll", "tunnel", "bridge",
        "roundabout", "use",
    )
]  # fmt: skip
UNLIMITED_KMH = 130
"""The advised speed where Valhalla says 'unlimited'."""


def routes_of(trip: dict[str, Any], edges: list[list[dict[str, Any]]], engine: str) -> Route:
    """One trip; ``edges`` of each leg as `EDGE_FIELDS` asks for them, possibly none."""
    geometry: list[Point] = []
    legs: list[Leg] = []
    maneuvers: list[Maneuver] = []
    parts: list[EdgePart] = []
    for number, leg in enumerate(trip["legs"]):
        base = max(0, len(geometry) - 1)
        points = decode(leg["shape"])
        geometry += points if number == 0 else points[1:]
        for one in leg["maneuvers"]:
            maneuver = _maneuver(one, base)
            last = number == len(trip["legs"]) - 1
            if maneuver.kind in ENDS and not last:
                continue
            maneuvers.append(_waypoint(maneuver) if maneuver.kind is Kind.START and number else maneuver)
        parts += [_edge(edge, base) for edge in edges[number]]
        summary = leg["summary"]
        legs.append(Leg(summary["length"] * 1000.0, float(summary["time"]), len(geometry) - 1))
    metres, seconds = sum(leg.metres for leg in legs), sum(leg.seconds for leg in legs)
    return Route(tuple(geometry), metres, seconds, tuple(legs), tuple(maneuvers), tuple(parts), engine)


def _maneuver(one: dict[str, Any], base: int) -> Maneuver:
    sign = one.get("sign", {})
    return Maneuver(
        kind=KINDS.get(one["type"], Kind.CONTINUE),
        at_index=base + one["begin_shape_index"],
        metres=one["length"] * 1000.0,
        seconds=float(one["time"]),
        streets=tuple(one.get("begin_street_names") or one.get("street_names") or ()),
        exit=_sign(sign, "exit_number_elements"),
        roundabout_exit=one.get("roundabout_exit_count"),
        lanes=tuple(map(_lane, one.get("lanes", ()))),
        sign=_sign(sign, "exit_toward_elements") or _sign(sign, "guide_toward_elements"),
    )


def _waypoint(start: Maneuver) -> Maneuver:
    """The start of a further leg is the stop before it."""
    return Maneuver(Kind.WAYPOINT, start.at_index, start.metres, start.seconds, start.streets)


def _lane(lane: dict[str, Any]) -> Lane:
    bits = int(lane.get("directions", 0))
    names = tuple(name for bit, name in LANES.items() if bits & bit and name != "none")
    return Lane(directions=names or ("through",), valid=bool(lane.get("valid") or lane.get("active")))


def _sign(sign: dict[str, Any], key: str) -> str | None:
    texts = [element["text"] for element in sign.get(key, ())]
    return ", ".join(texts) or None


def _edge(edge: dict[str, Any], base: int) -> EdgePart:
    limit = edge.get("speed_limit", 0)
    flags = 0
    for field, flag in (("toll", Flag.TOLL), ("tunnel", Flag.TUNNEL), ("bridge", Flag.BRIDGE)):
        flags |= flag if edge.get(field) else 0
    flags |= Flag.ROUNDABOUT if edge.get("roundabout") else 0
    flags |= {"ramp": Flag.LINK, "turn_channel": Flag.LINK, "ferry": Flag.FERRY}.get(edge.get("use", ""), 0)
    return EdgePart(
        at_index=base + edge["begin_shape_index"],
        arc=-1,
        way=int(edge.get("way_id", 0)),
        metres=edge["length"] * 1000.0,
        speed=float(edge.get("speed", 0.0)),
        limit=UNLIMITED_KMH if limit == "unlimited" else int(limit),
        flags=int(flags),
        street=(edge.get("names") or [""])[0],
    )
