"""The control verbs ``diagnose`` and ``ecus``: one diagnostic request through any HAL, and who may be asked."""

import re
from dataclasses import dataclass
from typing import Any, TypedDict

from carservices.hal.base import HalError

LONGEST = 4095
"""Bytes of one request: the length field of ISO 15765-2 in its short form."""
HIGHEST = 0x1FFF_FFFF
"""The highest CAN id (29 bits); ids above 0x7FF are extended ones."""
TIMEOUT, PATIENCE = 5.0, 60.0
"""s to wait for answers: unless told, and at most."""
HEXADECIMAL = re.compile(r"(?: *[0-9A-Fa-f]{2})+ *")
USAGE = (
    f"diagnose takes to (CAN id), data (1 to {LONGEST} bytes, or their hexadecimal digits) and timeout (s, above 0,"
    f" at most {PATIENCE:g}; {TIMEOUT:g} without)"
)

READS = frozenset((0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x09, 0x0A, 0x19, 0x22, 0x3E))
"""Services that change nothing: OBD's (SAE J1979), trouble codes, data, tester present (ISO 14229-1)."""

Answers = list[list[Any]]
"""What ``diagnose`` returns: ``[CAN id, bytes]`` of each answer; empty when nobody answered."""


class Ecu(TypedDict):
    """What ``ecus`` says of each control unit: its name and the CAN ids of request and response."""

    name: str
    request: int
    response: int


def only_reads(arguments: dict[str, Any]) -> bool:
    """Whether a request that can be sent asks for something and changes nothing."""
    try:
        return Request.parse(arguments).data[0] in READS
    except HalError:
        return False


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of ``diagnose``."""

    to: int
    data: bytes
    timeout: float

    @classmethod
    def parse(cls, arguments: dict[str, Any]) -> "Request":
        """Check what a client sent. Raises HalError."""
        data = arguments.get("data")
        if isinstance(data, str) and HEXADECIMAL.fullmatch(data):
            arguments = arguments | {"data": bytes.fromhex(data)}
        match {"timeout": TIMEOUT} | arguments:
            case {"to": int() as to, "data": bytes() as data, "timeout": int() | float() as timeout, **rest} if (
                not rest
                and not isinstance(to, bool)
                and not isinstance(timeout, bool)
                and 0 <= to <= HIGHEST
                and 0 < len(data) <= LONGEST
                and 0 < timeout <= PATIENCE
            ):
                return cls(to, data, float(timeout))
        raise HalError(f"this request cannot be sent; {USAGE}")
