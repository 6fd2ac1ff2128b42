"""The energy screen: the trip as the service tells it, the battery as the car does, and every control actuates."""

import pytest

from carservices.api.driving import Cause
from carservices.api.energy import Energy, Sink, Trip, TripPoint
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.screens.energy_battery import BATTERY, CONDITIONING, LIMIT, START_STOP, TIME_TO_LIMIT
from carservices_ui.screens.vehicle_signals import CABLE, IS_CHARGING
from carservices_ui.store import Outcome
from carservices_ui.streams import TRIP as STREAM
from carservices_ui.ui import BATTERY_POWER
from carservices_ui.units import HMI
from carservices_ui.widgets import Text, TextButton
from tests.ui.fitting import LAYOUTS, fits
from tests.ui.states import MOVING, PARKED

CAR = {
    f"{BATTERY}.Range": 312_000,
    f"{BATTERY}.StateOfCharge.Displayed": 78.0,
    f"{BATTERY}.Temperature.Average": 24.0,
    f"{BATTERY}.StateOfHealth": 97.0,
    BATTERY_POWER: -12_300.0,
    LIMIT: 80,
    START_STOP: "START",
    TIME_TO_LIMIT: 0,
    CABLE: False,
    IS_CHARGING: False,
    f"{CONDITIONING}.RequestedMode": "INACTIVE",
    f"{CONDITIONING}.IsActive": False,
}
TRIP = Trip(
    start=0.0,
    distance_m=13_800,
    duration_s=1500,
    energy_kwh=2.24,
    recuperated_kwh=0.61,
    drawn_kwh=2.34,
    consumption=16.2,
    by_cause={
        Sink.DRIVE: 2.2,
        Sink.RECUPERATED: -0.66,
        Sink.AUXILIARIES: 0.62,
        Sink.DCDC_LOSS: 0.06,
        Sink.BATTERY_LOSS: 0.12,
        Sink.UNKNOWN: 0.0,
    },
    points=tuple(
        TripPoint(distance_km=0.3 * n, kwh_per_100km=kwh, soc=80.0, range_km=330.0 - n)
        for n, kwh in enumerate((22.0, 18.0, -9.0, 31.0), start=1)
    ),
)


def open_screen(drive, **options):
    driver = drive(screen="energy", **options)
    driver.store.put_stream(DRIVING, PARKED)
    driver.store.put_stream(STREAM, TRIP)
    driver.put(CAR)
    return driver


def shown(screen):
    return {name: f"{figure.value.text} {figure.unit.text}".strip() for name, figure in screen.trip.figures.items()}


def test_the_trip_in_figures(driver, screen):
    assert shown(screen) == {
        "distance": "13.8 km",
        "time": "25 min",
        "average": "16.2 kWh/100 km",
        "recuperated": "0.6 kWh",
        "used": "2.2 kWh",
    }
    driver.put({f"{HMI}.DistanceUnit": "MILES"})
    driver.frames(2)
    miles = driver.cockpit.screen
    assert shown(miles)["distance"] == "8.6 mi"
    assert miles.trip.chart.course.stretches[-1].end == pytest.approx(0.7456, abs=1e-3)


def test_the_course_is_charted(screen):
    course = screen.trip.chart.course
    assert [(round(s.end, 1), s.consumption, s.range) for s in course.stretches] == [
        (0.3, 22.0, 329.0),
        (0.6, 18.0, 328.0),
        (0.9, -9.0, 327.0),
        (1.2, 31.0, 326.0),
    ]
    labels = screen.trip.chart.labels
    assert [labels["left"][name].text for name in ("top", "middle", "zero")] == ["40", "20", "0"]
    assert [labels["right"][name].text for name in ("top", "middle", "zero")] == ["400", "200", "0"]
    assert screen.trip.empty.text == ""


def test_a_trip_that_has_just_begun_fills_only_its_part_of_the_way(driver, screen):
    first = TRIP.points[0].model_copy(update={"distance_km": 0.1})
    driver.store.put_stream(STREAM, TRIP.model_copy(update={"points": (first,)}))
    driver.frames(2)
    assert screen.trip.chart.end.text == "1.0 km"


def test_where_the_energy_went(screen):
    losses = screen.losses
    assert losses.total.text == "2.34 kWh"
    amounts = {sink.value: cause.value.text for sink, cause in losses.causes.items() if cause.parent}
    assert amounts == {"drive": "2.20", "auxiliaries": "0.62", "battery_loss": "0.12", "dcdc_loss": "0.06"}
    assert losses.back.value.text == "−0.66"
    assert sum(amount for amount, _, _ in losses.bar.amounts) - losses.bar.back == pytest.approx(TRIP.drawn_kwh)


def test_what_nobody_knows_is_listed_only_when_there_is_some(driver, screen):
    driver.store.put_stream(STREAM, TRIP.model_copy(update={"by_cause": {**TRIP.by_cause, Sink.UNKNOWN: 0.3}}))
    driver.frames(2)
    assert screen.losses.causes[Sink.UNKNOWN].parent is not None


