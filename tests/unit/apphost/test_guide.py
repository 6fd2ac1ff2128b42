"""One guides at a time: the car's own navigation or one navigation app; the newest takes it, the other one stops."""

import pytest

from carservices.api.navigation import Navigation, Place, RouteState
from carservices.api.notifications import Notifications
from carservices.app.wire import Kind
from carservices.bus import CallError
from tests.unit.apphost.conftest import write_bundle

WORK = Place(id="w", name="Work", lat=48.1, lon=11.5)
SCOPES = {"call:apps.navigate": "Guides you"}
GUIDES = """
from carservices.app import *
class Main(App):
    async def on_start(self):
        try:
            await self.start_navigation()
        except CallError as error:
            self.notify(Notification(error.message))
    def on_stop_navigation(self):
        self.notify(Notification("stopped"))
    def view(self):
        return NavigationTemplate(MessageInfo("Guides"), actions=[Action("End", self.end_navigation)])
"""


class OwnNavigation(Navigation):
    """The car's own, without a map."""

    async def start(self):
        self.route.publish(RouteState())

    async def navigate_to(self, destination, options=None):
        self.route.publish(RouteState(destination=destination))
        raise CallError("UNAVAILABLE", "there is no way there")

    async def cancel(self):
        self.route.publish(RouteState())


@pytest.fixture
def guide(places):
    """Writes a navigation app that guides from its start on."""

    def write(app, category="navigation", background=True):
        return write_bundle(places.builtin, GUIDES, app, category=category, background=background, permissions=SCOPES)

    return write


def guided_by(app):
    return lambda guide: guide.app == app


def says(title):
    return lambda board: any(title in note.texts["en"].title for note in board.notifications)


async def test_the_newest_guides_and_the_one_before_stops(garage, guide):
    first, second = guide("org.example.first"), guide("org.example.second")
    async with garage(OwnNavigation) as c:
        navigation, notes = c.service(Navigation), c.service(Notifications)

        async def car_drives():
            with pytest.raises(CallError, match="no way there"):
                await navigation.navigate_to(WORK)

        for app in (first, second):
            await c.apps.grant(app, "navigation")
        await car_drives()
        await c.until_state(navigation.route, lambda route: route.destination == WORK)
        await c.apps.open(first)
        await c.until_state(c.apps.guide, guided_by(first))
        await c.until_state(navigation.route, lambda route: route.destination is None)
        await c.apps.open(second)
        await c.until_state(c.apps.guide, guided_by(second))
        await c.until_state(notes.active, says("stopped"))
        await car_drives()
        await c.until_state(c.apps.guide, guided_by(None))
        await c.apps.navigate(second)
        await c.until_state(c.apps.guide, guided_by(second))
        await c.until_state(navigation.route, lambda route: route.destination is None)
        await c.apps.close(second)
        await c.until_state(c.apps.guide, guided_by(None))


async def test_one_that_is_frozen_behind_others_guides_nobody(garage, guide, hurry):
    app = guide("org.example.first", background=False)
    async with garage(OwnNavigation) as c:
        notes = c.service(Notifications)
        await c.apps.grant(app, "navigation")
        await c.apps.open(app)
        await c.until_state(c.apps.guide, guided_by(app))
        await c.apps.home()
        await c.until_state(c.apps.guide, guided_by(None))
        await c.apps.open(app)
        await c.until_state(notes.active, says("stopped"))


async def test_only_a_navigation_app_guides(garage, guide):
    app = guide("org.example.other", category="utility")
    async with garage(OwnNavigation) as c:
        with pytest.raises(CallError, match="only an app of the category 'navigation' guides"):
            await c.apps.navigate(app)


@pytest.mark.parametrize(
    ("scope", "record", "missing"),
    [
        ("call:apps.navigate", (Kind.CALL, 1, "apps", "navigate", {}), "navigation"),
        ("call:apps.uninstall", (Kind.CALL, 1, "apps", "uninstall", {"app": "one"}), "call:apps.uninstall"),
        ("read:navigation.position", (Kind.WATCH, 1, "navigation", "position"), "location"),
        ("read:navigation.route", (Kind.WATCH, 1, "navigation", "route"), "location"),
        ("read:navigation.guidance", (Kind.WATCH, 1, "navigation", "guidance"), "location"),
        ("read:navigation.maps", (Kind.WATCH, 1, "navigation", "maps"), "read:navigation.maps"),
    ],
)
async def test_where_one_drives_is_told_with_permission_only(linked, scope, record, missing):
    async with linked(scope, services=[OwnNavigation]) as a:
        a.grants.decide("one", "navigation", False)
        a.grants.decide("one", "location", False)
        a.app.say(*record)
        assert (await a.app.hear(Kind.ERROR))[3]["permission"] == missing


async def test_with_permission_the_route_comes(linked):
    async with linked("read:navigation.route", services=[OwnNavigation]) as a:
        a.grants.decide("one", "location", True)
        a.app.say(Kind.WATCH, 1, "navigation", "route")
        number, state = await a.app.hear(Kind.STREAM)
        assert (number, state["destination"]) == (1, None)
