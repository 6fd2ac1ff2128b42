"""What the trips of a day or a month come to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from logbook.trip import BUSINESS, Trip


@dataclass(slots=True)
class Total:
    """Sums over what is known; ``cost`` by currency, since prices change and so may the country."""

    trips: int = 0
    km: float = 0.0
    business_km: float = 0.0
    kwh: float = 0.0
    cost: dict[str, float] = field(default_factory=dict)


def day_of(trip: Trip) -> date:
    """A trip belongs to the day on which it began."""
    return datetime.fromtimestamp(trip.start).date()


PERIODS: Final[dict[str, Callable[[Trip], date]]] = {
    "days": day_of,
    "months": lambda trip: day_of(trip).replace(day=1),
}


def totals(trips: Iterable[Trip], period: Callable[[Trip], date]) -> dict[date, Total]:
    """By the first day of each period, newest first."""
    found: dict[date, Total] = {}
    for trip in sorted(trips, key=lambda trip: trip.start, reverse=True):
        total = found.setdefault(period(trip), Total())
        total.trips += 1
        total.km += trip.km or 0.0
        total.business_km += (trip.km or 0.0) if trip.purpose == BUSINESS else 0.0
        total.kwh += trip.energy_kwh or 0.0
        if trip.cost is not None:
            total.cost[trip.currency] = total.cost.get(trip.currency, 0.0) + trip.cost
    return found
