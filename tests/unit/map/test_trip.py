"""The emulator's drive can be driven: on real roads, in the allowed direction, with known limits and halts."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from carservices_ui.map.data import MapData, builtin_maps, load_map
from carservices_ui.map.roads import RoadIndex

TRIP = Path(__file__).parents[3] / "emulator/carservices_emulator/data/trips/neubrandenburg.json"


@pytest.fixture(scope="module")
def trip() -> dict:
    return json.loads(TRIP.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def data() -> MapData:
    return load_map(next(path for path in builtin_maps() if path.stem == TRIP.stem))


@pytest.fixture(scope="module")
def xy(trip: dict, data: MapData) -> np.ndarray:
    return data.projection.array_xy(np.array(trip["points"])[:, :2])


def test_it_is_a_loop_of_the_promised_length(xy: np.ndarray) -> None:
    steps = np.hypot(*np.diff(xy, axis=0).T)
    assert 15_000 < steps.sum() < 25_000
    assert 0 < steps.min() <= steps.max() < 300
    assert xy[0] == pytest.approx(xy[-1])


def test_it_never_turns_on_the_spot(xy: np.ndarray) -> None:
    direction = np.arctan2(*np.diff(xy, axis=0).T)
    turn = np.abs((np.diff(direction) + np.pi) % (2 * np.pi) - np.pi)
    assert np.degrees(turn.max()) < 135


def test_it_stays_on_roads(trip: dict, data: MapData) -> None:
    index = RoadIndex(data)
    points = np.array(trip["points"])[:, :2]
    for lat, lon in np.concatenate((points, (points[1:] + points[:-1]) / 2)):
        road = index.at(lat, lon)
        assert road is not None
        assert road.distance_m < 15


def test_it_obeys_one_way_streets(xy: np.ndarray, data: MapData) -> None:
    inside = np.ones(len(data.road_xy) - 1, bool)
    inside[data.road_start[1:-1] - 1] = False
    first = np.flatnonzero(inside)
    road = np.searchsorted(data.road_start, first, side="right") - 1
    oneway = data.road_oneway[road] != 0
    first, road = first[oneway], road[oneway]
    a, d = data.road_xy[first].astype(float), data.road_xy[first + 1].astype(float) - data.road_xy[first]
    length = np.maximum(np.hypot(*d.T), 1e-6)
    checked = 0
    for p, q in itertools.pairwise(xy):
        middle, way = (p + q) / 2, (q - p) / np.hypot(*(q - p))
        along = ((middle - a) * d).sum(axis=1) / length
        across = np.abs((middle - a)[:, 0] * d[:, 1] - (middle - a)[:, 1] * d[:, 0]) / length
        cosine = (d @ way) / length * data.road_oneway[road]
        same = (across < 0.6) & (along > 0) & (along < length) & (np.abs(cosine) > 0.95)
        assert not (same & (cosine < 0)).any()
        checked += int(same.any())
    assert checked > 20


def test_limits_and_stops_are_in_order_and_sensible(trip: dict) -> None:
    count = len(trip["points"])
    places = [place for place, _ in trip["limits"]]
    assert places[0] == 0
    assert places == sorted(set(places))
    assert places[-1] < count
    assert {limit for _, limit in trip["limits"]} <= {5, 7, 10, 20, 30, 40, 50, 60, 70, 80, 100, 120, 130}
    assert len({limit for _, limit in trip["limits"]}) > 3
    halts = [place for place, _ in trip["stops"]]
    assert halts
    assert halts == sorted(set(halts))
    assert 0 < halts[0] <= halts[-1] < count - 1
    assert all(2 <= seconds <= 60 for _, seconds in trip["stops"])


def test_altitude_is_smooth_and_says_it_is_synthetic(trip: dict, xy: np.ndarray) -> None:
    altitude = np.array(trip["points"])[:, 2]
    assert altitude.min() >= 15
    assert altitude.max() <= 80
    slope = np.diff(altitude) / np.hypot(*np.diff(xy, axis=0).T)
    assert np.abs(slope).max() < 0.12
    assert "© OpenStreetMap contributors" in trip["attribution"]
    assert "synthetic" in trip["attribution"]
