"""Lines on the map: polylines with six decimals (Google's encoded polyline algorithm), and what lies beside them."""

import math
from collections.abc import Iterable

from carservices.signals.earth import DEGREE_M

Point = tuple[float, float]
"""Latitude and longitude in degrees."""
PRECISION = 1e6


def encode(points: Iterable[Point]) -> str:
    """Points (lat, lon) as text of printable ASCII."""
    out: list[str] = []
    last = (0, 0)
    for lat, lon in points:
        now = round(lat * PRECISION), round(lon * PRECISION)
        for value in (now[0] - last[0], now[1] - last[1]):
            bits = ~(value << 1) if value < 0 else value << 1
            while bits >= 0x20:
                out.append(chr((0x20 | (bits & 0x1F)) + 63))
                bits >>= 5
            out.append(chr(bits + 63))
        last = now
    return "".join(out)


def decode(text: str) -> list[Point]:
    """The points of a polyline. Raises ValueError where the text ends in the middle of one."""
    values: list[int] = []
    bits = shift = 0
    for letter in text:
        part = ord(letter) - 63
        bits |= (part & 0x1F) << shift
        shift += 5
        if part < 0x20:
            values.append(~(bits >> 1) if bits & 1 else bits >> 1)
            bits = shift = 0
    if shift or len(values) % 2:
        raise ValueError("the polyline ends in the middle of a point")
    points: list[Point] = []
    lat = lon = 0
    for dlat, dlon in zip(values[::2], values[1::2], strict=True):
        lat, lon = lat + dlat, lon + dlon
        points.append((lat / PRECISION, lon / PRECISION))
    return points


def offset_m(a: Point, b: Point) -> tuple[float, float]:
    """m east and north from a to b, which are near to each other."""
    return (b[1] - a[1]) * DEGREE_M * math.cos(math.radians(a[0])), (b[0] - a[0]) * DEGREE_M


def beside_m(a: Point, b: Point, place: Point) -> tuple[float, float]:
    """m along the straight stretch from a to b to its point nearest to a place, and m from there to the place."""
    (x, y), (dx, dy) = offset_m(a, place), offset_m(a, b)
    square = dx * dx + dy * dy
    share = min(1.0, max(0.0, (x * dx + y * dy) / square)) if square else 0.0
    return share * math.sqrt(square), math.hypot(x - share * dx, y - share * dy)
