"""Navigation: search and routes on the city maps that come along."""

import sys

from _routing import measure_routing
from _search import measure_search
from _table import arguments, show


def main() -> int:
    wish = arguments(str(__doc__))
    rows = measure_search(quick=wish.quick)
    show("Search, addresses drawn from the map with a seed", rows, wish.json)
    routes = measure_routing(quick=wish.quick)
    show("Routes between points drawn from the map with a seed", routes, wish.json)
    return 0 if all(row.ok is not False for row in [*rows, *routes]) else 1


if __name__ == "__main__":
    sys.exit(main())
