"""What of the weather matters for driving: a table of risks with the values from which each is one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from forecast.openmeteo import Hour

FREEZING: Final = frozenset([56, 57, 66, 67])
THUNDER: Final = frozenset([95])
HAIL: Final = frozenset([96, 99])
"""WMO codes."""


class Level(IntEnum):
    NONE = 0
    CARE = 1
    DANGER = 2


@dataclass(frozen=True, slots=True)
class Risk:
    """``key`` names its texts."""

    key: str
    icon: str
    level: Callable[[Hour], Level]


def _above(value: float | None, care: float, danger: float) -> Level:
    if value is None or value < care:
        return Level.NONE
    return Level.DANGER if value >= danger else Level.CARE


def _ice(hour: Hour) -> Level:
    """At 3 °C of the air bridges can be at 0; wet and at 1 °C or less it freezes on the road."""
    if hour.code in FREEZING:
        return Level.DANGER
    if hour.temperature is None or hour.temperature > 3:
        return Level.NONE
    return Level.DANGER if hour.temperature <= 1 and (hour.rain or 0) > 0 else Level.CARE


def _storm(hour: Hour) -> Level:
    """Gusts from 8 and 10 Beaufort (62 and 89 km/h); thunderstorms, and those with hail."""
    if hour.code in HAIL:
        return Level.DANGER
    return max(_above(hour.gusts, 62, 89), Level.CARE if hour.code in THUNDER else Level.NONE)


def _fog(hour: Hour) -> Level:
    """Below 150 m the German weather service warns; below 50 m 50 km/h is the limit (StVO § 3)."""
    if hour.visibility is None or hour.visibility >= 150:
        return Level.NONE
    return Level.DANGER if hour.visibility < 50 else Level.CARE


RISKS: Final = (
    Risk("ice", "ac_unit", _ice),
    Risk("storm", "cyclone", _storm),
    Risk("rain", "rainy", lambda hour: _above(hour.rain, 7.6, 15)),  # AMS "heavy"; DWD warns from 15 mm in an hour
    Risk("snow", "weather_snowy", lambda hour: _above(hour.snow, 0.1, 1)),  # DWD warns from 5 cm in 6 hours
    Risk("fog", "foggy", _fog),
    Risk("heat", "thermostat", lambda hour: _above(hour.felt, 32, 38)),  # DWD, felt temperature
)


def coming(risk: Risk, hours: Iterable[Hour]) -> tuple[Level, Hour | None]:
    """The worst level among these hours and the first hour that has it."""
    worst, when = Level.NONE, None
    for hour in hours:
        if (level := risk.level(hour)) > worst:
            worst, when = level, hour
    return worst, when
