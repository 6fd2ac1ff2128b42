"""People: who drives is in the status bar, switching is one tap, and each person finds their own look."""

import json

import pytest

from carservices.api.apps import Apps
from carservices.api.people import LONGEST_NAME, MOST_PROFILES, Profile, Profiles
from carservices_ui import i18n, look, preferences
from carservices_ui.people import STREAM
from carservices_ui.preferences import Preferences
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.templates.keyboard import DONE, ERASE
from carservices_ui.units import HMI, UNIT_SIGNALS
from carservices_ui.widgets import Text
from tests.ui.states import MOVING, PARKED

ANNA, BEN, SOMEBODY = Profile(id="a", name="Anna"), Profile(id="b", name="Ben"), Profile(id="default", name="")


def people(active, *profiles):
    return Profiles(active=active.id, profiles=profiles or (ANNA, BEN))


@pytest.fixture
def driver(drive):
    driver = drive(size=(640, 360), theme="night")
    driver.store.put_link(True)
    driver.store.put_stream(DRIVING, PARKED)
    driver.store.put_stream(STREAM, people(ANNA))
    driver.frames(2)
    yield driver
    i18n.set_language("en")


def bar(driver):
    return driver.cockpit.status


def open_page(driver):
    driver.tap(bar(driver).person)
    return driver.cockpit.screen.part


def orders(driver):
    """What was asked of the app host that changes people."""
    return [
        (method, arguments) for api, method, arguments, _ in driver.car.calls if api is Apps and "profile" in method
    ]


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def test_the_status_bar_says_who_drives_and_leads_to_the_people(driver):
    assert bar(driver).avatar.initial.text == "A"
    driver.store.put_stream(STREAM, people(SOMEBODY, SOMEBODY))
    driver.frames(2)
    assert bar(driver).avatar.initial.text == "D"
    driver.tap(bar(driver).settings)
    assert (driver.cockpit.current, driver.cockpit.screen.category.name) == ("settings", "display")
    part = open_page(driver)
    assert driver.cockpit.screen.category.name == "people"
    assert list(part.people) == [SOMEBODY.id]
    driver.store.put_stream(STREAM, None)
    driver.frames(2)
    assert (part.people, bar(driver).avatar.initial.text) == ({}, "")


def test_a_tap_switches_and_only_another_person_can_be_removed_after_a_question(driver):
    part = open_page(driver)
    assert part.people["a"].remove.parent is None
    other = part.people["b"]
    assert {other, other.rename, other.remove} <= {*driver.cockpit.focus.controls()}
    driver.tap(part.people["a"])
    assert orders(driver) == []
    driver.tap(other)
    driver.tap(other.remove)
    assert orders(driver) == [("use_profile", {"profile": "b"})]
    assert "All that Ben has allowed and refused apps goes, too." in words(driver)
    driver.tap(next(text for text in driver.cockpit.dialog.walk() if isinstance(text, Text) and text.text == "Remove"))
    assert orders(driver)[1:] == [("remove_profile", {"profile": "b"})]
    many = people(ANNA, *(Profile(id=f"p{n}", name=f"P{n}") for n in range(MOST_PROFILES - 1)), ANNA)
    driver.store.put_stream(STREAM, many)
    driver.frames(2)
    assert (len(part.people), part.add) == (MOST_PROFILES, None)


def test_names_are_typed_while_parked_and_a_refusal_stays_on_the_page(driver):
    driver.tap(open_page(driver).add)
    page = driver.cockpit.screen
    for key in ("E", "v", "e"):
        driver.tap(page.keyboard.keys[key])
    page.write("!" * 40)
    assert page.field.value == ("Eve" + "!" * 40)[:LONGEST_NAME]
    driver.store.put_stream(DRIVING, MOVING)
    driver.frames(2)
    driver.tap(page.keyboard.keys[DONE])
    page.write("x")
    assert (orders(driver), page.why.text) == ([], "Not while driving")
    driver.store.put_stream(DRIVING, PARKED)
    driver.frames(2)
    driver.tap(page.keyboard.keys[DONE])
    ((method, arguments),) = orders(driver)
    assert (method, arguments) == ("add_profile", {"name": page.field.value})
    driver.car.calls.pop()[3](Outcome(False, reason="somebody is called so"))
    driver.frames(2)
    assert driver.cockpit.screen is page
    assert "somebody is called so" in driver.cockpit.banner.text
    driver.cockpit.back()
    driver.frames(2)
    driver.tap(driver.cockpit.screen.part.people["b"].rename)
    driver.tap(driver.cockpit.screen.keyboard.keys[ERASE])
    driver.tap(driver.cockpit.screen.keyboard.keys[DONE])
    assert orders(driver) == [("rename_profile", {"profile": "b", "name": "Be"})]
    driver.car.calls.pop()[3](Outcome(True))
    driver.frames(2)
    assert driver.cockpit.current == "settings"


