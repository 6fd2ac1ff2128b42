"""Energy and distance of a stretch of time, split by cause; amounts add up and scale."""

from dataclasses import dataclass, field

from carservices.api.energy import Sink

JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows at a moment. Power in W; ``speed`` in m/s; ``motor`` is None while it is not known.

    ``battery`` is at the battery's terminals, positive out of it. Losses are 0 in a car that does not report them.
    """

    speed: float
    battery: float
    motor: float | None = None
    battery_loss: float = 0.0
    dcdc_loss: float = 0.0

    def over(self, seconds: float) -> "Amounts":
        """What this flow amounts to in a time.

        Signals give no more than this balance: battery = motor + converter loss + the rest, which is climate,
        electronics and the losses of motor and inverter; the battery's own loss comes on top.
        """
        rest = self.battery - self.dcdc_loss - (self.motor or 0.0)
        watts = {
            Sink.DRIVE: max(self.motor or 0.0, 0.0),
            Sink.RECUPERATED: min(self.motor or 0.0, 0.0),
            Sink.UNKNOWN if self.motor is None else Sink.AUXILIARIES: rest,
            Sink.DCDC_LOSS: self.dcdc_loss,
            Sink.BATTERY_LOSS: self.battery_loss,
        }
        return Amounts(
            distance=abs(self.speed) * seconds,
            duration=seconds,
            energy=self.battery * seconds,
            recuperated=max(-self.battery, 0.0) * seconds,
            by_cause={sink: power * seconds for sink, power in watts.items()},
        )


@dataclass(frozen=True, slots=True)
class Amounts:
    """Distance in m, duration in s, energies in J."""

    distance: float = 0.0
    duration: float = 0.0
    energy: float = 0.0
    recuperated: float = 0.0
    by_cause: dict[Sink, float] = field(default_factory=dict)

    def __add__(self, other: "Amounts") -> "Amounts":
        sinks = self.by_cause | other.by_cause
        return Amounts(
            self.distance + other.distance,
            self.duration + other.duration,
            self.energy + other.energy,
            self.recuperated + other.recuperated,
            {sink: self.by_cause.get(sink, 0.0) + other.by_cause.get(sink, 0.0) for sink in sinks},
        )

    def __mul__(self, factor: float) -> "Amounts":
        return Amounts(
            self.distance * factor,
            self.duration * factor,
            self.energy * factor,
            self.recuperated * factor,
            {sink: energy * factor for sink, energy in self.by_cause.items()},
        )


def consumption(energy: float, distance: float) -> float:
    """kWh/100 km of an energy in J over a distance in m."""
    return (energy / JOULES_PER_KWH) / (distance / 100_000.0)
