"""The kit as pytest sees it: one test a rule, on the HAL named by ``--hal``."""

from collections.abc import Callable

import pytest

from carservices.hal.base import HalError
from carservices.hal.conformance.levels import RULES
from carservices.hal.conformance.report import PROPERTY
from carservices.hal.conformance.rig import Broken, NotApplicable, Rig
from carservices.hal.conformance.rules import Rule
from carservices.hal.registry import build, load, parse_options


@pytest.fixture(scope="session")
def rig(pytestconfig: pytest.Config) -> Rig:
    name = pytestconfig.getoption("--hal")
    if not name:
        pytest.exit("name the HAL to check: --hal NAME", pytest.ExitCode.USAGE_ERROR)
    try:
        hal = load(name)
        options = parse_options(pytestconfig.getoption("--hal-option"))
        build(name, hal, options)
    except HalError as error:
        pytest.exit(str(error), pytest.ExitCode.USAGE_ERROR)
    sets = pytestconfig.getoption("--hal-sets") or ["**"]
    return Rig(
        lambda more: build(name, hal, options | dict(more)),
        options=hal.Options,
        package=hal.__module__.partition(".")[0],
        sets=sets,
    )


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_rule(rig: Rig, rule: Rule, record_property: Callable[[str, object], None]) -> None:
    record_property(PROPERTY, rule.name)
    seen: str | None = None
    try:
        rig.run(rule.check)
    except NotApplicable as why:
        pytest.skip(str(why))
    except (Broken, HalError) as fault:
        seen = str(fault)
    if seen is not None:  # only here: within the handler pytest would tell of both exceptions
        pytest.fail(f"{rule.sentence}\nSeen: {seen}", pytrace=False)
