"""The apps page and what manages apps: opening, permissions with their use, what is deleted only after a question."""

import pytest

from carservices.api.appstatus import AppState, Catalog
from carservices.api.installation import Installation, InstallStep, Package
from carservices.api.permissions import Asked, Decision
from carservices_ui.apps import ASKED, CATALOG, FRONT, INSTALLATION, MEDIA
from carservices_ui.daynight import MODE
from carservices_ui.restrictions import STREAM
from carservices_ui.screens.apps_info import PermissionRow
from carservices_ui.store import Outcome
from carservices_ui.templates.keyboard import DONE, ERASE
from carservices_ui.widgets import Text
from tests.ui import apps, templates
from tests.ui.states import MOVING, PARKED


def open_page(drive, screen):
    driver = drive(size=(640, 360), screen=screen)
    driver.store.put_link(True)
    driver.store.put_stream(STREAM, PARKED)
    driver.store.put_stream(CATALOG, apps.CATALOG)
    driver.frames(2)
    answer(driver)
    return driver


def answer(driver):
    """End the calls that only ask; the others are returned: (method, arguments)."""
    known = {
        "about": lambda _: apps.ABOUT,
        "permissions": lambda arguments: apps.PERMISSIONS[arguments["app"]],
        "usage": lambda arguments: apps.usage(arguments["app"]),
    }
    orders = []
    while driver.car.calls:
        asked, driver.car.calls = driver.car.calls, []
        for _, method, arguments, on_outcome in asked:
            if method in known:
                on_outcome(Outcome(True, known[method](arguments)))
            elif method != "use_display":
                orders.append((method, arguments))
        driver.frames(1)
    return orders


def texts(driver):
    return {text.text for text in driver.widgets(Text)}


def press(driver, words):
    """A button of the dialog."""
    label = next(text for text in driver.cockpit.dialog.walk() if isinstance(text, Text) and text.text == words)
    driver.tap(label.parent.parent)


def test_apps_come_first_by_name_with_their_state_and_open_with_a_touch(drive):
    driver = open_page(drive, "apps")
    page = driver.cockpit.screen
    assert [tile.title.text for tile in page.apps.values()] == ["Radio", "Tyres & care", "Weather"]
    assert {"switched off", "running"} <= texts(driver)
    driver.tap(page.apps[apps.TYRES.id])
    assert answer(driver) == [("open", {"app": apps.TYRES.id})]
    running = apps.WEATHER.model_copy(update={"state": AppState.CRASHED})
    driver.store.put_stream(CATALOG, apps.Catalog(apps=(running,)))
    driver.frames(2)
    assert list(page.apps) == [apps.WEATHER.id]
    assert "stopped" in texts(driver)


def test_a_disabled_app_leads_to_what_is_wrong_with_it(drive):
    driver = open_page(drive, "apps")
    driver.tap(driver.cockpit.screen.apps[apps.RADIO.id])
    answer(driver)
    assert driver.cockpit.screen.info.app == apps.RADIO.id
    assert apps.RADIO.last_error in texts(driver)
    driver.tap(driver.cockpit.screen.info.buttons["enable"])
    assert answer(driver) == [("enable", {"app": apps.RADIO.id})]


def test_everything_about_an_app_is_told(drive):
    driver = open_page(drive, "apps_manage")
    driver.cockpit.screen.open(apps.WEATHER.id)
    answer(driver)
    said = texts(driver)
    assert {"Version 0.9.0 · example", "182 kB, stored data 2.4 MB"} <= said
    assert {"Read the tyre pressures", apps.READ_TYRES.reasons[0]["en"], "always"} <= said
    assert {"used 12 × today · 84 × in 7 days · refused 3 × · 33 held back since its start", "not used today"} <= said
    rows = driver.cockpit.screen.info.permissions
    assert rows["tyres"].week.counts == [(0, 2), (0, 0), (0, 0), (0, 0), (0, 0), (72, 1), (12, 0)]
    assert (rows["tyres"].week.opacity, rows["location"].week.opacity) == (1, 0)
    driver.cockpit.screen.open(apps.TYRES.id)
    answer(driver)
    assert "Protection: strong" in texts(driver)
    assert "uninstall" not in driver.cockpit.screen.info.buttons


