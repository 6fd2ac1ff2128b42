"""Values to set: another good one, and bad ones with the reason why."""

import math
from typing import cast

from carservices.signals import Datatype, Datum, SignalConfig
from carservices.signals.check import FLOAT_BOUNDS, INTEGER_BOUNDS

STEP = 0.05
"""The part of its range by which a number is moved: small, so that a seat or a window gets there soon."""
TOLERANCE = 0.02
"""The part of its range by which an echo may differ: fields of a CAN frame are coarse."""


def other(config: SignalConfig, current: Datum | None) -> Datum:
    """A value the signal may have, different from ``current`` where it can be."""
    if config.datatype.is_array:
        element = config.model_copy(update={"datatype": config.datatype.element})
        first = current[0] if isinstance(current, list) and current else None
        return cast(Datum, [other(element, first)])
    if config.allowed:
        return next((choice for choice in config.allowed if choice != current), config.allowed[0])
    if config.datatype is Datatype.BOOLEAN:
        return not current
    if config.datatype is Datatype.STRING:
        return "conformance" if current != "conformance" else "kit"
    return _other_number(config, current)


def bad(config: SignalConfig) -> list[tuple[Datum, str]]:
    """Values the signal cannot have, each with its fault."""
    element = config.datatype.element
    wrong: Datum = 7 if element in (Datatype.STRING, Datatype.BOOLEAN) else "seven"
    samples: list[tuple[Datum, str]] = [(wrong, "the wrong type")]
    if element.is_integer:
        samples.append((0.5, "a fraction for an integer"))
    if element.is_number:
        low, high = _bounds(config)
        samples += [(_beyond(config, low, -1), "below the range"), (_beyond(config, high, +1), "above the range")]
        samples += [] if element.is_integer else [(math.nan, "no number")]
    if config.allowed:
        samples.append(("no such choice" if element is Datatype.STRING else _unlisted(config), "not among the allowed"))
    if config.datatype.is_array:
        return [(cast(Datum, [value]), why) for value, why in samples]
    return samples


def echoes(config: SignalConfig, sent: Datum, heard: Datum | None) -> bool:
    """Whether ``heard`` is what ``sent`` becomes on its way through the car."""
    if isinstance(sent, list) or isinstance(heard, list):
        return isinstance(heard, list) and isinstance(sent, list) and len(sent) == len(heard)
    if isinstance(sent, bool | str) or not isinstance(heard, int | float):
        return sent == heard
    return abs(sent - heard) <= (0.5 if config.datatype.is_integer else max(TOLERANCE * _span(config), 1e-3))


def _other_number(config: SignalConfig, current: Datum | None) -> Datum:
    low, high = _bounds(config)
    start = current if isinstance(current, int | float) else min(max(0, low), high)
    if config.datatype.is_integer:
        step: float = max(1, int(STEP * _span(config)))
    else:
        step = float(f"{2 * STEP * _span(config):.1g}")  # a round number: a coarse field can hold what it leads to
    target = start + step if start + step <= high else start - step
    return min(max(target, low), high)


def _span(config: SignalConfig) -> float:
    """The width of the declared range; 20 when a side is open."""
    return 20.0 if config.min is None or config.max is None else config.max - config.min


def _bounds(config: SignalConfig) -> tuple[float, float]:
    """The lowest and the highest value; integers for an integer, whose largest no float can hold."""
    element = config.datatype.element
    if element in FLOAT_BOUNDS:
        bound = FLOAT_BOUNDS[element]
        return (-bound if config.min is None else config.min, bound if config.max is None else config.max)
    low, high = INTEGER_BOUNDS[element]
    return (
        low if config.min is None else max(low, math.ceil(config.min)),
        high if config.max is None else min(high, math.floor(config.max)),
    )


def _beyond(config: SignalConfig, bound: float, sign: int) -> Datum:
    if config.datatype.is_integer:
        return int(bound) + sign
    return bound + sign * max(1.0, abs(bound))  # of the widest float this is infinity


def _unlisted(config: SignalConfig) -> Datum:
    low, high = (int(bound) for bound in (config.min or 0, config.max or 100))
    return next((number for number in range(low, high + 1) if number not in config.allowed), high + 1)
