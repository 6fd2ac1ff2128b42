"""The road graph of an extract: arcs, one-ways, shapes, barriers and bans."""

import gzip
import itertools
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.maps.elevation import Elevation
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.importer import import_map
from carservices.services.navigation.maps.limits import Zone, legal_limits
from carservices.services.navigation.maps.road_graph import EmptyMap, write_graph
from carservices.services.navigation.maps.store import GRAPH, MapStore
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.heights import Heights
from carservices.services.navigation.trips.vehicle import Vehicle
from tests.unit.navigation.towns import write_town

STEP = 0.001  # degrees; 111.2 m north to south
TOWN = {
    1: (53.0, 13.0),
    2: (53.0 + STEP, 13.0),
    3: (53.0 + 2 * STEP, 13.0, {"highway": "traffic_signals"}),
    4: (53.0 + 2 * STEP, 13.0 + STEP),
    5: (53.0 + 2 * STEP, 13.0 - STEP),
    6: (53.0 + 3 * STEP, 13.0, {"barrier": "bollard"}),
    7: (53.0 + 4 * STEP, 13.0),
}
STREETS = {
    10: ([1, 2, 3], {"highway": "primary", "name": "South Street", "ref": "B 1", "maxspeed": "60"}),
    11: ([3, 4], {"highway": "residential", "name": "East Street", "oneway": "yes"}),
    12: ([3, 5], {"highway": "residential", "name": "West Street", "bridge": "yes"}),
    13: ([3, 6, 7], {"highway": "residential"}),
    14: ([5, 7], {"highway": "service", "access": "private"}),
}


@pytest.fixture
def graph(tmp_path: Path) -> dict[str, np.ndarray]:
    bans = [("no_left_turn", 10, 3, 12), ("only_straight_on", 12, 3, 11)]
    pbf = write_town(tmp_path / "town.osm.pbf", TOWN, STREETS, bans)
    write_graph(pbf, tmp_path / "graph.npz")
    with np.load(tmp_path / "graph.npz") as file:
        return dict(file)


def arcs(graph: dict[str, np.ndarray], way: int) -> list[int]:
    return np.flatnonzero(graph["way"] == way).tolist()


def test_a_two_way_street_is_two_arcs_that_know_each_other(graph: dict[str, np.ndarray]) -> None:
    ahead, back = sorted(arcs(graph, 10), key=lambda arc: graph["flags"][arc] & Flag.BACKWARD)
    assert graph["twin"][ahead] == back
    assert graph["twin"][back] == ahead
    assert graph["length"][ahead] == pytest.approx(222.4, abs=0.2)
    for arc in (ahead, back):
        first, end = graph["shape_first"][arc], graph["shape_first"][arc + 1]
        assert graph["shape_lat"][first:end] == pytest.approx([53.0 + STEP])
        assert graph["limit"][arc] == 60
        assert graph["flags"][arc] & Flag.POSTED
    assert bool(graph["flags"][ahead] & Flag.HALT) != bool(graph["flags"][back] & Flag.HALT)


def test_a_one_way_street_is_one_arc(graph: dict[str, np.ndarray]) -> None:
    (arc,) = arcs(graph, 11)
    assert graph["flags"][arc] & Flag.ONEWAY
    assert graph["twin"][arc] == -1


def test_a_bollard_parts_the_road_and_a_private_way_is_left_out(graph: dict[str, np.ndarray]) -> None:
    assert arcs(graph, 14) == []
    tails = np.repeat(np.arange(len(graph["node_lat"])), np.diff(graph["first"]))
    reached = {int(np.argmin(graph["node_lat"]))}
    while more := {int(h) for t, h in zip(tails, graph["head"], strict=True) if t in reached} - reached:
        reached |= more
    assert graph["node_lat"][list(reached)].max() == pytest.approx(53.0 + 3 * STEP)
    assert graph["node_lat"].max() == pytest.approx(53.0 + 4 * STEP)


def test_bans_name_the_arcs_that_may_not_follow(graph: dict[str, np.ndarray]) -> None:
    turns = {(int(graph["way"][a]), int(graph["way"][b])) for a, _, b in graph["restrict"]}
    assert (10, 12) in turns
    assert {target for source, target in turns if source == 12} == {10, 12, 13}


BORDER = {1: (47.557, 7.590), 2: (47.558, 7.591), 3: (47.700, 7.700), 4: (47.701, 7.701), 5: (47.560, 7.593)}


