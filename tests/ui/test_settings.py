"""Settings: each choice has its effect, nothing is set while driving, and what the developer sees is the service's."""

import json
import os

import pytest

from carservices.api.audio import AudioState
from carservices.api.driving import Driving, Motion, Restriction
from carservices.api.driving import Outcome as Rule
from carservices.api.navigation import Guidance
from carservices.bus.identity import RUN_DIR_VARIABLE
from carservices.system import run_dir as run_dirs
from carservices.system import settings as machine
from carservices_ui import i18n, look
from carservices_ui.apps import CATALOG
from carservices_ui.daynight import MODE
from carservices_ui.dimmer import BRIGHTNESS
from carservices_ui.restrictions import STREAM
from carservices_ui.screens.settings import CATEGORIES
from carservices_ui.screens.settings_developer import RestrictionRow, RuleTable
from carservices_ui.screens.settings_units import UNITS
from carservices_ui.store import Outcome
from carservices_ui.streams import AUDIO, GUIDANCE
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Control, ListRow, Segmented, Text, TextButton, ValueControl
from tests.ui import apps
from tests.ui.fitting import LAYOUTS
from tests.ui.states import MOVING, PARKED

DEFAULTS = {path: choices[0][0] for path, (_, _, choices) in UNITS.items()}
CAR = {**DEFAULTS, BRIGHTNESS: 80.0}
RULES = [
    Rule(motion=motion, from_speed=low, to_speed=high, restriction=one, in_force=motion is Motion.MOVING)
    for motion, low, high in (
        (Motion.PARKED, 0.0, None),
        (Motion.MOVING, 0.0, 5.0),
        (Motion.MOVING, 5.0, None),
    )
    for one in Restriction
]


@pytest.fixture
def open_part(drive):
    def open_part(name, size=(1280, 720), driving=False, **preferences):
        driver = drive(size=size, **{"screen": "settings", "theme": "night", "developer": True, **preferences})
        driver.tap(driver.cockpit.screen.categories[name])
        driver.store.put_stream(STREAM, MOVING if driving else PARKED)
        driver.put(CAR)
        return driver

    yield open_part
    i18n.set_language("en")


def answer(driver, method, result):
    """Let the driving service answer the last call of a method."""
    on_outcome = next(call[3] for call in reversed(driver.car.calls) if call[:2] == (Driving, method))
    on_outcome(Outcome(True, result))
    driver.frames(2)


def segment(control, value):
    return next(segment for choice, segment in control.segments if choice == value)


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def test_the_theme_changes_at_once_and_the_category_stays(open_part):
    driver = open_part("display")
    driver.tap(segment(driver.cockpit.screen.part.theme, "day"))
    assert look.theme().name == "day"
    assert driver.cockpit.screen.category.name == "display"
    assert driver.cockpit.ui.preferences.theme == "day"
    driver.put({MODE: "DAY"})
    driver.tap(segment(driver.cockpit.screen.part.theme, "night"))
    driver.answer(ok=False, code="NOT_AVAILABLE")
    assert look.theme().name == "day"
    assert "Not possible: the car cannot do it now" in driver.cockpit.banner.text


def test_the_language_changes_at_once(open_part):
    driver = open_part("display")
    driver.tap(segment(driver.cockpit.screen.part.language, "fr"))
    assert {"Réglages", "Langue"} <= words(driver)


def test_a_smaller_size_makes_everything_smaller(open_part):
    driver = open_part("display")
    driver.cockpit.screen.part.scroll_y = 0.0
    driver.frames(2)
    before = driver.cockpit.screen.part.theme.height
    driver.tap(segment(driver.cockpit.screen.part.scale, 0.8))
    assert driver.cockpit.screen.part.theme.height == pytest.approx(before * 0.8, abs=1)


def test_the_largest_size_makes_the_words_larger_and_nothing_else(open_part):
    driver = open_part("display")
    driver.cockpit.screen.part.scroll_y = 0.0
    driver.frames(2)
    before = driver.cockpit.screen.part.theme.size, next(driver.widgets(Text)).font_size
    driver.tap(segment(driver.cockpit.screen.part.scale, 1.15))
    after = driver.cockpit.screen.part.theme.size, next(driver.widgets(Text)).font_size
    assert after == (before[0], pytest.approx(1.15 * before[1]))


