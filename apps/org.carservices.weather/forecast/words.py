"""How weather is written in the person's language and units."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from carservices.app import Context
from forecast.openmeteo import Day, Hour
from forecast.reach import share
from forecast.sky import sky

NOTHING: Final = "–"
SPEEDS: Final = {"km/h": 1.0, "mph": 1 / 1.609344, "m/s": 1 / 3.6}
FRESH: Final = timedelta(minutes=30)
"""From then on a forecast is shown with its age."""
NOTICEABLE: Final = 3
"""Percent of range that are worth a word."""


class Words:
    """``t`` is `App.t`, ``offset`` that of the local time at the place."""

    def __init__(self, t: Callable[..., str], context: Context, offset: timedelta) -> None:
        self._t = t
        self._units = context.units
        self._offset = offset

    def number(self, value: float, digits: int = 0) -> str:
        return f"{value:.{digits}f}".replace("-", "−").replace(".", self._t("decimal"))

    def temperature(self, celsius: float | None) -> str:
        if celsius is None:
            return NOTHING
        if self._units.get("temperature") == "Fahrenheit":
            return f"{self.number(round(celsius * 9 / 5 + 32))} °F"
        return f"{self.number(round(celsius))} °C"

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC) + self._offset

    def time(self, at: float) -> str:
        return f"{self.local(at):%H:%M}"

    def sky(self, hour: Hour | None) -> str:
        if hour is None:
            return NOTHING
        return f"{self.temperature(hour.temperature)} · {self._t(f'sky.{sky(hour.code)[0]}')}"

    def wind(self, weather: Hour | Day | None) -> str:
        """Rain and gusts, as far as they are known."""
        if weather is None:
            return NOTHING
        unit = self._units.get("speed", "km/h")
        parts = []
        if weather.rain is not None:
            parts.append(f"{self.number(weather.rain, 1)} mm")
        if weather.gusts is not None:
            speed = f"{self.number(weather.gusts * SPEEDS.get(unit, 1.0))} {unit if unit in SPEEDS else 'km/h'}"
            parts.append(self._t("gusts", speed=speed))
        return " · ".join(parts) or NOTHING

    def day(self, day: date, today: date) -> str:
        near = {0: "today", 1: "tomorrow"}.get((day - today).days)
        return self._t(near) if near else self._t("weekdays").split()[day.weekday()]

    def age(self, at: float, now: float) -> str:
        """Empty while it is fresh."""
        age = timedelta(seconds=max(0.0, now - at))
        if age < FRESH:
            return ""
        minutes = int(age.total_seconds()) // 60
        return self._t("age.minutes", n=minutes) if minutes < 120 else self._t("age.hours", n=minutes // 60)

    def reach(self, hour: Hour | None) -> tuple[str, str]:
        """What the temperature does to the range, and why."""
        if hour is None or hour.temperature is None:
            return NOTHING, ""
        lost = round((1 - share(hour.temperature)) * 100)
        if lost < NOTICEABLE:
            return self._t("range.full"), ""
        return self._t("range.less", n=lost), self._t("range.heating" if hour.temperature < 20 else "range.cooling")
