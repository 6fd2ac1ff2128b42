"""Tiles of Valhalla: the side of driving, elevation, silence; where it is installed."""

import json
import os
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from carservices.services.navigation.maps.countries import Box, Lands, countries
from carservices.services.navigation.maps.elevation import Elevation, corners
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.first import build_first
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.routing_tiles import CONFIG
from carservices.services.navigation.maps.store import TILES, MapStore
from carservices.services.navigation.valhalla_home import INSTALLED, find_programs
from carservices.system.run_dir import state_dir
from tests.unit.navigation.towns import write_town

NEUBRANDENBURG = (13.09, 53.41, 13.44, 53.63)


@pytest.mark.parametrize(
    ("box", "code"),
    [
        (NEUBRANDENBURG, "DE"),
        ((24.93, 60.16, 24.96, 60.18), "FI"),
        ((-71.36, -30.08, -71.16, -29.83), "CL"),
        ((-0.2, 51.4, 0.0, 51.6), "GB"),
        ((1.45, 42.45, 1.75, 42.65), "AD"),
        ((11.4, 48.0, 11.7, 48.2), "DE"),
        ((-30.0, 37.0, -29.0, 37.2), "PT"),  # the sea off the Azores: the nearest
    ],
)
def test_the_country_is_found_by_place(box: Box, code: str) -> None:
    assert Lands.around(box).countries[0].code == code


def test_a_country_can_be_named() -> None:
    assert Lands.around(NEUBRANDENBURG, "gb").countries == (countries()["GB"],)
    with pytest.raises(MapError, match="no country 'XX'"):
        Lands.around(NEUBRANDENBURG, "XX")


def test_the_boundary_encloses_the_map(tmp_path: Path) -> None:
    ((code, lons, lats),) = boundaries(Lands.around(NEUBRANDENBURG), tmp_path)
    assert code == "DE"
    assert min(lons) < 13.09 < 13.44 < max(lons)
    assert min(lats) < 53.41 < 53.63 < max(lats)


def test_a_map_across_a_border_has_each_country_and_the_extract_knows_its_border_best(tmp_path: Path) -> None:
    basel, loerrach = (47.557, 7.59), (47.615, 7.664)
    box = (7.5, 47.5, 7.7, 47.65)
    places = np.array([basel, loerrach]).T
    lands = Lands.around(box)
    assert [lands.countries[k].code for k in lands.at(*places)] == ["CH", "DE"]
    assert {code for code, _, _ in boundaries(lands, tmp_path)} == {"CH", "DE", "FR"}
    own = Lands((7.4, 47.4, 7.8, 47.8), (countries()["CH"],))  # an extract that says all of it is Swiss
    own.write(tmp_path / "own.osm.pbf")
    told = Lands.around(box, pbf=tmp_path / "own.osm.pbf")
    swiss = next(one for one in told.countries if one.code == "CH")
    assert swiss.shape.covers(shapely.Point(loerrach[::-1]))


def boundaries(lands: Lands, folder: Path) -> list[tuple[str, list[float], list[float]]]:
    """Code, longitudes and latitudes of each boundary as it is read back."""
    lands.write(folder / "b.osm.pbf")
    found = []
    for item in osmium.FileProcessor(str(folder / "b.osm.pbf")).with_areas():
        if isinstance(item, osmium.osm.Area) and "ISO3166-1" in item.tags:
            nodes = [(node.lon, node.lat) for ring in item.outer_rings() for node in ring]
            found.append((item.tags["ISO3166-1"], [lon for lon, _ in nodes], [lat for _, lat in nodes]))
    return found


def test_three_second_elevation_becomes_one_second(tmp_path: Path) -> None:
    samples = np.add.outer(np.arange(1201) * 0.0, np.arange(1201) * 1.0).astype(">i2")  # rises eastwards
    samples[5, 5] = -32768
    samples.tofile(tmp_path / "S01W072.hgt")
    path = Elevation(tmp_path).write_one_second((-1, -72), tmp_path / "out")
    assert path is not None
    assert path == tmp_path / "out" / "S01" / "S01W072.hgt"
    fine = np.fromfile(path, ">i2").reshape(3601, 3601)
    assert fine[1800, [0, 300, 3600]].tolist() == [0, 100, 1200]
    assert fine.min() >= 0
    assert Elevation(tmp_path).write_one_second((50, 8), tmp_path / "out") is None


