"""People as profiles: what the new person has not allowed is cut off, and nobody drives under a name that cannot be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.apps import Apps
from carservices.api.notifications import Notifications
from carservices.api.people import LONGEST_NAME, MOST_PROFILES, cleaned
from carservices.api.state import StateFile
from carservices.apphost.grants import Grants
from carservices.bus import CallError
from tests.unit.apphost.conftest import DRIVE, GEAR, SPEED, listed, shown, write_bundle

APP = "org.example.one"
SHOWS_SPEED = """
from carservices.app import *
class Main(App):
    def view(self):
        speed = self.car["Vehicle.Speed"]
        return MessageTemplate("One", speed.denied.permission if speed.denied else speed.text())
"""


def message(text):
    return shown(lambda screen: screen.tree is not None and screen.tree[1]["message"] == text)


async def test_a_running_app_loses_at_the_switch_what_the_new_person_has_not_allowed(garage, places):
    write_bundle(places.builtin, SHOWS_SPEED, permissions={"read:Vehicle.Speed": "Shows how fast you are"})
    async with garage() as c:
        await c.apps.grant(APP, "speed")
        await c.say(SPEED, 50.0)
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, message("50 km/h"))
        anna = (await c.apps.profiles.last()).active
        await c.apps.rename_profile(anna, "Anna")
        ben = await c.apps.add_profile(" Ben ")
        before = next(one.pid for one in (await c.apps.apps.last()).apps)
        await c.apps.use_profile(ben)
        assert (await c.apps.permissions(APP))[0].decision == "ask"
        await c.until_state(c.apps.apps, listed(lambda one: one.pid not in (before, None) and not one.grants))
        await c.until_state(c.apps.screen, message("speed"))
        asked = await c.until_state(c.apps.ask, lambda asked: asked.question is not None)
        with pytest.raises(CallError, match="switch to another one first"):
            await c.apps.remove_profile(ben)
        await c.apps.use_profile(anna)
        with pytest.raises(CallError, match="not open any more"):
            await c.apps.answer(asked.question.id, True)
        await c.until_state(c.apps.screen, message("50 km/h"))
        await c.apps.use_profile(ben)
        await c.apps.grant(APP, "speed")
        await c.apps.use_profile(anna)
        await c.apps.remove_profile(ben)
        now = await c.until_state(c.apps.profiles, lambda state: len(state.profiles) == 1)
        assert (now.active, now.current.name) == (anna, "Anna")
    kept = json.loads((places.books / "grants.json").read_text())
    assert (kept["profiles"], kept["names"]) == ({anna: {APP: {"speed": True}}}, {anna: "Anna"})


COUNTS = """
from carservices.app import *
class Main(App):
    def on_start(self):
        self.storage["runs"] = self.storage.get("runs", 0) + 1
        self.notify(Notification("Yours", "alone"))
    def view(self):
        return MessageTemplate("One", f"run {self.storage['runs']}")
"""


async def test_what_an_app_stores_and_says_is_for_one_person(garage, places):
    write_bundle(places.builtin, COUNTS, background=True)
    before = places.data / APP / "storage.json"
    before.parent.mkdir(parents=True)
    before.write_text('{"runs": 4}')
    async with garage() as c:
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, message("run 5"))
        notices = c.service(Notifications)
        first = (await c.until_state(notices.active, lambda board: board.notifications)).notifications[0]
        ben = await c.apps.add_profile("Ben")
        await c.apps.use_profile(ben)
        await c.until_state(c.apps.screen, message("run 1"))
        await c.until_state(
            notices.active, lambda board: [one.since > first.since for one in board.notifications] == [True]
        )
        await c.apps.use_profile("default")
        await c.until_state(c.apps.screen, message("run 6"))
        await c.apps.remove_profile(ben)
        assert places.stored(APP) == [places.data / "default" / APP]
    before.parent.mkdir()
    before.write_text('{"runs": 4}')  # by an older version that ran in between
    places.settle("default")
    assert json.loads((places.data / "default" / APP / "storage.json").read_text()) == {"runs": 6}


async def test_people_are_switched_and_changed_while_parked(garage):
    async with garage() as c:
        cockpit = (await c.connect("shell")).service(Apps)
        ben = await cockpit.add_profile("Ben")
        await c.say(GEAR, DRIVE)
        await c.until_state(c.apps.ask, lambda asked: not asked.driver_may_answer)
        for method, arguments in (("use", (ben,)), ("remove", (ben,)), ("rename", (ben, "B")), ("add", ("C",))):
            with pytest.raises(CallError, match="while the car is parked"):
                await getattr(cockpit, f"{method}_profile")(*arguments)
        await c.apps.use_profile(ben)  # a tool


async def test_names_are_one_of_a_kind_and_people_are_few(garage):
    async with garage() as c:
        anna = await c.apps.add_profile("Anna")
        for name, why in (("ANNA", "called 'ANNA' already"), (" ", "1 to 24"), ("a\nb", "printable"), ("x" * 25, "24")):
            with pytest.raises(CallError, match=why):
                await c.apps.add_profile(name)
        await c.apps.rename_profile(anna, "anna")
        for method, arguments in (("rename", ("Ben",)), ("remove", ()), ("use", ())):
            with pytest.raises(CallError, match="there is no profile 'nobody'"):
                await getattr(c.apps, f"{method}_profile")("nobody", *arguments)
        for number in range(MOST_PROFILES - 2):
            await c.apps.add_profile(str(number))
        with pytest.raises(CallError, match="12 people"):
            await c.apps.add_profile("one more")


@given(st.text(max_size=2 * LONGEST_NAME))
def test_a_kept_name_is_short_printable_and_stays_as_it_is(text):
    try:
        name = cleaned(text)
    except ValueError:
        return
    assert 1 <= len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert name == name.strip() == cleaned(name)


def test_grants_of_before_there_were_names_are_kept(tmp_path):
    file = StateFile("apps", "grants.json", tmp_path)
    file.write('{"profile": "guest", "profiles": {"default": {"one": {"speed": true}}}}')
    grants = Grants(file)
    assert dict(grants.names) == {"guest": "guest", "default": ""}
    grants.use("default")
    assert grants.decided("one", "speed") is True
