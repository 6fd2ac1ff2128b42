"""Maps: built beside, resumed, swapped in whole; what is wrong is said and what was there stays."""

import functools
import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from carservices.cli.main import main
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.errors import MapError, UnknownMap
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.parts import PARTS
from carservices.services.navigation.maps.store import FACTS, FORMAT, GRAPH, NEW, TILES, MapStore, Progress
from tests.unit.navigation.towns import write_town

build_map = functools.partial(import_map, routing=False)
STEPS = sum(1 for part in PARTS if part.file != TILES) + 1
STREET = {"highway": "residential", "name": "Long Street"}


class Killed(BaseException):
    """Ends an import as a signal would: nothing may catch it."""


def town(folder: Path, last: float = 53.003) -> Path:
    nodes = {1: (53.001, 13.001), 2: (53.002, 13.002), 3: (last, 13.003)}
    return write_town(folder / "town.osm.pbf", nodes, {10: ([1, 2, 3], STREET)})


@pytest.fixture
def store(tmp_path: Path) -> MapStore:
    return MapStore(tmp_path / "maps")


def killed_at(step: int) -> Callable[[Progress], None]:
    steps = iter(range(STEPS))

    def report(_: Progress) -> None:
        if next(steps) == step:
            raise Killed

    return report


def test_an_imported_map_is_in_use_and_says_what_it_is_made_of(store: MapStore, tmp_path: Path) -> None:
    facts = build_map(store, town(tmp_path), title="Town")
    assert store.names() == ["town"]
    assert store.current() == "town"
    assert store.facts("town") == facts
    assert facts.bbox == pytest.approx((13.001, 53.001, 13.003, 53.003))
    assert {part.file for part in PARTS if part.name in facts.parts} <= {
        path.name for path in store.folder("town").iterdir()
    }
    assert facts.synthetic
    assert "OpenStreetMap" in facts.attribution
    assert all(part.bytes > 0 and part.peak_mb > 0 for part in facts.parts.values())


@pytest.mark.parametrize("step", range(STEPS))
def test_killed_at_any_step_the_old_map_is_whole_and_the_import_goes_on(
    store: MapStore, tmp_path: Path, step: int
) -> None:
    build_map(store, town(tmp_path))
    new = town(tmp_path, last=53.009)
    with pytest.raises(Killed):
        build_map(store, new, report=killed_at(step))
    assert store.facts("town").bbox[3] == pytest.approx(53.003)
    assert (store.folder("town") / GRAPH).is_file()
    built = [path.name for path in store.work_folder("town").glob("*.npz")]
    stamps = {name: (store.work_folder("town") / name).stat().st_mtime_ns for name in built}
    build_map(store, new)
    assert store.facts("town").bbox[3] == pytest.approx(53.009)
    assert len(built) == min(step, 1) + (step == STEPS - 1)  # the others are no npz
    assert {name: (store.folder("town") / name).stat().st_mtime_ns for name in built} == stamps
    assert len(list(store.root.glob(".built-*"))) == 1


