"""The process table: predicates, and the checks that keep it sound."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from carservices.system.spec import (
    Facts,
    ProcessSpec,
    TableError,
    always,
    check_table,
    developer,
    has_display,
    on_ignition,
    safe_mode,
)
from carservices.system.table import car_table

EVERY_FACTS = [Facts(*facts) for facts in product([False, True], repeat=4)]


@pytest.mark.parametrize("facts", EVERY_FACTS, ids=str)
def test_predicates_combine_like_truth_values(facts):
    assert always(facts)
    assert (on_ignition & has_display)(facts) == (facts.ignition and facts.display)
    assert (on_ignition | developer)(facts) == (facts.ignition or facts.developer)
    assert (~safe_mode)(facts) == (not facts.safe_mode)


def test_a_combined_predicate_can_be_read():
    assert (developer & ~safe_mode | on_ignition).words == "((developer and not safe mode) or ignition)"


def spec(name, *after):
    return ProcessSpec(name, "module:function", after=after)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([spec("a"), spec("a")], "a is there more than once"),
        ([spec("a", "b")], "a starts after b, which is not in the table"),
        ([spec("a", "b"), spec("b", "c"), spec("c", "a")], "wait for each other"),
        ([spec("a", "a")], "wait for each other"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(table, words):
    with pytest.raises(TableError, match=words):
        check_table(table)


def test_the_car_stops_its_hub_last_and_only_tools_may_do_everything():
    table = car_table(Path("state"), {"one": {}, "two": {"speed": 2}})
    assert [s.name for s in table if s.name.startswith("hal.")] == ["hal.one", "hal.two", "hal.door"]
    assert min(table, key=lambda s: s.priority).name == "hub"
    assert [s.name for s in table if s.critical] == ["hub"]
    assert {s.name: s.grants.control for s in table if s.grants.control} == {
        "panel": ("**",),
        "diagnostics": ("hal.*.ecus", "hal.*.diagnose"),
    }
    assert {s.name: s.grants.actuate for s in table if s.grants.actuate and s.grants.actuate != ("Vehicle.**",)} == {
        "panel": ("**",),
        "audio": ("Vehicle.Cabin.Infotainment.Media.Volume",),
        "navigation": (
            "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Latitude",
            "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Longitude",
            "Vehicle.Powertrain.TractionBattery.BatteryConditioning.RequestedMode",
        ),
    }
    everything = {s.name for s in table if s.grants.actuate == ("Vehicle.**",)}
    assert everything == {"shell", "apps", "hal.door"}


def test_safe_mode_keeps_what_the_car_needs():
    ready = Facts(display=True, developer=True)
    table = [s for s in car_table(Path("state"), {}) if s.name != "router"]  # there only where it is installed
    needed = {s.name for s in table if s.when(replace(ready, safe_mode=True))}
    assert {s.name for s in table if s.when(ready)} - needed == {"apps", "navigation", "panel", "speech"}


def test_who_drives_the_emulated_car_may_do_just_that():
    (pilot,) = [s for s in car_table(Path("state"), {"emulator": {}}, to="Bahnhof") if s.name == "pilot"]
    assert pilot.arguments == {"to": "Bahnhof"}
    assert (pilot.grants.actuate, pilot.grants.call) == ((), ("navigation",))
    assert pilot.grants.control == ("hal.emulator.status", "hal.emulator.drive_route", "hal.emulator.driver")


def test_what_draws_is_never_forked():
    assert {s.name: s.start for s in car_table(Path("state"), {}) if s.start != "fork"} == {
        "shell": "fresh",
        "panel": "fresh",
    }
