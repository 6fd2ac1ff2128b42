"""What a signal has: a value, when it was taken, and whether it can be trusted."""

from dataclasses import dataclass
from enum import IntEnum

Datum = bool | int | float | str | list[bool] | list[int] | list[float] | list[str]
"""The Python types a VSS datatype maps to."""


class Status(IntEnum):
    """Whether a value can be used (AAOS ``VehiclePropertyStatus``)."""

    AVAILABLE = 0
    UNAVAILABLE = 1
    ERROR = 2


class Code(IntEnum):
    """How a get or set ended (AAOS ``StatusCode``)."""

    OK = 0
    TRY_AGAIN = 1
    INVALID_ARG = 2
    NOT_AVAILABLE = 3
    ACCESS_DENIED = 4
    INTERNAL_ERROR = 5
    NOT_AVAILABLE_DISABLED = 6
    NOT_AVAILABLE_SPEED_LOW = 7
    NOT_AVAILABLE_SPEED_HIGH = 8
    NOT_AVAILABLE_POOR_VISIBILITY = 9
    NOT_AVAILABLE_SAFETY = 10


@dataclass(slots=True)
class Value:
    """One reading of one signal.

    ``timestamp`` is monotonic nanoseconds, taken at the source when the value changed (on-change signals)
    or was sampled (continuous ones). ``value`` is None unless ``status`` is AVAILABLE.
    """

    path: str
    value: Datum | None
    timestamp: int
    status: Status = Status.AVAILABLE
