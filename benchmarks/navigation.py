"""Navigation on the city maps that come along: search, routes, missed turns, and what it takes to import maps."""

import sys

from _maps import measure_import
from _off_route import measure_off_route
from _routing import measure_routing
from _search import measure_search
from _table import arguments, show


def main() -> int:
    wish = arguments(str(__doc__))
    rows = measure_search(quick=wish.quick)
    show("Search, addresses drawn from the map with a seed", rows, wish.json)
    routes = measure_routing(quick=wish.quick)
    show("Routes between points drawn from the map with a seed", routes, wish.json)
    misses = measure_off_route(quick=wish.quick)
    show("A driver who misses turns, in real time with the cockpit", misses, wish.json)
    maps = measure_import(quick=wish.quick)
    show("Maps, imported without Valhalla's tiles", maps, wish.json)
    return 0 if all(row.ok is not False for row in [*rows, *routes, *misses, *maps]) else 1


if __name__ == "__main__":
    sys.exit(main())
