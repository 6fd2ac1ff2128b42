"""Distances in the plane, for points that are near each other (error below 0.1 % within a city)."""

import math

EARTH_M_PER_DEG = 111_320.0


def plane_metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """m between two points in degrees."""
    kx = EARTH_M_PER_DEG * math.cos(math.radians(lat1))
    return math.hypot((lat2 - lat1) * EARTH_M_PER_DEG, (lon2 - lon1) * kx)


def box_around(lat: float, lon: float, metres: float) -> tuple[float, float, float, float]:
    """North, south, east, west of a square: in the order an R-tree is asked for what meets it."""
    dy = metres / EARTH_M_PER_DEG
    dx = dy / max(0.01, math.cos(math.radians(lat)))
    return lat + dy, lat - dy, lon + dx, lon - dx
