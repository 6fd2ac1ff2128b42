"""What a person does with an app's screen: taps and words become actions of the version that is shown."""

from dataclasses import replace

import pytest

from carservices.api.appscreen import Card, Front, Player, Screen
from carservices.api.speech import Speech, SpeechState
from carservices.app.codec import decode
from carservices.app.templates import (
    Action,
    InputSignIn,
    MediaState,
    PinSignIn,
    ProviderSignIn,
    Row,
    SignInTemplate,
)
from carservices_ui.apps import MEDIA
from carservices_ui.restrictions import STREAM
from carservices_ui.store import Outcome
from carservices_ui.streams import SPEECH
from carservices_ui.templates.header import Unsandboxed
from carservices_ui.templates.keyboard import DONE, ERASE, Keyboard
from carservices_ui.templates.sayit import SayIt
from carservices_ui.templates.states import Empty
from carservices_ui.widgets import Scroll, Text
from tests.ui import templates
from tests.ui.hosted import actions, button, calls, content, rest, show, view
from tests.ui.states import MOVING

SCREEN = "app"


@pytest.fixture
def driver(cockpit):
    return rest(cockpit)


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


def test_a_button_for_a_parked_car_says_so(driver):
    show(driver, templates.TEMPLATES["pane"], rules=templates.MOVING_RULES)
    driver.tap(button(driver, "Done"))
    assert actions(driver) == []
    assert driver.cockpit.banner.text == "When the car is parked"


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


# -- words -----------------------------------------------------------------------------------------------------------


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
