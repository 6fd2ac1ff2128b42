"""What the driver may see and do now, as the driving service says; nothing heard means everything is restricted."""

from dataclasses import dataclass

from carservices.api.driving import Driving, DrivingState, Restriction
from carservices_ui.i18n import t

STREAM = f"{Driving.name}.state"

CLOSED_STRING_LENGTH = 80
CLOSED_ITEMS = 50
"""While nothing is known: the limits AAOS ships for a moving car."""


@dataclass(frozen=True)
class Restrictions:
    """The restrictions in force, and why."""

    flags: Restriction
    cause: str
    string_length: int
    items: int

    @classmethod
    def of(cls, state: DrivingState | None) -> "Restrictions":
        """From the service's state; fails closed without one."""
        if state is None:
            return cls(Restriction.FULLY_RESTRICTED, "service_away", CLOSED_STRING_LENGTH, CLOSED_ITEMS)
        limits = state.limits
        return cls(state.restrictions, state.cause.value, limits.string_length, limits.cumulative_items)

    def forbids(self, restriction: Restriction) -> bool:
        """Whether this is restricted now."""
        return bool(self.flags & restriction)

    @property
    def why(self) -> str:
        """One sentence in the driver's language."""
        return t(f"cause.{self.cause}")

    def text(self, words: str) -> str:
        """`words`, cut to the length allowed now."""
        if self.forbids(Restriction.LIMIT_STRING_LENGTH) and len(words) > self.string_length:
            return words[: self.string_length - 1].rstrip() + "…"
        return words

    def count(self, items: int) -> int:
        """How many of `items` may be shown now."""
        return min(items, self.items) if self.forbids(Restriction.LIMIT_CONTENT) else items
