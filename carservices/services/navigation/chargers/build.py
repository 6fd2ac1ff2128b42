"""Builds chargers.sqlite: the stations the map has, or a synthetic network where it has none."""

from pathlib import Path

from carservices.services.navigation.chargers.mapped import mapped_sites
from carservices.services.navigation.chargers.site import write_sites
from carservices.services.navigation.chargers.synthetic import synthetic_sites


def write_chargers(pbf: Path, graph: Path, target: Path, name: str) -> dict[str, int]:
    """Read ``pbf``, or the roads of ``graph``, and write ``target``; returns how many, of which synthetic."""
    sites = list(mapped_sites(pbf))
    invented = [] if sites else list(synthetic_sites(graph, name))
    write_sites(target, sites or invented)
    return {"chargers": len(sites) + len(invented), "synthetic_chargers": len(invented)}
