"""The ids and value types of Android vehicle properties (AAOS): how they are built, what each type holds."""

from enum import IntEnum
from typing import NamedTuple

from carservices.signals.check import FLOAT_BOUNDS, INTEGER_BOUNDS
from carservices.signals.config import Datatype

VhalValue = bool | int | float | str | list[int]
"""What the typed arrays of a ``VehiclePropValue`` hold; a single element without its array."""

FIRST_NUMBER = 0x0100
"""Unique numbers of properties start here (``VehicleProperty.aidl``)."""


class VhalGroup(IntEnum):
    """Who defined a property (``VehiclePropertyGroup``)."""

    SYSTEM = 0x1
    VENDOR = 0x2
    BACKPORTED = 0x3


class VhalArea(IntEnum):
    """What the area ids of a property stand for (``VehicleArea``)."""

    GLOBAL = 0x1
    WINDOW = 0x3
    MIRROR = 0x4
    SEAT = 0x5
    DOOR = 0x6
    WHEEL = 0x7
    VENDOR = 0x8


class VhalType(IntEnum):
    """The type of a property's value (``VehiclePropertyType``)."""

    STRING = 0x10
    BOOLEAN = 0x20
    INT32 = 0x40
    INT32_VEC = 0x41
    INT64 = 0x50
    INT64_VEC = 0x51
    FLOAT = 0x60
    FLOAT_VEC = 0x61
    BYTES = 0x70
    MIXED = 0xE0


class IdParts(NamedTuple):
    """A property id taken apart: group (4 bits), area type (4), value type (8), number (16)."""

    group: VhalGroup
    area: VhalArea
    type: VhalType
    number: int

    @property
    def id(self) -> int:
        return self.group << 28 | self.area << 24 | self.type << 16 | self.number


class VhalError(ValueError):
    """A signal or property without a counterpart, or a value that the other side cannot have."""


def id_parts(id: int) -> IdParts:  # noqa: A002 - the word of AAOS
    """The parts of a property id. Raises VhalError if no AAOS id is built like this."""
    try:
        parts = IdParts(VhalGroup(id >> 28), VhalArea(id >> 24 & 0xF), VhalType(id >> 16 & 0xFF), id & 0xFFFF)
    except ValueError:
        raise VhalError(f"{id:#010x} is no vehicle property id: its group, area or type is unknown") from None
    if parts.number < FIRST_NUMBER:
        raise VhalError(f"{id:#010x} is no vehicle property id: numbers start at {FIRST_NUMBER:#06x}")
    return parts


def holds(type: VhalType, value: object) -> bool:  # noqa: A002
    """Whether a property of this type can have ``value``; false for types that no signal maps to."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match type:
        case VhalType.BOOLEAN:
            return isinstance(value, bool)
        case VhalType.STRING:
            return isinstance(value, str)
        case VhalType.INT32:
            low, high = INTEGER_BOUNDS[Datatype.INT32]
            return number and isinstance(value, int) and low <= value <= high
        case VhalType.FLOAT:
            bound = FLOAT_BOUNDS[Datatype.FLOAT]
            return number and isinstance(value, int | float) and -bound <= value <= bound
        case VhalType.INT32_VEC:
            return isinstance(value, list) and all(holds(VhalType.INT32, item) for item in value)
    return False
