"""Weather and daylight around the car, and the air they make."""

import math
from dataclasses import dataclass

GAS_CONSTANT = 287.058
"""J/(kg K) of dry air (ICAO standard atmosphere)."""


@dataclass(slots=True)
class Weather:
    """What surrounds the car; a scenario or a developer changes it at any time.

    ``temperature`` °C, ``humidity`` %, ``sun`` W/m² on the horizontal (0–1000), ``rain`` % of a cloudburst,
    ``wind`` m/s head wind, ``light`` % of full daylight, ``grip`` friction coefficient of the road.
    """

    temperature: float = 20.0
    humidity: float = 55.0
    sun: float = 250.0
    rain: float = 0.0
    wind: float = 0.0
    light: float = 80.0
    grip: float = 0.9


def air_pressure(altitude: float) -> float:
    """Pa at ``altitude`` m: barometric formula of the ICAO standard atmosphere (Doc 7488)."""
    return 101325.0 * math.pow(1.0 - 2.25577e-5 * altitude, 5.25588)


def air_density(temperature: float, altitude: float) -> float:
    """kg/m³ of dry air at °C and m: ideal gas law at the standard pressure of that altitude."""
    return air_pressure(altitude) / (GAS_CONSTANT * (temperature + 273.15))


def day(hour: float) -> tuple[float, float]:
    """(sun W/m², light %) of a clear day at ``hour`` (0–24): a half sine from 6 to 18 h, civil twilight around it."""
    elevation = math.sin(math.pi * (hour - 6.0) / 12.0)
    return 900.0 * max(0.0, elevation), min(100.0, max(1.0, 20.0 + 160.0 * elevation))
