"""The road under the car, against brute force and in the cases that matter on the road."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices_ui.map.data import MapData, RoadClass, builtin_maps, load_map
from carservices_ui.map.roads import REACH_M, RoadIndex


@pytest.fixture(scope="module")
def data() -> MapData:
    return load_map(next(path for path in builtin_maps() if path.stem == "neubrandenburg"))


@pytest.fixture(scope="module")
def index(data: MapData) -> RoadIndex:
    return RoadIndex(data)


def nearest_by_force(data: MapData, x: float, y: float) -> float:
    drivable = data.road_start[np.searchsorted(data.road_class, RoadClass.PATH)]
    assert (np.diff(data.road_class.astype(int)) >= 0).all()
    a, b = data.road_xy[: drivable - 1].astype(float), data.road_xy[1:drivable].astype(float)
    keep = np.ones(len(a), bool)
    ends = data.road_start[1:-1] - 1
    keep[ends[ends < len(a)]] = False
    a, d = a[keep], (b - a)[keep]
    along = np.clip(((np.array((x, y)) - a) * d).sum(axis=1) / np.maximum((d**2).sum(axis=1), 1e-9), 0, 1)
    return float(np.hypot(*(np.array((x, y)) - a - d * along[:, None]).T).min())


@settings(max_examples=150, deadline=None)
@given(x=st.floats(-6000, 6000), y=st.floats(-3000, 8000))
def test_nearest_is_nearest(data: MapData, index: RoadIndex, x: float, y: float) -> None:
    road = index.at(*data.projection.to_latlon(x, y))
    truth = nearest_by_force(data, x, y)
    if truth > REACH_M:
        assert road is None
    else:
        assert road is not None
        assert road.distance_m == pytest.approx(truth, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(x=st.floats(-3000, 3000), y=st.floats(0, 6000), heading=st.floats(0, 360))
def test_heading_only_chooses_among_roads_in_reach(
    data: MapData, index: RoadIndex, x: float, y: float, heading: float
) -> None:
    place = data.projection.to_latlon(x, y)
    any_road, road = index.at(*place), index.at(*place, heading)
    assert (road is None) == (any_road is None)
    if road is not None and any_road is not None:
        assert any_road.distance_m - 1e-9 <= road.distance_m <= REACH_M


@pytest.fixture(scope="module")
def crossroads(data: MapData) -> RoadIndex:
    """Two streets crossing at the origin, and a dual carriageway at x = 300 and 308 m driven on the right."""
    streets = [
        ("East Street", (-100, 0), (100, 0), 0),
        ("North Street", (0, -100), (0, 100), 0),
        ("Southbound", (300, 100), (300, -100), 1),
        ("Northbound", (308, 100), (308, -100), -1),
    ]
    return RoadIndex(
        replace(
            data,
            names=["", *(name for name, *_ in streets)],
            road_xy=np.array([point for _, a, b, _ in streets for point in (a, b)], np.float32),
            road_start=np.arange(0, 9, 2, dtype=np.int32),
            road_class=np.full(4, RoadClass.RESIDENTIAL, np.uint8),
            road_name=np.arange(1, 5, dtype=np.uint16),
            road_limit=np.full(4, 50, np.uint8),
            road_posted=np.ones(4, bool),
            road_oneway=np.array([oneway for *_, oneway in streets], np.int8),
        )
    )


@pytest.mark.parametrize(
    ("x", "y", "heading", "name"),
    [
        (1, 2, 0, "North Street"), (1, 2, 180, "North Street"), (1, 2, 90, "East Street"), (-2, 1, 270, "East Street"),
        (305, 0, 180, "Southbound"), (303, 0, 0, "Northbound"), (340, 0, 90, "Northbound"),
    ],
)  # fmt: skip
def test_heading_decides_at_crossings_and_between_carriageways(
    crossroads: RoadIndex, x: float, y: float, heading: float, name: str
) -> None:
    road = crossroads.at(*crossroads.data.projection.to_latlon(x, y), heading)
    assert road is not None
    assert road.name == name


def test_posted_and_assumed_limits_are_told_apart(data: MapData, index: RoadIndex) -> None:
    for posted in (True, False):
        wanted = (data.road_posted == posted) & (data.road_class == RoadClass.RESIDENTIAL) & (data.road_name > 0)
        number = int(np.flatnonzero(wanted)[0])
        points = data.road(number)
        middle = (points[0].astype(float) + points[1]) / 2
        road = index.at(*data.projection.to_latlon(*middle))
        assert road is not None
        assert road.limit_is_posted == posted
        assert road.limit_kmh == data.road_limit[number]
        assert road.name == data.names[data.road_name[number]]
        assert road.road_class == RoadClass.RESIDENTIAL


def test_far_from_any_road_there_is_none(index: RoadIndex) -> None:
    assert index.at(54.5, 15.0, 90.0) is None
