"""Where the car is on the earth."""

import math
from dataclasses import dataclass

from carservices.signals.earth import EARTH_RADIUS_M


@dataclass(slots=True)
class Place:
    """Where the car is: degrees, m above sea level, heading clockwise from north, slope as a tangent."""

    latitude: float = 53.5571
    longitude: float = 13.2614
    altitude: float = 20.0
    heading: float = 90.0
    grade: float = 0.0

    def move(self, distance: float, turn: float) -> None:
        """Dead reckoning: ``distance`` m ahead after turning ``turn`` degrees clockwise."""
        self.heading = (self.heading + turn) % 360.0
        course = math.radians(self.heading)
        self.latitude += math.degrees(distance * math.cos(course) / EARTH_RADIUS_M)
        self.longitude += math.degrees(
            distance * math.sin(course) / (EARTH_RADIUS_M * math.cos(math.radians(self.latitude)))
        )
