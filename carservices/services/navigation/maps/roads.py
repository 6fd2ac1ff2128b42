"""What is read of the roads of an OSM extract: drivable ways, exits, stops, barriers, bans on turning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import osmium

from carservices.services.navigation.maps.bans import Restriction

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
CLASSES = frozenset({
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "road", "living_street", "service",
})  # fmt: skip
"""OSM `highway` values a car may use."""
BARRIERS = frozenset({"bollard", "block", "cycle_barrier", "jersey_barrier", "log", "debris"})
OPEN = ("yes", "permissive", "destination", "designated")
RESTRICTION_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
"""Those that hold at times only, as ``restriction:conditional``, are left out: a search knows no time of day."""
EXEMPT = frozenset({"motorcar", "motor_vehicle"})
FERRY_CLASS = "unclassified"
"""A ferry that takes cars counts as a way of this class."""


@dataclass(frozen=True)
class Way:
    """One drivable way: node ids and their latitude/longitude in order of drawing."""

    id: int
    tags: dict[str, str]
    nodes: list[int]
    points: list[tuple[float, float]]

    @cached_property
    def oneway(self) -> int:
        """1 = only in order of drawing, -1 = only against it, 0 = both."""
        value = self.tags.get("oneway", "")
        if value in ("yes", "true", "1"):
            return 1
        if value in ("-1", "reverse"):
            return -1
        implied = self.tags["highway"] == "motorway" or self.tags.get("junction") == "roundabout"
        return 1 if implied and value not in ("no", "false", "0") else 0


@dataclass
class Network:
    """The drivable network of an extract."""

    ways: list[Way] = field(default_factory=list)
    halts: dict[int, str] = field(default_factory=dict)  # node id -> traffic_signals | stop
    exits: dict[int, tuple[str, str]] = field(default_factory=dict)  # node id -> number, where it leads
    barriers: set[int] = field(default_factory=set)  # nodes no car passes
    restrictions: list[Restriction] = field(default_factory=list)


def _restriction(relation: osmium.osm.Relation) -> Restriction | None:
    """One that holds for cars at all times."""
    tags = relation.tags
    kind = next((tags[key] for key in RESTRICTION_KEYS if key in tags), "")
    exempt = {one.strip() for one in (tags.get("except") or "").split(";")}
    if not kind.startswith(("no_", "only_")) or not EXEMPT.isdisjoint(exempt):
        return None
    by_role: dict[str, list[osmium.osm.RelationMember]] = {"from": [], "via": [], "to": []}
    for member in relation.members:
        by_role.setdefault(member.role, []).append(member)
    sources, targets = (tuple(one.ref for one in by_role[role] if one.type == "w") for role in ("from", "to"))
    nodes = [one.ref for one in by_role["via"] if one.type == "n"]
    ways = tuple(one.ref for one in by_role["via"] if one.type == "w")
    only = kind.startswith("only_")
    whole = sources and targets and (len(nodes) == 1) != bool(ways)
    return Restriction(only, sources, nodes[0] if nodes else None, ways, targets) if whole else None


def _located(way: osmium.osm.Way) -> Iterator[tuple[int, tuple[float, float]]]:
    for node in way.nodes:
        if node.location.valid():
            yield node.ref, (node.location.lat, node.location.lon)


def stream_ways(pbf: Path, network: Network) -> Iterator[Way]:
    """The ways open to cars, one at a time; halts, barriers and bans are added to the network on the way.

    Nodes come before ways in a file and relations after them: the bans are complete when the stream has ended.
    """
    wanted = osmium.filter.KeyFilter("highway", "barrier", "route", *RESTRICTION_KEYS)
    for item in osmium.FileProcessor(str(pbf)).with_locations().with_filter(wanted):
        if isinstance(item, osmium.osm.Node):
            _note(item, network)
        elif isinstance(item, osmium.osm.Way):
            if (way := _way(item)) is not None:
                yield way
        elif isinstance(item, osmium.osm.Relation) and (restriction := _restriction(item)):
            network.restrictions.append(restriction)


def _note(node: osmium.osm.Node, network: Network) -> None:
    """What a node on a road means for who drives there."""
    tags = node.tags
    kind = tags.get("highway")
    if kind in ("traffic_signals", "stop"):
        network.halts[node.id] = kind
    elif kind == "motorway_junction":
        network.exits[node.id] = tags.get("ref") or "", (tags.get("exit_to") or "").replace(";", ", ")
    if tags.get("barrier") in BARRIERS and tags.get("access") not in OPEN and tags.get("motor_vehicle") not in OPEN:
        network.barriers.add(node.id)


def _way(item: osmium.osm.Way) -> Way | None:
    """A way that cars may use."""
    kind = item.tags.get("highway")
    if kind not in CLASSES and item.tags.get("route") != "ferry":
        return None
    tags = dict(item.tags)
    if tags.get("route") == "ferry":
        if (tags.get("motor_vehicle") or tags.get("motorcar")) not in OPEN:
            return None
        tags["highway"] = FERRY_CLASS
    shut = tags.get("access") in ("no", "private") or tags.get("motor_vehicle") == "no" or tags.get("area") == "yes"
    located = [] if shut else list(_located(item))
    return Way(item.id, tags, [n for n, _ in located], [p for _, p in located]) if len(located) > 1 else None


def read_network(pbf: Path) -> Network:
    """All ways open to cars, with signals, stop signs and turn restrictions."""
    network = Network()
    network.ways.extend(stream_ways(pbf, network))
    return network