@pytest.mark.parametrize("place", [apps.WEATHER.id, "*location"])
def test_a_permission_is_given_and_taken_by_app_and_by_permission(drive, place):
    driver = open_page(drive, "apps_manage")
    page = driver.cockpit.screen
    page.by.choose("permission" if place.startswith("*") else "app")
    page.open(place)
    answer(driver)
    row = next(driver.widgets(PermissionRow))
    assert row.toggle.value is False
    order = {"app": apps.WEATHER.id, "permission": "location"}
    row.toggle.choose(True)
    assert answer(driver) == [("grant", order)]
    row.toggle.choose(False)
    *_, on_outcome = driver.car.calls[-1]
    assert answer(driver) == [("revoke", order)]
    row.toggle.value = True
    on_outcome(Outcome(False, reason="it has gone"))
    driver.frames(1)
    assert row.toggle.value is (apps.LOCATION.decision is Decision.GRANTED)


@pytest.mark.parametrize(("name", "words"), [("uninstall", "Remove"), ("clear_data", "Delete data")])
def test_what_cannot_be_undone_is_asked_first(drive, name, words):
    driver = open_page(drive, "apps_manage")
    driver.cockpit.screen.open(apps.WEATHER.id)
    answer(driver)
    driver.tap(driver.cockpit.screen.info.buttons[name])
    press(driver, "Cancel")
    assert answer(driver) == []
    driver.tap(driver.cockpit.screen.info.buttons[name])
    press(driver, words)
    assert answer(driver) == [(name, {"app": apps.WEATHER.id})]


def test_nothing_is_managed_while_driving_nor_without_apps(drive):
    driver = open_page(drive, "apps_manage")
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(1)
    driver.tap(driver.cockpit.screen.info.buttons["enable"])
    assert answer(driver) == []
    assert "Not while driving" in texts(driver)
    for catalog, said in ((Catalog(apps=[]), "No apps"), (None, "Apps are not available")):
        driver.store.put_stream(CATALOG, catalog)
        driver.frames(1)
        assert said in texts(driver)


# -- installing ------------------------------------------------------------------------------------------------------


def test_an_app_is_fetched_reviewed_and_installed(drive):
    driver = open_page(drive, "apps_install")
    page = driver.cockpit.screen
    for key in ("a", ERASE, DONE):
        driver.tap(page.keyboard.keys[key])
    assert answer(driver) == [("fetch", {"source": "https://"})]
    package = Package(
        id="org.example.two", name={"en": "Two"}, version="1.1.0", size=182_000, key="ab12", replaces="1.0.0",
        permissions=(apps.LOCATION,),
    )  # fmt: skip
    now = Installation(source="https://example.org/two.capp", step=InstallStep.FETCHING, done=500_000, of=2_000_000)
    for step, words in (
        (InstallStep.FETCHING, {"Fetching https://example.org/two.capp", "500 kB of 2.0 MB"}),
        (InstallStep.REVIEW, {"Version 1.1.0 · 182 kB · replaces 1.0.0", "Unknown publisher, key ab12", "You decide"}),
        (InstallStep.INSTALLING, {"Installing Two"}),
        (InstallStep.DONE, {"Two is installed"}),
        (InstallStep.FAILED, {"Not installed", "no room"}),
    ):
        known = {"package": None if step is InstallStep.FETCHING else package, "error": "no room"}
        driver.store.put_stream(INSTALLATION, now.model_copy(update={"step": step, **known}))
        driver.frames(2)
        assert words <= texts(driver)
        if step is InstallStep.REVIEW:
            driver.tap(page.buttons["install"])
            assert answer(driver) == [("install", {})]
    driver.tap(page.buttons["close"])
    assert answer(driver) == [("cancel_install", {})]


