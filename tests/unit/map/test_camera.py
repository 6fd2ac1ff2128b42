"""The camera: what is where on the screen, and how it moves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_ui.map.camera import TILT_DEG, Camera, zoom_tilt
from carservices_ui.map.culling import Footprint
from carservices_ui.map.motion import Motion, angle_to
from carservices_ui.map.pilot import Pilot

SIZE = (752.0, 552.0)
cameras = st.builds(
    Camera,
    x=st.floats(-9000, 9000),
    y=st.floats(-9000, 9000),
    bearing=st.floats(0, 360),
    pxm=st.floats(0.05, 6),
    tilt=st.floats(0, TILT_DEG),
    focus=st.floats(0.2, 0.6),
    size=st.just(SIZE),
)


@given(cameras)
def test_the_focus_is_where_it_should_be(camera: Camera) -> None:
    screen, depth = camera.project(np.array([(camera.x, camera.y)]))
    assert screen[0] == pytest.approx((SIZE[0] / 2, SIZE[1] * camera.focus), abs=1e-5)
    assert depth[0] == pytest.approx(1)


@given(cameras, st.floats(-300, 300))
def test_straight_ahead_is_straight_up_and_tilt_shortens_it(camera: Camera, pixels: float) -> None:
    ahead = pixels / camera.pxm
    angle = math.radians(camera.bearing)
    point = (camera.x + math.sin(angle) * ahead, camera.y + math.cos(angle) * ahead)
    (x, y), depth = camera.project(np.array([point]))[0][0], camera.project(np.array([point]))[1][0]
    tilt = math.radians(camera.tilt)
    focal = 1.6 * SIZE[1]
    assert depth == pytest.approx(1 + pixels * math.sin(tilt) / focal)
    assert x == pytest.approx(SIZE[0] / 2, abs=1e-4)
    assert y - SIZE[1] * camera.focus == pytest.approx(pixels * math.cos(tilt) / depth, abs=1e-4)


@given(cameras, st.floats(1.05, 4.0), st.floats(1.5, 8.0))
def test_the_height_of_fog_and_where_the_far_plane_cuts(camera: Camera, depth: float, far: float) -> None:
    tilt = math.radians(camera.tilt)
    ahead = (depth - 1) * camera.focal / max(math.sin(tilt), 1e-9) / camera.pxm
    angle = math.radians(camera.bearing)
    point = np.array((camera.x + math.sin(angle) * ahead, camera.y + math.cos(angle) * ahead, 0.0, 1.0))
    clip = camera.clipped(far) @ point
    if camera.tilt > 1:
        assert (clip[1] / clip[3] + 1) / 2 == pytest.approx(camera.height_of(depth), abs=1e-6)
        assert abs(far - depth) < 1e-6 or (clip[2] > clip[3]) == (depth > far)
    assert camera.height_of(depth) > camera.focus


@given(cameras, st.floats(0, SIZE[0]), st.floats(0, SIZE[1]))
def test_finger_to_ground_and_back(camera: Camera, px: float, py: float) -> None:
    ground = camera.ground(px, py)
    assert ground is not None
    assert camera.project(np.array([ground]))[0][0] == pytest.approx((px, py), abs=1e-3)


@given(cameras, st.floats(0, SIZE[0]), st.floats(0, SIZE[1]))
def test_the_footprint_holds_all_ground_in_view(camera: Camera, px: float, py: float) -> None:
    ground = camera.ground(px, py)
    assert ground is not None
    if camera.project(np.array([ground]))[1][0] < 3:
        polygon = camera.footprint(3)
        side = np.roll(polygon, -1, axis=0) - polygon
        to = np.array(ground) - polygon
        left = (side[:, 0] * to[:, 1] - side[:, 1] * to[:, 0]) / np.hypot(*side.T)
        assert left.min() > -2 / camera.pxm


def test_above_the_horizon_is_no_ground() -> None:
    low = Camera(0, 0, 0, 2, 85, 0.3, SIZE)
    assert low.ground(376, 550) is None


def test_overviews_are_flat_and_streets_are_tilted() -> None:
    tilts = [zoom_tilt(2.0**k) for k in range(-6, 3)]
    assert tilts == sorted(tilts)
    assert tilts[0] == 0
    assert tilts[-1] == TILT_DEG


@given(st.floats(0, 360), st.floats(0, 360))
def test_turning_takes_the_short_way(source: float, target: float) -> None:
    turn = angle_to(source, target)
    assert -180 <= turn <= 180
    assert math.cos(math.radians(source + turn)) == pytest.approx(math.cos(math.radians(target)), abs=1e-6)


def test_between_fixes_the_car_keeps_going_and_then_stands() -> None:
    motion = Motion()
    motion.fix(100, 200, 90, 10)
    for _ in range(10):
        assert motion.step(0.05)
    assert (motion.x, motion.y) == pytest.approx((105, 200))
    for _ in range(100):
        moving = motion.step(0.05)
    assert not moving
    assert (motion.x, motion.y) == pytest.approx((110, 200))


def test_a_small_error_is_smoothed_and_a_jump_is_taken() -> None:
    motion = Motion()
    motion.fix(0, 0, 350, 0)
    motion.fix(4, 0, 10, 0)
    motion.step(0.05)
    assert 0 < motion.x < 2
    assert motion.heading > 350
    motion.fix(5000, 0, 10, 0)
    assert motion.x == 5000


def glide(pilot: Pilot, pose: tuple[float, float, float]) -> int:
    steps = 1
    while pilot.step(0.05, pose, 0.26):
        steps += 1
        assert steps < 400
    return steps


def test_following_keeps_the_car_at_its_height_and_ahead_up() -> None:
    pilot = Pilot()
    glide(pilot, (10, 20, 120))
    camera = pilot.camera(SIZE)
    assert (camera.x, camera.y, camera.bearing, camera.focus) == pytest.approx((10, 20, 120, 0.26))
    assert camera.tilt == pytest.approx(TILT_DEG)


def test_north_up_is_seen_from_above() -> None:
    pilot = Pilot()
    pilot.north_up = True
    glide(pilot, (10, 20, 120))
    camera = pilot.camera(SIZE)
    assert (camera.bearing, camera.tilt, camera.focus) == pytest.approx((0, 0, 0.5))


def test_a_drag_moves_the_ground_with_the_finger_and_recentring_glides_back() -> None:
    pilot = Pilot()
    glide(pilot, (0, 0, 30))
    grabbed = pilot.camera(SIZE).ground(300, 100)
    pilot.drag((300, 100), (360, 160), SIZE)
    assert not pilot.follow
    assert pilot.camera(SIZE).ground(360, 160) == pytest.approx(grabbed, abs=1e-6)
    away = pilot.center
    pilot.recenter((0, 0, 30))
    pilot.step(0.02, (0, 0, 30), 0.26)
    assert 0 < math.hypot(*pilot.center) < math.hypot(*away)
    glide(pilot, (0, 0, 30))
    assert pilot.center == pytest.approx((0, 0))


def test_zooming_at_a_place_keeps_it_in_place() -> None:
    pilot = Pilot()
    glide(pilot, (0, 0, 30))
    pilot.drag((300, 100), (301, 100), SIZE)
    before = pilot.camera(SIZE).ground(500, 200)
    pilot.zoom_by(0.5, (500, 200), SIZE)
    assert pilot.camera(SIZE).ground(500, 200) == pytest.approx(before, abs=1e-6)


@given(cameras, st.floats(0, SIZE[0]), st.floats(0, SIZE[1]), st.floats(0, 500), st.floats(0, 500))
def test_nothing_in_view_is_culled(camera: Camera, px: float, py: float, width: float, height: float) -> None:
    ground = camera.ground(px, py)
    assert ground is not None
    if camera.project(np.array([ground]))[1][0] < 3:
        half = np.array([(width, height)]) + 2 / camera.pxm
        center = np.array([ground]) + half * np.array((0.9, -0.9))
        assert Footprint(camera.footprint(3)).touches(center, half).all()


def test_a_box_behind_the_camera_is_culled() -> None:
    camera = Camera(0, 0, 0, 1, TILT_DEG, 0.26, SIZE)
    beyond = np.array([(0, -2000), (-5000, 300)])
    assert not Footprint(camera.footprint(3)).touches(beyond, np.full((2, 2), 100)).any()
