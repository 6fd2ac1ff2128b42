"""The template host: taps become actions, restrictions show with the next frame, newer versions in place, the cards."""

from dataclasses import replace
from pathlib import Path

import pytest

from carservices.api.appscreen import Card, Front, ImageFile, Player, Screen
from carservices.api.appstatus import AppStatus, Catalog
from carservices.api.speech import Speech, SpeechState
from carservices.app.codec import decode
from carservices.app.rules import check
from carservices.app.templates import (
    Action,
    InputSignIn,
    ListTemplate,
    MediaState,
    MessageTemplate,
    PinSignIn,
    ProviderSignIn,
    Row,
    SignInTemplate,
    Tab,
    TabTemplate,
    Toggle,
)
from carservices.app.templates import Icon as IconNode
from carservices_ui.apps import CATALOG, FRONT, MEDIA, AppIcon
from carservices_ui.preferences import Preferences
from carservices_ui.restrictions import STREAM
from carservices_ui.store import Outcome
from carservices_ui.streams import SPEECH
from carservices_ui.templates.actions import AppButton
from carservices_ui.templates.header import Unsandboxed
from carservices_ui.templates.keyboard import DONE, ERASE, Keyboard
from carservices_ui.templates.sayit import SayIt
from carservices_ui.templates.states import CutPill, Empty, Waiting
from carservices_ui.templates.tabs import TabButton
from carservices_ui.widgets import CutNote, Icon, Scroll, Text
from tests.ui import templates
from tests.ui.states import MOVING, PARKED

APPS = Path(__file__).parents[2] / "apps"


@pytest.fixture(scope="module")
def shared(imported):
    """One small cockpit for all tests here: building and drawing a large one takes longer than most of them."""
    from carservices_ui.testing import Driver

    driver = Driver((640, 360), Preferences(screen="app"))
    driver.store.put_link(True)
    yield driver
    driver.close()


@pytest.fixture
def driver(shared):
    """Parked, silent, and another app is starting in front."""
    other = Screen(app="org.example.other", name={"en": "Other"}, card=Card.STARTING)
    for stream, state in ((STREAM, PARKED), (MEDIA, Player()), (FRONT, Front(screen=other))):
        shared.store.put_stream(stream, state)
    shared.cockpit.focus.clear()
    if shared.cockpit.banner is not None:
        shared.cockpit.banner.dismiss()
        shared.cockpit.banner = None
    shared.frames(1)
    return shared


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


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_the_examples_keep_the_rules(name):
    assert check(templates.TEMPLATES[name]) == []


# -- taps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "widget", "action", "args"),
    [
        ("list", lambda v: v.rows[0], lambda n: n.rows[0].on_click, []),
        ("list", lambda v: v.rows[2].toggle, lambda n: n.rows[2].toggle.on_change, [False]),
        ("list", lambda v: v.rows[4].actions[0], lambda n: n.rows[4].actions[0].on_click, []),
        ("grid", lambda v: v.tiles[1], lambda n: n.items[1].on_click, []),
        ("tabs", lambda v: v.tabs["b"], lambda n: n.on_select, ["b"]),
        ("tabs", lambda v: v.content.rows[1], lambda n: n.content.rows[1].on_click, []),
        ("places", lambda v: v.results.rows[0], lambda n: n.rows[0].on_click, []),
        ("map_content", lambda v: v.map_buttons[0], lambda n: n.map_actions[0].on_click, []),
        ("navigation", lambda v: v.alert.buttons[0], lambda n: n.alert.actions[0].on_click, []),
    ],
)
def test_a_tap_is_the_action_of_the_version_that_is_shown(driver, name, widget, action, args):
    node = show(driver, templates.TEMPLATES[name])
    found = widget(view(driver))
    for scroller in driver.widgets(Scroll):
        if found in scroller.walk(restrict=True):
            scroller.scroll_to(found, animate=False)
    driver.frames(2)
    driver.tap(found)
    assert actions(driver) == [(action(node), args)]


def test_the_strip_and_the_buttons_are_actions_too(driver):
    node = show(driver, templates.TEMPLATES["list"])
    driver.tap(button(driver, "Care"))
    assert actions(driver) == [(node.actions[0].on_click, [])]
    node = show(driver, templates.TEMPLATES["pane"])
    driver.tap(button(driver, "Done"))
    assert actions(driver) == [(node.buttons[0].on_click, [])]


def test_a_refusal_is_told_but_not_that_the_app_shows_something_newer(driver):
    show(driver, templates.TEMPLATES["list"])
    for reason in (f"{templates.APP} shows something newer than version 3", "the app does not run"):
        driver.tap(button(driver, "Care"))
        *_, on_outcome = driver.car.calls[-1]
        on_outcome(Outcome(False, reason=reason))
        driver.frames(1)
        told = driver.cockpit.banner.text if driver.cockpit.banner else ""
        assert ("the app does not run" in told) == (reason == "the app does not run")


