"""The HALs we ship keep the rules of the conformance kit: on their own, behind CAN, and on a bench."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.timeout(240)  # who comes first waits for the kits of others as well
CAN_CAR, CAN_BENCH = "tests.unit.emulator.cancar:CarHal", "tests.unit.can.ecu:BenchHal"
BROKEN = "tests.unit.hal.mutants:UndeclaredPath"
NOTHING_TO_SET = "Vehicle.NoSuchBranch.**"
HALS = {CAN_CAR: (), CAN_BENCH: (), "emulator": (), "virtual": (), BROKEN: ("--hal-sets", NOTHING_TO_SET)}
"""Name → options; the slowest first."""
AT_ONCE = 3
"""The kit listens and waits for most of its time."""


def checked(name, *options):
    """The exit status and the report of the command."""
    command = [sys.executable, "-m", "carservices.cli.main", "hal", "check", name, "--json", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


@pytest.fixture(scope="module")
def checks():
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(checked, name, *options) for name, options in HALS.items()}


@pytest.mark.parametrize("name", [name for name in HALS if name != BROKEN])
def test_our_hals_reach_silver(name, checks):
    status, report = checks[name].result()
    assert [rule for rule in report["rules"] if rule["result"] == "failed"] == []
    assert (status, report["level"]) == (0, "silver")


def test_a_broken_hal_reaches_no_level_and_is_set_only_where_allowed(checks):
    status, report = checks[BROKEN].result()
    rules = {rule["name"]: rule for rule in report["rules"]}
    assert (status, report["level"]) == (1, None)
    assert [name for name, rule in rules.items() if rule["result"] == "failed"] == ["only_declared_paths"]
    says = rules["only_declared_paths"]
    assert says["detail"].splitlines() == [says["sentence"], "Seen: Vehicle.Secret was never listed"]
    assert rules["set_echoes"]["detail"] == "no signal may be set"
    assert {rules[name]["result"] for name in ("set_echoes", "bad_values_refused", "burst_of_sets")} == {"skipped"}
