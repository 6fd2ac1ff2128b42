"""The kit catches each broken HAL by the one rule meant for it, and lets a sound one pass."""

import pytest

from carservices.hal import HalError, VirtualHal
from carservices.hal.conformance.levels import RULES, Outcome, reached
from carservices.hal.conformance.rig import Broken, NotApplicable, Rig
from tests.unit.hal.more_mutants import MORE_MUTANTS
from tests.unit.hal.mutants import MUTANTS


def name(item):
    return getattr(item, "__name__", item)


def broken_rules(hal: type[VirtualHal], rules=RULES) -> list[str]:
    rig = Rig(lambda options: hal(hal.Options(**options)), options=hal.Options, patience=1.5, listen=0.2)
    broken = []
    for rule in rules:
        try:
            rig.run(rule.check)
        except (Broken, HalError):
            broken.append(rule.name)
        except NotApplicable:
            pass
    return broken


def test_a_sound_hal_breaks_no_rule():
    assert broken_rules(VirtualHal) == []


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS.items(), ids=name)
def test_a_broken_hal_is_caught_by_its_rule_alone(mutant, rule):
    assert broken_rules(mutant) == [rule]


@pytest.mark.parametrize(("mutant", "rule"), MORE_MUTANTS.items(), ids=name)
def test_a_hal_broken_otherwise_is_caught(mutant, rule):
    assert broken_rules(mutant, [known for known in RULES if known.name == rule]) == [rule]


def test_every_rule_has_a_hal_that_breaks_it():
    assert {*MUTANTS.values(), *MORE_MUTANTS.values()} == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("failed", "level"),
    [((), "silver"), (("reopen_works",), "bronze"), (("set_echoes",), None), (("set_echoes", "reopen_works"), None)],
)
def test_a_level_needs_its_rules_and_those_below(failed, level):
    outcomes = {rule.name: Outcome("failed" if rule.name in failed else "passed") for rule in RULES}
    assert reached(outcomes) == level


def test_a_rule_that_did_not_run_is_not_kept():
    assert reached({}) is None
    assert reached({rule.name: Outcome("skipped") for rule in RULES}) == "silver"
