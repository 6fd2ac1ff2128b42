"""The permission table: one deliberate decision for each signal, and nothing that moves the car for third parties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from carservices.api.permissions import Level
from carservices.apphost.permissions import LANGUAGES, Need, PermissionFile, RuleBook
from carservices.signals import Catalogue, Kind
from carservices.signals.globs import GlobSet

BOOK = RuleBook.default()
CATALOGUE = Catalogue.default()
PATHS = st.sampled_from(sorted(CATALOGUE))

COMFORT = GlobSet(
    "Vehicle.Cabin.HVAC.**",
    "Vehicle.Cabin.Light.**",
    "Vehicle.Cabin.Seat.**",
    "Vehicle.Chassis.SteeringWheel.HeatingCooling",
    "Vehicle.Body.Windshield.*.IsHeatingOn",
    "Vehicle.Body.Mirrors.*.IsHeatingOn",
    "Vehicle.Powertrain.TractionBattery.**",
    "!Vehicle.Cabin.Seat.Row1.DriverSide.Position",
    "!Vehicle.Cabin.Seat.Row1.DriverSide.Height",
    "!Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.*",
    "!Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.**",
)
"""All that third parties may ever set: comfort and charging, but no motion of the driver's seat, no flap, no lock."""


def third_party(need):
    return need.met({name for name in BOOK.permissions if BOOK.level(name) is not Level.SIGNATURE})


def test_every_signal_has_exactly_one_decision():
    rules = {path: BOOK.signals.all(path) for path in CATALOGUE}
    assert {path: len(found) for path, found in rules.items() if len(found) != 1} == {}
    actuators = [path for path, signal in CATALOGUE.items() if signal.kind is Kind.ACTUATOR]
    assert [path for path in actuators if rules[path][0].write is None] == [], "say who may set it, or 'never'"


def test_third_parties_set_comfort_and_nothing_else():
    actuators = [path for path, signal in CATALOGUE.items() if signal.kind is Kind.ACTUATOR]
    settable = {path for path in actuators if third_party(BOOK.write(path))}
    assert settable == set(COMFORT.select(actuators))
    asked = {name for path in settable for name in BOOK.write(path).names if BOOK.level(name) is Level.DANGEROUS}
    assert asked == {"climate.control", "cabin.light.control", "seats.control", "energy", "energy.control"}


@pytest.mark.parametrize(
    ("path", "level", "group"),
    [
        ("Vehicle.Speed", Level.DANGEROUS, "location"),
        ("Vehicle.CurrentLocation.Latitude", Level.DANGEROUS, "location"),
        ("Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", Level.DANGEROUS, "energy"),
        ("Vehicle.Exterior.AirTemperature", Level.NORMAL, "surroundings"),
        ("Vehicle.VehicleIdentification.VIN", Level.SIGNATURE, "car"),
        ("Vehicle.Driver.FatigueLevel", Level.SIGNATURE, "people"),
    ],
)
def test_levels_as_in_aaos(path, level, group):
    (name,) = BOOK.read(path).names
    assert (BOOK.level(name), BOOK.entry(name).group) == (level, group)


@given(PATHS)
def test_harmless_signals_come_once_a_second_the_others_ten_times(path):
    need = BOOK.read(path)
    harmless = all(BOOK.level(name) is Level.NORMAL for name in need.names)
    assert BOOK.rate(path) == (1.0 if harmless else 10.0)


@given(
    st.lists(st.sampled_from("abcd"), min_size=1),
    st.booleans(),
    st.sets(st.sampled_from("abcd")),
    st.sampled_from("abcd"),
)
def test_one_more_permission_never_takes_anything_away(names, is_any, held, more):
    need = Need(any_of=tuple(names)) if is_any else Need(all_of=tuple(names))
    assert need.met(held | {more}) or not need.met(held)
    assert need.met(set(names))
    assert not need.met(set("abcd") - set(names)) or not set(names)


@pytest.mark.parametrize("path", ["Vehicle.NotThere", "Acme.Private.Signal", ""])
def test_what_has_no_entry_is_nobodys(path):
    assert not BOOK.read(path).met(BOOK.permissions)
    assert not BOOK.write(path).met(BOOK.permissions)


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ("read:Vehicle.Chassis.Axle.**.Pressure", ("tyres",)),
        ("read:Vehicle.Chassis.Axle.**", ("car.condition", "tyres", "speed")),
        ("actuate:Vehicle.Cabin.HVAC.**", ("climate", "climate.control")),
        ("read:energy.trip", ("mileage", "energy")),
        ("call:driving.explain", ("driving",)),
        ("call:energy.nothing_like_it", ()),
        ("network:api.example.org", ("network:api.example.org",)),
        ("files:music", ("files:music",)),
    ],
)
def test_what_a_line_of_the_manifest_asks_for(scope, wanted):
    assert BOOK.wanted(scope) == wanted
    for permission in wanted:
        sentence = BOOK.sentence(permission)
        assert set(sentence) == set(LANGUAGES)
        assert all(scope.partition(":")[2] in text for text in sentence.values()) or ":" not in permission


def test_a_rule_names_only_permissions_that_are_described():
    rule = {"paths": ["Vehicle.Speed"], "read": {"any_of": ["speed", "sped"]}}
    with pytest.raises(ValidationError, match=r"Vehicle\.Speed: no permission sped, speed is described"):
        PermissionFile.model_validate({"permissions": {}, "signals": [rule], "streams": [], "calls": []})
