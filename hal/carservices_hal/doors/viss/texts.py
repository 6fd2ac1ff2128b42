"""How VISSv2 writes things: values and numbers as text, times in ISO 8601, paths with dots or slashes."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from carservices.signals import Datatype, Datum, SignalConfig, Status, Value
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.vehicle import checked
from carservices_hal.kuksa.datapoints import wall_offset

WORDS = {"true": True, "false": False}


def text(value: Datum) -> str | list[str]:
    """A value: text, or a list of texts."""
    if isinstance(value, list):
        return [_one(item) for item in value]
    return _one(value)


def value_of(config: SignalConfig, said: object) -> Datum:
    """What a client wrote, as a value of the signal. Raises DoorError."""
    element = config.datatype.element
    try:
        if config.datatype.is_array:
            return checked(config, [_parsed(element, item) for item in said] if isinstance(said, list) else said)
        return checked(config, _parsed(element, said))
    except DoorError as error:
        raise DoorError("INVALID_VALUE", error.message) from None


def moment(monotonic_ns: int | None = None) -> str:
    """A time of ours, or now."""
    ns = time.time_ns() if monotonic_ns is None else monotonic_ns + wall_offset()
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dotted(path: object) -> str:
    """A path with dots. Raises DoorError."""
    if not isinstance(path, str) or not path.strip("/"):
        raise DoorError("INVALID_ARGUMENT", "'path' is missing: write one such as Vehicle.Speed")
    return path.strip("/").replace("/", ".")


def data(values: Iterable[Value]) -> dict[str, Any] | list[dict[str, Any]]:
    """Signals with their datapoints, each one or a list of them; what has no value is left out. Raises DoorError."""
    points: dict[str, list[dict[str, Any]]] = {}
    for value in values:
        if value.value is not None and value.status is Status.AVAILABLE:
            points.setdefault(value.path, []).append(dp(text(value.value), value.timestamp))
    told = [{"path": path, "dp": found[0] if len(found) == 1 else found} for path, found in points.items()]
    return one_or_all(told)


def one_or_all(told: list[dict[str, Any]]) -> dict[str, Any] | list[dict[str, Any]]:
    """An object for one signal, a list for several. Raises DoorError for none."""
    if not told:
        raise DoorError("NO_DATA", "none of these signals has such a value")
    return told[0] if len(told) == 1 else told


def dp(value: str | list[str], monotonic_ns: int) -> dict[str, Any]:
    """One datapoint."""
    return {"value": value, "ts": moment(monotonic_ns)}


def _one(value: bool | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(element: Datatype, said: object) -> object:
    """Text as a number or boolean where the signal is one; what cannot be read stays for the check to refuse."""
    if not isinstance(said, str) or element is Datatype.STRING:
        return said
    if element is Datatype.BOOLEAN:
        return WORDS.get(said.lower(), said)
    try:
        return int(said) if element.is_integer else float(said)
    except ValueError:
        return said
