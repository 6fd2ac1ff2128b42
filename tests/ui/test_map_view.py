"""The map widget draws, follows, lets go and comes back, offscreen with real pixels."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch
from kivy.uix.floatlayout import FloatLayout

from carservices.services.navigation.maps.render import write_render
from carservices.services.navigation.maps.road_graph import write_graph
from carservices_ui.map.signs import Marker
from carservices_ui.map.style import DAY, NIGHT
from carservices_ui.map.view import MapView
from tests.unit.navigation.towns import write_town

HOME = (53.55354, 13.27298)
NORTH_OF_HOME = (53.55534, 13.27298)
HELSINKI = (60.1719, 24.9414)
AT_SEA = (54.9, 13.3)
RED, BLUE = 0, 2


class Screen:
    """A window with one map."""

    def __init__(self) -> None:
        EventLoop.ensure_window()
        Window.size = (640, 480)
        self.map = MapView(size_hint=(None, None), size=(400, 300), pos=(20, 30))
        self.root = FloatLayout(size=Window.size)
        self.root.add_widget(self.map)
        Window.add_widget(self.root)
        EventLoop.status = "started"

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, "the map never came to the expected state"
            EventLoop.idle()

    def rest(self) -> None:
        self.until(lambda: self.map.resting)
        EventLoop.idle()

    def pixels(self) -> np.ndarray:
        """(height, width, 4) of the map, top row first."""
        image = self.map.export_as_image()
        width, height = image.texture.size
        return np.frombuffer(image.texture.pixels, np.uint8).reshape(height, width, 4)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        touch = UnitTestTouch(*start)
        touch.touch_down()
        touch.touch_move(*end)
        touch.touch_up()


@pytest.fixture
def screen() -> Iterator[Screen]:
    opened = Screen()
    yield opened
    opened.until(lambda: opened.map.has_map or not opened.map.loading)
    for child in Window.children[:]:
        Window.remove_widget(child)
    EventLoop.idle()


@pytest.fixture
def at_home(screen: Screen) -> Screen:
    screen.map.set_position(*HOME, 0.0, 0.0)
    screen.until(lambda: screen.map.has_map)
    screen.rest()
    return screen


def near(color: tuple[float, ...]) -> np.ndarray:
    return np.array(color[:3]) * 255


def car_on_screen(view: MapView) -> tuple[float, float]:
    x, y = view.roads.data.projection.to_xy(*HOME)
    px, py = view.camera.project(np.array([(x, y)]))[0][0]
    return float(px), float(py)


@pytest.mark.parametrize(("theme", "style"), [("night", NIGHT), ("day", DAY)])
def test_it_draws_streets_and_houses_in_the_theme(at_home: Screen, theme: str, style: object) -> None:
    at_home.map.set_theme(theme)
    at_home.rest()
    picture = at_home.pixels()[:, :, :3].astype(int)
    assert len(np.unique(picture[60:280, 20:380].reshape(-1, 3), axis=0)) > 300
    assert np.median(picture, axis=(0, 1)) == pytest.approx(near(style.ground), abs=60)
    fog = picture[3, 150:250]
    assert np.abs(fog - near(style.fog)).max() < 40


def test_the_card_has_round_corners(at_home: Screen) -> None:
    alpha = at_home.pixels()[:, :, 3]
    assert alpha[1, 1] == alpha[-2, -2] == 0
    assert alpha[150, 1] == alpha[1, 200] == 255


def test_the_attribution_is_on_the_map(at_home: Screen) -> None:
    label = at_home.map.attribution
    assert label.text == "© OpenStreetMap contributors, ODbL 1.0"
    assert label.opacity == 1
    assert at_home.map.collide_point(*label.pos)
    assert at_home.map.collide_point(label.right, label.top)


def test_at_rest_nothing_is_drawn(at_home: Screen) -> None:
    drawn = at_home.map.frames_drawn
    for _ in range(20):
        EventLoop.idle()
    assert at_home.map.frames_drawn == drawn


def test_a_standing_car_whose_place_creeps_does_not_draw_the_map_again(at_home: Screen) -> None:
    view = at_home.map
    drawn = view.frames_drawn
    for step in range(20):
        view.set_position(HOME[0] + step * 1e-9, HOME[1], 0.0, 0.0)
        at_home.rest()
    assert view.frames_drawn == drawn
    view.set_position(HOME[0] + 1e-4, HOME[1], 0.0, 0.0)
    at_home.rest()
    assert view.frames_drawn > drawn


def test_a_move_that_nobody_can_see_is_not_drawn(at_home: Screen) -> None:
    view = at_home.map
    drawn = view.frames_drawn
    for _ in range(5):
        view.set_position(*HOME, 0.0, 0.4)
        EventLoop.idle()
    assert view.frames_drawn == drawn
    for _ in range(20):
        view.set_position(*HOME, 0.0, 80.0)
        EventLoop.idle()
    assert view.frames_drawn > drawn


def test_the_car_is_drawn_at_its_height(at_home: Screen) -> None:
    assert car_on_screen(at_home.map) == pytest.approx((200, 300 * 0.26), abs=1)
    picture = at_home.pixels()[:, :, :3].astype(int)
    around = picture[300 - 95 : 300 - 60, 180:220]
    assert (np.abs(around - near(NIGHT.puck)).max(axis=2) < 12).sum() > 20


def test_it_follows_and_reckons_between_fixes(at_home: Screen) -> None:
    view = at_home.map
    before = view.camera.y
    view.set_position(*HOME, 0.0, 50.0)
    at_home.until(lambda: view.camera.y > before + 5)
    view.set_position(*NORTH_OF_HOME, 90.0, 0.0)
    at_home.rest()
    x, y = view.roads.data.projection.to_xy(*NORTH_OF_HOME)
    assert (view.camera.x, view.camera.y, view.camera.bearing) == pytest.approx((x, y, 90), abs=0.1)
    assert view.track == [HOME, NORTH_OF_HOME]


def test_a_drag_ends_following_until_recentred(at_home: Screen) -> None:
    view = at_home.map
    at_home.drag((200, 150), (260, 120))
    assert not view.follow
    at_home.rest()
    left = car_on_screen(view)
    assert left[0] > 230
    view.set_position(*NORTH_OF_HOME, 0.0, 0.0)
    at_home.rest()
    assert car_on_screen(view) == pytest.approx(left, abs=0.5)
    view.set_position(*HOME, 0.0, 0.0)
    view.recenter()
    at_home.rest()
    assert view.follow
    assert car_on_screen(view) == pytest.approx((200, 300 * 0.26), abs=1)


def test_a_tap_and_a_touch_beside_the_map_leave_it_alone(at_home: Screen) -> None:
    at_home.drag((200, 150), (203, 152))
    at_home.drag((5, 5), (100, 100))
    assert at_home.map.follow


def test_two_fingers_zoom(at_home: Screen) -> None:
    first, second = UnitTestTouch(200, 150), UnitTestTouch(240, 150)
    before = at_home.map.camera.pxm
    first.touch_down()
    second.touch_down()
    second.touch_move(280, 150)
    assert at_home.map.camera.pxm == pytest.approx(2 * before)
    first.touch_up()
    second.touch_up()


def test_two_fingers_turn_the_map_and_one_that_rests_names_a_place(at_home: Screen) -> None:
    view, held = at_home.map, []
    view.on_hold = lambda lat, lon: held.append((lat, lon))
    first, second = UnitTestTouch(200, 150), UnitTestTouch(260, 150)
    first.touch_down()
    second.touch_down()
    for degrees in range(0, 31, 5):
        angle = math.radians(degrees)
        second.touch_move(200 + 60 * math.cos(angle), 150 + 60 * math.sin(angle))
    assert view.camera.bearing == pytest.approx(30, abs=12)
    second.touch_up()
    first.touch_up()
    assert held == []
    x, y = car_on_screen(view)
    resting = UnitTestTouch(view.x + x, view.y + y)
    resting.touch_down()
    at_home.until(lambda: bool(held))
    resting.touch_up()
    assert held == [pytest.approx(HOME, abs=1e-4)]


@pytest.mark.parametrize(("button", "closer"), [("scrolldown", True), ("scrollup", False)])
def test_the_wheel_zooms(at_home: Screen, button: str, closer: bool) -> None:
    before = at_home.map.camera.pxm
    touch = UnitTestTouch(200, 150)
    touch.profile = ["pos", "button"]
    touch.button = button
    touch.touch_down()
    touch.touch_up()
    at_home.rest()
    assert at_home.map.camera.pxm == pytest.approx(before * 2**0.5 if closer else before / 2**0.5)
    assert at_home.map.follow


def test_it_zooms_within_limits(at_home: Screen) -> None:
    view = at_home.map
    start = view.camera.pxm
    view.zoom_by(0.75)
    at_home.rest()
    assert view.camera.pxm > start
    for _ in range(20):
        view.zoom_by(-0.75)
    at_home.rest()
    x0, _, x1, _ = view.roads.data.bounds
    assert view.camera.pxm * (x1 - x0) < view.width  # all of the map
    assert view.camera.tilt == 0


def test_north_up(at_home: Screen) -> None:
    at_home.map.set_position(*HOME, 120.0, 0.0)
    at_home.map.north_up = True
    at_home.rest()
    assert (at_home.map.camera.bearing, at_home.map.camera.tilt) == pytest.approx((0, 0))


def test_what_is_driven_of_a_route_stays_so_when_it_was_off_the_map(at_home: Screen) -> None:
    def blue() -> int:
        at_home.rest()
        pixels = at_home.pixels().astype(int)
        return int((pixels[..., BLUE] - pixels[..., RED] > 60).sum())

    view, around = at_home.map, [HOME, NORTH_OF_HOME, (53.55534, 13.27598), (53.55354, 13.27598), HOME]
    view.set_route(around)
    before = blue()
    for lat, lon in (NORTH_OF_HOME, *around[2:]):
        view.set_position(lat, lon, 0.0, 0.0)
        at_home.rest()
    driven = blue()
    assert driven < before - 300
    view.set_route(None)
    view.set_route(around)
    assert blue() == pytest.approx(driven, abs=20)


def test_a_long_route_is_seen_wherever_the_car_is_on_it(at_home: Screen) -> None:
    view = at_home.map
    route = [(HOME[0] + 0.0001 * step, HOME[1]) for step in range(360)]
    view.set_route(route)
    for lat, lon in (route[0], route[125], route[300], route[10]):
        view.set_position(lat, lon, 0.0, 0.0)
        at_home.rest()
        picture = at_home.pixels().astype(int)
        x, y = view.camera.project(np.array([view.roads.data.projection.to_xy(lat, lon)]))[0][0]
        car = round(len(picture) - y)
        assert car > 200  # below what is looked at: the way from the edge of the fog to just before the car
        pixels = picture[100 : car - 40, round(x) - 10 : round(x) + 10]
        assert (pixels[..., BLUE] - pixels[..., RED] > 60).any(axis=1).mean() > 0.9


def test_route_and_markers_appear_and_go(at_home: Screen) -> None:
    def count(more: int, less: int) -> int:
        at_home.rest()
        picture = at_home.pixels().astype(int)
        return int((picture[:, :, more] - picture[:, :, less] > 110).sum())

    view = at_home.map
    view.clear_track()
    empty = count(BLUE, RED)
    view.set_route([HOME, NORTH_OF_HOME])
    assert count(BLUE, RED) > empty + 100
    view.set_route(None)
    assert count(BLUE, RED) == empty
    view.set_markers([Marker(*NORTH_OF_HOME, "P", "Parking", "#FF0000")])
    assert count(RED, BLUE) > 20
    view.set_markers([])
    assert count(RED, BLUE) == 0


def test_the_reachable_area_appears_and_goes(at_home: Screen) -> None:
    view = at_home.map
    plain = at_home.pixels()
    south, west, north, east = view.corners() or (0.0, 0.0, 0.0, 0.0)
    assert south < HOME[0] < north
    assert west < HOME[1] < east
    ring = [(south, west), (south, east), (north, east), (north, west)]
    view.set_areas([ring], [])
    at_home.rest()
    assert (at_home.pixels() != plain).any(axis=2).mean() > 0.3
    view.set_areas([], [])
    at_home.rest()
    assert (at_home.pixels() == plain).all()


def test_off_the_map_it_says_so_on_a_calm_grid(at_home: Screen) -> None:
    view = at_home.map
    view.set_position(*AT_SEA, 45.0, 0.0)
    assert not view.has_map
    at_home.until(lambda: view.notice.text == view.no_map_text)
    at_home.rest()
    assert view.attribution.opacity == 0
    picture = at_home.pixels()[:, :, :3].astype(int)
    assert np.abs(picture[40:-100, 30:-30] - near(NIGHT.ground)).mean() < 12
    assert (picture[150:-30, 30:-30, BLUE] > NIGHT.ground[BLUE] * 255 + 8).sum() > 300
    view.set_position(*HOME, 0.0, 0.0)
    assert view.has_map
    assert view.notice.text == ""


def test_another_place_brings_its_own_map(at_home: Screen) -> None:
    at_home.map.set_position(*HELSINKI, 0.0, 0.0)
    at_home.until(lambda: at_home.map.has_map)
    assert at_home.map.roads.data.name == "helsinki"


def test_a_larger_map_that_comes_later_is_looked_over_anew(screen: Screen, tmp_path: Path) -> None:
    extract, graph = tmp_path / "roads.osm.pbf", tmp_path / "graph.npz"
    towns = {1: (53.5, 8.0), 2: (53.5, 13.0), 3: (51.0, 13.0), 4: (51.0, 8.0)}
    write_town(extract, towns, {1: ([1, 2, 3, 4, 1], {"highway": "trunk"})})
    write_graph(extract, graph)
    write_render(extract, graph, tmp_path / "render.npz", "roads")
    view = screen.map
    view.use_map(tmp_path)
    view.look_over([towns[4], towns[2]])
    screen.until(lambda: view.has_map)
    south, west, north, east = view.corners() or (0.0, 0.0, 0.0, 0.0)
    assert south < 51.0 < 53.5 < north
    assert west < 8.0 < 13.0 < east


def test_before_any_position_the_city_is_shown(screen: Screen) -> None:
    screen.until(lambda: screen.map.has_map)
    screen.rest()
    assert screen.map.roads.data.name == "neubrandenburg"
    assert screen.map.notice.text == ""
    assert screen.map.camera.tilt < 40
    screen.map.set_position(*HOME, 70.0, 0.0)
    screen.until(lambda: screen.map.camera.bearing == 70)
    assert screen.map.camera.pxm == pytest.approx(1.7)
    assert car_on_screen(screen.map) == pytest.approx((200, 300 * 0.26), abs=1)


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with its screen"])
def test_out_of_the_window_it_draws_nothing(at_home: Screen, alone: bool) -> None:
    view = at_home.map
    window, left = (at_home.root, view) if alone else (Window, at_home.root)
    window.remove_widget(left)
    drawn = view.frames_drawn
    view.set_position(*NORTH_OF_HOME, 0.0, 30.0)
    at_home.rest()
    assert view.frames_drawn == drawn
    window.add_widget(left)
    view.set_position(*HOME, 0.0, 30.0)
    at_home.until(lambda: view.frames_drawn > drawn)


def test_a_place_beside_the_way_makes_room_for_others(at_home: Screen) -> None:
    view = at_home.map

    def seen(*markers: Marker) -> set[str]:
        view.set_markers(markers)
        at_home.rest()
        pixels = [(x, y) for x in range(0, 400, 5) for y in range(0, 300, 5)]
        return {marker.name for pixel in pixels if (marker := view._letters.marker_at(pixel)) is not None}

    lat, lon = NORTH_OF_HOME
    first, beside = Marker(lat, lon, "P", "first", yields=True), Marker(lat, lon + 5e-5, "P", "beside", yields=True)
    apart, goal = Marker(*HOME, "P", "apart", yields=True), Marker(lat, lon + 2e-5, "F", "goal")
    assert seen(first, beside, apart) == {"first", "apart"}
    assert seen(beside, apart) == {"beside", "apart"}
    assert seen(first, beside, apart, goal) == {"goal", "apart"}
    assert seen(goal, Marker(lat, lon, "P", "another")) == {"goal", "another"}


@pytest.mark.parametrize(("low", "high", "seen"), [(-8, 4, False), (10, 14, True), (25, 60, False), (60, 90, True)])
def test_no_picture_and_no_foot_of_a_place_is_under_a_card(at_home: Screen, low: int, high: int, seen: bool) -> None:
    view = at_home.map
    view.set_markers([Marker(*HOME, "P", "here")])
    view.recenter()
    at_home.rest()
    (pixel,), _ = view.camera.project(np.array([view._motion.pose[:2]]))
    x, y = pixel.tolist()
    view.covered = [(x - 40, y + low, x + 40, y + high)]
    at_home.rest()
    assert (view._letters.marker_at((x, y + 31)) is not None) is seen
