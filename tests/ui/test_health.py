"""The car-health screen: verdict, faults, details, repairs and clearing, and what is left of it while driving."""

import time

import pytest

from carservices.api.diagnostics import (
    Attempt,
    CarHealth,
    Diagnostics,
    DriveOn,
    Ecu,
    Explanation,
    Obstacle,
    Offer,
    Phase,
    Reading,
    Result,
    Severity,
    TroubleCode,
    Verdict,
    Words,
)
from carservices.api.notifications import Board, Current, Message, Notification, Priority
from carservices_ui import notices
from carservices_ui.health import STREAM
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.widgets import Text, TextButton
from tests.ui.fitting import LAYOUTS, controls_keep_apart, fits, of_kind
from tests.ui.states import MOVING, PARKED

NOW = time.time()


@pytest.fixture(autouse=True)
def still(monkeypatch):
    """Ages are counted from the moment of these states, however late in a run the test comes."""
    monkeypatch.setattr(time, "time", lambda: NOW)


def fault(code, severity, drive_on, status="confirmed", **more):
    words = Explanation(
        title=f"Title of {code}", text="What it means.", action=f"{'Do this now. ' * 3}{'Then this. ' * 6}"
    )
    return TroubleCode(
        **{"ecu": "BMS", "code": code, "severity": severity, "drive_on": drive_on, "status": status}
        | {"texts": {"en": words}, "known": True, "first_seen": NOW - 7200, "last_seen": NOW - 60}
        | more
    )


def offer(*obstacles):
    words = Words(title="Unlock the heater", text="It gets another chance.")
    return Offer(name="heater_unlock", texts={"en": words}, automatic=False, left=2, obstacles=obstacles)


HOT = fault(
    "P0A7E-98",
    Severity.CRITICAL,
    DriveOn.NO,
    frame=(
        Reading(name="2008", labels={"en": "Warmest cell"}, value=58.0, unit="Celsius"),
        Reading(name="2003", labels={"en": "Charge"}, value=78.0, unit="percent"),
    ),
)
LOCKED = fault("B1B30-98", Severity.MINOR, DriveOn.YES, ecu="HVAC", repair=offer())
STORED = fault("P0073-31", Severity.SERIOUS, DriveOn.CAREFULLY, status="stored", ecu="VCU")
HEALED = fault("B1A30-54", Severity.MINOR, DriveOn.YES, status="healed", ecu="BCM")
UNITS = tuple(
    Ecu(name=name, hal="emulator", request=1, response=9, reachable=name != "TPMS") for name in ("BMS", "HVAC", "TPMS")
)
HEALTH = CarHealth(scanned=NOW - 240, verdict=Verdict.STOP, ecus=UNITS, codes=(HOT, LOCKED, STORED), healed=(HEALED,))


def open_screen(drive, health, driving=PARKED, **options):
    driver = drive(screen="health", **options)
    driver.store.put_link(True)
    driver.store.put_stream(DRIVING, driving)
    show(driver, health)
    return driver, driver.cockpit.screen


def show(driver, health):
    driver.store.put_stream(STREAM, health)
    driver.frames(3)


def told_of(driver, code):
    """As the diagnostics service tells the driver."""
    notification = Notification(
        id="diagnostics.one",
        priority=Priority.CRITICAL,
        texts={"en": Message(title=code.code)},
        about=code.id,
        poster=Diagnostics.name,
        since=NOW,
    )
    driver.store.put_stream(notices.ACTIVE, Board(notifications=(notification,), driving=False))
    driver.store.put_stream(notices.CURRENT, Current(notification=notification))
    driver.frames(3)


def test_a_touch_on_its_notification_opens_the_fault(drive):
    driver = drive(screen="notifications")
    driver.store.put_stream(DRIVING, PARKED)
    show(driver, HEALTH)
    told_of(driver, LOCKED)
    driver.tap(driver.cockpit.screen.rows[0])
    driver.frames(3)
    assert (driver.cockpit.current, driver.cockpit.screen.content.code) == ("health", LOCKED)
    told_of(driver, HOT)
    driver.tap(driver.cockpit.notice.card)
    assert driver.cockpit.screen.content.code == HOT, "also where the screen is open already"


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def asked(driver):
    return [(method, arguments) for _, method, arguments, _ in driver.car.calls]


def test_the_verdict_the_units_and_the_faults(drive):
    driver, screen = open_screen(drive, HEALTH)
    assert screen.verdict.title.text == "Stop safely"
    assert screen.verdict.age.text == "Checked 4 min ago"
    assert {"BMS", "HVAC", "TPMS"} <= words(driver)
    assert list(screen.content.rows) == [HOT.id, LOCKED.id, STORED.id, HEALED.id]
    assert screen.content.rows[HOT.id].detail.text == "Stop where it is safe  ·  BMS · P0A7E-98"
    assert screen.content.rows[STORED.id].detail.text == "Stored  ·  VCU · P0073-31"


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (None, "Diagnostics are not available"),
        (CarHealth(), "No control units"),
        (CarHealth(ecus=UNITS, scanned=NOW, verdict=Verdict.GOOD), "No faults"),
        (CarHealth(ecus=UNITS, phase=Phase.SCANNING, busy_with="HVAC", progress=0.4), "Checking HVAC"),
        (CarHealth(ecus=UNITS), "Not checked yet"),
    ],
)
def test_states_without_faults(drive, health, said):
    driver, screen = open_screen(drive, health)
    assert said in words(driver)
    assert screen.verdict.scan.available is (health is not None and health.phase is Phase.IDLE)
    assert not screen.verdict.clear.available


