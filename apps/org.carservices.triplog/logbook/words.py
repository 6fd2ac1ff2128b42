"""How trips are written in the person's language and units."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from logbook.totals import Total
from logbook.trip import Trip

NOTHING: Final = "–"
KM_PER_MILE: Final = 1.609344


class Words:
    """``t`` is `App.t`, ``units`` those of the person's context."""

    def __init__(self, t: Callable[..., str], units: Mapping[str, str]) -> None:
        self._t = t
        self._miles = units.get("length") == "mi"

    def number(self, value: float | None, unit: str, digits: int = 1) -> str:
        if value is None:
            return NOTHING
        return f"{value:.{digits}f} {unit}".replace("-", "−").replace(".", self._t("decimal"))

    def length(self, km: float | None) -> str:
        if self._miles:
            return self.number(None if km is None else km / KM_PER_MILE, "mi")
        return self.number(km, "km")

    def average(self, trip: Trip) -> str:
        average = trip.average
        if self._miles:
            return self.number(None if average is None else average * KM_PER_MILE, "kWh/100 mi")
        return self.number(average, "kWh/100 km")

    def duration(self, seconds: float) -> str:
        hours, minutes = divmod(round(seconds / 60), 60)
        return self._t("hours_minutes", hours=hours, minutes=minutes) if hours else self._t("minutes", n=minutes)

    def energy(self, kwh: float | None) -> str:
        return self.number(kwh, "kWh")

    def cost(self, amount: float | None, currency: str) -> str:
        return self.number(amount, currency, 2)

    def day(self, day: date) -> str:
        weekday, month = self._t("weekdays").split()[day.weekday()], self._t("months").split()[day.month - 1]
        return self._t("date", weekday=weekday, day=day.day, month=month)

    def month(self, day: date) -> str:
        return f"{self._t('months').split()[day.month - 1].capitalize()} {day.year}"

    def start(self, trip: Trip) -> str:
        start = datetime.fromtimestamp(trip.start)
        return f"{self.day(start.date())}, {start:%H:%M}"

    def summary(self, trip: Trip) -> str:
        if not trip.recorded:
            return f"{self.length(trip.km)} · {self._t('not_recorded')}"
        parts = [self.length(trip.km), self.duration(trip.seconds), self.energy(trip.energy_kwh)]
        return " · ".join(part for part in parts if part != NOTHING)

    def purpose(self, trip: Trip) -> str:
        cost = self.cost(trip.cost, trip.currency)
        return " · ".join(part for part in (self._t(trip.purpose), cost) if part != NOTHING)

    def total(self, total: Total) -> tuple[str, str]:
        """Two lines."""
        first = f"{self._t('trips_count', n=total.trips)} · {self.length(total.km)} · {self.energy(total.kwh)}"
        costs = [self.cost(amount, currency) for currency, amount in total.cost.items()]
        business = [f"{self._t('business')} {self.length(total.business_km)}"] if total.business_km else []
        return first, " · ".join(costs + business)
