"""The vehicle screen: the picture shows the car as it stands, every control actuates its signals."""

import pytest

from carservices.signals import Value
from carservices_ui import i18n
from carservices_ui.restrictions import STREAM
from carservices_ui.screens import vehicle_shape
from carservices_ui.screens.vehicle_car import summary
from carservices_ui.screens.vehicle_signals import (
    CABLE,
    DOORS,
    DRIVER_POSITION,
    FLAP,
    HAZARD,
    HOOD,
    IS_CHARGING,
    LAMPS,
    LIGHTS,
    LOCKS,
    MIRRORS,
    TRUNK,
    TYRES,
    WINDOW_LOCK,
    WINDOWS,
    car_state,
)
from carservices_ui.store import Store
from tests.ui.fitting import LAYOUTS, controls_keep_apart, fits
from tests.ui.states import MOVING, PARKED

WIPING = "Vehicle.Body.Windshield.{}.Wiping.Mode"
CAR = {
    **dict.fromkeys((*DOORS.values(), *LOCKS, *MIRRORS.values(), TRUNK, HOOD, FLAP, CABLE, HAZARD, WINDOW_LOCK), False),
    **dict.fromkeys(WINDOWS.values(), 0),
    **dict.fromkeys(LAMPS.values(), False),
    LAMPS["brake"]: "INACTIVE",
    f"{LIGHTS}.LightSwitch": "AUTO",
    WIPING.format("Front"): "RAIN_SENSOR",
    WIPING.format("Rear"): "OFF",
    **{f"{tyre}.Pressure": 250 for tyre in TYRES.values()},
    **{f"{tyre}.Temperature": 24.0 for tyre in TYRES.values()},
    **{f"{tyre}.IsPressureLow": False for tyre in TYRES.values()},
    "Vehicle.VehicleIdentification.Brand": "Renault",
    "Vehicle.VehicleIdentification.Model": "Megane E-Tech EV60",
    "Vehicle.VehicleIdentification.VIN": "VF1RCB00069000060",
    "Vehicle.TraveledDistance": 12_345_000,
    "Vehicle.Service.DistanceToService": 17_655.0,
    "Vehicle.Service.TimeToService": 40 * 86_400,
    "Vehicle.Service.IsServiceDue": False,
    "Vehicle.Body.Windshield.Front.WasherFluid.Level": 62,
    "Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow": False,
    "Vehicle.LowVoltageBattery.CurrentVoltage": 14.2,
    "Vehicle.Powertrain.TractionBattery.StateOfHealth": 97.0,
    "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear": 20,
    "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear": 35,
}


def open_screen(drive, **options):
    driver = drive(screen="vehicle", **options)
    driver.store.put_stream(STREAM, PARKED)
    driver.put(CAR)
    return driver


def test_tyres_and_facts_are_shown(screen):
    tyre = screen.car.tyres["Row1.Left"]
    assert (tyre.pressure.text, tyre.temperature.text) == ("2.5 bar", "24°")
    facts = {name: fact.value.text for name, fact in (screen.service.facts | screen.service.wide).items()}
    assert facts == {
        "odometer": "12,345 km",
        "health": "97 %",
        "service_distance": "17,655 km",
        "service_time": "40 days",
        "pads_row1": "65 %",
        "pads_row2": "–",
        "washer": "62 %",
        "low_voltage": "14.2 V",
        "model": "Renault Megane E-Tech EV60",
        "vin": "VF1RCB00069000060",
    }
    assert screen.car.status.text == "Everything is closed"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({DOORS["Row1.DriverSide"]: True}, ["Door open"]),
        ({DOORS["Row1.DriverSide"]: True, DOORS["Row2.PassengerSide"]: True}, ["2 doors open"]),
        ({HOOD: True, TRUNK: True, CABLE: True}, ["Hood open", "Trunk open", "Plugged in"]),
        ({WINDOWS["Row2.DriverSide"]: 30}, ["Window open"]),
        ({f"{TYRES['Row2.Left']}.IsPressureLow": True}, ["Tyre pressure low"]),
        ({f"{TYRES['Row1.Left']}.Pressure": 140}, ["Tyre pressure low"]),
        ({f"{TYRES['Row1.Left']}.Pressure": 200}, []),
        ({}, []),
    ],
)
def test_what_there_is_to_know_is_summed_up(values, words):
    i18n.set_language("en")
    store = Store()
    for path, value in values.items():
        store.put(Value(path, value, 0))
    store.drain()
    assert summary(car_state(store)) == words


