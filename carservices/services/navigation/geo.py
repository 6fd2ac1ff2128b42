"""Distances and bearings on the earth, for points that are near each other."""

import itertools
import math
from collections.abc import Sequence

from carservices.signals.earth import DEGREE_M

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


def metres(a: Point, b: Point) -> float:
    """Between two points (lat, lon): equirectangular, within 0.1 % up to 100 km off the poles."""
    dx = (b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2.0))
    return DEGREE_M * math.hypot(dx, b[0] - a[0])


def bearing(a: Point, b: Point) -> float:
    """From a to b, degrees clockwise from north, 0–360."""
    dx = (b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2.0))
    return math.degrees(math.atan2(dx, b[0] - a[0])) % 360.0


def turned(before: float, after: float) -> float:
    """How far one must turn from one bearing to the other: degrees, -180–180, right is positive."""
    return (after - before + 180.0) % 360.0 - 180.0


def along(points: Sequence[Point]) -> list[float]:
    """m from the first point to each."""
    out = [0.0]
    for a, b in itertools.pairwise(points):
        out.append(out[-1] + metres(a, b))
    return out


def moved(point: Point, course: float, distance: float) -> Point:
    """The point ``distance`` m away in the direction ``course``."""
    angle = math.radians(course)
    lat = point[0] + distance * math.cos(angle) / DEGREE_M
    return lat, point[1] + distance * math.sin(angle) / (DEGREE_M * math.cos(math.radians(point[0])))


def plane_metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """m between two points in degrees, on the plane that touches at the first."""
    kx = DEGREE_M * math.cos(math.radians(lat1))
    return math.hypot((lat2 - lat1) * DEGREE_M, (lon2 - lon1) * kx)


def box_around(lat: float, lon: float, radius: float) -> tuple[float, float, float, float]:
    """North, south, east, west of a square reaching ``radius`` m: in the order an R-tree is asked for what meets it."""
    dy = radius / DEGREE_M
    dx = dy / max(0.01, math.cos(math.radians(lat)))
    return lat + dy, lat - dy, lon + dx, lon - dx
