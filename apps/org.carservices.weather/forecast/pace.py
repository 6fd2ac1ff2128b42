"""When to ask again: after a quarter of an hour or 10 km, and a minute after nobody has answered."""

import math
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 15 * 60.0
RETRY_SECONDS: Final = 60.0
METRES: Final = 10_000.0
EARTH: Final = 6_371_008.8
"""Mean radius in m (IUGG)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The last request, answered or not: Unix time in s, degrees."""

    at: float
    latitude: float
    longitude: float
    answered: bool = False


def due(last: Asked | None, now: float, latitude: float, longitude: float) -> bool:
    """Whether a request may be made; a clock that was set back counts as time passed."""
    if last is None or abs(now - last.at) >= (SECONDS if last.answered else RETRY_SECONDS):
        return True
    return distance(last.latitude, last.longitude, latitude, longitude) >= METRES


def distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Metres along the great circle (haversine)."""
    a, b = math.radians(latitude), math.radians(to_latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(to_longitude - longitude) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))
