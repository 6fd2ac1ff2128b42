"""Imports an OSM extract: builds the parts of a map beside the maps there are, and swaps it in when all are done."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import osmium

from carservices.bus.files import to_disk
from carservices.services.navigation.maps.defaults import EXTRACTS, FIRST
from carservices.services.navigation.maps.elevation import BadElevation, tiles
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.memory import check_memory, peak_mb, reset_peak
from carservices.services.navigation.maps.parts import PARTS, Source
from carservices.services.navigation.maps.road_graph import EmptyMap
from carservices.services.navigation.maps.roads import ATTRIBUTION
from carservices.services.navigation.maps.store import (
    FACTS,
    FORMAT,
    NAME,
    NO_ROOM,
    MapFacts,
    MapStore,
    Part,
    Progress,
    write_json,
)
from carservices.services.navigation.search.gather import places_beside
from carservices.services.navigation.valhalla_home import find_programs

PROGRESS = "progress.json"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class _Done:
    """A part that was built, as kept in progress.json."""

    part: Part
    counts: dict[str, int]


def import_map(
    store: MapStore,
    pbf: Path,
    name: str | None = None,
    title: str | None = None,
    dem: Path | None = None,
    country: str | None = None,
    routing: bool = True,
    report: Callable[[Progress], None] = lambda _: None,
) -> MapFacts:
    """Build a map and make it usable under its name; an import that was interrupted goes on with the next part.

    Importing what is a map already adds the parts it lacks. Tiles of Valhalla are built with ``routing`` where it is
    installed.

    ``name`` is that of the file unless given, ``country`` (ISO 3166-1 alpha-2) is looked up by place. Raises `MapError`
    with the reason; the maps there were stay as they are.
    """
    name = name or pbf.name.removesuffix(".pbf").removesuffix(".osm").lower()
    if not NAME.fullmatch(name):
        raise MapError(f"'{name}' is no name of a map: use a-z, 0-9, - and _, as in --name berlin")
    try:
        check_memory(pbf)
        title = title or name.replace("-", " ").replace("_", " ").title()
        programs = find_programs(store.root.parent) if routing else None
        source = Source(pbf, name, title, dem, country, programs)
        source.elevation()  # says so where there is none, also of a map that lacks nothing else
        key = _key(source)
        with store.locked():
            return _build(store, source, key, report)
    except EmptyMap as error:
        raise MapError(f"{error}; the maps there were are untouched") from None
    except BadElevation as error:
        raise MapError(str(error)) from None
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise MapError(f"{pbf} is damaged or no OSM PBF ({error}): download it again") from None
    except (OSError, sqlite3.Error) as error:
        raise _storage(error, store, pbf, name) from None


def import_shipped(
    store: MapStore, name: str = FIRST, report: Callable[[Progress], None] = lambda _: None, routing: bool = True
) -> MapFacts:
    """Build one of `EXTRACTS` under its name. Raises `MapError`, KeyError for a name that is none."""
    extract = EXTRACTS[name]
    return import_map(store, extract.pbf, name, extract.title, country=extract.country, routing=routing, report=report)


def _build(store: MapStore, source: Source, key: str, report: Callable[[Progress], None]) -> MapFacts:
    work = store.work_folder(source.name)
    store.sweep()
    done = _resumed(work, key) or _reused(store, source.name, work, key)
    wanted = [part for part in PARTS if part.wanted(source)]
    total = sum(part.share for part in wanted)
    share = 0.0
    for part in wanted:
        report(Progress(source.name, part.name, share / total))
        share += part.share
        target = work / part.file
        if part.name in done and target.exists():
            continue
        reset_peak()
        begun = time.monotonic()
        try:
            counts = part.build(source, target)
            to_disk(target)
        except BaseException:
            _delete(target)
            if not done:
                shutil.rmtree(work)
            raise
        built = Part(_bytes(target), round(time.monotonic() - begun, 3), peak_mb())
        done[part.name] = _Done(built, counts)
        write_json(work / PROGRESS, {"key": key, "done": {name: asdict(entry) for name, entry in done.items()}})
    report(Progress(source.name, "ready", 1.0))
    counts = {what: count for entry in done.values() for what, count in entry.counts.items()}
    facts = MapFacts(
        name=source.name,
        title=source.title,
        source=key,
        bbox=source.bbox(work),
        attribution=ATTRIBUTION,
        built=round(time.time(), 3),
        synthetic=bool(counts.get("synthetic_chargers")),
        parts={name: entry.part for name, entry in done.items()},
        counts=counts,
        format=FORMAT,
    )
    (work / PROGRESS).unlink(missing_ok=True)
    store.publish(facts)
    return facts


def _resumed(work: Path, key: str) -> dict[str, _Done]:
    """The parts an interrupted import of the same source has built; none, and a new folder, where there was none."""
    try:
        content = json.loads((work / PROGRESS).read_text(encoding="utf-8"))
        if content["key"] == key:
            return {name: _Done(Part(**row["part"]), row["counts"]) for name, row in content["done"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing to go on with
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return {}


def _reused(store: MapStore, name: str, work: Path, key: str) -> dict[str, _Done]:
    """The parts of the map of that name if it is of the same source, linked into the work folder."""
    try:
        facts = store.facts(name)
    except MapError:
        return {}  # there is none, or it is damaged: it is built anew
    if facts.source != key:
        return {}
    for file in store.folder(name).iterdir():
        if file.name != FACTS:
            os.link(file, work / file.name)
    return {part: _Done(made, facts.counts) for part, made in facts.parts.items()}


def _key(source: Source) -> str:
    digest = hashlib.sha256()
    with source.pbf.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    heights = [f"{path.name}:{path.stat().st_size}" for path in tiles(source.dem)] if source.dem else []
    if (table := places_beside(source.pbf)).is_file():
        digest.update(table.read_bytes())
    digest.update(json.dumps([FORMAT, heights, source.country]).encode())
    return digest.hexdigest()


def _storage(error: OSError | sqlite3.Error, store: MapStore, pbf: Path, name: str) -> MapError:
    if isinstance(error, OSError) and error.filename and Path(error.filename) == pbf:
        return MapError(
            f"{pbf} cannot be read ({error.strerror}): name a file OpenStreetMap extracts come as, .osm.pbf"
        )
    full = "full" in str(error) if isinstance(error, sqlite3.Error) else error.errno in FULL
    if full:
        return MapError(
            f"the disk of {store.root} is full: make room and import again, it goes on where it stopped;"
            f" `carservices map remove {name}` drops what was begun",
            NO_ROOM,
        )
    return MapError(
        f"{store.root} cannot be written ({error}): correct its rights or its disk and import again", NO_ROOM
    )


def _bytes(path: Path) -> int:
    return path.stat().st_size


def _delete(path: Path) -> None:
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink(missing_ok=True)