# -- questions -------------------------------------------------------------------------------------------------------


def test_a_question_that_is_open_follows_the_theme(drive):
    driver = open_page(drive, "climate")
    driver.put({MODE: "NIGHT"})
    driver.store.put_stream(ASKED, apps.asked(parked=True))
    driver.frames(2)
    dialog = driver.cockpit.dialog
    before = [text.color for text in dialog.walk() if isinstance(text, Text)]
    driver.put({MODE: "DAY"})
    driver.frames(2)
    after = [text.color for text in driver.cockpit.dialog.walk() if isinstance(text, Text)]
    assert driver.cockpit.dialog is dialog
    assert len(after) == len(before)
    assert after[0] != before[0]
    press(driver, "Allow")
    assert [name for name, _ in answer(driver)] == ["answer"]


@pytest.mark.parametrize(("words", "granted"), [("Allow", True), ("Do not allow", False)])
def test_a_question_is_answered_while_parked(drive, words, granted):
    driver = open_page(drive, "climate")
    driver.store.put_stream(ASKED, apps.asked(parked=True))
    driver.frames(2)
    assert "Weather asks" in texts(driver)
    assert any(apps.LOCATION.reasons[0]["en"] in text for text in texts(driver))
    press(driver, words)
    assert answer(driver) == [("answer", {"question": 1, "granted": granted, "passenger": False})]
    assert driver.cockpit.dialog is None


def weather_in_front(driver):
    driver.store.put_stream(FRONT, templates.front(templates.TEMPLATES["list"], app=apps.WEATHER.id))
    driver.frames(2)
    answer(driver)


def test_while_driving_only_the_app_in_front_asks(drive):
    driver = open_page(drive, "climate")
    driver.store.put_stream(ASKED, apps.asked(parked=False))
    driver.frames(2)
    assert driver.cockpit.dialog is None
    weather_in_front(driver)
    assert driver.cockpit.dialog is not None
    driver.store.put_stream(FRONT, templates.Front())
    driver.frames(2)
    assert driver.cockpit.dialog is None


def test_while_driving_only_the_passenger_answers(drive):
    driver = open_page(drive, "climate")
    weather_in_front(driver)
    driver.store.put_stream(ASKED, apps.asked(parked=False))
    driver.frames(2)
    assert "Allow" not in texts(driver)
    press(driver, "The passenger decides")
    press(driver, "Allow")
    assert answer(driver) == [("answer", {"question": 1, "granted": True, "passenger": True})]


def test_a_question_waits_for_a_parked_car_and_goes_when_it_is_settled(drive):
    driver = open_page(drive, "climate")
    weather_in_front(driver)
    driver.store.put_stream(ASKED, apps.asked(parked=False))
    driver.frames(2)
    press(driver, "When parked")
    assert driver.cockpit.dialog is None
    driver.store.put_stream(ASKED, apps.asked(parked=True))
    driver.frames(2)
    assert driver.cockpit.dialog is not None
    driver.store.put_stream(ASKED, Asked())
    driver.frames(2)
    assert driver.cockpit.dialog is None


# -- the mini-player -------------------------------------------------------------------------------------------------


def test_what_plays_takes_the_place_of_the_power_on_home(drive, tmp_path):
    driver = open_page(drive, "home")
    home = driver.cockpit.screen
    assert home.power.parent is not None
    driver.store.put_stream(MEDIA, templates.playing(templates.cover(tmp_path)))
    driver.frames(2)
    assert (home.power.parent, home.media.title.text) == (None, "Aurora Drive")
    driver.tap(home.media.controls.play)
    assert [method for method, _ in answer(driver)] == ["action"]
    driver.tap(home.media.title)
    assert answer(driver) == [("open", {"app": templates.APP})]
    driver.store.put_stream(MEDIA, templates.Player())
    driver.frames(2)
    assert home.power.parent is not None
