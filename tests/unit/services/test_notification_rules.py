"""Each rule is raised and ended at its limits, and can be said in every language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.services.notifications.conditions import Is, Signals
from carservices.services.notifications.monitor import Monitor
from carservices.services.notifications.rules import RULES
from carservices.services.notifications.texts import Texts
from carservices.signals import Status, Value
from carservices.signals.catalogue import Catalogue

BATTERY = "Vehicle.Powertrain.TractionBattery"
SOC = f"{BATTERY}.StateOfCharge.Displayed"
SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
CHARGING = f"{BATTERY}.Charging.IsCharging"
WHEEL = "Vehicle.Chassis.Axle.Row2.Wheel.Left"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"
SEAT = "Vehicle.Cabin.Seat.Row1"
TEXTS = Texts.load()


class Drive:
    """A monitor fed with readings; knows which rules are up."""

    def __init__(self):
        self.monitor = Monitor(RULES)
        self.up = set()

    def say(self, path, value, status=Status.AVAILABLE):
        for rule, raised in self.monitor.take(Value(path, value, 0, status)):
            (self.up.add if raised else self.up.discard)(rule.id)
        return self.up

    def say_all(self, readings):
        for path, value in readings:
            self.say(path, value)
        return self.up


@pytest.mark.parametrize(
    ("readings", "raised"),
    [
        ([(SOC, 14.9)], {"battery_low"}),
        ([(SOC, 15.0)], set()),
        ([(SOC, 14.9), (SOC, 16.9)], {"battery_low"}),
        ([(SOC, 14.9), (SOC, 17.0)], set()),
        ([(SOC, 14.9), (SOC, 4.9)], {"battery_empty"}),
        ([(CHARGING, True), (SOC, 4.0)], set()),
        ([("Vehicle.Powertrain.Range", 29_999)], {"range_low"}),
        ([(f"{BATTERY}.Temperature.Max", 56.0)], {"battery_hot"}),
        ([(f"{WHEEL}.Tire.Pressure", 199)], {"tyre_low.wheel_row2_left"}),
        ([(f"{WHEEL}.Tire.Pressure", 199), (f"{WHEEL}.Tire.Pressure", 209)], {"tyre_low.wheel_row2_left"}),
        ([(f"{WHEEL}.Tire.Pressure", 199), (f"{WHEEL}.Tire.Pressure", 210)], set()),
        ([(f"{WHEEL}.Tire.Pressure", 140)], {"tyre_flat.wheel_row2_left"}),
        ([(f"{WHEEL}.Tire.Pressure", 240), (f"{WHEEL}.Tire.IsPressureLow", True)], {"tyre_low.wheel_row2_left"}),
        ([(f"{WHEEL}.Brake.IsBrakesWorn", True)], {"brake_pads.wheel_row2_left"}),
        ([(f"{WHEEL}.Brake.PadWear", 91)], {"brake_pads.wheel_row2_left"}),
        ([(DOOR, True)], set()),
        ([(DOOR, True), (SPEED, 3.0)], set()),
        ([(DOOR, True), (SPEED, 3.1)], {"door_open.door_row1_driver"}),
        ([(DOOR, True), (SPEED, 3.1), (SPEED, 1.0)], set()),
        ([("Vehicle.Body.Hood.IsOpen", True), (SPEED, 20.0)], {"hood_open"}),
        ([("Vehicle.Body.Trunk.Rear.IsOpen", True), (SPEED, 20.0)], {"trunk_open"}),
        ([("Vehicle.Chassis.ParkingBrake.IsEngaged", True), (SPEED, 20.0)], {"parking_brake"}),
        ([(f"{SEAT}.DriverSide.IsBelted", False), (SPEED, 20.0)], {"belt.seat_row1_driver"}),
        ([(f"{SEAT}.PassengerSide.IsBelted", False), (SPEED, 20.0)], set()),
        (
            [
                (f"{SEAT}.PassengerSide.IsBelted", False),
                (f"{SEAT}.PassengerSide.OccupancyStatus", "OCCUPIED"),
                (SPEED, 20.0),
            ],
            {"belt.seat_row1_passenger"},
        ),
        ([(f"{BATTERY}.Charging.ChargingPort.FrontRight.IsChargingCableConnected", True), (GEAR, 126)], set()),
        (
            [(f"{BATTERY}.Charging.ChargingPort.FrontRight.IsChargingCableConnected", True), (GEAR, 127)],
            {"cable_connected"},
        ),
        ([("Vehicle.LowVoltageBattery.CurrentVoltage", 11.7)], {"low_voltage"}),
        ([("Vehicle.ADAS.ABS.IsError", True)], {"abs_error"}),
        ([("Vehicle.ADAS.ESC.IsError", True)], {"esc_error"}),
        ([("Vehicle.Driver.FatigueLevel", 80.0), (GEAR, 127)], {"tired"}),
        ([("Vehicle.Exterior.AirTemperature", 2.0)], set()),
        ([("Vehicle.Exterior.AirTemperature", 2.0), (GEAR, 127)], {"freezing"}),
        ([("Vehicle.Body.Lights.Beam.Low.IsDefect", True)], {"low_beam_defect"}),
        ([("Vehicle.Service.IsServiceDue", True), ("Vehicle.Service.DistanceToService", 10.0)], {"service_due"}),
        ([("Vehicle.Service.DistanceToService", 1400.0)], {"service_soon"}),
        ([("Vehicle.Body.Windshield.Front.WasherFluid.Level", 9)], {"washer_fluid"}),
        ([("Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow", True)], {"washer_fluid"}),
    ],
)
def test_rule_limits(readings, raised):
    assert Drive().say_all(readings) == raised


@pytest.mark.parametrize(
    ("readings", "raised"),
    [
        ([(SOC, 79.5), (CHARGING, True), (CHARGING, False)], {"charged"}),
        ([(SOC, 60.0), (CHARGING, True), (CHARGING, False)], {"charging_interrupted"}),
        ([(SOC, 60.0), (CHARGING, True), (f"{BATTERY}.Charging.StartStopCharging", "STOP"), (CHARGING, False)], set()),
        ([(SOC, 60.0), (CHARGING, False)], set()),
        ([(SOC, 79.5), (CHARGING, True), (CHARGING, False), (SOC, 70.0)], {"charged"}),
        ([(SOC, 60.0), (CHARGING, True), (CHARGING, False), (CHARGING, True)], set()),
        ([(SOC, 60.0), (CHARGING, True), (CHARGING, False), (SPEED, 10.0)], set()),
    ],
)
def test_how_charging_ended(readings, raised):
    assert Drive().say_all([(f"{BATTERY}.Charging.ChargeLimit", 80), *readings]) == raised


def test_lost_signals_are_told_apart_from_signals_that_never_came():
    drive = Drive()
    assert drive.say(SPEED, None, Status.UNAVAILABLE) == set()
    drive.say(SPEED, 0.0)
    drive.say(GEAR, 126)
    assert drive.say(SPEED, None, Status.UNAVAILABLE) == {"speed_lost"}
    assert drive.say(GEAR, None, Status.UNAVAILABLE) == {"car_lost"}
    assert drive.say_all([(SPEED, 0.0), (GEAR, 126)]) == set()


def test_a_warning_stays_when_its_sensor_dies():
    drive = Drive()
    drive.say(f"{WHEEL}.Tire.Pressure", 180)
    assert drive.say(f"{WHEEL}.Tire.Pressure", None, Status.ERROR) == {"tyre_low.wheel_row2_left"}


truths = st.sampled_from([True, False, None])


@given(truths, truths)
def test_conditions_combine_in_kleenes_logic(one, other):
    signals = Signals()
    for path, truth in (("a", one), ("b", other)):
        if truth is not None:
            signals.take(Value(path, truth, 0))
    rank = {False: 0, None: 1, True: 2}
    assert (Is("a") & Is("b")).holds(signals, False) is min(one, other, key=rank.get)
    assert (Is("a") | Is("b")).holds(signals, False) is max(one, other, key=rank.get)
    assert (~~Is("a")).holds(signals, False) is one


def test_rules_look_at_signals_of_the_catalogue_only():
    known = Catalogue.default()
    for rule in RULES:
        for path in rule.paths:
            assert path in known, f"{rule.id} looks at {path}"
        for show in rule.show.values():
            assert known[show.path].unit == show.unit, f"{rule.id} shows {show.path}"


def test_ids_are_unique():
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_rule_has_its_sentence_with_its_parameters(rule, language):
    notification = TEXTS.notification(rule, Signals(), since=0.0)
    message = notification.texts[language]
    named = set(re.findall(r"\{(\w+)\}", message.title + message.text))
    assert named <= set(notification.parameters)
    said = notification.say(language)
    assert said.title
    assert "{" not in said.title + said.text


def test_no_text_without_a_rule():
    assert set(TEXTS.messages) == {rule.key for rule in RULES}
    assert set(TEXTS.words) == {rule.place for rule in RULES if rule.place}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The tyre rear left has 180 kPa. Check it soon."),
        ("de", "Der Reifen hinten links hat 180 kPa. Prüfen Sie ihn bald."),
        ("fr", "Le pneu arrière gauche est à 180 kPa. Vérifiez-le bientôt."),
        ("it", "The tyre rear left has 180 kPa. Check it soon."),
    ],
)
def test_sentences(language, text):
    drive = Drive()
    drive.say(f"{WHEEL}.Tire.Pressure", 180)
    rule = next(rule for rule in RULES if rule.id == "tyre_low.wheel_row2_left")
    assert TEXTS.notification(rule, drive.monitor.signals, 0.0).say(language).text == text


def test_quantities_are_said_in_the_drivers_units():
    drive = Drive()
    drive.say_all([("Vehicle.Powertrain.Range", 24_680), (SOC, 12.4)])
    rule = next(rule for rule in RULES if rule.id == "range_low")
    notification = TEXTS.notification(rule, drive.monitor.signals, 0.0)
    assert notification.say().text == "About 25 km left. Plan a charging stop."
    miles = notification.say(quantity=lambda q: f"{q.value / 1.609344:.0f} mi" if q.unit == "km" else str(q))
    assert miles.text == "About 16 mi left. Plan a charging stop."
