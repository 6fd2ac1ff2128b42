"""The kit catches each broken HAL by the one rule meant for it, and lets a sound one pass."""

import pytest

from carservices.hal import VirtualHal, VirtualOptions
from carservices.hal.conformance.levels import RULES
from carservices.hal.conformance.rig import Broken, NotApplicable, Rig
from tests.unit.hal.mutants import MUTANTS


def broken_rules(hal: type[VirtualHal]) -> list[str]:
    rig = Rig(lambda options: hal(VirtualOptions(**options)), patience=1.5, listen=0.2)
    broken = []
    for rule in RULES:
        try:
            rig.run(rule.check)
        except Broken:
            broken.append(rule.name)
        except NotApplicable:
            pass
    return broken


def test_a_sound_hal_breaks_no_rule():
    assert broken_rules(VirtualHal) == []


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS.items(), ids=lambda item: getattr(item, "__name__", item))
def test_a_broken_hal_is_caught_by_its_rule(mutant, rule):
    assert broken_rules(mutant) == [rule]
