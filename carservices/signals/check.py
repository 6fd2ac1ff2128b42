"""Validation of a value against its signal's config, compiled once per signal because it runs on every update."""

import math
from collections.abc import Callable
from functools import lru_cache
from numbers import Integral, Real
from typing import Any

from carservices.signals.config import Datatype, SignalConfig
from carservices.signals.value import Datum

MAX_STRING = 4096
"""Characters in one string."""
MAX_ELEMENTS = 4096
"""Elements in one array."""

INTEGER_BOUNDS = {
    Datatype(f"{sign}int{bits}"): (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for bits in (8, 16, 32, 64)
    for sign in ("", "u")
}
FLOAT_BOUNDS = {  # the largest finite numbers of IEEE 754 binary32 and binary64
    Datatype.FLOAT: (2.0 - 2.0**-23) * 2.0**127,
    Datatype.DOUBLE: (2.0 - 2.0**-52) * 2.0**1023,
}

Check = Callable[[object], Datum]


class InvalidValue(ValueError):
    """A value its signal cannot have; the message says what it may have."""

    def __init__(self, path: str, value: object, allowed: str) -> None:
        super().__init__(f"{path} cannot be {_show(value)}; it takes {allowed}")
        self.path = path
        self.value = value


def compile_check(config: SignalConfig) -> Check:
    """A function that returns a value in its signal's Python type, or raises InvalidValue.

    A whole number is taken for a float, never a float or a bool for an integer; NaN and infinities are refused.
    Numbers of other libraries (numpy) come out as Python's own.
    """
    if config.datatype.is_array:
        return _array_check(config)
    return _scalar_check(config)


def check(config: SignalConfig, value: object) -> Datum:
    """``value`` in its signal's Python type; raises InvalidValue."""
    return _cached(config)(value)


@lru_cache(maxsize=4096)
def _cached(config: SignalConfig) -> Check:
    return compile_check(config)


def _scalar_check(config: SignalConfig) -> Callable[[object], Any]:
    element = config.datatype.element
    if element in INTEGER_BOUNDS:
        return _integer_check(config, *_integer_limits(config))
    if element in FLOAT_BOUNDS:
        return _float_check(config, *_float_limits(config))
    return _bool_check(config) if element is Datatype.BOOLEAN else _string_check(config)


def _integer_limits(config: SignalConfig) -> tuple[int, int]:
    low, high = INTEGER_BOUNDS[config.datatype.element]
    if config.min is not None and config.min > low:
        low = math.ceil(config.min)
    if config.max is not None and config.max < high:
        high = math.floor(config.max)
    return low, high


def _float_limits(config: SignalConfig) -> tuple[float, float]:
    bound = FLOAT_BOUNDS[config.datatype.element]
    low = -bound if config.min is None else max(config.min, -bound)
    high = bound if config.max is None else min(config.max, bound)
    return low, high


def _float_check(config: SignalConfig, low: float, high: float) -> Callable[[object], float]:
    allowed = frozenset(config.allowed)

    def checked(value: object) -> float:
        if type(value) is not float:
            if isinstance(value, bool) or not isinstance(value, Real):
                raise InvalidValue(config.path, value, _what_is_allowed(config))
            try:
                value = float(value)
            except OverflowError:
                raise InvalidValue(config.path, value, _what_is_allowed(config)) from None
        if low <= value <= high and (
            not allowed or value in allowed
        ):  # false for NaN, and for infinities: low is finite
            return value
        raise InvalidValue(config.path, value, _what_is_allowed(config))

    return checked


def _integer_check(config: SignalConfig, low: int, high: int) -> Callable[[object], int]:
    allowed = frozenset(config.allowed)

    def checked(value: object) -> int:
        if type(value) is not int:
            if isinstance(value, bool) or not isinstance(value, Integral):
                raise InvalidValue(config.path, value, _what_is_allowed(config))
            value = int(value)
        if low <= value <= high and (not allowed or value in allowed):
            return value
        raise InvalidValue(config.path, value, _what_is_allowed(config))

    return checked


def _bool_check(config: SignalConfig) -> Callable[[object], bool]:
    def checked(value: object) -> bool:
        if value is True or value is False:
            return value
        raise InvalidValue(config.path, value, _what_is_allowed(config))

    return checked


def _string_check(config: SignalConfig) -> Callable[[object], str]:
    allowed = frozenset(config.allowed)

    def checked(value: object) -> str:
        if not isinstance(value, str) or len(value) > MAX_STRING or not _is_text(value):
            raise InvalidValue(config.path, value, _what_is_allowed(config))
        if allowed and value not in allowed:
            raise InvalidValue(config.path, value, _what_is_allowed(config))
        return value if type(value) is str else str.__str__(value)  # an enum member becomes its text

    return checked


def _array_check(config: SignalConfig) -> Check:
    element = _scalar_check(config)

    def checked(value: object) -> list[Any]:
        if not isinstance(value, list | tuple) or len(value) > MAX_ELEMENTS:
            raise InvalidValue(config.path, value, _what_is_allowed(config))
        return [element(item) for item in value]

    return checked


def _is_text(value: str) -> bool:
    """Whether UTF-8 can carry it: a lone surrogate cannot travel."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _what_is_allowed(config: SignalConfig) -> str:
    """The second half of the error: ``an integer from 0 to 100 percent``."""
    element = config.datatype.element
    prefix = f"a list of at most {MAX_ELEMENTS} elements, each " if config.datatype.is_array else ""
    if config.allowed:
        return f"{prefix}one of {', '.join(map(str, config.allowed))}"
    if element is Datatype.BOOLEAN:
        return f"{prefix}true or false"
    if element is Datatype.STRING:
        return f"{prefix}text of at most {MAX_STRING} characters"
    unit = f" {config.unit}" if config.unit else ""
    if element in INTEGER_BOUNDS:
        low, high = _integer_limits(config)
        return f"{prefix}an integer from {low} to {high}{unit}"
    if config.min is not None and config.max is not None:
        return f"{prefix}a number from {config.min:g} to {config.max:g}{unit}"
    if config.min is not None:
        return f"{prefix}a finite number, at least {config.min:g}{unit}"
    if config.max is not None:
        return f"{prefix}a finite number, at most {config.max:g}{unit}"
    return f"{prefix}a finite number" + (f" in {config.unit}" if config.unit else "")


def _show(value: object) -> str:
    """A short picture of any object; asks no stranger for its repr."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length()} bits"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else f"{value[:40]!r}… ({len(value)} characters)"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"of type {type(value).__name__}"