def test_corners_of_tiles() -> None:
    assert corners((-0.5, 50.9, 0.5, 51.1)) == [(50, -1), (50, 0), (51, -1), (51, 0)]


def test_without_valhalla_the_map_is_built_without_its_tiles(tmp_path: Path) -> None:
    store = MapStore(tmp_path / "maps")
    pbf = write_town(
        tmp_path / "t.osm.pbf", {1: (53.0, 13.0), 2: (53.001, 13.0)}, {1: ([1, 2], {"highway": "residential"})}
    )
    facts = import_map(store, pbf, routing=False)
    assert "valhalla" not in facts.parts


@pytest.fixture
def broken_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose programs end with an error among other words, and none in the environment."""
    monkeypatch.setitem(sys.modules, "valhalla", None)
    (tmp_path / "shadow/valhalla").mkdir(parents=True)  # processes of their own find this before a real one
    (tmp_path / "shadow/valhalla/__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "shadow"))
    programs = tmp_path / INSTALLED
    (programs / "bin").mkdir(parents=True)
    (programs / "valhalla_build_config.py").write_text("config = {'mjolnir': {}, 'additional_data': {}}")
    words = r"printf '\033[31m[ERROR]\033[0m out of ideas\n[INFO] bye\n'; exit 3"
    for name in ("valhalla_build_admins", "valhalla_build_tiles"):
        (programs / "bin" / name).write_text(f"#!/bin/sh\n{words}\n")
        (programs / "bin" / name).chmod(0o755)


@pytest.mark.usefixtures("broken_programs")
def test_a_program_that_fails_is_said(tmp_path: Path) -> None:
    pbf = write_town(
        tmp_path / "t.osm.pbf", {1: (53.0, 13.0), 2: (53.001, 13.0)}, {1: ([1, 2], {"highway": "residential"})}
    )
    with pytest.raises(MapError, match=r"valhalla_build_admins failed .*\(out of ideas\).*--no-routing"):
        import_map(MapStore(tmp_path / "maps"), pbf)


@pytest.mark.usefixtures("broken_programs")
async def test_a_first_map_is_built_without_an_engine_that_fails(tmp_path: Path) -> None:
    store = MapStore(tmp_path / "maps")
    async with aclosing(build_first(store, "helsinki")) as steps:
        assert [step.done async for step in steps][-1] == 1.0
    assert "valhalla" not in store.facts("helsinki").parts


def test_the_tiles_drive_on_the_right_and_keep_silent(tmp_path: Path) -> None:
    programs = find_programs(state_dir())
    if programs is None:
        pytest.skip("Valhalla is not installed")
    installed = tmp_path / INSTALLED
    if not find_programs(tmp_path):
        installed.parent.parent.mkdir(parents=True)
        installed.parent.symlink_to(programs.parent)
    store = MapStore(tmp_path / "maps")
    nodes = {number: (53.5 + number / 1000, 13.2) for number in range(1, 12)}
    street = {"highway": "secondary", "name": "Long Street"}
    pbf = write_town(tmp_path / "town.osm.pbf", nodes, {1: (list(nodes), street)})
    import_map(store, pbf, routing=False)
    facts = import_map(store, pbf)  # adds the tiles to the map that is there
    assert facts.parts["valhalla"].bytes > 1000
    folder = store.folder("town")
    assert {TILES, CONFIG} <= {path.name for path in folder.iterdir()}
    question = {
        "locations": [{"lat": 53.502, "lon": 13.2}, {"lat": 53.51, "lon": 13.2}],
        "costing": "auto",
        "format": "osrm",
        "steps": True,
        "banner_instructions": True,
    }
    done = subprocess.run(
        [programs / "bin" / "valhalla_service", CONFIG, "route", json.dumps(question)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    answer = json.loads(done.stdout)  # nothing but the answer: the log is off
    steps = answer["routes"][0]["legs"][0]["steps"]
    assert {step["driving_side"] for step in steps} == {"right"}
