"""Lines, routes and labels: geometry that is easy to get subtly wrong."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices_ui.map.camera import Camera
from carservices_ui.map.data import builtin_maps, load_map
from carservices_ui.map.geometry import CAP, MITRE_LIMIT, line_piece, lines
from carservices_ui.map.labels import MOST, Labeller
from carservices_ui.map.route import RouteProgress
from carservices_ui.map.style import HALF_WIDTHS, half_width


def test_a_straight_line_is_as_wide_as_its_normals() -> None:
    vertices, indices = lines(np.array([(0, 0), (10, 0), (20, 0)]), np.array((0, 3)))
    middle = vertices[2:4]
    assert middle[:, 2:4] == pytest.approx(np.array([(0, 1), (0, -1)]))
    assert middle[:, 5] == pytest.approx(10)
    assert vertices[0, 2:4] == pytest.approx((-CAP, 1))
    assert indices.max() == 5
    assert len(indices) == 4


def test_two_lines_are_not_joined_and_measure_from_their_own_start() -> None:
    xy = np.array([(0, 0), (10, 0), (50, 50), (50, 60), (50, 80)])
    vertices, indices = lines(xy, np.array((0, 2, 5)))
    assert len(indices) == 2 * 3
    assert not any({1, 2} <= set(triangle // 2) for triangle in indices)
    assert vertices[::2, 5].tolist() == [0, 10, 0, 10, 30]


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=12, unique=True))
def test_any_line_gives_finite_bounded_vertices(points: list[tuple[float, float]]) -> None:
    piece = line_piece(np.array(points), np.array((0, len(points))))
    vertices = piece.vertices.reshape(-1, 6)
    assert np.isfinite(vertices).all()
    assert np.hypot(*vertices[:, 2:4].T).max() <= MITRE_LIMIT + 1.01
    assert (np.diff(vertices[::2, 5]) >= 0).all()


@pytest.mark.parametrize("stops", HALF_WIDTHS.values())
def test_lines_never_get_thinner_when_zooming_in(stops: tuple[float, ...]) -> None:
    widths = [half_width(stops, 2 ** (k / 4)) for k in range(-24, 16)]
    assert widths == sorted(widths)
    assert widths[-1] == stops[-1]


def test_progress_on_a_loop_takes_the_right_pass() -> None:
    corners = np.array([(0, 0), (600, 0), (600, 600), (0, 600), (0, 0), (0, -400)], float)
    progress = RouteProgress(corners)
    assert progress.update(0, 0) == 0
    for x in range(0, 600, 50):
        assert progress.update(x, 3) == pytest.approx(x)
    for passed, place in ((900, (600, 300)), (1500, (300, 600)), (2100, (0, 300)), (2400, (0, 0)), (2500, (0, -100))):
        assert progress.update(*place) == pytest.approx(passed)
    assert progress.update(4000, 4000) == pytest.approx(2500)


def test_what_lies_ahead_starts_at_the_car_and_ends_with_the_route() -> None:
    progress = RouteProgress(np.array([(0, 0), (100, 0), (100, 100)], float))
    progress.update(50, 0)
    ahead = progress.ahead(1000, 25)
    assert ahead[0] == pytest.approx((50, 0))
    assert ahead[-1] == pytest.approx((100, 75))
    assert len(ahead) == 6


@settings(max_examples=25, deadline=None)
@given(x=st.floats(-3000, 3000), y=st.floats(0, 6000), bearing=st.floats(0, 360), zoom=st.floats(-4, 2))
def test_labels_never_overlap_and_never_crowd(x: float, y: float, bearing: float, zoom: float) -> None:
    def measure(text: str, kind: int) -> tuple[float, float]:
        return 9.0 * len(text), 22.0

    data = load_map(next(path for path in builtin_maps() if path.stem == "neubrandenburg"))
    camera = Camera(x, y, bearing, 2**zoom, 40, 0.26, (752, 552))
    blocked = (200.0, 0.0, 500.0, 200.0)
    placed = Labeller(data).place(camera, measure, [blocked])
    assert len(placed) <= MOST
    if not placed:
        return
    centres = camera.project(np.array([label.xy for label in placed]))[0]
    half = np.array([measure(label.text, label.kind) for label in placed]) / 2
    boxes = [blocked, *np.column_stack((centres - half, centres + half)).tolist()]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
    assert all(math.isfinite(v) for box in boxes for v in box)
