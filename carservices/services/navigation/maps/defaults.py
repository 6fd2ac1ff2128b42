"""The extracts that come with the product, built into maps where they are first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from carservices.services.navigation.maps.importer import Progress, import_map
from carservices.services.navigation.maps.store import MapFacts, MapStore

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Extract:
    """One shipped extract."""

    file: str
    title: str
    country: str
    """ISO 3166-1 alpha-2; of the larger part."""

    @property
    def pbf(self) -> Path:
        """Where it lies."""
        return DATA / self.file


EXTRACTS = {
    "helsinki": Extract("helsinki.osm.pbf", "Helsinki centre", "FI"),
    "neubrandenburg": Extract("neubrandenburg.osm.pbf", "Neubrandenburg", "DE"),
    "dach": Extract("dach.osm.pbf", "Germany, Austria, Switzerland, Benelux: main roads, for demonstration", "DE"),
}
FIRST = "neubrandenburg"
"""The map a new car uses."""


def build_default(store: MapStore, name: str = FIRST, report: Callable[[Progress], None] = lambda _: None) -> MapFacts:
    """Build one of `EXTRACTS` under its name. Raises `MapError`, KeyError for a name that is none."""
    extract = EXTRACTS[name]
    return import_map(store, extract.pbf, name, extract.title, country=extract.country, report=report)
