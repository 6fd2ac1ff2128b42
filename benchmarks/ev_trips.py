"""Electric trips: the energy of drives and charging stops on the DACH map."""

import sys
import tempfile
from pathlib import Path

from _energy import measure_energy
from _planner import measure_planner
from _table import arguments, show

from carservices.services.navigation.maps.importer import import_shipped
from carservices.services.navigation.maps.store import MapStore


def main() -> int:
    wish = arguments(str(__doc__))
    with tempfile.TemporaryDirectory() as name:
        store = MapStore(Path(name) / "maps")
        import_shipped(store, "dach")
        rows = [*measure_energy(store, quick=wish.quick), *measure_planner(store, quick=wish.quick)]
    show("Electric trips", rows, wish.json)
    return 0 if all(row.ok is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
