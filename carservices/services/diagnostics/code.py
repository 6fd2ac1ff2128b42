"""Trouble codes: three bytes on the wire, ``P0A7E-00`` for people (SAE J2012, ISO 15031-6)."""

import re
from dataclasses import dataclass
from typing import Self

SYSTEMS = "PCBU"
"""Powertrain, chassis, body, network: the two top bits."""
_TEXT = re.compile(r"([PCBU])([0-3][0-9A-F]{3})(?:-?([0-9A-F]{2}))?")


@dataclass(frozen=True, slots=True)
class Code:
    """``base`` is the five characters of J2012, ``failure`` the failure type byte, None when none was told (OBD)."""

    base: str
    failure: int | None = None

    @classmethod
    def from_uds(cls, number: int) -> Self:
        """From the three bytes of ISO 14229-1."""
        return cls(_base(number >> 8), number & 0xFF)

    @classmethod
    def from_obd(cls, number: int) -> Self:
        """From the two bytes of the OBD services 03, 07 and 0A."""
        return cls(_base(number))

    @classmethod
    def parse(cls, text: str) -> Self:
        """From what people write. Raises ValueError."""
        found = _TEXT.fullmatch(text.strip().upper())
        if not found:
            raise ValueError(f"'{text[:20]}' is no trouble code: write it like P0A7E or C0035-13")
        system, number, failure = found.groups()
        return cls(system + number, None if failure is None else int(failure, 16))

    @property
    def number(self) -> int:
        """The three bytes."""
        first = SYSTEMS.index(self.base[0]) << 14 | int(self.base[1:], 16)
        return first << 8 | (self.failure or 0)

    @property
    def is_makers_own(self) -> bool:
        """Whether the manufacturer gave it its meaning (J2012: second character 1, or 2 outside the powertrain)."""
        return self.base[1] == "1" or (self.base[0] != "P" and self.base[1] == "2") or self.base[:3] in _OWN

    def __str__(self) -> str:
        return self.base if not self.failure else f"{self.base}-{self.failure:02X}"


_OWN = frozenset(("P30", "P31", "P32", "P33"))


def _base(number: int) -> str:
    return f"{SYSTEMS[number >> 14 & 3]}{number & 0x3FFF:04X}"
