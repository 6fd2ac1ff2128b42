"""Begins, measures and ends trips from what the car says now and then."""

from dataclasses import dataclass
from typing import Final

from logbook.trip import Trip

PARK, NEUTRAL = 126, 0
"""Vehicle.Powertrain.Transmission.SelectedGear, VSS 6.0; above 0 is forward, below is reverse."""
OFF: Final = ("LOCK", "OFF", "ACC")
LONGEST_STEP: Final = 60.0
"""Seconds between two readings that count as driven; what is longer was a sleep of the machine."""
LEAST_KM, LEAST_SECONDS = 0.1, 60.0
"""A trip that is shorter, or of unknown length and briefer, was none."""
UNRECORDED_KM: Final = 0.3
"""Kilometres that the log missed and notes; less is manoeuvring."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the car says at a moment; ``energy`` is (start, kWh) of the energy service's trip."""

    at: float
    gear: int | None = None
    ignition: str | None = None
    km: float | None = None
    energy: tuple[float, float] | None = None


class Meter:
    """``trip`` is the one under way, None when there is none; ``pause`` the seconds of a stop that end it."""

    def __init__(self, pause: float, trip: Trip | None = None) -> None:
        self.pause = pause
        self.trip = trip
        self.driving = False

    def take(self, reading: Reading, elapsed: float) -> Trip | None:
        """A reading, ``elapsed`` s after the last one. Returns the trip that has ended, if one has."""
        state = _state(reading)
        self.driving = self.driving if state is None else state
        trip = self.trip
        if trip is None:
            if self.driving:
                self.trip = _begin(reading)
            return None
        if self.driving and trip.rest + elapsed < max(self.pause, LONGEST_STEP):
            trip.rest = 0.0
            trip.end = max(trip.end, reading.at)
            trip.seconds += min(elapsed, LONGEST_STEP)
            _measure(trip, reading)
            return None
        trip.rest += elapsed
        if not self.driving and trip.rest < self.pause:
            _measure(trip, reading)
            return None
        trip.open = False
        self.trip = _begin(reading) if self.driving else None
        return trip


def counts(trip: Trip) -> bool:
    """Whether it was a trip and not a move within a yard."""
    return trip.seconds >= LEAST_SECONDS if trip.km is None else trip.km >= LEAST_KM


def missed(last: Trip | None, reading: Reading) -> Trip | None:
    """What was driven between the last trip and now while the log did not run."""
    if last is None or last.end_km is None or reading.km is None or reading.km - last.end_km < UNRECORDED_KM:
        return None
    start = min(last.end, reading.at)
    return Trip(start, reading.at, last.end_km, reading.km, recorded=False, open=False)


def _state(reading: Reading) -> bool | None:
    """Driving or not; None when this does not tell: neutral is either."""
    if reading.ignition in OFF or reading.gear == PARK:
        return False
    if reading.gear is None:
        return None if reading.ignition is None else True
    return None if reading.gear == NEUTRAL else True


def _begin(reading: Reading) -> Trip:
    trip = Trip(reading.at, reading.at, reading.km, reading.km)
    _measure(trip, reading)
    return trip


def _measure(trip: Trip, reading: Reading) -> None:
    if reading.km is not None:
        trip.start_km = reading.km if trip.start_km is None else trip.start_km
        trip.end_km = max(reading.km, trip.end_km or 0.0)
    if reading.energy is None:
        return
    start, kwh = reading.energy
    before = kwh if trip.mark_kwh is None else trip.mark_kwh if start == trip.mark_start else 0.0  # it was reset
    trip.energy_kwh = (trip.energy_kwh or 0.0) + kwh - before
    trip.mark_start, trip.mark_kwh = start, kwh
