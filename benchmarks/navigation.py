"""Navigation on the city maps that come along: search, routes, missed turns, and what it takes to import maps."""

import sys
import tempfile
from pathlib import Path

from _maps import measure_import
from _off_route import measure_off_route
from _routing import measure_routing
from _search import measure_search
from _table import Row, arguments, show

from carservices.services.navigation.maps.store import MapStore

DRIVES = "A driver who misses turns, in real time with the cockpit"
LEFT_OUT = Row("new routes after missed turns", None, "s", note="takes minutes on the road: only without --quick")


def main() -> int:
    wish = arguments(str(__doc__))
    rows: list[Row] = []

    def told(title: str, more: list[Row]) -> None:
        if not wish.json:
            show(title, more)
        rows.extend(more)

    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        maps = MapStore(home / "carservices" / "maps")
        told("Maps, imported without Valhalla's tiles", measure_import(maps.root, quick=wish.quick))
        told("Search, addresses drawn from the map with a seed", measure_search(maps, quick=wish.quick))
        told("Routes between points drawn from the map with a seed", measure_routing(maps, quick=wish.quick))
        told(DRIVES, [LEFT_OUT] if wish.quick else measure_off_route(home))
    if wish.json:
        show("Navigation", rows, as_json=True)
    return 0 if all(row.ok is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
