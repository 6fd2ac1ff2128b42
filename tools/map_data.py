"""Makes the shell's map files from OpenStreetMap extracts.

python -m tools.map_data NAME=FILE.osm.pbf ...     # e.g. neubrandenburg=../shared/data/maps/neubrandenburg.osm.pbf
"""

import argparse
import sys
import tempfile
from pathlib import Path

from carservices.services.navigation.maps.render import write_render
from carservices.services.navigation.maps.road_graph import write_graph
from carservices.services.navigation.maps.store import GRAPH
from carservices_ui.map.data import ASSETS


def main() -> None:
    """Build each map named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("maps", nargs="+", metavar="NAME=FILE.osm.pbf")
    for entry in parser.parse_args().maps:
        name, _, pbf = entry.partition("=")
        path = ASSETS / f"{name}.npz"
        with tempfile.TemporaryDirectory() as folder:
            graph = Path(folder) / GRAPH
            write_graph(Path(pbf), graph)
            counts = write_render(Path(pbf), graph, path, name)
        sizes = ", ".join(f"{count} {what}" for what, count in counts.items())
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {sizes}\n")


if __name__ == "__main__":
    main()
