"""Buttons of an app's notification: a tap comes back to the app, wakes it, or opens it when it has ended."""

import pytest

from carservices.api.apps import Apps
from carservices.api.notifications import Notifications
from carservices.apphost.notices import notice_id
from carservices.apphost.sandbox import Ability
from carservices.apphost.service import AppsService
from carservices.bus import CallError
from carservices.services.driving.service import DrivingService
from carservices.testing import car
from tests.unit.apphost.conftest import DRIVE, GEAR, SPEED, hal, listed, shown, until, write_bundle

APP = "org.example.one"
CODE = """
from carservices.app import *
class Main(App):
    answer = "nothing"
    def on_start(self):
        self.notify(Notification("Rain", "Close the roof?", id="rain", actions=[
            Action("Close", lambda: self.hear("closed"), primary=True),
            Action("Film", lambda: self.hear("film"), parked_only=True),
        ]))
    def hear(self, answer):
        self.answer = answer
        self.notify(Notification(answer))
    def view(self):
        return ListTemplate("One", [Row("x", self.answer)])
"""
CLOSE, FILM = 0, 1


def titled(title):
    return lambda board: [note.say().title for note in board.notifications] == [f"One: {title}"]


@pytest.fixture
def asking(garage, places):
    """A car whose app has asked; yields the car, the notifications, and the notice."""
    write_bundle(places.builtin, CODE)

    async def ask(c):
        await c.apps.open(APP)
        board = await c.until_state(c.service(Notifications).active, titled("Rain"))
        return c.service(Notifications), board.notifications[0]

    return ask


async def test_a_tap_comes_back_also_to_a_frozen_app(garage, asking, hurry):
    async with garage() as c:
        notes, notice = await asking(c)
        assert [(one.title(), one.parked_only) for one in notice.actions] == [("Close", False), ("Film", True)]
        with pytest.raises(CallError, match="has no button 7"):
            await notes.act(notice.id, 7)
        await c.until_state(c.apps.screen, shown())
        await c.apps.home()
        await c.until_state(c.apps.apps, listed(lambda one: one.state == "frozen"))
        await notes.act(notice.id, CLOSE)
        await c.until_state(notes.active, titled("closed"))
        with pytest.raises(CallError, match="not in force"):
            await notes.act(notice.id, CLOSE)


async def test_what_is_for_parked_cars_waits(garage, asking):
    async with garage() as c:
        notes, notice = await asking(c)
        await c.until_state(notes.active, lambda board: not board.driving)
        await c.say(GEAR, DRIVE)
        await c.say(SPEED, 50.0)
        await c.until_state(notes.active, lambda board: board.driving)
        with pytest.raises(CallError, match="'Film' waits until the car is parked"):
            await notes.act(notice.id, FILM)


async def test_what_the_car_did_not_take_is_not_up(places, caplog):
    write_bundle(places.builtin, CODE)
    async with car(hal(), [DrivingService, lambda: AppsService(places, Ability())]) as c:
        await c.service(Apps).open(APP)
        await until(lambda: "its notification was not taken" in caplog.text)
        with pytest.raises(CallError, match="no app has said"):
            await c.service(Apps).acted(notice_id(APP, "rain"), CLOSE)


async def test_an_app_that_has_ended_is_opened(garage, asking):
    async with garage() as c:
        notes, notice = await asking(c)
        await c.apps.close(APP)
        await c.until_state(c.apps.apps, listed(lambda one: one.state == "stopped"))
        await notes.act(notice.id, CLOSE)
        await c.until_state(c.apps.screen, shown(lambda screen: screen.app == APP))
