"""All rules, and the level their outcomes amount to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from carservices.hal.conformance import bronze, silver
from carservices.hal.conformance.rules import Level, Rule

RULES: tuple[Rule, ...] = (*bronze.rule.rules, *silver.rule.rules)
LEVELS: tuple[Level, ...] = ("bronze", "silver")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rule ended; ``skipped`` is one that does not apply, ``detail`` says what was seen or why not."""

    result: Literal["passed", "failed", "skipped"]
    detail: str = ""


def reached(outcomes: Mapping[str, Outcome]) -> Level | None:
    """The highest level whose rules, and those of the levels below, all ran and none failed."""
    highest: Level | None = None
    for level in LEVELS:
        if not all(_holds(outcomes.get(rule.name)) for rule in _of(level)):
            break
        highest = level
    return highest


def _of(level: Level) -> Iterable[Rule]:
    return (rule for rule in RULES if rule.level == level)


def _holds(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.result != "failed"
