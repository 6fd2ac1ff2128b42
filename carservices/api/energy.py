"""Energy: what the car used on this trip, where it went, and how consumption and range changed on the way."""

from enum import StrEnum

from pydantic import BaseModel

from carservices.api.contract import Contract, Stream, call


class Sink(StrEnum):
    """Where the energy drawn from the battery's cells went, as far as signals can tell."""

    DRIVE = "drive"
    """What the motor put out to the wheels."""
    RECUPERATED = "recuperated"
    """What the motor took back from the wheels; negative."""
    AUXILIARIES = "auxiliaries"
    """Battery output less motor output: climate, electronics, and the losses of motor and inverter."""
    DCDC_LOSS = "dcdc_loss"
    """Lost in the converter to 12 V."""
    BATTERY_LOSS = "battery_loss"
    """Lost as heat inside the battery."""
    UNKNOWN = "unknown"
    """Drawn while the motor's power was not known."""


class TripPoint(BaseModel, frozen=True):
    """One stretch of the trip that ends at ``distance_km``; state of charge in percent and range in km at its end."""

    distance_km: float
    kwh_per_100km: float
    soc: float | None
    range_km: float | None


class Trip(BaseModel, frozen=True):
    """The trip since the car was switched on or `Energy.reset` was called; charging is not part of it.

    ``energy_kwh`` is measured at the battery's terminals, out less in; consumption is kWh/100 km of it, None until
    a stretch is long enough. ``by_cause`` sums to ``drawn_kwh``: energy at the terminals plus the battery's own loss.
    ``unobserved_s``: time for which there were no usable signals; it counts nowhere else.
    """

    start: float
    """Unix time in s."""
    distance_m: float = 0.0
    duration_s: float = 0.0
    unobserved_s: float = 0.0
    energy_kwh: float = 0.0
    recuperated_kwh: float = 0.0
    """Energy that flowed into the battery at its terminals while on the way."""
    drawn_kwh: float = 0.0
    consumption: float | None = None
    consumption_5km: float | None = None
    """Over the last 5 km, also of earlier trips."""
    consumption_50km: float | None = None
    by_cause: dict[Sink, float] = {}
    """kWh."""
    points: tuple[TripPoint, ...] = ()
    """At most 120, each as long as the others."""


class Energy(Contract):
    """Trip statistics of an electric car."""

    name = "energy"
    trip = Stream(Trip)

    @call
    async def reset(self) -> None:
        """Begin a new trip now; the history over 5 and 50 km stays."""
        raise NotImplementedError