def test_the_sentence_names_two_findings_and_counts_the_rest(driver, screen):
    driver.put({HOOD: True, TRUNK: True, CABLE: True})
    assert screen.car.status.text == "Hood open · Trunk open +1"


def test_the_picture_knows_the_driver_side(driver, screen):
    driver.put({DOORS["Row1.DriverSide"]: True, MIRRORS["PassengerSide"]: True, WINDOWS["Row2.DriverSide"]: 40})
    shown = screen.car.picture.state
    assert (shown.opened, shown.folded, shown.windows["Row2.Left"]) == ({"Row1.Left"}, {"Right"}, 40)
    driver.put({DRIVER_POSITION: "RIGHT"})
    shown = screen.car.picture.state
    assert (shown.opened, shown.folded, shown.windows["Row2.Right"]) == ({"Row1.Right"}, {"Left"}, 40)


def test_lamps_are_lit_in_the_picture(driver, screen):
    driver.put({LAMPS["low"]: True, LAMPS["brake"]: "ACTIVE", HAZARD: True, CABLE: True, IS_CHARGING: True})
    shown = screen.car.picture.state
    assert shown.lamps == {"low", "brake", "left", "right"}
    assert (shown.cable, shown.charging) == (True, True)


def test_indicators_blink_in_the_picture(driver, screen):
    def amber():
        pixels = screen.car.picture.export_as_image().texture.pixels
        red, green, blue = (pixels[part::4] for part in range(3))
        return any(r > 200 and 90 < g < 190 and b < 90 for r, g, b in zip(red, green, blue, strict=True))

    assert not amber()
    driver.put({HAZARD: True})
    for lit in (True, False, True):
        driver.until(lambda lit=lit: amber() is lit)
    driver.put({HAZARD: False})
    assert not amber()


@pytest.mark.parametrize(("leaf", "low", "well"), [("IsPressureLow", True, False), ("Pressure", 140, 250)])
def test_a_low_tyre_is_told_apart(driver, screen, leaf, low, well):
    tyre = screen.car.tyres["Row2.Left"]
    before = tuple(tyre.pressure.color)
    driver.put({f"{TYRES['Row2.Left']}.{leaf}": low})
    assert tuple(tyre.pressure.color) != before
    assert tyre.warning.parent is not None
    driver.put({f"{TYRES['Row2.Left']}.{leaf}": well})
    assert tuple(tyre.pressure.color) == before


@pytest.mark.parametrize(
    ("name", "paths", "value"),
    [
        ("locks", LOCKS, True),
        ("trunk", (TRUNK,), True),
        ("mirrors", tuple(MIRRORS.values()), True),
        ("flap", (FLAP,), True),
        ("hazard", (HAZARD,), True),
        ("child_lock", (WINDOW_LOCK,), True),
    ],
)
def test_a_tile_actuates_all_its_signals(driver, screen, name, paths, value):
    tile = screen.controls.tiles[name]
    driver.tap(tile)
    assert tile.phase == "pending"
    assert {(path, sent) for path, sent, _ in driver.car.sets} == {(path, value) for path in paths}
    driver.answer()
    assert (tile.phase, tile.value) == ("confirmed", True)


@pytest.mark.parametrize(
    ("tab", "find", "path", "value"),
    [
        ("controls", lambda s: s.controls.windows.segments[1][1], WINDOWS["Row1.DriverSide"], 10),
        ("lights", lambda s: s.lights.switch.segments[4][1], f"{LIGHTS}.LightSwitch", "BEAM"),
        ("lights", lambda s: s.lights.lamps["fog_rear"], LAMPS["fog_rear"], True),
        ("lights", lambda s: s.lights.front.segments[0][1], WIPING.format("Front"), "OFF"),
        ("lights", lambda s: s.lights.rear.segments[1][1], WIPING.format("Rear"), "INTERVAL"),
    ],
)
def test_a_choice_actuates_its_signal(driver, screen, tab, find, path, value):
    screen.tabs.choose(tab)
    driver.frames(2)
    driver.tap(find(screen))
    assert (path, value) in [(sent_path, sent) for sent_path, sent, _ in driver.car.sets]


