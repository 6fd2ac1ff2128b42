"""The words of the process table: one process, when it runs, how it is watched; and the check of a whole table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

from carservices.bus.identity import Grants

CRITICAL, MODERATE, NORMAL = 3.0, 5.0, 10.0
"""Seconds without a heartbeat after which a process counts as hanging (the classes of Android's CarWatchdog)."""


class TableError(ValueError):
    """The process table contradicts itself; the message names the processes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the predicates of the table may ask."""

    ignition: bool = True
    developer: bool = False
    display: bool = False
    doors: bool = False
    """Foreign clients may connect."""
    safe_mode: bool = False
    """A critical process failed for good: only what the car needs still runs."""


@dataclass(frozen=True, slots=True)
class When:
    """A predicate over the facts; combine with ``&``, ``|`` and ``~``."""

    words: str
    holds: Callable[[Facts], bool]

    def __call__(self, facts: Facts) -> bool:
        return self.holds(facts)

    def __and__(self, other: "When") -> "When":
        return When(f"({self.words} and {other.words})", lambda facts: self(facts) and other(facts))

    def __or__(self, other: "When") -> "When":
        return When(f"({self.words} or {other.words})", lambda facts: self(facts) or other(facts))

    def __invert__(self) -> "When":
        return When(f"not {self.words}", lambda facts: not self(facts))


always = When("always", lambda _facts: True)
on_ignition = When("ignition", lambda facts: facts.ignition)
developer = When("developer", lambda facts: facts.developer)
has_display = When("display", lambda facts: facts.display)
has_doors = When("doors", lambda facts: facts.doors)
safe_mode = When("safe mode", lambda facts: facts.safe_mode)


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process.

    ``target`` is ``module:function``, called as ``function(run_dir=…, ready=…, beat=…, **arguments)``: it calls
    ``ready`` once it serves and ``beat`` again and again from its own loop.
    """

    name: str
    """Also its name on the bus."""
    target: str
    when: When = always
    after: tuple[str, ...] = ()
    """Processes that must be ready before the first start; a restart does not wait for them."""
    watch: float = NORMAL
    start: Literal["fork", "fresh"] = "fork"
    """``fork`` from a warm server (some ms), ``fresh`` for what may not be forked (kivy)."""
    critical: bool = False
    """When it fails for good the car goes into safe mode."""
    must_start: bool = False
    """When its very first start fails the car ends with that error, instead of trying again."""
    priority: int = 0
    """Lower ones stop later."""
    nice: int = 0
    """How far it stands back when the processor is short (0 to 19, as nice(1))."""
    clean_end: Literal["again", "rest", "car"] = "again"
    """What follows when it ends by itself and well: a new start, rest until somebody asks for it (a closed window),
    or the end of the ``car``."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    grants: Grants = field(default_factory=Grants)


def check_table(table: Sequence[ProcessSpec]) -> None:
    """Raises `TableError` when names repeat, a dependency is unknown, or processes wait for each other."""
    names = [spec.name for spec in table]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"process table: {', '.join(repeated)} is there more than once")
    for spec in table:
        if unknown := sorted(set(spec.after) - set(names)):
            raise TableError(f"process table: {spec.name} starts after {', '.join(unknown)}, which is not in the table")
    try:
        TopologicalSorter({spec.name: spec.after for spec in table}).prepare()
    except CycleError as error:
        raise TableError(f"process table: {' → '.join(error.args[1])} wait for each other") from None
