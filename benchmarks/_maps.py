"""What it takes to import a map: a city, and several copies of it side by side as a larger one."""

import subprocess
import sys
import tempfile
from pathlib import Path

import osmium
from _table import Row

from carservices.services.navigation.maps.defaults import EXTRACTS

CITY = "neubrandenburg"
COPIES = 6
APART_DEG = 0.5
IDS = 10**11
"""Between the numbers of two copies; those of OpenStreetMap stay below."""
FIRST_START_S = 10.0
IMPORT = """
import resource, sys, time
from pathlib import Path
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.store import MapStore
begun, worked = time.monotonic(), time.process_time()
facts = import_map(MapStore(Path(sys.argv[1])), Path(sys.argv[2]), "map", routing=False)
peak = max(part.peak_mb for part in facts.parts.values())
print(facts.counts["osm_nodes"] / 1e6, time.monotonic() - begun, time.process_time() - worked, peak)
"""


def measure_import(*, quick: bool) -> list[Row]:
    """Rows of the maps that come along, and without ``quick`` of a large one: each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped = [_imported(extract.pbf, folder / key) for key, extract in EXTRACTS.items()]
        rows = [
            Row("maps of the first start: processor time", sum(cpu for _, _, cpu, _ in shipped), "s", FIRST_START_S),
            Row("maps of the first start: one after the other", sum(wall for _, wall, _, _ in shipped), "s"),
        ]
        if not quick:
            nodes, _, cpu, peak = _imported(_copies(EXTRACTS[CITY].pbf, folder / "large.osm.pbf"), folder / "large")
            small = shipped[list(EXTRACTS).index(CITY)]
            mb = (peak - small[3]) / (nodes - small[0])
            rows.append(Row(f"{nodes:.2f} million nodes: processor time for a million", cpu / nodes, "s"))
            rows.append(Row(f"{nodes:.2f} million nodes: memory for a further million", mb, "MB"))
    return rows


def _imported(pbf: Path, root: Path) -> tuple[float, float, float, float]:
    """Millions of nodes, s, s of processor time, MB at most."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(root), str(pbf)], capture_output=True, text=True, check=True
    )
    nodes, wall, cpu, peak = map(float, done.stdout.split())
    return nodes, wall, cpu, peak


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
