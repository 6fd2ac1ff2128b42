"""A cockpit in which an app is in front, and what was asked of the app."""

from carservices.api.appscreen import Card, Front, Player, Screen
from carservices.app.codec import decode
from carservices_ui.apps import FRONT, MEDIA
from carservices_ui.restrictions import STREAM
from carservices_ui.templates.actions import AppButton
from tests.ui import templates
from tests.ui.states import PARKED


def rest(driver):
    """Parked, silent, and another app is starting in front."""
    other = Screen(app="org.example.other", name={"en": "Other"}, card=Card.STARTING)
    driver.store.put_link(True)
    for stream, state in ((STREAM, PARKED), (MEDIA, Player()), (FRONT, Front(screen=other))):
        driver.store.put_stream(stream, state)
    driver.cockpit.focus.clear()
    if driver.cockpit.banner is not None:
        driver.cockpit.banner.dismiss()
        driver.cockpit.banner = None
    driver.frames(1)
    return driver


def show(driver, template, **more):
    """Bring a template to the front; its node with the numbers of its actions."""
    front = template if isinstance(template, Front) else templates.front(template, **more)
    driver.store.put_stream(FRONT, front)
    driver.frames(2)
    driver.car.calls.clear()
    return decode(front.screen.tree) if front.screen.tree else None


def content(driver):
    return driver.cockpit.screen.content


def view(driver):
    return content(driver).view


def actions(driver):
    """What was asked of the app since: (number of the action, arguments), all for the version that is shown."""
    seq = content(driver).host.screen.seq
    asked = [arguments for _, method, arguments, _ in driver.car.calls if method == "action"]
    assert all(one["app"] == templates.APP and one["seq"] == seq for one in asked)
    return [(one["action"], one["args"]) for one in asked]


def calls(driver):
    return [method for _, method, _, _ in driver.car.calls]


def button(driver, title):
    return next(one for one in driver.widgets(AppButton) if one.node.title == title)
