"""Values as `kuksa.val` and `sdv.databroker` messages carry them, both ways: one table for every datatype."""

import time
from collections.abc import Mapping
from typing import Any

from carservices.signals import Datatype, Datum, InvalidValue, SignalConfig
from carservices.signals.check import check

SCALARS = {
    Datatype.STRING: "string",
    Datatype.BOOLEAN: "bool",
    Datatype.INT8: "int32",
    Datatype.INT16: "int32",
    Datatype.INT32: "int32",
    Datatype.INT64: "int64",
    Datatype.UINT8: "uint32",
    Datatype.UINT16: "uint32",
    Datatype.UINT32: "uint32",
    Datatype.UINT64: "uint64",
    Datatype.FLOAT: "float",
    Datatype.DOUBLE: "double",
}
"""Datatype → field of the oneof; protobuf has no integers below 32 bits."""
FIELDS = {datatype: SCALARS[datatype.element] + "_array" * datatype.is_array for datatype in Datatype}
NUMBERS = {
    Datatype.STRING: 1,
    Datatype.BOOLEAN: 2,
    Datatype.INT8: 3,
    Datatype.INT16: 4,
    Datatype.INT32: 5,
    Datatype.INT64: 6,
    Datatype.UINT8: 7,
    Datatype.UINT16: 8,
    Datatype.UINT32: 9,
    Datatype.UINT64: 10,
    Datatype.FLOAT: 11,
    Datatype.DOUBLE: 12,
}
"""Numbers of the enumeration ``DataType`` of `kuksa.val`; an array's is 19 above its element's."""
DATATYPES = {number: datatype for datatype, number in NUMBERS.items()} | {
    number + 19: Datatype(f"{datatype}[]") for datatype, number in NUMBERS.items()
}
DATATYPE_NUMBERS = {datatype: number for number, datatype in DATATYPES.items()}


def put(message: Any, datatype: Datatype, value: Datum, fields: Mapping[Datatype, str] = FIELDS) -> None:
    """Write a value into the oneof of a message."""
    if isinstance(value, list):
        array = getattr(message, fields[datatype])
        array.SetInParent()  # an empty list is a value too
        array.values.extend(value)
    else:
        setattr(message, fields[datatype], value)


def take(message: Any, oneof: str, config: SignalConfig, fields: Mapping[Datatype, str] = FIELDS) -> Datum:
    """The value of a message. Raises InvalidValue when it is not one of the signal's, or none at all."""
    field, wanted = message.WhichOneof(oneof), fields[config.datatype]
    if field is None:
        raise InvalidValue(config.path, None, f"a value in the field '{wanted}'")
    raw = getattr(message, field)
    value = list(raw.values) if hasattr(raw, "values") else raw
    if field != wanted:
        raise InvalidValue(config.path, value, f"a {config.datatype} in the field '{wanted}'")
    return check(config, value)


def stamp(timestamp: Any, monotonic_ns: int, offset: int) -> None:
    """Write a time of ours into a `google.protobuf.Timestamp`; ``offset`` is `wall_offset`."""
    timestamp.seconds, timestamp.nanos = divmod(monotonic_ns + offset, 1_000_000_000)


def source_time(message: Any, offset: int, now: int) -> int:
    """Monotonic ns of a datapoint; now when it says none, or one in the future."""
    if not message.HasField("timestamp"):
        return now
    said: int = message.timestamp.seconds * 1_000_000_000 + message.timestamp.nanos
    return min(said - offset, now)


def wall_offset() -> int:
    """ns from our monotonic clock to the wall's, which foreign clients know."""
    return time.time_ns() - time.monotonic_ns()