def test_typing_tells_the_app_each_change_and_the_end(driver):
    node = show(driver, templates.TEMPLATES["search"])
    keyboard = view(driver).keyboard
    for name in ("h", "j", ERASE, "i", DONE):
        driver.tap(keyboard.keys[name])
    typed = [(node.on_change, [text]) for text in ("h", "hj", "h", "hi")]
    assert actions(driver) == [*typed, (node.on_submit, ["hi"])]
    assert not list(driver.widgets(Keyboard))


def test_results_come_while_the_person_types(driver):
    search = templates.TEMPLATES["search"]
    show(driver, search)
    driver.tap(view(driver).keyboard.keys["h"])
    typing = view(driver)
    show(driver, replace(search, rows=[Row("Harbour", on_click=templates.tap)]))
    assert view(driver) is typing
    assert [row.node.title for row in typing.results.rows] == ["Harbour"]
    assert typing.field.value == "h"
    assert list(driver.widgets(Keyboard))


def test_signing_in_by_typing_a_pin_or_a_provider(driver):
    typed = SignInTemplate("Sign in", InputSignIn(templates.tap, password=True), "With the account of the web site")
    node = show(driver, typed)
    assert content(driver).y < view(driver).keyboard.y
    assert view(driver).field.top < content(driver).header.y
    for name in ("o", "k", DONE):
        driver.tap(view(driver).keyboard.keys[name])
    assert actions(driver) == [(node.method.on_submit, ["ok"])]
    assert view(driver).field.shown.startswith("••")
    node = show(driver, SignInTemplate("Sign in", ProviderSignIn(Action("With Example", templates.tap))))
    driver.tap(button(driver, "With Example"))
    assert actions(driver) == [(node.method.action.on_click, [])]
    show(driver, SignInTemplate("Sign in", PinSignIn("1234-5678")))
    assert "1234-5678" in {text.text for text in driver.widgets(Text)}


# -- restrictions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sign_in", "long_message"])
def test_what_waits_for_a_parked_car_is_covered_with_the_next_frame(driver, name):
    show(driver, templates.TEMPLATES[name])
    assert view(driver) is not None
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(1)
    assert (view(driver), content(driver).card.kind) == (None, Card.PARKED_ONLY)
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    assert view(driver) is not None


def test_the_keyboard_gives_way_to_say_it_with_the_next_frame(driver):
    show(driver, templates.TEMPLATES["search"])
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(1)
    assert not list(driver.widgets(Keyboard))
    assert len(list(driver.widgets(SayIt))) == 1


def spoken(driver, outcome):
    """Tap on it while driving, and the outcome of listening; what stands on it, before and after."""
    show(driver, templates.TEMPLATES["search"])
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(2)
    (button,) = driver.widgets(SayIt)
    driver.tap(button)
    contract, method, arguments, ended = driver.car.calls[-1]
    assert (contract, method, arguments) == (Speech, "listen", {"owner": "shell", "language": "en"})
    waits = button.title.text, button.detail.text
    driver.tap(button)
    assert driver.car.calls[-1][3] is ended, "it listens already"
    ended(outcome)
    driver.frames(2)
    return waits, (button.title.text, button.detail.text)


def test_what_is_said_fills_the_search_as_if_it_were_typed(driver):
    node = show(driver, templates.TEMPLATES["search"])
    driver.store.put_stream(SPEECH, SpeechState(understands=("en",)))
    waits, heard = spoken(driver, Outcome(True, "charging station"))
    assert (waits, heard) == (("Listening …", ""), ("Say it", "Heard: charging station"))
    assert view(driver).field.shown == "charging station"
    assert actions(driver) == [(node.on_change, ["charging station"]), (node.on_submit, ["charging station"])]


@pytest.mark.parametrize(
    ("understands", "outcome", "said"),
    [
        (("en",), Outcome(True, ""), ("Nothing heard", "Tap and say it once more")),
        ((), Outcome(True, ""), ("Nothing heard", "The car understands no spoken English yet")),
        (
            ("en",),
            Outcome(False, code="UNAVAILABLE", reason="shell listens already"),
            ("Say it", "shell listens already"),
        ),
        (("en",), Outcome(False), ("Say it", "the car is not connected")),
    ],
)
def test_why_nothing_was_heard_is_said(driver, understands, outcome, said):
    driver.store.put_stream(SPEECH, SpeechState(understands=understands))
    waits, after = spoken(driver, outcome)
    assert waits == ("Listening …", "" if understands else "The car understands no spoken English yet")
    assert after == said
    assert actions(driver) == []


