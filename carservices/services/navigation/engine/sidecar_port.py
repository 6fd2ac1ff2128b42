"""How the engine's process and the navigation service find each other: a file in the run directory."""

import json
from pathlib import Path

PORT_FILE = "valhalla.port"
"""In the run directory: the map's folder and the port on 127.0.0.1 that answers for it."""


def port_of(run_dir: Path, folder: Path) -> int | None:
    """Where the sidecar answers for a map; None while it does not."""
    try:
        said = json.loads((run_dir / PORT_FILE).read_text(encoding="utf-8"))
        return int(said["port"]) if said["folder"] == str(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
