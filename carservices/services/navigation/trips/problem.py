"""What a trip with charging stops asks for, and the plan that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.charge_curve import STOP_S, ChargeTable

SLOT_S = 1800.0
"""How long a waiting time in `Station.wait` holds."""


@dataclass(frozen=True, slots=True)
class Legs:
    """Between all places, [speed, from, to]: s, percent of the battery, and one sigma of it; infinite: no way.

    Place 0 is the car, the last is the destination, those between are the stations.
    """

    seconds: Floats
    percent: Floats
    sigma: Floats


@dataclass(frozen=True, slots=True)
class Station:
    """Its charging, €/kWh, and for each `SLOT_S` from now the s one waits for a plug: infinite while it is closed."""

    table: ChargeTable
    eur_per_kwh: float
    wait: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a trip asks for; charges in percent."""

    legs: Legs
    stations: Sequence[Station]
    soc: float
    least: float = 10.0
    """On arrival at stations."""
    first_least: float | None = None
    """On arrival at the first one, where it is another."""
    at_destination: float = 15.0
    quantile: float = 1.645
    """By how many sigma a hop must be sure; 1.645: 5 % risk (of a normal distribution)."""
    breaks: Sequence[float] = ()
    least_charge: float = 8.0
    """Percent; nobody stops for less."""
    stop_s: float = STOP_S
    s_per_eur: float = 0.0
    """What an euro is worth in s."""
    bother_s: float = 0.0
    """What it is worth in s to stop once less, beside the time of the stop."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Drive at a speed to a place; there, charge: percents, s and €. The destination's has no charging."""

    place: int
    speed: int
    drive_s: float
    arrive: float
    sigma: float
    leave: float
    wait_s: float = 0.0
    charge_s: float = 0.0
    eur: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """``seconds`` of everything: driving, waiting, charging, overhead of stops; ``price`` in s with all else."""

    hops: tuple[Hop, ...]
    seconds: float
    eur: float
    price: float

    @property
    def stops(self) -> tuple[Hop, ...]:
        """All but the last."""
        return self.hops[:-1]
