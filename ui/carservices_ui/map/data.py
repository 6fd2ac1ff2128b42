"""The map files shipped with the shell, and the words of their format."""

from pathlib import Path

from carservices.api.mapfile import (
    FORMAT,
    UNREADABLE,
    AreaKind,
    LabelKind,
    MapData,
    Projection,
    RoadClass,
    load_map,
    pack_xy,
    save_map,
)

__all__ = [
    "ASSETS",
    "FORMAT",
    "UNREADABLE",
    "AreaKind",
    "LabelKind",
    "MapData",
    "Projection",
    "RoadClass",
    "builtin_maps",
    "load_map",
    "pack_xy",
    "save_map",
]

ASSETS = Path(__file__).parents[1] / "assets" / "map"


def builtin_maps() -> list[Path]:
    """The map files shipped with the shell."""
    return sorted(ASSETS.glob("*.npz"))
