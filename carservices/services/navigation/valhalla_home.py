"""Where Valhalla's programs lie: looked for by the importer of maps and by the engine, put there by the installer."""

import importlib.util
from pathlib import Path

VERSION = "3.9.1"
INSTALLED = Path("engines", f"valhalla-{VERSION}", "valhalla")
"""Below the state directory: where it is put on a Python that has no wheel of it."""


def find_programs(state_dir: Path) -> Path | None:
    """The folder of the package with ``bin`` in it; None where Valhalla is not installed."""
    spec = importlib.util.find_spec("valhalla")
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    return next((place for place in (*places, state_dir / INSTALLED) if _has_programs(place)), None)


def _has_programs(place: Path) -> bool:
    return (place / "bin" / "valhalla_build_tiles").is_file() and (place / "valhalla_build_config.py").is_file()
