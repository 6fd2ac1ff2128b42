"""What it takes to import a map: a city, and several copies of it side by side as a larger one."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import osmium
from _table import Row

from carservices.services.navigation.maps.defaults import EXTRACTS

CITY = "neubrandenburg"
COPIES = 6
APART_DEG = 0.5
IDS = 10**11
"""Between the numbers of two copies; those of OpenStreetMap stay below."""
FIRST_START_S = 10.0


class Import(NamedTuple):
    """Millions of nodes, s, s of processor time, MB at most."""

    nodes: float
    wall: float
    cpu: float
    peak: float


IMPORT = """
import sys, time
from pathlib import Path
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.store import MapStore
begun, worked = time.monotonic(), time.process_time()
store, pbf, name, country = MapStore(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3], sys.argv[4] or None
facts = import_map(store, pbf, name, country=country, routing=False)
peak = max(part.peak_mb for part in facts.parts.values())
print(facts.counts["osm_nodes"] / 1e6, time.monotonic() - begun, time.process_time() - worked, peak)
"""


def measure_import(root: Path, *, quick: bool) -> list[Row]:
    """Rows of the maps that come along, and without ``quick`` of a large one: each in a process of its own.

    Those that come along stay in ``root``, where a car has its maps.
    """
    shipped = {key: _imported(root, extract.pbf, key, extract.country) for key, extract in EXTRACTS.items()}
    rows = [
        Row("maps of the first start: processor time", sum(one.cpu for one in shipped.values()), "s", FIRST_START_S),
        Row("maps of the first start: one after the other", sum(one.wall for one in shipped.values()), "s"),
    ]
    if not quick:
        with tempfile.TemporaryDirectory() as name:
            large = _imported(Path(name), _copies(EXTRACTS[CITY].pbf, Path(name, "large.osm.pbf")), "large")
        mb = (large.peak - shipped[CITY].peak) / (large.nodes - shipped[CITY].nodes)
        rows.append(Row(f"{large.nodes:.2f} million nodes: processor time for a million", large.cpu / large.nodes, "s"))
        rows.append(Row(f"{large.nodes:.2f} million nodes: memory for a further million", mb, "MB"))
    return rows


def _imported(root: Path, pbf: Path, name: str, country: str | None = None) -> Import:
    command = [sys.executable, "-c", IMPORT, str(root), str(pbf), name, country or ""]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Import(*map(float, done.stdout.split()))


def _copies(pbf: Path, target: Path) -> Path:
    """The same city several times, each further east."""
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(COPIES):
                shift = copy * IDS
                for item in osmium.FileProcessor(str(pbf), kind):
                    if isinstance(item, osmium.osm.Node):
                        place = item.location.lon + copy * APART_DEG, item.location.lat
                        writer.add_node(item.replace(id=item.id + shift, location=place))
                    elif isinstance(item, osmium.osm.Way):
                        nodes = [node.ref + shift for node in item.nodes]
                        writer.add_way(item.replace(id=item.id + shift, nodes=nodes))
                    elif isinstance(item, osmium.osm.Relation):
                        members = [(member.type, member.ref + shift, member.role) for member in item.members]
                        writer.add_relation(item.replace(id=item.id + shift, members=members))
    return target
