"""One trip, as it is measured and kept."""

from dataclasses import dataclass

BUSINESS, PRIVATE = "business", "private"


@dataclass(slots=True)
class Trip:
    """Times in Unix s, odometer in km, energy in kWh out of the battery, None where the car did not tell.

    ``seconds`` is the time on the way, without stops. ``recorded`` is false for kilometres that were driven while the
    log did not run. What follows ``open`` is needed to go on after a restart: the length of the stop so far, and start
    and energy of the energy service's trip when it was last looked at.
    """

    start: float
    end: float
    start_km: float | None = None
    end_km: float | None = None
    seconds: float = 0.0
    energy_kwh: float | None = None
    purpose: str = PRIVATE
    price: float = 0.0
    currency: str = "EUR"
    recorded: bool = True
    open: bool = True
    rest: float = 0.0
    mark_start: float | None = None
    mark_kwh: float | None = None
    id: int | None = None
    """In the book; None until it stands there."""

    @property
    def km(self) -> float | None:
        return None if self.start_km is None or self.end_km is None else max(0.0, self.end_km - self.start_km)

    @property
    def cost(self) -> float | None:
        """At the price of the day of the trip."""
        return None if self.energy_kwh is None else self.energy_kwh * self.price

    @property
    def average(self) -> float | None:
        """kWh/100 km; None for less than 100 m."""
        km = self.km
        return None if km is None or self.energy_kwh is None or km < 0.1 else self.energy_kwh / km * 100