def test_limits_that_are_not_signed_are_those_of_each_country(tmp_path: Path) -> None:
    ways = {
        10: ([1, 2], {"highway": "primary"}),  # Switzerland
        11: ([3, 4], {"highway": "primary"}),  # Germany
        12: ([2, 5], {"highway": "primary", "maxspeed": "60", "maxspeed:backward": "30 mph"}),
        13: ([1, 5], {"highway": "tertiary", "source:maxspeed": "CH:urban"}),
        14: ([3, 1], {"highway": "motorway"}),
    }
    write_graph(write_town(tmp_path / "town.osm.pbf", BORDER, ways), tmp_path / "graph.npz")
    with np.load(tmp_path / "graph.npz") as file:
        graph = dict(file)
    back = (graph["flags"] & Flag.BACKWARD) != 0
    limits = {(int(w), bool(b)): int(limit) for w, b, limit in zip(graph["way"], back, graph["limit"], strict=True)}
    assert [limits[way, False] for way in (10, 11, 12, 13, 14)] == [80, 100, 60, 50, 130]
    assert limits[12, True] == 48
    write_graph(tmp_path / "town.osm.pbf", tmp_path / "graph.npz", country="GB")
    with np.load(tmp_path / "graph.npz") as file:
        assert file["left"]
        assert set(file["limit"].tolist()) == {97, 60, 48, 113}


def test_a_region_with_limits_of_its_own_is_known_by_its_boundary_in_the_extract(tmp_path: Path) -> None:
    places = {
        1: (50.46, 4.86), 2: (50.47, 4.86),  # Namur
        3: (51.05, 3.72), 4: (51.06, 3.72),  # Ghent
        5: (50.40, 4.70), 6: (50.40, 5.00), 7: (50.55, 5.00), 8: (50.55, 4.70),
    }  # fmt: skip
    roads = {10: ([1, 2], {"highway": "primary"}), 11: ([3, 4], {"highway": "primary"})}
    wallonia = {"type": "boundary", "boundary": "administrative", "admin_level": "4", "ISO3166-2": "BE-WAL"}
    pbf = write_town(tmp_path / "town.osm.pbf", places, roads | {12: ([5, 6, 7, 8, 5], wallonia)})
    write_graph(pbf, tmp_path / "graph.npz", country="BE")
    with np.load(tmp_path / "graph.npz") as file:
        assert dict(zip(file["way"].tolist(), file["limit"].tolist(), strict=True)) == {10: 90, 11: 70}


@pytest.mark.parametrize(
    ("country", "limits"),
    [
        ("BE-BRU", [30, 70, 120, 120, 20]),
        ("DE", [50, 100, 100, 130, 7]),
        ("ES", [30, 90, 90, 120, 20]),
        ("FI", [50, 80, 80, 80, 20]),
        ("GB", [48, 97, 113, 113, 20]),  # says nothing of living streets
        ("RS", [50, 80, 100, 130, 10]),
        ("US", [50, 90, 100, 110, 20]),  # the states have limits of their own: none is that of the country
    ],
)
def test_limits_of_the_law_are_those_that_were_looked_up(country: str, limits: list[int]) -> None:
    assert legal_limits([country])[0, : Zone.RAMP].tolist() == limits


def test_grades_come_from_elevation_but_not_on_bridges(tmp_path: Path) -> None:
    rows = np.repeat(np.arange(1201)[::-1, None], 1201, axis=1)  # rises northwards, 1 m each 3 arc seconds
    rows.astype(">i2").tofile(tmp_path / "N53E013.hgt")
    rows.astype(">i2").tofile(tmp_path / "N53E012.hgt")
    pbf = write_town(tmp_path / "town.osm.pbf", TOWN, STREETS)
    write_graph(pbf, tmp_path / "graph.npz", Elevation(tmp_path))
    with np.load(tmp_path / "graph.npz") as file:
        graph = dict(file)
    rise = 1.2 / 111.2  # m per m
    assert sorted(graph["grade"][arcs(graph, 10)]) == pytest.approx([-rise, rise], rel=0.01)
    assert not graph["grade"][arcs(graph, 12)].any()


@pytest.mark.parametrize("name", ["N53E013.hgt", "n53e013.HGT.gz", "N53E013.SRTMGL3.hgt.zip"])
async def test_elevation_tiles_reach_the_energy_of_a_route(tmp_path: Path, name: str) -> None:
    rows = np.repeat(np.arange(1201)[::-1, None], 1201, axis=1).astype(">i2").tobytes()  # rises northwards
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(rows, 1))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("N53E013.hgt", rows)
    else:
        path.write_bytes(rows)
    south, north = (53.1, 13.5), (53.2, 13.5)  # 11.1 km, 120 m of height
    street = {1: ([1, 2], {"highway": "primary", "maxspeed": "70"})}
    pbf = write_town(tmp_path / "town.osm.pbf", {1: south, 2: north}, street)
    import_map(MapStore(tmp_path / "maps"), pbf, dem=tmp_path, routing=False)
    engine = RoadEngine(RoadGraph.load(tmp_path / "maps" / "town" / GRAPH))
    spent = []
    for ends in ((south, north), (north, south)):
        (route,) = await engine.route(RouteRequest(tuple(Via(*end) for end in ends)))
        spent.append(EnergyModel().along(route.edges).spend().kwh)
    worth = 2 * Vehicle().mass_kg * 9.81 * 120.0 / 3.6e6
    assert worth * 0.9 < spent[0] - spent[1] < worth * 1.3  # the climb's losses beside the height


