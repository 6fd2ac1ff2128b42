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


def test_a_broken_hal_reaches_no_level(capsys):
    assert checked(capsys, "tests.unit.hal.mutants:UndeclaredPath") == (1, None, ["only_declared_paths"])
