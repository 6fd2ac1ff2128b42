"""The grid of apps: everything of the table of screens, and what cannot be used now."""

import pytest

from carservices_ui.restrictions import STREAM
from carservices_ui.screens import SCREENS
from carservices_ui.tokens import TARGET
from tests.ui.fitting import LAYOUTS
from tests.ui.states import MOVING, PARKED

OTHERS = [info.name for info in SCREENS if info.name != "apps" and not info.within]


@pytest.fixture
def driver(drive):
    driver = drive(screen="apps")
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(3)
    return driver


def test_every_screen_but_itself_has_a_tile(driver):
    assert list(driver.cockpit.screen.tiles) == OTHERS


@pytest.mark.parametrize("name", ["climate", "settings"])
def test_a_touch_opens_it(driver, name):
    driver.tap(driver.cockpit.screen.tiles[name])
    assert driver.cockpit.current == name


def test_what_needs_a_parked_car_says_so_while_driving(driver):
    tiles = driver.cockpit.screen.tiles
    assert not tiles["settings"].restricted
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(1)
    assert tiles["settings"].restricted
    assert not tiles["climate"].restricted
    driver.store.put_stream(STREAM, None)
    driver.frames(1)
    assert tiles["settings"].restricted
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    assert not tiles["settings"].restricted


def test_the_rotary_goes_through_the_tiles_in_order(driver):
    tiles = list(driver.cockpit.screen.tiles.values())
    focus = driver.cockpit.focus
    while focus.current is not tiles[0]:
        driver.cockpit.rotary(1)
    for tile in tiles[1:]:
        driver.cockpit.rotary(1)
        assert focus.current is tile
    focus.enter()
    assert driver.cockpit.current == tiles[-1].info.name


@LAYOUTS
def test_everything_fits_its_tile(drive, layout):
    driver = drive(screen="apps", **layout)
    driver.frames(2)
    for tile in driver.cockpit.screen.tiles.values():
        assert min(tile.size) >= TARGET * layout["size"][0] / 1280
        assert tile.y <= tile.words.y
        assert tile.words.top <= tile.top
        assert tile.words.width <= tile.width


def test_the_rail_holds_all_its_targets(drive):
    rail = [info for info in SCREENS if info.rail]
    assert len(rail) <= 7
    assert [info.name for info in rail][-2:] == ["notifications", "apps"]
