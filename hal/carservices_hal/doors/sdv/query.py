"""Subscriptions of `sdv.databroker.v1`: ``SELECT a, b WHERE a > 3 AND NOT b = 'x'``."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carservices.signals import Datum
from carservices_hal.doors.errors import DoorError

Row = Mapping[str, Datum | None]
Condition = Callable[[Row], bool]

MAX_QUERY = 20_000
"""Characters; a query of 200 of the longest paths."""
MAX_DEPTH = 50
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WORDS = {"true": True, "false": False}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|!=|[=<>(),]))"
)


@dataclass(frozen=True, slots=True)
class Query:
    """The selected paths by the name they have in the answer, every path that is needed, and when to answer."""

    fields: Mapping[str, str]
    paths: tuple[str, ...]
    holds: Condition


def parse(text: str) -> Query:
    """Raises DoorError that names the place."""
    return _Parser(text).query()


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_QUERY:
            raise DoorError("INVALID_ARGUMENT", f"a query has at most {MAX_QUERY} characters")
        self._tokens: list[tuple[str, str]] = []
        place, text = 0, text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise DoorError("INVALID_ARGUMENT", f"the query cannot be read at {text[place : place + 20]!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()
        self._next = 0
        self._named: dict[str, None] = {}

    def query(self) -> Query:
        self._expect("SELECT")
        fields: dict[str, str] = {}
        while True:
            path = self._name()
            fields[self._name() if self._word("AS") else path] = path
            if not self._sign(","):
                break
        self._named |= dict.fromkeys(fields.values())
        condition = self._either(0) if self._word("WHERE") else lambda _row: True
        if self._next < len(self._tokens):
            raise self._wrong("the end")
        return Query(fields, tuple(self._named), condition)

    def _either(self, depth: int) -> Condition:
        found = [self._both(depth)]
        while self._word("OR"):
            found.append(self._both(depth))
        return found[0] if len(found) == 1 else lambda row: any(one(row) for one in found)

    def _both(self, depth: int) -> Condition:
        found = [self._one(depth)]
        while self._word("AND"):
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else lambda row: all(one(row) for one in found)

    def _one(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise DoorError("INVALID_ARGUMENT", f"the query is nested more than {MAX_DEPTH} deep")
        if self._word("NOT"):
            inner = self._one(depth + 1)
            return lambda row: not inner(row)
        if self._sign("("):
            inner = self._either(depth + 1)
            if not self._sign(")"):
                raise self._wrong("')'")
            return inner
        left = self._operand()
        if self._word("BETWEEN"):
            low = self._operand()
            self._expect("AND")
            high = self._operand()
            return lambda row: (
                _compare(operator.le, low(row), left(row)) and _compare(operator.le, left(row), high(row))
            )
        kind, sign = self._peek()
        if kind != "sign" or sign not in COMPARISONS:
            raise self._wrong("a comparison")
        self._next += 1
        compare, right = COMPARISONS[sign], self._operand()
        return lambda row: _compare(compare, left(row), right(row))

    def _operand(self) -> Callable[[Row], Any]:
        kind, token = self._peek()
        self._next += 1
        match kind:
            case "text":
                return lambda _row: token[1:-1]
            case "number":
                number = float(token) if "." in token else int(token)
                return lambda _row: number
            case "name" if token.lower() in WORDS:
                truth = WORDS[token.lower()]
                return lambda _row: truth
            case "name":
                self._named[token] = None
                return lambda row: row.get(token)
        self._next -= 1
        raise self._wrong("a signal or a value")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("end", "the end")

    def _name(self) -> str:
        kind, token = self._peek()
        if kind != "name":
            raise self._wrong("a signal")
        self._next += 1
        return token

    def _word(self, word: str) -> bool:
        return self._skip("name", word)

    def _sign(self, sign: str) -> bool:
        return self._skip("sign", sign)

    def _skip(self, kind: str, wanted: str) -> bool:
        found, token = self._peek()
        if found != kind or token.upper() != wanted:
            return False
        self._next += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._word(word):
            raise self._wrong(word)

    def _wrong(self, wanted: str) -> DoorError:
        return DoorError("INVALID_ARGUMENT", f"the query needs {wanted} in place of {self._peek()[1][:40]!r}")


def _compare(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """False where a signal has no value, or one of another kind."""
    if left is None or right is None:
        return False
    try:
        return compare(left, right)
    except TypeError:
        return False