def test_a_cut_list_says_what_is_missing_and_why_with_the_next_frame(driver):
    template = templates.TEMPLATES["list"]
    show(driver, template)
    assert (len(view(driver).rows), list(driver.widgets(CutPill))) == (8, [])
    driver.store.put_stream(STREAM, MOVING)
    driver.store.put_stream(FRONT, templates.front(template, rules=templates.MOVING_RULES))
    driver.frames(1)
    assert len(view(driver).rows) == 6
    note = next(driver.widgets(CutNote))
    assert (note.words.text, note.why.text) == ("2 more when parked", "Not while driving")
    assert next(driver.widgets(CutPill)).words.text == "2 more when parked"


def test_the_map_is_where_it_belongs_after_two_builds_in_one_frame(driver):
    show(driver, templates.TEMPLATES["map_content"])
    driver.until(lambda: view(driver).map.map is not None)
    driver.store.put_stream(STREAM, MOVING)
    driver.store.put_stream(FRONT, templates.front(templates.TEMPLATES["navigation"], rules=templates.MOVING_RULES))
    driver.frames(3)
    drawn = driver.cockpit.ui.map._view
    assert (drawn.parent, drawn.pos, drawn.size) == (view(driver).map, view(driver).pos, view(driver).size)


def test_an_icon_has_the_colour_of_the_words_beside_it(driver):
    icon = IconNode("navigation")
    both = [Action("Go", print, icon, primary=True), Action("No", print, icon)]
    show(driver, MessageTemplate("x", "y", buttons=both))
    tabs = [Tab("a", "A", icon), Tab("b", "B", icon)]
    pairs = [(one.label, one) for one in driver.widgets(AppButton)]
    assert len({tuple(label.color) for label, _ in pairs}) == 2
    content = ListTemplate("x", [Row("y")])
    for label, one in pairs:
        assert [tuple(part.color) for part in one.walk(restrict=True) if isinstance(part, Icon)] == [tuple(label.color)]
    show(driver, TabTemplate(tabs, "a", content, on_select=print))
    for one in driver.widgets(TabButton):
        assert [tuple(part.color) for part in one.walk(restrict=True) if isinstance(part, Icon)] == [
            tuple(one.label.color)
        ]


def test_a_button_for_a_parked_car_says_so(driver):
    show(driver, templates.TEMPLATES["pane"], rules=templates.MOVING_RULES)
    driver.tap(button(driver, "Done"))
    assert actions(driver) == []
    assert driver.cockpit.banner.text == "When the car is parked"


# -- newer versions --------------------------------------------------------------------------------------------------


def test_new_values_are_shown_in_place(driver):
    show(driver, ListTemplate("Tyres", [Row("Front left", "240 kPa", toggle=Toggle(False, templates.tap))]))
    row = view(driver).rows[0]
    node = show(driver, ListTemplate("Tyres", [Row("Front left", "233 kPa", toggle=Toggle(True, templates.tap))]))
    assert view(driver).rows[0] is row
    assert (row.text.text, row.toggle.value) == ("233 kPa", True)
    driver.tap(row.toggle)
    assert actions(driver) == [(node.rows[0].toggle.on_change, [False])]


def test_the_focus_stays_where_it_was_when_the_list_changes(driver):
    rows = [Row(name, on_click=templates.tap) for name in ("a", "b", "c")]
    show(driver, ListTemplate("Letters", rows))
    focus = driver.cockpit.focus
    while focus.current is not view(driver).rows[1]:
        driver.cockpit.rotary(1)
    show(driver, ListTemplate("Letters", [*rows, Row("d", on_click=templates.tap)]))
    assert focus.current is view(driver).rows[1]
    focus.enter()
    assert actions(driver) == [(view(driver).rows[1].node.on_click, [])]


def test_each_screen_of_an_app_keeps_its_place_in_the_list(driver):
    many = ListTemplate("Many", [Row(f"row {n}", on_click=templates.tap) for n in range(20)])
    show(driver, many, key="list")
    driver.tap(view(driver).paged.down)
    place = view(driver).scroll
    assert place < 1.0
    show(driver, ListTemplate("One", [Row("one")]), key="detail", depth=2)
    assert view(driver).scroll == 1.0
    show(driver, many, key="list")
    assert view(driver).scroll == pytest.approx(place)


def test_loading_and_empty_are_said(driver):
    show(driver, ListTemplate("News", loading=True))
    assert next(driver.widgets(Waiting)).center == pytest.approx(view(driver).center, abs=1)
    show(driver, ListTemplate("News", empty="No news is good news"))
    assert next(driver.widgets(Empty)).center == pytest.approx(view(driver).center, abs=1)
    assert "No news is good news" in {text.text for text in driver.widgets(Text)}


