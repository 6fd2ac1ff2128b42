"""Builds the tiles of Valhalla with its own programs, where they are installed.

Traps this knows (measured with 3.9.1): a map without its country drives on the left; elevation tiles of three arc
seconds count as corrupt and give -500 m; every program logs to its output unless told not to.
"""

import errno
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from carservices.services.navigation.maps.countries import Box, Lands
from carservices.services.navigation.maps.elevation import Elevation, corners
from carservices.services.navigation.maps.errors import TilesFailed
from carservices.services.navigation.maps.store import TILES
from carservices.services.navigation.valhalla_home import VERSION

CONFIG, ADMINS = "valhalla.json", "admin.sqlite"
THREADS = 2
DROPPED = ("timezone", "traffic_extract", "landmarks", "transit_dir", "transit_feeds_dir")
BUILD_LIMIT_S = 6 * 3600.0
ROOM_BYTES = 2**21
"""With less room left the disk counts as full when a program fails: none says so itself."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def write_tiles(programs: Path, pbf: Path, target: Path, box: Box, country: str | None, dem: Elevation | None) -> None:
    """Write tiles.tar, and beside it admin.sqlite and valhalla.json for a service run in that folder.

    Raises `TilesFailed`, OSError; `MapError` for a country that is none.
    """
    folder = target.parent
    work = folder / "valhalla"
    shutil.rmtree(work, ignore_errors=True)
    (work / "tiles").mkdir(parents=True)
    heights = work / "heights"
    if dem is not None:
        for corner in corners(box):
            dem.write_one_second(corner, heights)
    build = configuration(programs)
    build["mjolnir"] |= {"tile_dir": str(work / "tiles"), "admin": str(folder / ADMINS), "concurrency": THREADS}
    if dem is not None:
        build["additional_data"]["elevation"] = str(heights)
    settings = work / "build.json"
    settings.write_text(json.dumps(build), encoding="utf-8")
    Lands.around(box, country, pbf).write(work / "countries.osm.pbf")
    _run(programs, "valhalla_build_admins", settings, work / "countries.osm.pbf")
    _run(programs, "valhalla_build_tiles", settings, pbf)
    with tarfile.open(target, "w") as tar:
        for level in sorted((work / "tiles").iterdir()):
            if level.name.isdigit():
                tar.add(level, arcname=level.name)
    serve = configuration(programs)
    serve["mjolnir"] |= {"tile_extract": TILES, "admin": ADMINS, "tile_dir": ""}
    (folder / CONFIG).write_text(json.dumps(serve, indent=1), encoding="utf-8")
    shutil.rmtree(work)


def configuration(programs: Path) -> dict[str, Any]:
    """The package's own defaults, without what we have no data for, silent."""
    spec = importlib.util.spec_from_file_location("valhalla_build_config", programs / "valhalla_build_config.py")
    if spec is None or spec.loader is None:
        raise TilesFailed(f"{programs} holds no valhalla_build_config.py: install Valhalla {VERSION} again")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    content: dict[str, Any] = _plain(module.config)
    content["additional_data"].pop("elevation", None)
    for key in DROPPED:
        content["mjolnir"].pop(key, None)
    for section in content.values():
        if isinstance(section, dict) and "logging" in section:
            section["logging"]["type"] = ""
    return content


def _plain(value: Any) -> Any:
    """Without the placeholders of options that have no default."""
    if isinstance(value, dict):
        return {key: plain for key, each in value.items() if (plain := _plain(each)) is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool) else None


def _run(programs: Path, program: str, settings: Path, pbf: Path) -> None:
    try:
        done = subprocess.run(
            [programs / "bin" / program, "-c", settings, pbf],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=BUILD_LIMIT_S,
        )
    except OSError as error:
        raise TilesFailed(f"{program} cannot be started ({error}): install Valhalla {VERSION} again") from None
    if done.returncode:
        if shutil.disk_usage(settings.parent).free < ROOM_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        said = COLOUR.sub("", done.stderr or done.stdout).strip().splitlines()
        errors = [line.partition("[ERROR]")[2].strip() for line in said if "[ERROR]" in line]
        reason = (errors or said or [f"status {done.returncode}"])[-1]
        raise TilesFailed(f"{program} failed on {pbf.name} ({reason}): import with --no-routing to do without Valhalla")