def test_the_brightness_is_actuated(open_part):
    driver = open_part("display")
    driver.tap(driver.cockpit.screen.part.brightness, at=(0.5, 0.5))
    assert [(path, value) for path, value, _ in driver.car.sets] == [(BRIGHTNESS, 50.0)]


def test_a_unit_is_actuated_and_shown_when_the_car_confirms(open_part):
    driver = open_part("units")
    for path, (_, _, choices) in UNITS.items():
        other = choices[1][0]
        driver.tap(segment(driver.cockpit.screen.part.choices[path], other))
        assert [(p, value) for p, value, _ in driver.car.sets] == [(path, other)]
        driver.answer()
        assert driver.cockpit.screen.part.choices[path].value == other
    assert driver.cockpit.screen.category.name == "units"


def test_without_the_car_units_cannot_be_chosen(open_part):
    driver = open_part("units")
    driver.put(dict.fromkeys(UNITS))
    assert not any(control.usable for control in driver.cockpit.screen.part.choices.values())


def test_nothing_is_set_up_while_driving_and_it_says_why(open_part):
    driver = open_part("developer", driving=True)
    for category in CATEGORIES:
        driver.tap(driver.cockpit.screen.categories[category.name])
        screen = driver.cockpit.screen
        assert screen.category is category
        assert all(widget.disabled == category.sets for widget in screen.part.setup)
        assert screen.why.text == ("Not while driving" if category.sets else "")


def test_what_needs_no_setup_is_chosen_while_driving(open_part):
    driver = open_part("display", driving=True)
    driver.store.put_stream(AUDIO, AudioState(volume=0.3))
    driver.store.put_stream(GUIDANCE, Guidance())
    driver.frames(2)
    part = driver.cockpit.screen.part
    free = {part.sound.volume, part.brightness, part.theme, part.sound.guidance}
    usable = {one for one in driver.cockpit.focus.controls() if isinstance(one, ValueControl)}
    assert usable & {*part.walk(restrict=True)} == free
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(2)
    assert part.language in driver.cockpit.focus.controls()
    assert driver.cockpit.screen.why.text == ""


def test_choices_outlast_a_restart(open_part, tmp_path, monkeypatch):
    from carservices_ui import preferences

    monkeypatch.setattr(preferences, "_FILE", preferences.StateFile("shell", "preferences.json", tmp_path))
    driver = open_part("display")
    driver.tap(segment(driver.cockpit.screen.part.theme, "day"))
    driver.tap(segment(driver.cockpit.screen.part.language, "de"))
    kept = preferences.Preferences.load()
    assert (kept.theme, kept.language) == ("day", "de")


def test_developer_options_are_shown_when_asked_for(open_part):
    driver = open_part("system", developer=False)
    assert "developer" not in driver.cockpit.screen.categories
    driver.tap(driver.cockpit.screen.part.developer)
    assert "developer" in driver.cockpit.screen.categories


def test_reset_asks_first_and_then_sets_everything_back(open_part):
    driver = open_part("system", language="de", scale=0.9)
    driver.put({path: choices[1][0] for path, (_, _, choices) in UNITS.items()})
    driver.tap(driver.cockpit.screen.part.reset)
    assert driver.car.sets == []
    yes = [button for button in driver.cockpit.dialog.walk() if isinstance(button, TextButton)][-1]
    driver.tap(yes)
    assert {path: value for path, value, _ in driver.car.sets} == DEFAULTS
    kept = driver.cockpit.ui.preferences
    assert (kept.theme, kept.language, kept.scale, kept.developer) == ("auto", "en", 1.0, False)


def test_the_works_in_here_are_named_with_their_licences(open_part):
    driver = open_part("system")
    shown = {row.title.text for row in driver.widgets(ListRow)}
    assert {"© OpenStreetMap contributors", "Inter", "Material Symbols"} <= shown
    assert {"ODbL 1.0", "SIL OFL 1.1", "Apache 2.0"} <= words(driver)


