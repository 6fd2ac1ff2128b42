"""The extracts that come with the product, built into maps where they are first needed."""

from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Extract:
    """One shipped extract."""

    file: str
    title: str
    country: str | None = None
    """ISO 3166-1 alpha-2, where all of it is one."""

    @property
    def pbf(self) -> Path:
        """Where it lies."""
        return DATA / self.file


EXTRACTS = {
    "helsinki": Extract("helsinki.osm.pbf", "Helsinki centre", "FI"),
    "neubrandenburg": Extract("neubrandenburg.osm.pbf", "Neubrandenburg", "DE"),
    "dach": Extract("dach.osm.pbf", "Germany, Austria, Switzerland, Benelux: main roads, for demonstration"),
}
FIRST = "neubrandenburg"
"""The map a new car uses."""
