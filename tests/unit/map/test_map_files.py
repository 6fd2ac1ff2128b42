"""The shipped maps are whole, plausible and carry their attribution."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from carservices.services.navigation.maps.render import write_render
from carservices.services.navigation.maps.road_graph import write_graph
from carservices_ui.map.data import AreaKind, LabelKind, MapData, RoadClass, builtin_maps, load_map, save_map
from carservices_ui.map.geometry import MAX_VERTICES, build
from carservices_ui.map.loading import Wish, find_map, load, read
from tests.unit.navigation.towns import write_town

MAPS = {path.stem: path for path in builtin_maps()}


@pytest.fixture(scope="module", params=sorted(MAPS))
def data(request) -> MapData:
    return load_map(MAPS[request.param])


def test_a_city_and_a_second_place_are_shipped_within_their_size() -> None:
    assert {"helsinki", "neubrandenburg"} <= MAPS.keys()
    assert max(path.stat().st_size for path in MAPS.values()) < 1_500_000


def test_attribution_is_inside_and_beside(data: MapData) -> None:
    assert "© OpenStreetMap contributors" in data.attribution
    assert "ODbL" in data.attribution
    notice = (next(iter(MAPS.values())).parent / "NOTICE.md").read_text(encoding="utf-8")
    assert data.name in notice
    assert "OpenStreetMap contributors" in notice


@pytest.mark.parametrize(
    ("starts", "content"),
    [
        ("road_start", "road_xy"), ("area_start", "area_xy"), ("area_ring", "area_xy"), ("area_tri_start", "area_tri"),
        ("house_start", "house_xy"), ("house_ring", "house_xy"), ("house_tri_start", "house_tri"),
    ],
)  # fmt: skip
def test_offsets_cover_their_content(data: MapData, starts: str, content: str) -> None:
    offsets = getattr(data, starts)
    assert offsets[0] == 0
    assert offsets[-1] == len(getattr(data, content))
    assert (np.diff(offsets) > 0).all()


def test_every_line_has_two_points_and_a_known_class_and_name(data: MapData) -> None:
    assert np.diff(data.road_start).min() > 1
    assert set(data.road_class.tolist()) <= set(RoadClass)
    assert data.road_name.max() < len(data.names)
    assert data.names[0] == ""


@pytest.mark.parametrize("what", ["area", "house"])
def test_triangles_stay_within_their_polygon(data: MapData, what: str) -> None:
    triangles, start = getattr(data, f"{what}_tri"), getattr(data, f"{what}_tri_start")
    vertices = np.diff(getattr(data, f"{what}_start"))
    assert (np.diff(start) % 3 == 0).all()
    assert (np.maximum.reduceat(triangles, start[:-1]) < vertices).all()


def test_limits_are_plausible_and_only_on_drivable_roads(data: MapData) -> None:
    drivable = data.road_class <= RoadClass.SERVICE
    assert ((data.road_limit[drivable] >= 2) & (data.road_limit[drivable] <= 130)).all()
    assert not data.road_limit[~drivable].any()
    assert not data.road_posted[~drivable].any()
    assert 0 < data.road_posted.sum() < drivable.sum()
    assert set(data.road_oneway.tolist()) <= {-1, 0, 1}


def test_heights_kinds_and_labels(data: MapData) -> None:
    assert ((data.house_height >= 3) & (data.house_height <= 150)).all()
    assert set(data.area_kind.tolist()) <= set(AreaKind)
    assert set(data.label_kind.tolist()) <= set(LabelKind)
    assert data.label_kind[0] == LabelKind.TOWN
    assert (data.label_name > 0).all()
    assert all(data.contains(x, y) for x, y in data.label_xy.tolist())


def test_projection_goes_there_and_back(data: MapData) -> None:
    lat, lon = data.projection.to_latlon(1234.5, -987.6)
    assert data.projection.to_xy(lat, lon) == pytest.approx((1234.5, -987.6))
    assert data.projection.array_xy(np.array([[lat, lon]]))[0] == pytest.approx((1234.5, -987.6))


def test_geometry_fits_the_graphics_card(data: MapData) -> None:
    geometry = build(data)
    pieces = [(6, piece) for group in (geometry.roads, geometry.shores) for part in group.values() for piece in part]
    pieces += [(2, piece) for part in geometry.areas.values() for piece in part]
    pieces += [(4, piece) for piece in geometry.houses]
    assert pieces
    for width, piece in pieces:
        count = len(piece.vertices) // width
        assert np.isfinite(piece.vertices).all()
        assert piece.indices.max() < count <= MAX_VERTICES


@pytest.mark.parametrize(
    ("place", "name"),
    [((53.5574, 13.2610), "neubrandenburg"), ((60.1719, 24.9414), "helsinki"), (None, "neubrandenburg")],
)
def test_the_map_of_a_place_is_found(place: tuple[float, float] | None, name: str) -> None:
    path = find_map(place)
    assert path is not None
    assert path.stem == name


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.npz"
    save_map(path, {"format": 1}, {})
    with pytest.raises(ValueError, match=r"old\.npz has map format 1"):
        load_map(path)


def test_roads_across_a_country_are_told_from_the_sea_and_lie_far_apart(tmp_path: Path) -> None:
    extract, graph = tmp_path / "roads.osm.pbf", tmp_path / "graph.npz"
    towns = {1: (53.5, 8.0), 2: (53.5, 13.0), 3: (51.0, 13.0), 4: (51.0, 8.0)}
    write_town(extract, towns, {1: ([1, 2, 3, 4, 1], {"highway": "trunk"})})
    write_graph(extract, graph)
    write_render(extract, graph, tmp_path / "render.npz", "roads")
    found = load(tmp_path / "render.npz")
    assert found.roads_apart_m > 50_000
    assert set(found.data.area_kind.tolist()) == {AreaKind.WATER}
    water = [shapely.Polygon(ring) for ring in np.split(found.data.area_xy, found.data.area_ring[1:-1])]
    at = {place: shapely.Point(found.data.projection.to_xy(*place)) for place in ((54.3, 7.5), (52.5, 13.4))}
    assert {place: any(part.contains(point) for part in water) for place, point in at.items()} == {
        (54.3, 7.5): True,
        (52.5, 13.4): False,
    }


def test_the_open_sea_has_no_map() -> None:
    assert find_map((54.9, 13.3)) is None


@pytest.mark.parametrize("hole", [(4, None), (10_000, None), (2_000, 2_064)])
def test_a_damaged_map_of_the_car_is_told_and_one_of_the_shell_is_shown(
    tmp_path: Path, hole: tuple[int, int | None]
) -> None:
    raw, (start, end) = MAPS["helsinki"].read_bytes(), hole
    (tmp_path / "render.npz").write_bytes(raw[:start] + (bytes(end - start) + raw[end:] if end else b""))
    loaded, problem = read(Wish(tmp_path, None))
    assert loaded is not None
    assert loaded.shipped
    assert problem
