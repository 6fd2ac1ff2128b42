"""Notifications: the list, what is cut while driving, and the live card over every screen."""

import time

import pytest

from carservices.api.notifications import (
    Board,
    Current,
    Message,
    NoticeAction,
    Notification,
    Notifications,
    Priority,
    Quantity,
)
from carservices_ui import notices
from carservices_ui.restrictions import STREAM
from carservices_ui.store import Outcome
from carservices_ui.widgets import Badge, Control, Text
from tests.ui.fitting import LAYOUTS
from tests.ui.states import MOVING, PARKED

COLLECTED = time.time()
"""When the notifications below were written; a long run may show them much later."""
HMI = "Vehicle.Cabin.Infotainment.HMI"
TYRE, RANGE, WASHER = "tyre_flat", "range_low", "washer"


def notification(name, priority, minutes, **parameters):
    texts = {
        "en": Message(title=name, text="Only {value} left. " + "Please look after it soon. " * 3),
        "de": Message(title=name, text="Nur noch {value}. " + "Bitte kümmern Sie sich bald darum. " * 3),
    }
    since = time.time() - 60 * minutes
    return Notification(id=name, priority=priority, texts=texts, parameters=parameters, since=since)


def entitled(notice, title):
    texts = {language: message.model_copy(update={"title": title}) for language, message in notice.texts.items()}
    return notice.model_copy(update={"texts": texts})


ALL = (
    notification(TYRE, Priority.CRITICAL, 0, value=Quantity(value=140, unit="kPa")),
    notification(RANGE, Priority.HIGH, 12, value=Quantity(value=40, unit="km")),
    notification(WASHER, Priority.LOW, 65, value=Quantity(value=7, unit="percent")),
)


def say(driver, notifications=ALL, current=ALL[0], driving=False):
    driver.store.put_stream(STREAM, MOVING if driving else PARKED)
    late = time.time() - COLLECTED
    listed = [n.model_copy(update={"since": n.since + late}) for n in notifications]
    driver.store.put_stream(notices.ACTIVE, Board(notifications=listed, driving=driving))
    driver.store.put_stream(notices.CURRENT, Current(notification=current))
    driver.frames(3)


@pytest.fixture
def driver(drive):
    driver = drive(screen="notifications")
    say(driver)
    return driver


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def test_all_are_listed_with_their_ages(driver):
    rows = driver.cockpit.screen.rows
    assert [row.title.text for row in rows] == [TYRE, RANGE, WASHER]
    assert [row.age.text for row in rows] == ["now", "12 min", "1 h 05"]
    assert driver.cockpit.screen.more is None


def test_they_are_said_in_the_language_and_units_of_the_driver(drive):
    driver = drive(screen="notifications", language="de")
    say(driver)
    assert driver.cockpit.screen.rows[0].sentence.text.startswith("Nur noch 1,4 bar.")
    driver.put({f"{HMI}.TirePressureUnit": "PSI", f"{HMI}.DistanceUnit": "MILES"})
    starts = [row.sentence.text.split(". ")[0] for row in driver.cockpit.screen.rows]
    assert starts == ["Nur noch 20 psi", "Nur noch 25 mi", "Nur noch 7 %"]


@pytest.mark.parametrize(
    ("button", "method", "arguments"),
    [
        ("dismiss", "dismiss", {"notification": RANGE}),
        ("snooze", "snooze", {"notification": RANGE, "minutes": notices.SNOOZE_MINUTES}),
    ],
)
def test_a_touch_asks_the_service(driver, button, method, arguments):
    driver.tap(getattr(driver.cockpit.screen.rows[1], button))
    assert [call[:3] for call in driver.car.calls] == [(Notifications, method, arguments)]


ASKS = notification("rain", Priority.NORMAL, 0, value=Quantity(value=1, unit="percent")).model_copy(
    update={
        "actions": (
            NoticeAction(id=0, titles={"en": "Close the roof", "de": "Dach schließen"}),
            NoticeAction(id=1, titles={"en": "Watch the film"}, parked_only=True),
        )
    }
)


