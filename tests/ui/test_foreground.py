"""The app in front and the shell around it: who is shown, what the app host is told, and sizes that fit a car."""

import pytest

from carservices.api.appscreen import Front
from carservices_ui.apps import FRONT
from carservices_ui.restrictions import STREAM
from carservices_ui.tokens import TARGET, TYPE
from carservices_ui.widgets import Control, Text
from tests.ui import templates
from tests.ui.states import PARKED


def show(driver, template, **more):
    driver.store.put_stream(FRONT, templates.front(template, **more))
    driver.frames(2)
    driver.car.calls.clear()


def asked(driver):
    return [method for _, method, _, _ in driver.car.calls]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_every_target_is_large_enough_and_every_text_readable(drive, size, tmp_path):
    driver = drive(size=size, screen="app", language="de")
    driver.store.put_stream(STREAM, PARKED)
    images, scale = templates.cover(tmp_path), size[0] / 1280
    for name in ("list", "grid", "pane", "search", "tabs", "sign_in"):
        show(driver, templates.TEMPLATES[name], images=images, key=name)
        for control in (one for one in driver.cockpit.screen.content.walk(restrict=True) if isinstance(one, Control)):
            assert min(control.size) >= TARGET * scale - 1, (name, control)
        for text in (one for one in driver.cockpit.screen.content.walk(restrict=True) if isinstance(one, Text)):
            assert text.font_size >= TYPE["body"] * scale - 0.01, (name, text.text)


def test_an_app_that_comes_to_the_front_is_shown_and_one_that_goes_is_left(drive):
    driver = drive(screen="climate", theme="day")
    driver.store.put_stream(FRONT, Front())
    driver.frames(2)
    assert [arguments["display"].theme for _, method, arguments, _ in driver.car.calls] == ["day"]
    show(driver, templates.TEMPLATES["list"])
    assert driver.cockpit.current == "app"
    driver.cockpit.show("climate")
    assert asked(driver) == ["home"]
    show(driver, templates.TEMPLATES["list"])
    assert driver.cockpit.current == "app"
    driver.store.put_stream(FRONT, Front())
    driver.frames(2)
    assert driver.cockpit.current == "apps"


def test_a_change_of_language_is_told_to_the_app_host(drive):
    driver = drive(screen="app")
    show(driver, templates.TEMPLATES["list"])
    driver.cockpit.ui.preferences.language = "de"
    driver.cockpit.ui.restyle()
    driver.frames(2)
    (display,) = [arguments["display"] for _, method, arguments, _ in driver.car.calls if method == "use_display"]
    assert (display.language, display.width, display.height) == ("de", 1280, 720)
    assert driver.cockpit.screen.content.view.rows
