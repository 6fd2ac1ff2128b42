"""How much memory an import takes, and whether this machine has it."""

import re
import resource
import sys
from pathlib import Path

import osmium

from carservices.services.navigation.maps.errors import MapError

BASE_MB = 100.0
"""Of the process with its libraries."""
MB_PER_PBF_MB = 20.0
"""Peak over `BASE_MB` for each MB of extract, that is about 210 MB for a million OSM nodes: measured on Neubrandenburg
(0.15 million nodes: 121 MB) and on six copies of it side by side (0.91 million nodes: 294 MB); see docs/maps.md."""
BYTES_PER_PLACE = 16  # an id and a location
SHARE = 0.8
"""Of the available memory an import may take."""


def check_memory(pbf: Path) -> None:
    """Refuse an extract that would not fit. Raises `MapError`, OSError."""
    needed = BASE_MB + MB_PER_PBF_MB * pbf.stat().st_size / 1e6
    available = _available_mb()
    if available is not None and needed > SHARE * available:
        raise MapError(
            f"{pbf.name} needs about {needed:.0f} MB of memory to import and {available:.0f} MB are available: "
            f"cut out a smaller region (`osmium extract`) or import it on another machine and copy the map folder"
        )


def count_nodes(pbf: Path) -> int:
    """Nodes of an extract: the size of a map, as OSM tools state it."""
    places = osmium.index.create_map("sparse_mem_array")
    with osmium.io.Reader(str(pbf), osmium.osm.NODE) as reader:
        osmium.apply(reader, osmium.NodeLocationsForWays(places))
    return places.used_memory() // BYTES_PER_PLACE


def reset_peak() -> None:
    """Measure from now (Linux; elsewhere the peak is that of the whole process)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_mb() -> float:
    """The most memory of this process since `reset_peak`."""
    try:
        match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        match = None
    if match:
        return round(int(match[1]) / 1024, 1)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)


def _available_mb() -> float | None:
    try:
        match = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    except OSError:
        return None
    return int(match[1]) / 1024 if match else None
