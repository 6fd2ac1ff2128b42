"""Small extracts drawn by hand, written as PBF."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way


def write_town(
    path: Path,
    nodes: Mapping[int, tuple[float, float] | tuple[float, float, dict[str, str]]],
    ways: Mapping[int, tuple[Sequence[int], dict[str, str]]],
    bans: Sequence[tuple[str | dict[str, str], int, int | tuple[int, ...], int]] = (),
) -> Path:
    """Nodes by id as lat, lon and tags; ways by id as nodes and tags; bans as kind or tags, from way, via, to way.

    Via is a node, or ways.
    """
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (lat, lon, *tags) in sorted(nodes.items()):
            writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags[0] if tags else {}))
        for number, (refs, tags) in sorted(ways.items()):
            writer.add_way(Way(id=number, version=1, nodes=list(refs), tags=tags))
        for number, (kind, source, via, target) in enumerate(bans, 1):
            vias = [("n", via, "via")] if isinstance(via, int) else [("w", one, "via") for one in via]
            members = [("w", source, "from"), *vias, ("w", target, "to")]
            tags = {"type": "restriction"} | ({"restriction": kind} if isinstance(kind, str) else kind)
            writer.add_relation(Relation(id=number, version=1, members=members, tags=tags))
    return path
