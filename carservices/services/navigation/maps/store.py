"""The maps of this car: folders below one directory, which one is in use, and what each is made of.

A built map lies in a folder of its own, ``.built-NAME-TIME``; its name is a symbolic link to it, replaced in one step,
so that a reader finds the old map or the new one whole, whenever the importer is killed.
"""

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from carservices.bus.files import replace_file
from carservices.services.navigation.maps.errors import MapError, MapsBusy, UnknownMap
from carservices.services.navigation.remarks import Remark

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
STATE, LOCK, FACTS = "state.json", ".lock", "map.json"
GRAPH, SEARCH, CHARGERS, RENDER = "graph.npz", "search.sqlite", "chargers.sqlite", "render.npz"
"""The files every map has."""
TILES = "tiles.tar"
"""Of Valhalla, where it was installed."""
NEW, BUILT = ".new-", ".built-"
NO_ROOM = Remark.of("maps_no_room")
FORMAT = 3
"""Of the parts: 2 knows lanes, signs, countries and ferries, 3 limits of regions and turns banned over whole ways.
A half-built map of another one starts anew."""


@dataclass(frozen=True)
class Progress:
    """How far an import is: the part that is being built, and the share of all work that is done, 0 to 1."""

    name: str
    part: str
    done: float


@dataclass(frozen=True)
class Part:
    """What one file of a map took to build."""

    bytes: int
    seconds: float
    peak_mb: float
    """Most memory of the whole process while it was built."""


@dataclass(frozen=True)
class MapFacts:
    """The content of map.json."""

    name: str
    title: str
    source: str
    """SHA-256 of the extract and of what else went in."""
    bbox: tuple[float, float, float, float]
    """West, south, east, north."""
    attribution: str
    built: float
    """Unix seconds."""
    synthetic: bool
    """Its charging stations are invented."""
    parts: dict[str, Part] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    format: int = 1
    """`FORMAT` of the version that built it."""

    @property
    def bytes(self) -> int:
        """Of all parts."""
        return sum(part.bytes for part in self.parts.values())


class MapStore:
    """The maps below one directory, usually ``maps`` in the state directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """Maps that can be used, by name."""
        if not self.root.is_dir():
            return []
        return sorted(path.name for path in self.root.iterdir() if NAME.fullmatch(path.name) and _whole(path))

    def folder(self, name: str) -> Path:
        """Where a map lies. Raises `UnknownMap`."""
        if not NAME.fullmatch(name) or not _whole(self.root / name):
            known = self.names()
            cure = f"there are {', '.join(known)}" if known else "import one with `carservices map import FILE.osm.pbf`"
            raise UnknownMap(f"no map '{name}' in {self.root}: {cure}")
        return (self.root / name).resolve()

    def facts(self, name: str) -> MapFacts:
        """What a map is made of. Raises `UnknownMap`, and `MapError` when its map.json is damaged."""
        file = self.folder(name) / FACTS
        try:
            content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            parts = {part: Part(**numbers) for part, numbers in content.pop("parts").items()}
            return MapFacts(**content | {"parts": parts, "bbox": tuple(content["bbox"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MapError(f"{file} is damaged ({error}): import the map again or remove it") from None

    def current(self) -> str | None:
        """The map in use; the first there is while none was chosen."""
        names = self.names()
        try:
            chosen = json.loads((self.root / STATE).read_text(encoding="utf-8"))["current"]
        except (OSError, ValueError, KeyError, TypeError):
            chosen = None
        return chosen if chosen in names else next(iter(names), None)

    def use(self, name: str) -> None:
        """Take another map. Raises `UnknownMap`, `MapError`."""
        self.folder(name)
        self._choose(name)

    def remove(self, name: str) -> None:
        """Delete a map, also a half-built one. Raises `UnknownMap`, and `MapError` while one is being imported."""
        with self.locked():
            begun = self.root / f"{NEW}{name}"
            if not begun.exists() or (self.root / name).exists():
                folder = self.folder(name)
                (self.root / name).unlink()
                shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(begun, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone in changing maps. Raises `MapsBusy` while another process does, `MapError` where one cannot write."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise MapError(
                f"{self.root} cannot be written ({error.strerror}): make room, or correct its rights", NO_ROOM
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            yield
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode() or "unknown"
            raise MapsBusy(
                f"another import is running (pid {owner}): wait for it, or end it with `kill {owner}`"
            ) from None
        finally:
            os.close(lock)

    def work_folder(self, name: str) -> Path:
        """Where a map is being built."""
        return self.root / f"{NEW}{name}"

    def publish(self, facts: MapFacts) -> None:
        """Make what lies in the work folder the map of that name, in one step; while `locked`."""
        work, link = self.work_folder(facts.name), self.root / facts.name
        built = self.root / f"{BUILT}{facts.name}-{time.time_ns()}"
        write_json(work / FACTS, asdict(facts))
        work.rename(built)
        fresh = self.root / f"{NEW}{facts.name}.link"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(built.name, target_is_directory=True)
        fresh.replace(link)
        self.sweep()
        if self.current() is None or not (self.root / STATE).exists():
            self._choose(facts.name)

    def sweep(self) -> None:
        """Delete built maps that no name leads to: left by an importer that was killed; while `locked`."""
        used = {path.resolve().name for path in self.root.iterdir() if path.is_symlink()}
        for path in self.root.glob(f"{BUILT}*"):
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

    def _choose(self, name: str) -> None:
        try:
            write_json(self.root / STATE, {"current": name})
        except OSError as error:
            raise MapError(f"{self.root / STATE} cannot be written ({error.strerror}): make room", NO_ROOM) from None


def write_json(path: Path, content: Any) -> None:
    """Replace a file as a whole, on the disk before it has its name. Raises OSError."""
    replace_file(path, json.dumps(content, ensure_ascii=False, indent=1))


def _whole(path: Path) -> bool:
    return path.is_symlink() and (path / FACTS).is_file()
