"""The satellites a receiver hears, and their NMEA sentences: GSA (which it uses) and GSV (where they stand).

Source of the fields: NMEA 0183 as documented by gpsd ("NMEA Revealed"), with the system numbers of NMEA 4.11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from carservices_hal.gnss.nmea import sentence

CHANNELS, IN_A_SENTENCE = 12, 4
"""Satellites a GSA sentence names, and a GSV sentence."""


class System(Enum):
    """A satellite system: its talker in NMEA and its number in GSA."""

    GPS = "GP", 1
    GALILEO = "GA", 3

    @property
    def talker(self) -> str:
        return self.value[0]

    @property
    def number(self) -> int:
        return self.value[1]


class Satellite(NamedTuple):
    """One that is heard: degrees above the horizon, degrees from north, dB-Hz."""

    system: System
    number: int
    elevation: float
    azimuth: float
    strength: float


@dataclass(frozen=True, slots=True)
class Dilution:
    """By how much the satellites' places widen an error of the ranges: PDOP, HDOP, VDOP."""

    position: float
    horizontal: float
    vertical: float


def gsa(satellites: Sequence[Satellite], dops: Dilution | None) -> list[str]:
    """One GSA for each system: the satellites in use; without a fix none."""
    shown = (99.99, 99.99, 99.99) if dops is None else (dops.position, dops.horizontal, dops.vertical)
    widths = ",".join(f"{min(dop, 99.99):.2f}" for dop in shown)
    lines: list[str] = []
    for system in System:
        used = [one.number for one in satellites if one.system is system][:CHANNELS] if dops else []
        numbers = ",".join([f"{number:02d}" for number in used] + [""] * (CHANNELS - len(used)))
        lines.append(sentence(f"GNGSA,A,{3 if dops else 1},{numbers},{widths},{system.number}"))
    return lines


def gsv(satellites: Sequence[Satellite]) -> list[str]:
    """As many GSV as it takes, for each system its own."""
    lines: list[str] = []
    for system in System:
        heard = [one for one in satellites if one.system is system]
        parts = [heard[k : k + IN_A_SENTENCE] for k in range(0, len(heard), IN_A_SENTENCE)] or [[]]
        for number, part in enumerate(parts, 1):
            fields = "".join(
                f",{one.number:02d},{one.elevation:02.0f},{one.azimuth:03.0f},{one.strength:.0f}" for one in part
            )
            lines.append(sentence(f"{system.talker}GSV,{len(parts)},{number},{len(heard):02d}{fields}"))
    return lines
