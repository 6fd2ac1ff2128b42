"""Reads the records of an untrusted app: each field has to be what its name promises."""

import math
from collections.abc import Callable
from typing import Any, Final

from carservices.app.wire import FIELDS, Kind, Record, WireError, unpack

MAX_NAME: Final = 512
"""Characters of a path, glob, service or stream."""
MAX_LOG: Final = 2000
MAX_NUMBER: Final = 2**53


NAMES: Final = ("path", "service", "method", "stream", "image", "screen")


def _number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_name, value))


def _rate(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and math.isfinite(value))


def _anything(_value: Any) -> bool:
    return True


CHECKS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "globs": (_names, "a list of globs"),
    "rate_hz": (_rate, "a rate in Hz, or nothing"),
    **dict.fromkeys(NAMES, (_name, f"a name of at most {MAX_NAME} letters")),
    **dict.fromkeys(("level", "text"), (lambda value: isinstance(value, str), "a text")),
    **dict.fromkeys(("value", "parameters", "tree"), (_anything, "")),
    "data": (lambda value: isinstance(value, bytes), "bytes"),
}
"""Field → its check and what it has to be; every field that is not here is a whole number, 0 or above."""
NUMBER: Final = (_number, "a whole number, 0 or above")

FROM_APP: Final = frozenset(kind for kind in Kind if kind < Kind.WELCOME)


def read(data: bytes) -> Record:
    """One record of an app. Raises WireError that names the field, UnknownKind for one that apps do not say."""
    record = unpack(data)
    if record.kind not in FROM_APP:
        raise WireError(f"{record.kind.name} is for the host to say")
    for name, value in zip(FIELDS[record.kind], record.fields, strict=True):
        check, words = CHECKS.get(name, NUMBER)
        if not check(value):
            raise WireError(f"{record.kind.name}: '{name}' has to be {words}")
    return record