def test_a_refusal_is_told_and_taken_back(driver, screen):
    tile = screen.controls.tiles["trunk"]
    driver.tap(tile)
    driver.answer(ok=False, reason="the tailgate is locked")
    assert (tile.phase, tile.value) == ("refused", False)
    assert "the tailgate is locked" in driver.cockpit.banner.text


@pytest.mark.parametrize("seat", DOORS)
def test_a_door_is_opened_on_its_side_of_the_picture(driver, screen, seat):
    door = screen.car.doors[seat]
    assert (door.center_x < screen.car.center_x) is ("Driver" in seat)
    driver.tap(door)
    assert door.phase == "pending"
    assert [(path, value) for path, value, _ in driver.car.sets] == [(DOORS[seat], True)]
    driver.answer(ok=False, reason="the door is locked")
    assert (door.phase, door.value) == ("refused", False)
    assert "the door is locked" in driver.cockpit.banner.text


def test_the_doors_change_sides_with_the_driver(driver, screen):
    driver.put({DRIVER_POSITION: "RIGHT"})
    assert screen.car.doors["Row1.DriverSide"].center_x > screen.car.center_x


def test_the_pane_stays_open_when_the_screen_is_built_anew(driver, screen):
    screen.tabs.choose("service")
    driver.cockpit.restyle()
    driver.frames(3)
    assert driver.cockpit.screen is not screen
    assert driver.cockpit.screen.tabs.value == "service"
    assert driver.cockpit.screen.service.parent is not None


def test_one_unlocked_door_is_not_locked(driver, screen):
    driver.put(dict.fromkeys(LOCKS, True))
    assert screen.controls.tiles["locks"].value is True
    driver.put({LOCKS[-1]: False})
    assert screen.controls.tiles["locks"].value is False


def test_what_is_setup_waits_until_the_car_is_parked(driver, screen):
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(2)
    usable = {name for name, tile in screen.controls.tiles.items() if tile.usable}
    assert usable == {"locks", "hazard", "child_lock"}
    assert not any(door.usable for door in screen.car.doors.values())
    assert screen.controls.why.text == "Not while driving"
    for touched in (screen.controls.tiles["trunk"], screen.car.doors["Row1.DriverSide"]):
        driver.tap(touched)
        assert driver.car.sets == []
        assert driver.cockpit.banner.text == "Not while driving"
        driver.cockpit.banner.dismiss()
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(2)
    assert screen.controls.tiles["trunk"].usable
    assert all(door.usable for door in screen.car.doors.values())
    assert screen.controls.why.text == " "


def test_without_values_there_is_a_dash_and_nothing_to_touch(driver, screen):
    driver.put(dict.fromkeys(CAR))
    assert (screen.car.tyres["Row1.Right"].pressure.text, screen.car.status.text) == ("–", "–")
    assert {fact.value.text for fact in screen.service.facts.values()} == {"–"}
    assert not any(tile.usable for tile in screen.controls.tiles.values())
    assert screen.controls.tiles["locks"].state_text.text == "–"


@pytest.mark.parametrize("row", vehicle_shape.DOORS)
def test_an_open_door_stands_off_the_car(row):
    closed, opened = (vehicle_shape.door_leaf(row, -1, opened=flag) for flag in (False, True))
    assert min(x for x, _ in opened) < min(x for x, _ in closed) - 0.4


@LAYOUTS
def test_everything_fits(drive, layout):
    driver = open_screen(drive, **layout)
    screen = driver.cockpit.screen
    for tab in ("controls", "lights", "service"):
        screen.tabs.choose(tab)
        driver.frames(2)
        fits(screen.panel)
        controls_keep_apart(screen.panel)
    fits(screen.car)
    controls_keep_apart(screen.car)
