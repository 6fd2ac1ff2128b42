"""Conditions over signals in three-valued logic, with hysteresis: true, false, or not known."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from carservices.signals import Datum, Status, Value

Truth = bool | None
"""None: not known, because a signal it needs has no value."""


class Signals:
    """The last usable value of each signal, and which signals are gone since.

    A warning does not end because its sensor died: a gone signal keeps its last value here.
    """

    def __init__(self) -> None:
        self.last: dict[str, Datum] = {}
        self.gone: set[str] = set()

    def take(self, value: Value) -> None:
        """Remember a new reading."""
        if value.status is Status.AVAILABLE and value.value is not None:
            self.last[value.path] = value.value
            self.gone.discard(value.path)
        elif value.path in self.last:
            self.gone.add(value.path)

    def number(self, path: str) -> float | None:
        """The last value as a number; None when there was none or it is no number."""
        value = self.last.get(path)
        return float(value) if isinstance(value, int | float) else None


class Condition(ABC):
    """Holds, does not hold, or is not known. Combine with ``&``, ``|`` and ``~`` (Kleene's logic)."""

    @property
    @abstractmethod
    def paths(self) -> frozenset[str]:
        """The signals it looks at."""

    @abstractmethod
    def holds(self, signals: Signals, raised: bool) -> Truth:
        """``raised``: the warning is up already, so the limit for ending it counts (hysteresis)."""

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return ~Both(~self, ~other)

    def __invert__(self) -> "Condition":
        return Not(self)


@dataclass(frozen=True, slots=True)
class Both(Condition):
    """One and the other."""

    one: Condition
    other: Condition

    @property
    def paths(self) -> frozenset[str]:
        return self.one.paths | self.other.paths

    def holds(self, signals: Signals, raised: bool) -> Truth:
        truths = (self.one.holds(signals, raised), self.other.holds(signals, raised))
        if False in truths:
            return False
        return None if None in truths else True


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The opposite."""

    condition: Condition

    @property
    def paths(self) -> frozenset[str]:
        return self.condition.paths

    def holds(self, signals: Signals, raised: bool) -> Truth:
        truth = self.condition.holds(signals, raised)
        return None if truth is None else not truth


@dataclass(frozen=True, slots=True)
class OnPath(Condition):
    """Looks at one signal."""

    path: str

    @property
    def paths(self) -> frozenset[str]:
        return frozenset((self.path,))


@dataclass(frozen=True, slots=True)
class Is(OnPath):
    """The signal has this value; ``unknown`` is the answer while it has none."""

    value: Datum = True
    unknown: Truth = None

    def holds(self, signals: Signals, raised: bool) -> Truth:
        value = signals.last.get(self.path)
        return self.unknown if value is None else value == self.value


@dataclass(frozen=True, slots=True)
class Below(OnPath):
    """Under ``limit``; once raised, until it reaches ``clear``. Both in the signal's unit."""

    limit: float
    clear: float

    def holds(self, signals: Signals, raised: bool) -> Truth:
        number = signals.number(self.path)
        return None if number is None else number < (self.clear if raised else self.limit)


@dataclass(frozen=True, slots=True)
class Above(OnPath):
    """Over ``limit``; once raised, until it falls to ``clear``. Both in the signal's unit."""

    limit: float
    clear: float

    def holds(self, signals: Signals, raised: bool) -> Truth:
        number = signals.number(self.path)
        return None if number is None else number > (self.clear if raised else self.limit)


@dataclass(frozen=True, slots=True)
class Reaches(OnPath):
    """Comes up to the value of another signal less ``margin``; ``default`` stands in while that one is not known."""

    target: str
    margin: float
    default: float

    @property
    def paths(self) -> frozenset[str]:
        return frozenset((self.path, self.target))

    def holds(self, signals: Signals, raised: bool) -> Truth:
        number, target = signals.number(self.path), signals.number(self.target)
        return None if number is None else number >= (self.default if target is None else target) - self.margin


@dataclass(frozen=True, slots=True)
class Gone(OnPath):
    """The signal had a value and now has none."""

    def holds(self, signals: Signals, raised: bool) -> Truth:
        return self.path in signals.gone if self.path in signals.last else None
