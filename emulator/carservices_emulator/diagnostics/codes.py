"""Trouble codes in text and bytes: ``P0A2F-98`` is SAE J2012's code with the failure type of ISO 15031-6 (J2012-DA)."""

import re
from enum import IntFlag
from functools import lru_cache

SYSTEMS = "PCBU"
"""Powertrain, chassis, body, network: the two highest bits."""
PATTERN = re.compile(r"([PCBU])([0-3])([0-9A-F]{3})-([0-9A-F]{2})")


class Severity(IntFlag):
    """DTC severity of ISO 14229-1 (Annex D.3): when the driver should have it looked at."""

    MAINTENANCE_ONLY = 0x20
    CHECK_AT_NEXT_HALT = 0x40
    CHECK_IMMEDIATELY = 0x80


class Status(IntFlag):
    """DTC status byte of ISO 14229-1 (Annex D.2)."""

    TEST_FAILED = 0x01
    TEST_FAILED_THIS_CYCLE = 0x02
    PENDING = 0x04
    CONFIRMED = 0x08
    NOT_COMPLETED_SINCE_CLEAR = 0x10
    FAILED_SINCE_CLEAR = 0x20
    NOT_COMPLETED_THIS_CYCLE = 0x40
    WARNING_INDICATOR = 0x80


@lru_cache(1024)
def number(code: str) -> int:
    """The three bytes of a code as a number. Raises ValueError for text that is none."""
    match = PATTERN.fullmatch(code)
    if match is None:
        raise ValueError(f"'{code}' is not a trouble code such as P0A2F-98")
    system, kind, digits, failure = match.groups()
    return SYSTEMS.index(system) << 22 | int(kind) << 20 | int(digits, 16) << 8 | int(failure, 16)


def text(value: int) -> str:
    """The code of a number of three bytes."""
    return f"{SYSTEMS[value >> 22]}{value >> 20 & 3}{value >> 8 & 0xFFF:03X}-{value & 0xFF:02X}"
