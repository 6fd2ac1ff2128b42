"""Filters of VISSv2: which of the paths, and which of the updates a subscription tells."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carservices.signals import Status, Value
from carservices_hal.doors.errors import DoorError

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
SHORTEST, LONGEST = 0.01, 3600.0
"""s between two events of a time-based subscription."""
MAX_CURVE = 1000
"""Values that a curve log may hold."""
READ = ("history", "static-metadata", "dynamic-metadata")
"""What may go with a `get`, besides paths."""
EVENTS = ("timebased", "change", "range", "curvelog")
"""What may go with a `subscribe`."""
KINDS = ("paths", *EVENTS, *READ)

Emit = Callable[[Value], Sequence[Value]]
"""A filter at work: an update of one signal in, what is told of it out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a request's ``filter`` says, by kind; `period` is s for a time-based one."""

    parameters: Mapping[str, Any]

    @classmethod
    def parse(cls, raw: object) -> "Filters":
        """One filter or a list of them; ``type`` may also be called ``variant``. Raises DoorError."""
        found: dict[str, Any] = {}
        several: list[Any] = raw if isinstance(raw, list) else [] if raw is None else [raw]
        for one in several:
            kind = one.get("type", one.get("variant")) if isinstance(one, dict) else None
            if kind not in KINDS:
                raise _bad(f"'filter' needs a type: one of {', '.join(KINDS)}")
            if kind in found:
                raise _bad(f"only one filter of the type '{kind}' makes sense")
            found[kind] = one.get("parameter")
        if len(found.keys() - {"paths"}) > 1:
            raise _bad("besides 'paths' a request has one filter")
        return cls(found)

    def only(self, kinds: Sequence[str], action: str) -> None:
        """Raises DoorError for a filter that does not go with what is asked."""
        for kind in self.parameters.keys() - {"paths", *kinds}:
            raise _bad(f"the filter '{kind}' does not go with '{action}'")

    @property
    def relative(self) -> list[str]:
        """Paths below that of the request. Raises DoorError."""
        said = self.parameters.get("paths", [])
        paths = [said] if isinstance(said, str) else said
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise _bad("the filter 'paths' takes a list of paths")
        return [path.replace("/", ".") for path in paths]

    @property
    def leads(self) -> bool:
        """Whether the first of several paths decides for all of them (VISSv2, "Subscription Event Triggering")."""
        return len(self.relative) > 1 and not self.parameters.keys().isdisjoint(("change", "range"))

    @property
    def facts(self) -> str:
        """The dynamic metadata that is asked for. Raises DoorError."""
        said = self.parameters["dynamic-metadata"]
        names = said if isinstance(said, list) else [said]
        if len(names) != 1 or not isinstance(names[0], str):
            raise _bad("'dynamic-metadata' takes one name")
        return names[0]

    @property
    def period(self) -> float | None:
        """s between two events. Raises DoorError."""
        if "timebased" not in self.parameters:
            return None
        return min(max(_number(_field(self.parameters["timebased"], "period"), "period") / 1000, SHORTEST), LONGEST)

    def emitter(self) -> Callable[[], Emit]:
        """Makes the filter of one signal. Raises DoorError."""
        if "change" in self.parameters:
            said = self.parameters["change"]
            compare, difference = _operator(_field(said, "logic-op")), _number(_field(said, "diff"), "diff")
            return lambda: Change(compare, difference)
        if "range" in self.parameters:
            said = self.parameters["range"]
            bounds = said if isinstance(said, list) else [said]
            rules = [(_operator(_field(b, "boundary-op")), _number(_field(b, "boundary"), "boundary")) for b in bounds]
            combine = any if str(_optional(bounds[0], "combination-op")).upper() == "OR" else all
            return lambda: Range(rules, combine)
        if "curvelog" in self.parameters:
            said = self.parameters["curvelog"]
            size = int(_number(_field(said, "bufsize"), "bufsize"))
            if not 2 <= size <= MAX_CURVE:
                raise _bad(f"'bufsize' takes 2 to {MAX_CURVE}")
            error = _number(_field(said, "maxerr"), "maxerr")
            return lambda: CurveLog(error, size)
        return lambda: Changes()


class Changes:
    """Without a filter: every update that has a value."""

    def __call__(self, value: Value) -> Sequence[Value]:
        return [value] if value.status is Status.AVAILABLE else []


class Change:
    """Tells what differs by this much: a number from what was told last, a truth value (1 or 0) from the one before.

    Of a text, whether it is another.
    """

    def __init__(self, compare: Callable[[float, float], bool], difference: float) -> None:
        self._compare = compare
        self._difference = difference
        self._last: Any = None

    def __call__(self, value: Value) -> Sequence[Value]:
        now, last = value.value, self._last
        if now is None:
            return []
        numbers = isinstance(now, int | float) and last is not None
        told = last is None or (self._compare(now - last, self._difference) if numbers else now != last)
        if told or isinstance(now, bool):
            self._last = now
        return [value] if told else []


class Range:
    """Tells what lies within the boundaries."""

    def __init__(
        self, rules: Sequence[tuple[Callable[[float, float], bool], float]], combine: Callable[..., bool]
    ) -> None:
        self._rules = rules
        self._combine = combine

    def __call__(self, value: Value) -> Sequence[Value]:
        now = value.value
        if isinstance(now, int | float) and self._combine(compare(now, bound) for compare, bound in self._rules):
            return [value]
        return []


class CurveLog:
    """Keeps ``size`` values and tells those from which the curve can be drawn with an error of ``error`` at most."""

    def __init__(self, error: float, size: int) -> None:
        self._error = error
        self._size = size
        self._values: list[Value] = []

    def __call__(self, value: Value) -> Sequence[Value]:
        if not isinstance(value.value, int | float):
            return []
        self._values.append(value)
        if len(self._values) < self._size:
            return []
        told = _simplified(self._values, self._error)
        self._values = []
        return told


def _simplified(values: Sequence[Value], error: float) -> list[Value]:
    """Ramer, Douglas and Peucker's algorithm, with the distance in the direction of the value."""
    keep, spans = {0, len(values) - 1}, [(0, len(values) - 1)]
    while spans:
        first, last = spans.pop()
        begin, end = values[first], values[last]
        time = max(end.timestamp - begin.timestamp, 1)
        slope = (_float(end) - _float(begin)) / time
        gaps = [
            (abs(_float(values[i]) - _float(begin) - slope * (values[i].timestamp - begin.timestamp)), i)
            for i in range(first + 1, last)
        ]
        worst, place = max(gaps, default=(0.0, 0))
        if worst > error:
            keep.add(place)
            spans += [(first, place), (place, last)]
    return [values[i] for i in sorted(keep)]


def _float(value: Value) -> float:
    return float(value.value) if isinstance(value.value, int | float) else math.nan


def _field(said: object, name: str) -> object:
    if not isinstance(said, dict) or name not in said:
        raise _bad(f"the filter's parameter needs '{name}'")
    return said[name]


def _optional(said: object, name: str) -> object:
    return said.get(name) if isinstance(said, dict) else None


def _number(said: object, name: str) -> float:
    try:
        number = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise _bad(f"the filter's '{name}' is no number")
    return number


def _operator(said: object) -> Callable[[float, float], bool]:
    if not isinstance(said, str) or said not in OPERATORS:
        raise _bad(f"a filter compares with one of {', '.join(OPERATORS)}")
    return OPERATORS[said]


def _bad(message: str) -> DoorError:
    return DoorError("INVALID_ARGUMENT", message)
