"""What of a template may be shown now: the driving restrictions, applied to a tree that the codec has checked."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from carservices.api.appscreen import Cut, CutKind
from carservices.api.driving import DrivingState, Limits, Restriction
from carservices.app.codec import Field, Shape, fields_of, shape_of
from carservices.app.rules import LIMITS
from carservices.app.templates import Template

UNKNOWN: Final = Limits(string_length=80, cumulative_items=50, depth=3)
"""While nobody says what may be shown, AAOS' shipped limits for a moving car count."""
NOT_SHOWN: Final = frozenset({"id", "name", "url", "pin", "active"})
"""Texts that nobody reads as they are, and a password's own field."""
ITEMS: Final = frozenset({"rows", "items"})
ELLIPSIS: Final = "…"

PARKED_ONLY: Final[Mapping[str, Restriction]] = {
    "SignInTemplate": Restriction.NO_SETUP,
    "LongMessageTemplate": Restriction.NO_TEXT_MESSAGE,
}
"""Templates that wait until the car is parked, and the restriction that says so."""
ITEM_LIMITS: Final[Mapping[str, int]] = {kind.__name__: limit for kind, limit in LIMITS.items()}


class Rules(NamedTuple):
    """What counts now."""

    restrictions: Restriction = Restriction.FULLY_RESTRICTED
    limits: Limits = UNKNOWN
    optimized_only: bool = True

    @classmethod
    def of(cls, state: DrivingState | None) -> "Rules":
        """Without a state everything is restricted."""
        return cls() if state is None else cls(state.restrictions, state.limits, state.optimized_only)

    @property
    def parked(self) -> bool:
        return not self.restrictions and not self.optimized_only


class Shown(NamedTuple):
    """What is left: the tree (None when all of it waits for a parked car), the cuts, and the actions that live."""

    tree: Any
    cuts: tuple[Cut, ...]
    actions: frozenset[int]


def apply(tree: Any, depth: int, rules: Rules) -> Shown:
    """Cut a tree of `carservices.app.codec`; ``depth`` is that of the app's stack."""
    name = tree[0]
    if bit := _waits(name, rules):
        return Shown(None, (Cut(kind=CutKind.SETUP, place=name, restriction=int(bit)),), frozenset())
    if Restriction.LIMIT_CONTENT & rules.restrictions and depth > rules.limits.depth:
        cut = Cut(
            kind=CutKind.DEPTH,
            place=name,
            amount=depth - rules.limits.depth,
            restriction=int(Restriction.LIMIT_CONTENT),
        )
        return Shown(None, (cut,), frozenset())
    scissors = _Scissors(rules)
    shown = scissors.node(tree, shape_of(Template), name, _Room(None))
    return Shown(shown, tuple(scissors.cuts), frozenset(scissors.actions))


def _waits(name: str, rules: Rules) -> Restriction:
    bit = PARKED_ONLY.get(name, Restriction.BASELINE)
    return bit if bit & rules.restrictions or rules.optimized_only else Restriction.BASELINE


class _Room:
    """How many more items one list may show; None for any number."""

    def __init__(self, left: int | None) -> None:
        self.left = left


class _Scissors:
    """One walk through one tree."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.cuts: list[Cut] = []
        self.actions: set[int] = set()

    def node(self, tree: Any, shape: Shape, place: str, room: _Room) -> Any:
        name, given = tree
        kind: Any = next(kind for kind in shape.nodes if kind.__name__ == name)
        if name in ITEM_LIMITS and Restriction.LIMIT_CONTENT & self._rules.restrictions:
            room = _Room(min(ITEM_LIMITS[name], self._rules.limits.cumulative_items))
        if name == "Action" and given.get("parked_only") and not self._rules.parked:
            given = {**given, "enabled": False, "on_click": None}
        if name == "SearchTemplate" and Restriction.NO_KEYBOARD & self._rules.restrictions:
            self._cut(CutKind.KEYBOARD, place, 0, Restriction.NO_KEYBOARD)
            given = {**given, "show_keyboard": False}
        fields = {}
        for field in fields_of(kind):
            if field.name in given:
                fields[field.name] = self._field(given[field.name], field, f"{place}.{field.name}", room)
        return [name, fields]

    def _field(self, value: Any, field: Field, place: str, room: _Room) -> Any:
        shape = field.shape
        if shape.handler:
            if value is not None:
                self.actions.add(value)
            return value
        if shape.scalars == (str,) and field.name not in NOT_SHOWN and value is not None:
            return self._text(value, place)
        if shape.element and shape.element.nodes:
            return self._sequence(value, field.name, shape.element, place, room)
        return self.node(value, shape, place, room) if shape.nodes and isinstance(value, list) else value

    def _text(self, text: str, place: str) -> str:
        most = self._rules.limits.string_length
        if len(text) <= most or not Restriction.LIMIT_STRING_LENGTH & self._rules.restrictions:
            return text
        self._cut(CutKind.TEXT, place, len(text) - most + 1, Restriction.LIMIT_STRING_LENGTH)
        return text[: most - 1] + ELLIPSIS

    def _sequence(self, items: list[Any], name: str, element: Shape, place: str, room: _Room) -> list[Any]:
        if name in ITEMS and room.left is not None:
            if len(items) > room.left:
                self._cut(CutKind.ROWS, place, len(items) - room.left, Restriction.LIMIT_CONTENT)
                items = items[: room.left]
            room.left -= len(items)
        return [self.node(item, element, f"{place}[{index}]", room) for index, item in enumerate(items)]

    def _cut(self, kind: CutKind, place: str, amount: int, bit: Restriction) -> None:
        self.cuts.append(Cut(kind=kind, place=place, amount=amount, restriction=int(bit)))