def test_scan_and_clear_are_asked_of_the_service_and_a_refusal_is_told(drive):
    driver, screen = open_screen(drive, HEALTH)
    driver.tap(screen.verdict.scan)
    driver.tap(screen.verdict.clear)
    assert asked(driver) == [("scan", {})]  # clearing is asked once more first
    driver.tap(next(b for b in driver.cockpit.dialog.walk() if isinstance(b, TextButton) and b.label.text == "Clear"))
    assert asked(driver) == [("scan", {}), ("clear", {})]
    assert driver.car.calls[0][0] is Diagnostics
    driver.car.calls[1][3](Outcome(False, reason="the BMS refuses"))
    driver.frames(2)
    assert "the BMS refuses" in driver.cockpit.banner.text


def test_a_fault_in_detail_and_back(drive):
    driver, screen = open_screen(drive, HEALTH)
    driver.tap(screen.content.rows[HOT.id])
    assert screen.content.code.id == HOT.id
    assert {"Stop where it is safe", "58°", "Warmest cell", "78 %", "2 h 00 ago", "What it means."} <= words(driver)
    show(driver, HEALTH.model_copy(update={"codes": (LOCKED,)}))  # it has gone meanwhile
    assert list(screen.content.rows) == [LOCKED.id, HEALED.id]
    driver.tap(screen.content.rows[LOCKED.id])
    driver.tap(screen.content.back)
    assert list(screen.content.rows) == [LOCKED.id, HEALED.id]


def test_a_repair_wants_a_yes_and_shows_how_the_last_one_ended(drive):
    tried = Attempt(
        time=NOW - 3600, repair="heater_unlock", fault=LOCKED.id, automatic=True, result=Result.NOT_FIXED, reason=""
    )
    driver, screen = open_screen(drive, HEALTH.model_copy(update={"attempts": (tried,)}))
    screen.open(LOCKED.id)
    driver.frames(2)
    assert "1 h 00 ago, by itself: did not help" in words(driver)
    driver.tap(screen.content.repair.button)
    assert asked(driver) == []
    driver.tap(next(b for b in driver.cockpit.dialog.walk() if isinstance(b, TextButton) and b.label.text == "Repair"))
    assert asked(driver) == [("repair", {"fault": LOCKED.id})]


def test_an_obstacle_is_said_where_the_button_is(drive):
    blocked = LOCKED.model_copy(update={"repair": offer(Obstacle.CHARGE, Obstacle.NOT_PARKED)})
    driver, screen = open_screen(
        drive, HEALTH.model_copy(update={"codes": (blocked,), "obstacles": (Obstacle.NOT_PARKED,)})
    )
    assert screen.verdict.why.text == "Only while parked"
    assert not screen.verdict.clear.available
    screen.open(LOCKED.id)
    driver.frames(2)
    assert not screen.content.repair.button.available
    assert screen.content.repair.why.text == "The battery has too little charge"


def test_while_driving_only_what_matters_on_the_road_is_left(drive):
    driver, screen = open_screen(drive, HEALTH, MOVING)
    assert list(screen.content.rows) == [HOT.id]
    assert (screen.content.more.words.text, screen.content.more.why.text) == ("2 more", "Not while driving")
    assert not screen.verdict.clear.available
    assert screen.verdict.why.text == "Not while driving"
    driver.tap(screen.content.rows[HOT.id])
    assert not {"58°", "What it means."} & words(driver)
    action = screen.content._flowing[1].text
    assert len(action) <= MOVING.limits.string_length
    assert action.endswith(".")
    driver.store.put_stream(DRIVING, PARKED)
    driver.frames(3)
    assert "58°" in words(driver)


def test_the_vehicle_screen_leads_here(drive):
    driver = drive(screen="vehicle")
    show(driver, HEALTH)
    driver.tap(driver.cockpit.screen.health)
    assert driver.cockpit.current == "health"


@LAYOUTS
def test_everything_fits(drive, layout):
    calm = HEALTH.model_copy(update={"codes": (LOCKED,), "healed": ()})
    driver, screen = open_screen(drive, calm, **layout)
    for _ in ("list", "detail"):
        driver.frames(2)
        fits(screen.verdict)
        controls_keep_apart(screen.verdict)
        assert not [text.text for text in of_kind(screen.panel, Text) if text.is_shortened]
        screen.open(LOCKED.id)
