"""The books of a trip: totals, a curve thinned to a fixed number of points, and the last 50 km."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from carservices.api.energy import Trip, TripPoint
from carservices.services.energy.amounts import JOULES_PER_KWH, Amounts, consumption

MOST_POINTS = 120
SHORTEST_STRETCH = 100.0
"""m, of a point of the curve and of a piece of the last 50 km."""
SHORTEST_FOR_CONSUMPTION = 500.0
"""m; a figure per 100 km of less than this says nothing."""
MEMORY = 50_000.0
"""m of which consumption is remembered."""


@dataclass(slots=True)
class Stretch:
    """A piece of road: m, J, and state of charge (percent) and range (m) at its end."""

    distance: float = 0.0
    energy: float = 0.0
    soc: float | None = None
    range: float | None = None

    def extend(self, other: "Stretch") -> None:
        """Go on with what follows."""
        self.distance += other.distance
        self.energy += other.energy
        self.soc = other.soc
        self.range = other.range


@dataclass(slots=True)
class Curve:
    """Stretches of about one length, at most ``most``; when there are too many each two become one."""

    most: int = MOST_POINTS
    length: float = SHORTEST_STRETCH
    stretches: list[Stretch] = field(default_factory=list)
    begun: Stretch = field(default_factory=Stretch)

    def add(self, piece: Stretch) -> None:
        """Go on by a piece."""
        self.begun.extend(piece)
        if self.begun.distance < self.length:
            return
        self.stretches.append(self.begun)
        self.begun = Stretch()
        if len(self.stretches) > self.most:
            pairs = iter(self.stretches)
            self.stretches = []
            for first in pairs:
                if (second := next(pairs, None)) is not None:
                    first.extend(second)
                    self.stretches.append(first)
                else:
                    self.begun = first
            self.length *= 2

    def points(self) -> Iterator[TripPoint]:
        """One point a stretch."""
        distance = 0.0
        for stretch in self.stretches:
            distance += stretch.distance
            yield TripPoint(
                distance_km=round(distance / 1000.0, 3),
                kwh_per_100km=round(consumption(stretch.energy, stretch.distance), 2),
                soc=stretch.soc,
                range_km=None if stretch.range is None else round(stretch.range / 1000.0, 1),
            )


@dataclass(slots=True)
class Recent:
    """The last `MEMORY` metres, in pieces, oldest first."""

    pieces: list[Stretch] = field(default_factory=list)

    def add(self, piece: Stretch) -> None:
        """Go on by a piece, and forget what is too far back."""
        if self.pieces and self.pieces[-1].distance < SHORTEST_STRETCH:
            self.pieces[-1].extend(piece)
        else:
            self.pieces.append(Stretch(piece.distance, piece.energy))
        while sum(piece.distance for piece in self.pieces[1:]) >= MEMORY:
            del self.pieces[0]

    def consumption(self, distance: float) -> float | None:
        """kWh/100 km over the last ``distance`` m, or over what there is of it; None when that is too short."""
        covered = energy = 0.0
        for piece in reversed(self.pieces):
            part = min(1.0, (distance - covered) / piece.distance) if piece.distance else 1.0
            covered += part * piece.distance
            energy += part * piece.energy
            if covered >= distance:
                break
        return consumption(energy, covered) if covered >= SHORTEST_FOR_CONSUMPTION else None


@dataclass(slots=True)
class Ledger:
    """All that is known of the trip; ``start`` is Unix time in s, ``unobserved`` in s.

    ``car_start`` is when it began by the car's own word, which another car (or a new emulated one) does not share.
    """

    start: float
    car_start: str | None = None
    total: Amounts = field(default_factory=Amounts)
    unobserved: float = 0.0
    curve: Curve = field(default_factory=Curve)
    recent: Recent = field(default_factory=Recent)

    def begin(self, start: float) -> None:
        """A new trip; the last 50 km stay."""
        self.start = start
        self.total = Amounts()
        self.unobserved = 0.0
        self.curve = Curve()

    def add(self, amounts: Amounts, soc: float | None, range_left: float | None) -> None:
        """Go on; ``soc`` in percent and ``range_left`` in m at the end of it."""
        self.total = self.total + amounts
        piece = Stretch(amounts.distance, amounts.energy, soc, range_left)
        self.curve.add(piece)
        self.recent.add(piece)

    def trip(self) -> Trip:
        """The trip as it is published."""
        total = self.total
        enough = total.distance >= SHORTEST_FOR_CONSUMPTION
        by_cause = {sink: energy / JOULES_PER_KWH for sink, energy in total.by_cause.items()}
        return Trip(
            start=self.start,
            distance_m=total.distance,
            duration_s=total.duration,
            unobserved_s=self.unobserved,
            energy_kwh=total.energy / JOULES_PER_KWH,
            recuperated_kwh=total.recuperated / JOULES_PER_KWH,
            drawn_kwh=sum(by_cause.values()),
            consumption=consumption(total.energy, total.distance) if enough else None,
            consumption_5km=self.recent.consumption(5_000.0),
            consumption_50km=self.recent.consumption(MEMORY),
            by_cause=by_cause,
            points=tuple(self.curve.points()),
        )