def test_the_developers_detail_is_shown_on_request(driver):
    show(driver, MessageTemplate("Failed", "Something went wrong", detail="Traceback: tyres.py, line 3"))
    shown = {text.text for text in driver.widgets(Text)}
    assert "Traceback: tyres.py, line 3" not in shown
    driver.tap(view(driver).details)
    assert "Traceback: tyres.py, line 3" in {text.text for text in driver.widgets(Text)}


def test_a_picture_of_the_wrong_size_is_not_drawn(driver, tmp_path):
    path = tmp_path / "cover.rgba"
    path.write_bytes(b"\xff" * 60)
    textures = content_textures(driver)
    assert textures.of(ImageFile(path=str(path), width=4, height=4)) is None
    assert textures.of(ImageFile(path=str(tmp_path / "gone.rgba"), width=4, height=4)) is None
    path.write_bytes(b"\xff" * 64)
    assert textures.of(ImageFile(path=str(path), width=4, height=4)).size == (4, 4)


def content_textures(driver):
    show(driver, ListTemplate("Any", [Row("row")]))
    return content(driver).host.textures


def test_what_is_no_template_is_refused_with_a_sentence(driver):
    front = templates.front(ListTemplate("Tyres", [Row("Front left")]))
    broken = front.screen.model_copy(update={"tree": ["ListTemplate", {"title": 3}]})
    show(driver, templates.TEMPLATES["list"])
    driver.store.put_stream(FRONT, Front(screen=broken))
    driver.frames(1)
    assert content(driver).card.kind is Card.REFUSED
    assert "ListTemplate.title" in content(driver).card.error.text


# -- cards, back, badge ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "method"),
    [
        (Card.CRASHED, "open"),
        (Card.CRASHED, "close"),
        (Card.NOT_RESPONDING, "wait"),
        (Card.NOT_RESPONDING, "close"),
        (Card.DISABLED, "enable"),
        (Card.REFUSED, "close"),
    ],
)
def test_a_card_offers_what_can_be_done(driver, card, method):
    screen = Screen(app=templates.APP, name=templates.NAME, card=card, error="division by zero in tyres.py")
    show(driver, Front(screen=screen))
    assert content(driver).card.error.text == "division by zero in tyres.py"
    driver.tap(content(driver).card.buttons[method])
    assert calls(driver) == [method]


def test_the_header_leads_back_and_warns_of_a_weak_sandbox(driver):
    show(driver, templates.TEMPLATES["list"], unsandboxed=True)
    assert list(driver.widgets(Unsandboxed))
    driver.tap(content(driver).header.back)
    driver.cockpit.back()
    assert calls(driver) == ["back", "back"]
    show(driver, templates.TEMPLATES["list"])
    assert not list(driver.widgets(Unsandboxed))


# -- media -----------------------------------------------------------------------------------------------------------


def test_the_player_controls_what_plays(driver, tmp_path):
    driver.store.put_stream(MEDIA, templates.playing(templates.cover(tmp_path)))
    show(driver, templates.TEMPLATES["media"])
    state = decode(templates.playing().media.tree, MediaState)
    player = view(driver)
    driver.tap(player.controls.play)
    driver.tap(player.controls.skips["on_next"])
    player.progress.slider.choose(0.5)
    asked = [arguments for _, method, arguments, _ in driver.car.calls if method == "action"]
    assert [one["action"] for one in asked] == [state.on_pause, state.on_next, state.on_seek]
    assert asked[2]["args"] == [pytest.approx(122.5)]
    assert {one["seq"] for one in asked} == {0}
    driver.store.put_stream(MEDIA, Player())
    driver.frames(1)
    assert list(driver.widgets(Empty))


def test_a_control_without_a_handler_is_not_there(driver):
    driver.store.put_stream(MEDIA, templates.playing(state=MediaState("paused", templates.MEDIA.track)))
    show(driver, templates.TEMPLATES["media"])
    controls = view(driver).controls
    assert not any(one.usable for one in (controls.play, *controls.skips.values()))


def test_the_icon_comes_with_the_catalog(driver):
    driver.store.put_stream(CATALOG, Catalog())
    show(driver, ListTemplate("x", [Row("y")]))
    (icon,) = driver.widgets(AppIcon)
    assert not icon.has_picture
    file = APPS / "org.carservices.tyres" / "icon.png"
    status = AppStatus(id=templates.APP, name={"en": "x"}, version="1.0.0", category="media", icon=str(file))
    driver.store.put_stream(CATALOG, Catalog(apps=(status,)))
    driver.until(lambda: icon.has_picture)
