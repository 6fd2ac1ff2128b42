"""Long lines and long ways: decoded, measured, cut into meshes, and seen from a distance that suits the speed."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api import polyline as written
from carservices_ui.map.geometry import LONGEST_M, MAX_VERTICES, densified, path_pieces
from carservices_ui.map.pilot import START_PXM, Pilot, cruise_pxm
from carservices_ui.planning.geo import legs
from carservices_ui.polyline import decode, points

DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
LENGTHS = st.lists(st.floats(1.0, 30_000.0), min_size=1, max_size=6)


@given(st.lists(DEGREES, max_size=20))
def test_polylines_are_read_as_they_were_written(points):
    text = written.encode(points)
    assert decode(text) == written.decode(text)
    assert decode(text + "_") == decode(text)  # a point that is cut off


def test_a_way_is_measured_between_two_places_of_it():
    line = points(written.encode([(50.0, 9.0), (50.01, 9.0), (50.02, 9.0), (50.02, 9.5)]))
    assert legs(line, [(50.0, 9.001), (50.02, 9.0)]) == [0.0, pytest.approx(2 * 1111.95, abs=0.5)]
    assert legs(points(""), [(50.0, 9.0), (50.0, 9.0)]) == [0.0, 0.0]


@given(st.lists(LENGTHS, min_size=1, max_size=4))
def test_points_come_between_those_far_apart_and_nothing_else_changes(lines):
    xy = np.concatenate(
        [np.column_stack((np.cumsum([0.0, *steps]), np.full(len(steps) + 1, i))) for i, steps in enumerate(lines)]
    )
    start = np.cumsum([0, *(len(steps) + 1 for steps in lines)])
    dense, firsts = densified(xy, start)
    assert len(firsts) == len(start)
    for (a, b), (c, d) in zip(itertools.pairwise(start), itertools.pairwise(firsts), strict=True):
        assert np.diff(dense[c:d, 0]).max() <= LONGEST_M + 1e-6
        assert set(map(tuple, xy[a:b].tolist())) <= set(map(tuple, dense[c:d].tolist()))


def test_a_way_across_a_country_is_drawn_as_meshes_that_meet():
    xy = np.column_stack((np.arange(70_000) * 10.0, np.zeros(70_000)))
    pieces = path_pieces(xy)
    assert all(
        len(piece.vertices) // 6 <= MAX_VERTICES and piece.indices.max() < len(piece.vertices) // 6 for piece in pieces
    )
    runs = [piece.vertices.reshape(-1, 6)[:, 5] for piece in pieces]
    assert [run[0] for run in runs[1:]] == [run[-1] for run in runs[:-1]]
    assert runs[-1][-1] == pytest.approx(699_990.0)


def test_the_faster_the_further_and_close_before_a_turn():
    scales = [cruise_pxm(speed, None) for speed in (0, 50, 80, 110, 140)]
    assert scales[0] == scales[1] == pytest.approx(START_PXM)
    assert scales[1:] == sorted(scales[1:], reverse=True)
    assert cruise_pxm(110, 20_000.0) < cruise_pxm(110, 800.0) < cruise_pxm(110, 150.0)


def test_where_roads_are_far_apart_the_usual_scale_shows_some():
    pilot = Pilot()
    pilot.close_pxm = 0.07
    pilot.cruise(50, 100.0)
    pilot.start((0.0, 0.0, 0.0), 0.3)
    for _ in range(200):
        pilot.step(0.1, (0.0, 0.0, 0.0), 0.3)
    assert pilot.camera((800.0, 600.0)).pxm == pytest.approx(0.07, rel=0.02)