def test_the_developer_sees_every_restriction_explained_also_while_driving(open_part):
    driver = open_part("developer", driving=True)
    assert not driver.cockpit.screen.part.disabled
    assert {text.text for text in driver.cockpit.screen.part.explanations.values()} == {"In force. Not while driving."}
    answer(driver, "outcomes", RULES)
    explained = {text.text for text in driver.cockpit.screen.part.explanations.values()}
    assert explained == {"In force. Not while driving. Free when: Parked."}
    assert all(row.in_force for row in driver.widgets(RestrictionRow))


def test_a_restriction_is_explained_in_the_drivers_language(open_part):
    driver = open_part("developer", language="de")
    answer(driver, "outcomes", RULES)
    explained = {text.text for text in driver.cockpit.screen.part.explanations.values()}
    assert explained == {"Nicht in Kraft. Das Auto parkt. In Kraft, wenn: Fährt."}


def test_the_developer_sees_the_rules_as_a_table(open_part):
    driver = open_part("developer")
    driver.tap(segment(driver.cockpit.screen.part.tabs, "rules"))
    answer(driver, "outcomes", RULES)
    (table,) = driver.widgets(RuleTable)
    assert table.marks == 2 * len(Restriction)
    assert {"Parked", "Moving\n0–5 m/s", "Moving\n≥ 5 m/s"} <= words(driver)


def test_the_developer_sees_the_link_and_the_processes(open_part, tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(tmp_path))
    driver = open_part("developer")
    driver.tap(segment(driver.cockpit.screen.part.tabs, "processes"))
    assert {"not connected", "No processes to show"} <= words(driver)
    process = {"name": "hub", "state": "running", "pid": 7, "restarts": 2, "cpu": 1.25, "rss": 42_000_000}
    car = {"pid": os.getpid(), "started": 0.0, "state_dir": "", "facts": {}, "processes": [process]}
    (tmp_path / run_dirs.STATE_FILE).write_text(json.dumps(car))
    driver.store.put_link(True)
    run_dirs.prepare(tmp_path)
    with run_dirs.Lock(tmp_path):
        driver.frames(2)
    assert {"connected", "hub", "running · restarts: 2", "1.2 %   42 MB"} <= words(driver)


@LAYOUTS
def test_everything_fits(open_part, layout):
    driver = open_part("display", **layout)
    for category in CATEGORIES:
        driver.tap(driver.cockpit.screen.categories[category.name])
        screen = driver.cockpit.screen
        for control in (w for w in screen.walk(restrict=True) if isinstance(w, Control) and w.usable):
            assert min(control.size) >= TARGET * layout["size"][0] / 1280 - 0.5
            assert control.right <= screen.part.right + 0.5
        for row in (w for w in screen.part.walk(restrict=True) if isinstance(w, ListRow)):
            inside = [w for w in row.walk(restrict=True) if isinstance(w, Text)]
            assert all(row.x <= text.x and text.right <= row.right for text in inside)


def test_how_well_apps_have_to_be_shut_in_is_chosen_while_parked(open_part, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    driver = open_part("developer", size=(640, 360))
    driver.store.put_stream(CATALOG, apps.CATALOG)
    part = driver.cockpit.screen.part
    driver.tap(segment(part.tabs, "sandbox"))
    assert {"Least protection", "Tyres & care"} <= words(driver)
    choice = next(one for one in driver.widgets(Segmented) if one is not part.tabs)
    assert choice.value == "weak"
    driver.tap(segment(choice, "full"))
    assert machine.load()[0].sandbox_minimum == "full"
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(2)
    choice = next(one for one in driver.widgets(Segmented) if one is not part.tabs)
    assert (choice.value, choice.disabled) == ("full", True)


def test_what_the_environment_gives_cannot_be_chosen(open_part, monkeypatch):
    monkeypatch.setenv("CARSERVICES_SANDBOX_MINIMUM", "strong")
    driver = open_part("developer", size=(640, 360))
    part = driver.cockpit.screen.part
    driver.tap(segment(part.tabs, "sandbox"))
    assert "Given by CARSERVICES_SANDBOX_MINIMUM" in words(driver)
    choice = next(one for one in driver.widgets(Segmented) if one is not part.tabs)
    assert (choice.value, choice.disabled) == ("strong", True)