@pytest.mark.parametrize(
    ("driving", "titles"), [(False, ["Close the roof", "Watch the film"]), (True, ["Close the roof"])]
)
def test_its_buttons_stand_in_the_list_and_on_the_live_card(drive, driving, titles):
    driver = drive(screen="notifications")
    say(driver, (ASKS,), ASKS, driving=driving)
    row = driver.cockpit.screen.rows[0]
    assert [button.label.text for button in row.buttons] == titles
    driver.tap(row.buttons[0])
    driver.cockpit.show("climate")
    driver.frames(3)
    card = driver.cockpit.notice.card
    assert [button.label.text for button in card.buttons] == titles
    driver.tap(card.buttons[-1])
    assert [call[:3] for call in driver.car.calls] == [
        (Notifications, "act", {"notification": "rain", "action": action}) for action in (0, len(titles) - 1)
    ]


def test_a_refused_dismissal_is_told(driver):
    driver.tap(driver.cockpit.screen.rows[1].dismiss)
    driver.car.calls[0][3](Outcome(False, reason="it is not in force"))
    driver.frames(2)
    assert driver.cockpit.banner.text == "Not possible: it is not in force"


def test_while_driving_only_the_current_one_is_shown_and_it_says_why(driver):
    say(driver, driving=True)
    screen = driver.cockpit.screen
    assert [row.title.text for row in screen.rows] == [TYRE]
    assert len(screen.rows[0].sentence.text) == 80
    assert (screen.more.words.text, screen.more.why.text) == ("2 more when parked", "Not while driving")
    say(driver, current=None, driving=True)
    assert screen.rows == []
    assert screen.more.words.text == "3 more when parked"


def test_without_any_all_is_well_and_without_the_service_it_says_so(driver):
    say(driver, (), None)
    assert "All is well" in words(driver)
    driver.store.put_stream(notices.ACTIVE, None)
    driver.frames(2)
    assert "All is well" not in words(driver)
    assert "No news from the car" in words(driver)


def test_the_rail_counts_them(driver):
    badge = next(driver.widgets(Badge))
    assert (badge.label.text, badge.opacity) == ("3", 1)
    say(driver, (), None)
    assert badge.opacity == 0


@pytest.mark.parametrize("screen", ["home", "climate", "apps"])
def test_the_live_card_lies_on_the_screen_and_keeps_off_the_bars(drive, screen):
    driver = drive(screen=screen)
    say(driver, driving=True)
    card = driver.cockpit.notice.card
    assert card.title.text == TYRE
    assert card.urgent
    stage = driver.cockpit._stage
    assert card.top <= stage.top
    assert card.y > stage.center_y  # speed and limit are in the lower half


def test_the_live_card_is_dismissed_and_goes_when_the_service_says_so(drive):
    driver = drive(screen="climate")
    say(driver)
    assert driver.cockpit.notice.card.dismiss in driver.cockpit.focus.controls()
    driver.tap(driver.cockpit.notice.card.dismiss)
    assert [call[1:3] for call in driver.car.calls] == [("dismiss", {"notification": TYRE})]
    say(driver, ALL[1:], ALL[1])
    assert driver.cockpit.notice.card.title.text == RANGE
    assert not driver.cockpit.notice.card.urgent
    say(driver, ALL[1:], None)
    assert driver.cockpit.notice.card is None


def test_a_touch_on_the_live_card_opens_the_list_where_it_is_not_shown_twice(drive):
    driver = drive(screen="climate")
    say(driver)
    driver.tap(driver.cockpit.notice.card, at=(0.3, 0.5))
    assert driver.cockpit.current == "notifications"
    assert driver.cockpit.notice.card is None


def test_a_sentence_said_meanwhile_does_not_hide_the_card(drive):
    driver = drive(screen="climate")
    say(driver)
    driver.cockpit.tell("Hello")
    driver.frames(2)
    assert driver.cockpit.banner.top <= driver.cockpit.notice.card.y


@LAYOUTS
def test_everything_fits(drive, layout):
    driver = drive(screen="notifications", **layout)
    title = "Frein de stationnement serré "
    long, endless = (entitled(one, title * often) for one, often in zip(ALL, (1, 4), strict=False))
    say(driver, (long, endless, ALL[2]), long)
    scale = layout["size"][0] / 1280
    for row in driver.cockpit.screen.rows:
        assert row.title.top <= row.top
        assert row.title.right <= row.age.x
        assert row.sentence.y >= row.y
        assert row.sentence.right <= row.age.x
        assert row.dismiss.right <= row.right
        assert all(min(w.size) >= 76 * scale - 0.5 for w in row.walk() if isinstance(w, Control))
    driver.cockpit.show("climate")
    driver.frames(2)
    assert not driver.cockpit.notice.card.title.is_shortened
