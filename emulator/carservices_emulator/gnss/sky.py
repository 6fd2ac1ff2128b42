"""Which navigation satellites stand above a place at a moment, and how well they tell it.

The nominal constellations on circular orbits: GPS with 24 satellites in 6 planes (GPS Standard Positioning Service
Performance Standard, 5th edition) and Galileo with 24 in 3 planes (Walker 24/3/1, Galileo OS Service Definition
Document). The real ones stand elsewhere, but as many and as well.
"""

import math
from collections.abc import Sequence
from datetime import datetime

from carservices.signals.earth import EARTH_RADIUS_M
from carservices_hal.gnss.sky import Dilution, Satellite, System

GRAVITY = 3.986004418e14
"""m³/s², of the earth (WGS 84)."""
TURN = 7.2921151467e-5
"""rad/s of the earth (WGS 84)."""
ORBITS = (
    (System.GPS, 6, 4, 15.0, 26_559_700.0, 55.0),
    (System.GALILEO, 3, 8, 15.0, 29_600_318.0, 56.0),
)
"""System, planes, satellites in each, degrees between neighbours of two planes, m of the radius, ° of inclination."""
STRONGEST, WEAKEST = 48.0, 30.0
"""dB-Hz of a satellite in the zenith and at the horizon."""


def sky(latitude: float, longitude: float, moment: datetime, mask: float) -> list[Satellite]:
    """The satellites more than ``mask`` degrees above the horizon, highest first."""
    lat, lon = math.radians(latitude), math.radians(longitude)
    seconds = moment.timestamp()
    sin, cos = math.sin(lat), math.cos(lat)
    seen: list[Satellite] = []
    for system, planes, slots, phase, radius, inclination in ORBITS:
        rate = math.sqrt(GRAVITY / radius**3)
        tilt = math.radians(inclination)
        for number in range(planes * slots):
            plane, slot = divmod(number, slots)
            node = 2.0 * math.pi * plane / planes - TURN * seconds - lon
            along = 2.0 * math.pi * slot / slots + math.radians(phase) * plane + rate * seconds
            x = radius * (math.cos(along) * math.cos(node) - math.sin(along) * math.sin(node) * math.cos(tilt))
            y = radius * (math.cos(along) * math.sin(node) + math.sin(along) * math.cos(node) * math.cos(tilt))
            z = radius * math.sin(along) * math.sin(tilt)
            up = cos * x + sin * z - EARTH_RADIUS_M
            north = cos * z - sin * x
            elevation = math.degrees(math.atan2(up, math.hypot(y, north)))
            if elevation > mask:
                azimuth = math.degrees(math.atan2(y, north)) % 360.0
                strength = WEAKEST + (STRONGEST - WEAKEST) * math.sin(math.radians(elevation))
                seen.append(Satellite(system, number + 1, elevation, azimuth, strength))
    return sorted(seen, key=lambda one: -one.elevation)


def dilution(satellites: Sequence[Satellite]) -> Dilution | None:
    """How the satellites' places widen an error of their ranges; None with fewer than four.

    From the cofactors of the least-squares position (Kaplan, Hegarty, "Understanding GPS/GNSS", 3rd edition, ch. 11).
    """
    if len(satellites) < 4:
        return None
    normal = [[0.0] * 4 for _ in range(4)]
    for one in satellites:
        elevation, azimuth = math.radians(one.elevation), math.radians(one.azimuth)
        level = math.cos(elevation)
        row = (level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation), 1.0)
        for i in range(4):
            for j in range(4):
                normal[i][j] += row[i] * row[j]
    east, north, up = _inverse_diagonal(normal)[:3]
    return Dilution(math.sqrt(east + north + up), math.sqrt(east + north), math.sqrt(up))


def _inverse_diagonal(matrix: list[list[float]]) -> list[float]:
    """The diagonal of a positive definite matrix's inverse, by Gauss and Jordan."""
    size = len(matrix)
    rows = [[*row, *(1.0 if i == j else 0.0 for j in range(size))] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = rows[k][k]
        rows[k] = [value / pivot for value in rows[k]]
        for i in range(size):
            if i != k:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [rows[k][size + k] for k in range(size)]
