"""Tiles of Valhalla: the side of driving, elevation, silence; where it is installed."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import osmium
import pytest

from carservices.services.navigation.maps.countries import countries, country_of, write_boundary
from carservices.services.navigation.maps.elevation import Elevation, corners
from carservices.services.navigation.maps.errors import MapError
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
        ((-30.0, 30.0, -29.0, 31.0), None),
    ],
)
def test_the_country_is_found_by_place(box: tuple[float, float, float, float], code: str | None) -> None:
    country = country_of(box)
    assert (country.code if country else None) == code


def test_a_country_can_be_named() -> None:
    assert country_of(NEUBRANDENBURG, "gb") == countries()["GB"]
    with pytest.raises(MapError, match="no country 'XX'"):
        country_of(NEUBRANDENBURG, "XX")


def test_the_boundary_encloses_the_map(tmp_path: Path) -> None:
    write_boundary(countries()["DE"], NEUBRANDENBURG, tmp_path / "b.osm.pbf")
    items = osmium.FileProcessor(str(tmp_path / "b.osm.pbf")).with_areas()
    items = osmium.FileProcessor(str(tmp_path / "b.osm.pbf")).with_areas()
    areas = [(dict(item.tags), _rings(item)) for item in items if isinstance(item, osmium.osm.Area)]
    (ring,) = next(rings for tags, rings in areas if tags.get("ISO3166-1:alpha2") == "DE")
    lats, lons = zip(*ring, strict=True)
    assert min(lons) < 13.09 < 13.44 < max(lons)
    assert min(lats) < 53.41 < 53.63 < max(lats)


def _rings(area: osmium.osm.Area) -> list[list[tuple[float, float]]]:
    return [[(node.lat, node.lon) for node in ring] for ring in area.outer_rings()]


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


def test_a_program_that_fails_is_said(tmp_path: Path) -> None:
    programs = tmp_path / INSTALLED
    (programs / "bin").mkdir(parents=True)
    (programs / "valhalla_build_config.py").write_text("config = {'mjolnir': {}, 'additional_data': {}}")
    for name in ("valhalla_build_admins", "valhalla_build_tiles"):
        (programs / "bin" / name).write_text("#!/bin/sh\necho 'out of ideas' >&2\nexit 3\n")
        (programs / "bin" / name).chmod(0o755)
    pbf = write_town(
        tmp_path / "t.osm.pbf", {1: (53.0, 13.0), 2: (53.001, 13.0)}, {1: ([1, 2], {"highway": "residential"})}
    )
    with pytest.raises(MapError, match=r"valhalla_build_admins failed .*out of ideas.*--no-routing"):
        import_map(MapStore(tmp_path / "maps"), pbf)


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