async def test_a_road_over_a_hill_is_not_level_though_its_ends_are(tmp_path: Path) -> None:
    """11 km without a junction: up 300 m and down again; level on a map imported when ends alone had heights."""
    top = 1020  # row, 53.15 degrees north
    ridge = np.maximum(0.0, 300.0 - 5.0 * np.abs(np.arange(1201) - top))
    np.repeat(ridge[:, None], 1201, axis=1).astype(">i2").tofile(tmp_path / "N53E013.hgt")
    ends, hill = ((53.1, 13.5), (53.2, 13.5)), (53.0 + 180 / 1200, 13.5)
    street = {1: ([1, 2], {"highway": "primary", "maxspeed": "70"})}
    pbf = write_town(tmp_path / "town.osm.pbf", dict(enumerate(ends, 1)), street)
    model, spent, graphs = EnergyModel(), {}, {}
    for name, elevation in (("flat", None), ("hilly", Elevation(tmp_path))):
        write_graph(pbf, tmp_path / name, elevation)
    with np.load(tmp_path / "hilly") as file, (tmp_path / "before").open("wb") as before:
        np.savez(before, **{key: file[key] for key in file.files if not key.startswith("profile")})
    for name in ("flat", "before", "hilly"):
        graphs[name] = RoadGraph.load(tmp_path / name)
        engine = RoadEngine(graphs[name])
        for start, end in itertools.permutations((*ends, hill), 2):
            (route,) = await engine.route(RouteRequest((Via(*start), Via(*end))))
            spent[name, start, end] = model.along(route.edges).spend().kwh
    there, back = (spent["hilly", *one] for one in (ends, ends[::-1]))
    worth = Vehicle().mass_kg * 9.81 * 300.0 / 3.6e6
    assert there == pytest.approx(back, rel=0.02)
    assert 1.01 * spent["flat", *ends] < there < spent["flat", *ends] + 0.35 * worth, "a climb gives most of it back"
    up, down = (spent["hilly", *one] - spent["flat", *one] for one in ((ends[0], hill), (hill, ends[1])))
    assert worth < up < 1.25 * worth
    assert -worth < down < -0.6 * worth
    (route,) = await engine.route(RouteRequest((Via(*ends[0]), Via(*hill))))
    other = [edge._replace(arc=-1, grade=0.0, slopes=()) for edge in route.edges]  # as of an engine with its own roads
    unsloped = replace(route, edges=tuple(other))
    sloped = Heights(graphs["hilly"]).sloped(unsloped)
    assert sum(sloped.edges[0].slopes) == pytest.approx(sum(route.edges[0].slopes), rel=0.03)
    assert model.along(sloped.edges).spend().kwh == pytest.approx(spent["hilly", ends[0], hill], rel=0.03)
    assert not Heights(graphs["hilly"]).wanted(route)
    assert [Heights(graphs[name]).wanted(unsloped) for name in ("flat", "hilly")] == [False, True]
    assert Heights(graphs["before"]).sloped(unsloped).edges == tuple(other)
    kwh = [model.per_arc(graphs[name], Conditions(tyres_c=40.0)).kwh for name in ("flat", "hilly", "before")]
    assert (1.01 * kwh[0] < kwh[1]).all()
    assert kwh[2] == pytest.approx(kwh[0])
    assert spent["before", *ends] == pytest.approx(spent["flat", *ends])
    assert not graphs["flat"].slopes.of(0)
    assert sum(graphs["hilly"].slopes.of(0)) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("N53E013.hgt", b"short", "5 bytes instead of"),
        ("N53E013.hgt.gz", b"no gzip", "cannot be read"),
        ("N53E013.hgt.gz", gzip.compress(bytes(100_000))[:50], "cannot be read"),
        ("N53E013.hgt.gz", gzip.compress(bytes(30_000_000), 1), "is no elevation tile"),
        ("N53E013.hgt.zip", b"PK nothing", "cannot be read"),
        ("N53E013.tif", b"", r"holds no elevation tiles.*gdal_translate"),
    ],
    ids=["short", "no gzip", "cut", "bomb", "no zip", "other format"],  # gzip notes the time in what it makes
)
def test_a_damaged_tile_is_said_and_the_old_map_stays(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    store = MapStore(tmp_path / "maps")
    street = {10: STREETS[10]}
    pbf = write_town(tmp_path / "town.osm.pbf", TOWN, street)
    before = import_map(store, pbf, routing=False)
    (tmp_path / "dem").mkdir()
    (tmp_path / "dem" / name).write_bytes(content)
    with pytest.raises(MapError, match=words):
        import_map(store, pbf, dem=tmp_path / "dem", routing=False)
    assert store.facts("town") == before


def test_what_is_no_map_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmptyMap, match="holds no road a car may use"):
        write_graph(write_town(tmp_path / "sea.osm.pbf", TOWN, {}), tmp_path / "graph.npz")


def test_the_city_is_whole(neubrandenburg_graph: Path) -> None:
    with np.load(neubrandenburg_graph) as graph:
        assert len(graph["node_lat"]) > 5000
        assert graph["first"][-1] == len(graph["head"]) == graph["shape_first"].size - 1
        assert 700_000 < graph["length"][graph["twin"] < np.arange(len(graph["twin"]))].sum() < 800_000
