"""The HALs we ship keep the rules of the conformance kit."""

import json

import pytest

from carservices.hal import tools


def checked(capsys, name, options=None):
    status = tools.check(name, options, as_json=True)
    report = json.loads(capsys.readouterr().out)
    return status, report["level"], [rule["name"] for rule in report["rules"] if rule["result"] == "failed"]


@pytest.mark.parametrize("name", ["virtual", "emulator"])
def test_our_hals_reach_silver(name, capsys):
    assert checked(capsys, name) == (0, "silver", [])


def test_a_broken_hal_reaches_no_level_and_is_set_only_where_allowed(capsys):
    name = "tests.unit.hal.mutants:UndeclaredPath"
    assert tools.check(name, sets=["Vehicle.NoSuchBranch.**"], as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    rules = {rule["name"]: rule for rule in report["rules"]}
    assert report["level"] is None
    assert [name for name, rule in rules.items() if rule["result"] == "failed"] == ["only_declared_paths"]
    assert rules["set_echoes"]["detail"] == "no signal may be set"
    assert {rules[name]["result"] for name in ("set_echoes", "bad_values_refused", "burst_of_sets")} == {"skipped"}