def test_theme_language_and_size_belong_to_the_person(driver, tmp_path, monkeypatch):
    monkeypatch.setattr(preferences, "_FILE", preferences.StateFile("shell", "preferences.json", tmp_path))
    own = driver.cockpit.ui.preferences

    def switch(*state):
        driver.store.put_stream(STREAM, people(*state))
        driver.frames(3)
        return look.theme().name, i18n.language(), own.scale

    assert switch(BEN) == ("night", "en", 1.0)
    own.theme, own.language, own.scale = "day", "de", 0.8
    assert switch(ANNA) == ("night", "en", 1.0)
    kept = Preferences.load()
    assert (kept.person, kept.language, kept.others["b"].language) == ("a", "en", "de")
    assert switch(BEN) == ("day", "de", 0.8)
    switch(BEN, BEN)
    assert (Preferences.load().others, own.language) == ({}, "de")


def test_units_belong_to_the_person_whatever_the_car_comes_up_with(driver, tmp_path, monkeypatch):
    monkeypatch.setattr(preferences, "_FILE", preferences.StateFile("shell", "preferences.json", tmp_path))
    own, distance, clock = driver.cockpit.ui.preferences, f"{HMI}.DistanceUnit", f"{HMI}.TimeFormat"

    def switch(*state):
        driver.store.put_stream(STREAM, people(*state))
        driver.frames(3)

    def asked():
        sets = [(path, value) for path, value, _ in driver.car.sets if path in UNIT_SIGNALS]
        driver.answer()
        return sets

    driver.put({distance: "KILOMETERS", clock: "HR_24"})
    switch(BEN)
    assert asked() == [], "a new person goes on with what there is"
    driver.put({distance: "MILES"})
    switch(ANNA)
    assert asked() == [(distance, "KILOMETERS")]
    assert driver.cockpit.ui.units.distance(5000) == "5.0 km"
    kept = Preferences.load()
    assert (kept.units[distance], kept.others["b"].units[distance]) == ("KILOMETERS", "MILES")
    switch(BEN)
    assert asked() == [(distance, "MILES")]
    driver.put({distance: None, clock: None})
    driver.put({distance: "KILOMETERS", clock: "HR_24"})
    assert asked() == [(distance, "MILES")], "another car, or one that forgot"
    driver.put({distance: None})
    driver.put({distance: "KILOMETERS"})
    driver.answer(ok=False)
    assert own.units[distance] == "MILES", "the car would not, the person still wants it"


def test_a_picture_is_in_the_units_of_the_person_and_leaves_the_car_as_it_is(drive):
    distance = f"{HMI}.DistanceUnit"
    driver = drive(size=(640, 360), kept=False, units={distance: "MILES"})
    driver.put({distance: "KILOMETERS"})
    assert driver.car.sets == []
    assert driver.cockpit.ui.units.distance(5000) == "3.1 mi"


def test_preferences_of_the_time_before_units_are_taken_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(preferences, "_FILE", preferences.StateFile("shell", "preferences.json", tmp_path))
    monkeypatch.setattr(preferences, "_SCREEN", preferences.StateFile("shell", "screen.txt", tmp_path))
    (tmp_path / "shell").mkdir()
    before = {"theme": "day", "language": "de", "scale": 0.9, "person": "a", "screen": "energy", "developer": True}
    others = {"b": {"theme": "night", "language": "fr", "scale": 1.0}}
    (tmp_path / "shell" / "preferences.json").write_text(json.dumps({**before, "others": others}))
    kept = Preferences.load()
    assert {name: getattr(kept, name) for name in before} == before
    assert (kept.units, kept.others["b"].language, kept.others["b"].units) == ({}, "fr", {})
