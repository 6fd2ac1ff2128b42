"""What a rule is: when a warning is raised and ended, and which values its sentence shows."""

from dataclasses import dataclass, field

from carservices.api.notifications import Priority, Quantity, Topic
from carservices.services.notifications.conditions import Condition, Signals
from carservices.signals.units import convert


@dataclass(frozen=True, slots=True)
class Show:
    """A signal's value in a sentence: converted from its VSS ``unit`` ``to`` another and rounded to ``step``."""

    path: str
    unit: str
    to: str | None = None
    step: float = 1.0

    def quantity(self, signals: Signals) -> Quantity | None:
        """None while the signal has no value."""
        number = signals.number(self.path)
        if number is None:
            return None
        unit = self.to or self.unit
        return Quantity(value=round(round(convert(number, self.unit, unit) / self.step) * self.step, 6), unit=unit)


@dataclass(frozen=True, slots=True)
class Rule:
    """One warning. ``key`` finds its texts, ``place`` the word for where.

    With ``after`` it is an event: raised if ``when`` holds at the moment ``after`` ends, and up till ``until`` holds.
    """

    key: str
    topic: Topic
    priority: Priority
    when: Condition
    show: dict[str, Show] = field(default_factory=dict)
    place: str = ""
    after: Condition | None = None
    until: Condition | None = None

    @property
    def id(self) -> str:
        return f"{self.key}.{self.place}" if self.place else self.key

    @property
    def paths(self) -> frozenset[str]:
        conditions = [condition for condition in (self.when, self.after, self.until) if condition is not None]
        shown = (show.path for show in self.show.values())
        return frozenset().union(*(condition.paths for condition in conditions), shown)
