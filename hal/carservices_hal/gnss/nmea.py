"""NMEA 0183, the sentences of satellite receivers: read into fixes, and written from them.

Source of the fields: NMEA 0183 as documented by gpsd ("NMEA Revealed": RMC, GGA, VTG).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce

KNOT = 1852.0 / 3600.0
"""m/s."""
RANGE_ERROR_M = 3.0
"""m of one satellite's range (user equivalent range error of civil receivers); times HDOP it is the accuracy."""
LONGEST = 120
"""Characters; the standard allows 82, receivers write more."""


@dataclass(frozen=True, slots=True)
class NmeaFix:
    """One fix: degrees, UTC, m/s, degrees clockwise from north (None at rest), m above the sea, HDOP, satellites."""

    lat: float
    lon: float
    time: datetime
    speed: float = 0.0
    course: float | None = None
    altitude: float | None = None
    hdop: float | None = None
    satellites: int | None = None
    error: float | None = None
    """m, standard deviation, where the source itself says it."""

    @property
    def accuracy_m(self) -> float | None:
        """Standard deviation: as the source says, else by how well its satellites stand, else unknown."""
        if self.error is not None:
            return self.error
        return None if self.hdop is None else self.hdop * RANGE_ERROR_M


def checksum(body: str) -> str:
    """Of what stands between ``$`` and ``*``: two hexadecimal digits."""
    return f"{reduce(lambda sum_, letter: sum_ ^ ord(letter), body, 0):02X}"


class Reader:
    """Takes sentences one by one: a valid RMC gives a fix, with what the last GGA said of height and quality.

    What is damaged, of another kind, or says that there is no fix is passed over.
    """

    def __init__(self) -> None:
        self._height: tuple[float | None, float | None, int | None] = (None, None, None)

    def take(self, line: str) -> NmeaFix | None:
        """The fix that is complete with this sentence, if one is."""
        fields = _fields(line)
        kind = fields[0][2:] if fields else ""
        try:
            if kind == "GGA" and len(fields) >= 10:
                self._height = _number(fields[9]), _number(fields[8]), int(fields[7] or 0)
            elif kind == "RMC" and len(fields) >= 10 and fields[2] == "A":
                return _fix(fields, self._height)
        except ValueError:
            return None
        return None


def read(lines: Iterable[str]) -> Iterator[NmeaFix]:
    """All fixes of a recording."""
    reader = Reader()
    return (fix for line in lines if (fix := reader.take(line)) is not None)


def sentence(body: str) -> str:
    """A whole sentence around a body."""
    return f"${body}*{checksum(body)}"


def write(fix: NmeaFix) -> list[str]:
    """GGA, RMC and VTG of a fix, as a receiver of several systems (GN) says them."""
    clock, date = _clock(fix.time)
    place = f"{_angle(fix.lat, 2)},{'N' if fix.lat >= 0 else 'S'},{_angle(fix.lon, 3)},{'E' if fix.lon >= 0 else 'W'}"
    course = "" if fix.course is None else f"{fix.course % 360.0:.2f}"
    altitude = "" if fix.altitude is None else f"{fix.altitude:.1f}"
    hdop = "" if fix.hdop is None else f"{fix.hdop:.2f}"
    knots = fix.speed / KNOT
    bodies = (
        f"GNGGA,{clock},{place},1,{fix.satellites or 0:02d},{hdop},{altitude},M,,M,,",
        f"GNRMC,{clock},A,{place},{knots:.3f},{course},{date},,,A",
        f"GNVTG,{course},T,,M,{knots:.3f},N,{fix.speed * 3.6:.3f},K,A",
    )
    return [sentence(body) for body in bodies]


def write_void(time: datetime) -> list[str]:
    """The same three of a receiver without a fix."""
    clock, date = _clock(time)
    bodies = (f"GNGGA,{clock},,,,,0,00,99.99,,M,,M,,", f"GNRMC,{clock},V,,,,,,,{date},,,N", "GNVTG,,T,,M,,N,,K,N")
    return [sentence(body) for body in bodies]


def _clock(time: datetime) -> tuple[str, str]:
    """Time of day and date as NMEA has them, UTC."""
    utc = time.astimezone(UTC)
    return f"{utc:%H%M%S}.{utc.microsecond // 1000:03d}", f"{utc:%d%m%y}"


def _fields(line: str) -> list[str]:
    """Of a sentence whose checksum is right; nothing otherwise."""
    line = line.strip()
    if not line.startswith("$") or len(line) > LONGEST or line[-3:-2] != "*":
        return []
    body, said = line[1:-3], line[-2:].upper()
    return body.split(",") if checksum(body) == said else []


def _fix(fields: list[str], height: tuple[float | None, float | None, int | None]) -> NmeaFix:
    """Raises ValueError where a field is no number or a place is none on earth."""
    whole, _, part = fields[1].partition(".")
    moment = datetime.strptime(fields[9] + whole, "%d%m%y%H%M%S").replace(tzinfo=UTC)
    lat, lon = _degrees(fields[3], fields[4]), _degrees(fields[5], fields[6])
    if abs(lat) > 90.0 or abs(lon) > 180.0:
        raise ValueError("no place on earth")
    altitude, hdop, satellites = height
    return NmeaFix(
        lat,
        lon,
        moment.replace(microsecond=round(float(f"0.{part or 0}") * 1e6) % 1_000_000),
        (_number(fields[7]) or 0.0) * KNOT,
        _number(fields[8]),
        altitude,
        hdop,
        satellites,
    )


def _degrees(text: str, side: str) -> float:
    """``ddmm.mmmm`` with N, S, E or W."""
    value = float(text)
    whole = math.floor(value / 100.0)
    degrees = whole + (value - 100.0 * whole) / 60.0
    if side not in ("N", "S", "E", "W") or not math.isfinite(degrees):
        raise ValueError("no angle")
    return -degrees if side in ("S", "W") else degrees


def _angle(degrees: float, width: int) -> str:
    minutes = round(abs(degrees) * 60.0, 6)
    return f"{int(minutes // 60):0{width}d}{minutes % 60:09.6f}"


def _number(text: str) -> float | None:
    if not text:
        return None
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number