def test_a_half_built_map_of_another_extract_starts_anew(store: MapStore, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        build_map(store, town(tmp_path), report=killed_at(2))
    build_map(store, town(tmp_path, last=53.009))
    assert store.facts("town").bbox[3] == pytest.approx(53.009)


def test_killed_between_building_and_naming_leaves_nothing_behind(store: MapStore, tmp_path: Path) -> None:
    build_map(store, town(tmp_path))
    left = store.root / ".built-town-1"
    left.mkdir()
    build_map(store, town(tmp_path))
    assert not left.exists()


def test_two_imports_at_once(store: MapStore, tmp_path: Path) -> None:
    with store.locked(), pytest.raises(MapError, match=rf"another import is running \(pid {os.getpid()}\)"):
        build_map(store, town(tmp_path))
    build_map(store, town(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is no map", "damaged or no OSM PBF"),
        (b"", "damaged or no OSM PBF"),
        (EXTRACTS["helsinki"].pbf.read_bytes()[:200_000], "damaged or no OSM PBF"),
        (EXTRACTS["helsinki"].pbf.read_bytes()[:50_000] + bytes(50_000), "damaged or no OSM PBF"),
        (None, "cannot be read"),
    ],
)
def test_a_damaged_extract(store: MapStore, tmp_path: Path, content: bytes | None, words: str) -> None:
    build_map(store, town(tmp_path))
    bad = tmp_path / "bad.osm.pbf"
    if content is not None:
        bad.write_bytes(content)
    with pytest.raises(MapError, match=words):
        build_map(store, bad, name="town")
    assert store.facts("town").bbox[3] == pytest.approx(53.003)


def test_a_damaged_map_is_listed_with_its_cure_which_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    store = MapStore(tmp_path / "carservices" / "maps")
    for name in ("town", "old"):
        build_map(store, town(tmp_path), name=name)
    facts = store.folder("old") / FACTS
    facts.write_text(facts.read_text(encoding="utf-8").replace(f'"format": {FORMAT}', '"format": 1'), encoding="utf-8")
    (store.folder("town") / FACTS).write_text("{", encoding="utf-8")
    assert main(["map", "list"]) == 0
    listed = capsys.readouterr().out
    assert "import the map again or remove it" in listed
    assert "of an older version: import it again" in listed
    assert main(["map", "list", "--json"]) == 0
    assert "problem" in json.loads(capsys.readouterr().out)[1]
    for name in ("town", "old"):
        assert main(["map", "import", str(town(tmp_path)), "--name", name, "--no-routing"]) == 0
        assert store.facts(name).format == FORMAT


def test_a_map_without_roads(store: MapStore, tmp_path: Path) -> None:
    sea = write_town(tmp_path / "sea.osm.pbf", {1: (53.0, 13.0)}, {})
    with pytest.raises(MapError, match="holds no road a car may use"):
        build_map(store, sea)
    assert store.names() == []
    assert store.current() is None
    assert not list(store.root.glob(f"{NEW}*"))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that has no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("size", "built"), [(0, 0), (2_000, 0), (20_000, 1)])
def test_a_full_disk(store: MapStore, tmp_path: Path, size: int, built: int) -> None:
    build_map(store, town(tmp_path))
    new = town(tmp_path, last=53.009)
    with room_for(size), pytest.raises(MapError, match=r"full: make room and import again|cannot be written"):
        build_map(store, new)
    assert len(list(store.work_folder("town").glob("graph.npz"))) == built
    assert store.facts("town").bbox[3] == pytest.approx(53.003)
    build_map(store, new)
    assert store.facts("town").bbox[3] == pytest.approx(53.009)


def test_too_large_for_the_memory(store: MapStore, tmp_path: Path) -> None:
    planet = tmp_path / "planet.osm.pbf"
    with planet.open("wb") as file:
        file.truncate(80_000_000_000)
    with pytest.raises(MapError, match="MB of memory to import"):
        build_map(store, planet)


def test_names(store: MapStore, tmp_path: Path) -> None:
    with pytest.raises(MapError, match="is no name of a map"):
        build_map(store, town(tmp_path), name="../town")
    build_map(store, town(tmp_path), name="one")
    build_map(store, town(tmp_path), name="two")
    store.use("two")
    assert store.current() == "two"
    with pytest.raises(UnknownMap, match=r"no map 'three'.*there are one, two"):
        store.use("three")
    store.remove("two")
    assert store.current() == "one"
    with pytest.raises(UnknownMap):
        store.folder("two")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["map", "list"]) == 0
    assert "no maps" in capsys.readouterr().out
    assert main(["map", "import", str(town(tmp_path)), "--title", "My town"]) == 0
    assert "charging stations are synthetic" in capsys.readouterr().out
    assert main(["map", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["title"], row["current"]) == ("town", "My town", True)
    assert main(["map", "info"]) == 0
    assert "OSM nodes; for a million it is" in capsys.readouterr().out
    assert main(["map", "use", "nowhere"]) == 2
    assert "no map 'nowhere'" in capsys.readouterr().err
    assert main(["map", "remove", "town"]) == 0
    assert main(["map", "import", str(tmp_path / "none.pbf")]) == 1
    assert "cannot be read" in capsys.readouterr().err
