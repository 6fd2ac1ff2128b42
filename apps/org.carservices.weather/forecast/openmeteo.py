"""The forecast of Open-Meteo (open-meteo.com/en/docs): what is asked for, and its JSON as hours and days."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

ADDRESS: Final = "https://api.open-meteo.com/v1/forecast"
DIGITS: Final = 2
"""Decimals of a degree that are told: about 1 km, and no more of where the car is."""
DAYS: Final = 7
HOURLY: Final = {
    "temperature_2m": "temperature",
    "apparent_temperature": "felt",
    "precipitation": "rain",
    "snowfall": "snow",
    "weather_code": "code",
    "wind_gusts_10m": "gusts",
    "visibility": "visibility",
    "wind_speed_10m": "wind",
    "wind_direction_10m": "wind_from",
}
DAILY: Final = {
    "weather_code": "code",
    "temperature_2m_min": "low",
    "temperature_2m_max": "high",
    "precipitation_sum": "rain",
    "wind_gusts_10m_max": "gusts",
}
"""Name of Open-Meteo → ours."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour from ``at`` (Unix time in s): °C, mm, cm, WMO code, km/h, m, degrees; None for what is not known."""

    at: float
    temperature: float | None
    felt: float | None
    rain: float | None
    snow: float | None
    code: float | None
    gusts: float | None
    visibility: float | None
    wind: float | None
    wind_from: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day at the place of the forecast, in the units of `Hour`."""

    day: date
    code: float | None
    low: float | None
    high: float | None
    rain: float | None
    gusts: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    hours: tuple[Hour, ...]
    days: tuple[Day, ...]
    utc_offset: timedelta
    """Local time at the place less UTC."""

    def hour(self, at: float) -> Hour | None:
        """The hour in which a moment lies."""
        return next((hour for hour in self.hours if hour.at <= at < hour.at + 3600), None)

    def between(self, start: float, end: float) -> list[Hour]:
        """The hours that touch this time."""
        return [hour for hour in self.hours if hour.at + 3600 > start and hour.at < end]


def address(latitude: float, longitude: float) -> str:
    """What to ask for a place."""
    query = {
        "latitude": f"{latitude:.{DIGITS}f}",
        "longitude": f"{longitude:.{DIGITS}f}",
        "hourly": ",".join(HOURLY),
        "daily": ",".join(DAILY),
        "timeformat": "unixtime",
        "timezone": "auto",
        "forecast_days": DAYS,
    }
    return f"{ADDRESS}?{urlencode(query, safe=',')}"


def parse(answer: Any) -> Forecast:
    """The forecast of an answer. Raises ValueError for what is none."""
    try:
        offset = timedelta(seconds=float(answer.get("utc_offset_seconds", 0)))
        hours = tuple(Hour(at, *values) for at, values in _rows(answer["hourly"], tuple(HOURLY)))
        days = tuple(
            Day((datetime.fromtimestamp(at, UTC) + offset).date(), *values)
            for at, values in _rows(answer["daily"], tuple(DAILY))
        )
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError(f"no forecast of Open-Meteo: {error!r}") from None
    if not hours or not days:
        raise ValueError("a forecast of Open-Meteo without hours or days")
    return Forecast(hours, days, offset)


def _rows(table: Mapping[str, Sequence[Any]], names: tuple[str, ...]) -> list[tuple[float, list[float | None]]]:
    """Columns to rows; each has a time."""
    columns = [table[name] for name in names]
    if any(len(column) != len(table["time"]) for column in columns):
        raise ValueError("a forecast of Open-Meteo with columns of different lengths")
    return [(float(at), [_number(column[n]) for column in columns]) for n, at in enumerate(table["time"])]


def _number(value: Any) -> float | None:
    """None also for what cannot be a measurement."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
