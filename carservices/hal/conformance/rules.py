"""What a rule is: one sentence, one coroutine, one level."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from carservices.hal.conformance.rig import Rig

Level = Literal["bronze", "silver"]
Check = Callable[[Rig], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``check`` raises `Broken` with what it saw, or `NotApplicable` when the HAL has nothing to judge."""

    name: str
    sentence: str
    level: Level
    check: Check


class RuleBook:
    """The rules of one level, in the order they are written."""

    def __init__(self, level: Level) -> None:
        self.level: Level = level
        self.rules: list[Rule] = []

    def __call__(self, check: Check) -> Check:
        """Decorator: the function's name is the rule's, its docstring the sentence."""
        sentence = (check.__doc__ or "").strip()
        self.rules.append(Rule(getattr(check, "__name__", "rule"), sentence, self.level, check))
        return check