@pytest.mark.parametrize(
    ("trip", "words", "resettable"),
    [(Trip(start=0.0), "The trip begins when you drive", True), (None, "Trip data is not available", False)],
)
def test_without_a_trip_it_says_so(driver, screen, trip, words, resettable):
    driver.store.put_stream(STREAM, trip)
    driver.frames(2)
    assert screen.trip.empty.text == words
    assert screen.trip.reset.usable is resettable
    assert screen.losses.total.text == "–"
    assert {cause.value.text for cause in screen.losses.causes.values()} == {"–"}


def press(driver, words):
    driver.tap(next(button for button in driver.widgets(TextButton) if button.label.text == words))


def test_a_new_trip_is_begun_only_after_asking(driver, screen):
    driver.tap(screen.trip.reset)
    press(driver, "Keep")
    assert driver.car.calls == []
    driver.tap(screen.trip.reset)
    press(driver, "New trip")
    (contract, method, _, on_outcome) = driver.car.calls[0]
    assert (contract, method, screen.trip.reset.phase) == (Energy, "reset", "pending")
    on_outcome(Outcome(True))
    driver.frames(2)
    assert screen.trip.reset.phase == "confirmed"


def test_a_failed_reset_is_told(driver, screen):
    driver.tap(screen.trip.reset)
    press(driver, "New trip")
    driver.car.calls[0][3](Outcome(False, reason="the energy service does not answer"))
    driver.frames(2)
    assert screen.trip.reset.phase == "refused"
    assert "the energy service does not answer" in driver.cockpit.banner.text


def test_the_battery_is_shown(driver, screen):
    battery = screen.battery
    facts = [fact.value.text for fact in (battery.power, battery.temperature, battery.health)]
    gauge = battery.gauge
    assert (gauge.range.text, gauge.charge.value.text, battery.limit_text.text) == ("312", "78 %", "80 %")
    assert facts == ["12 kW", "24°", "97 %"]
    assert (battery.charging.detail.text, battery.charging.toggle.value) == ("Not plugged in", False)
    driver.put({CABLE: True, IS_CHARGING: True, TIME_TO_LIMIT: 7800, BATTERY_POWER: 10_600.0})
    assert (battery.charging.detail.text, battery.charging.toggle.value) == ("2 h 10 left", True)
    assert (battery.power.value.text, battery.power.label.text) == ("11 kW", "taken in")


@pytest.mark.parametrize(
    ("find", "at", "path", "value"),
    [
        (lambda s: s.battery.limit, (0.99, 0.5), LIMIT, 100),
        (lambda s: s.battery.charging.toggle, (0.5, 0.5), START_STOP, "START"),
        (lambda s: s.battery.warming.toggle, (0.5, 0.5), f"{CONDITIONING}.RequestedMode", "FAST_CHARGING_PREPARATION"),
    ],
)
def test_a_touch_actuates_the_signal(driver, screen, find, at, path, value):
    control = find(screen)
    driver.tap(control, at)
    assert [(sent_path, sent) for sent_path, sent, _ in driver.car.sets] == [(path, value)]
    assert control.phase == "pending"
    driver.answer()
    assert control.phase == "confirmed"


def test_a_refusal_is_told_and_taken_back(driver, screen):
    toggle = screen.battery.charging.toggle
    driver.tap(toggle)
    driver.answer(ok=False, reason="no charging cable is connected")
    assert (toggle.phase, toggle.value) == ("refused", False)
    assert "no charging cable is connected" in driver.cockpit.banner.text


def test_the_limit_waits_until_the_car_is_parked(driver, screen):
    driver.store.put_stream(DRIVING, MOVING)
    driver.frames(2)
    words = [text.text for text in screen.battery.walk(restrict=True) if isinstance(text, Text)]
    assert screen.battery.limit.parent is None
    assert "Not while driving" in words
    assert "80 %" in words
    driver.store.put_stream(DRIVING, PARKED)
    driver.frames(2)
    assert screen.battery.limit.parent is not None


def test_without_values_there_is_a_dash_and_nothing_to_touch(driver, screen):
    driver.put(dict.fromkeys(CAR))
    battery = screen.battery
    gauge, charging = battery.gauge, battery.charging
    texts = (gauge.range, gauge.charge.value, battery.limit_text, battery.power.value, charging.detail)
    assert {text.text for text in texts} == {"–"}
    assert not any(c.usable for c in (battery.limit, battery.charging.toggle, battery.warming.toggle))


@LAYOUTS
def test_everything_fits(drive, layout):
    driver = open_screen(drive, **layout)
    driver.put({CABLE: True, IS_CHARGING: True, TIME_TO_LIMIT: 36_000})
    screen = driver.cockpit.screen
    for card in (screen.trip, screen.losses, screen.battery):
        fits(card)
    figures = list(screen.trip.figures.values())
    for one, other in zip(figures, [*figures[1:], screen.trip.reset], strict=True):
        assert one.x + one.width <= other.x
    for cause in (Cause.MOVING, Cause.STANDING, Cause.GEAR_UNKNOWN, Cause.SPEED_UNKNOWN, Cause.RULES_UNUSABLE):
        driver.store.put_stream(DRIVING, MOVING.model_copy(update={"cause": cause}))
        driver.frames(1)
        fits(screen.battery)
