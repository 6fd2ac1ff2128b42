"""How this driver drives the roads of the map: speeds and consumption against those foretold, and how trips scatter."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.correction import BANDS, CAUSES
from carservices.services.navigation.trips.energy import RouteEnergy
from carservices.services.navigation.trips.stretches import of_route

MEMORY_KM = 600.0
"""km of one kind of road over which a habit is averaged: long enough for traffic to average out."""
PRIOR_KM = 10.0
"""km for which the usual speed is believed as much as the driver's own."""
TRIP_KM = 40.0
"""km of one trip that say as much as all its further km: they share their traffic."""
PRIOR_KWH = 3.0
"""kWh for which the physics are believed as much as what the roads took."""
SHORTEST_KM = 0.2
LOWEST, HIGHEST = 0.6, 1.4
TRIPS, PRIOR_TRIPS = 30.0, 6.0
"""Trips by which the scatter is judged, and those for which the usual one is believed."""
SUMS = ("km", "squares", "drawn", "more")
NOTHING: Mapping[str, Sequence[float]] = {}
CLIPPED = 3.0
"""Standard deviations an error counts for at most."""


@dataclass(slots=True)
class Passed:
    """A road that was driven: as the map has it, m driven on it, Σ v² ds in m³/s², and kWh."""

    road: EdgePart
    metres: float = 0.0
    square_metres: float = 0.0
    kwh: float = 0.0


class Log:
    """Roads passed one after the other since the trip began."""

    def __init__(self) -> None:
        self.passed: list[Passed] = []
        self.metres = 0.0

    def add(self, road: EdgePart, speed: float, power: float, seconds: float) -> None:
        """So many s at a speed of m/s on a road, with W out of the cells."""
        if not self.passed or self.passed[-1].road != road:
            self.passed.append(Passed(road))
        last = self.passed[-1]
        last.metres += speed * seconds
        self.metres += speed * seconds
        last.square_metres += speed**3 * seconds
        last.kwh += power * seconds / 3.6e6

    @property
    def edges(self) -> tuple[EdgePart, ...]:
        """The roads, as long as they were driven."""
        return tuple(replace(one.road, metres=max(one.metres, 0.1)) for one in self.passed)


class Habit:
    """Sums over what was driven, at each of `BANDS`, fading with the km."""

    def __init__(self, sums: Mapping[str, Sequence[float]] = NOTHING, trips: float = 0.0, errors: float = 0.0) -> None:
        """``sums`` as of the property of this name; raises ValueError when they are none."""
        self.km, self.squares, self.drawn, self.more = (_column(sums.get(name)) for name in SUMS)
        """km; Σ km · ln(v² / usual v²); kWh foretold without what slopes and braking store; kWh taken beyond."""
        self.trips, self.errors = trips, errors
        """Fading count of trips, and the sum of their squared errors in standard deviations."""

    @property
    def sums(self) -> dict[str, list[float]]:
        """To be kept."""
        return {name: getattr(self, name).tolist() for name in SUMS}

    @property
    def paces(self) -> Floats:
        found: Floats = np.clip(np.exp(0.5 * self.squares / (self.km + PRIOR_KM)), LOWEST, HIGHEST)
        return found

    @property
    def spending(self) -> Floats:
        found: Floats = np.clip(1.0 + self.more / (self.drawn + PRIOR_KWH), LOWEST, HIGHEST)
        return found

    @property
    def scatter(self) -> float:
        return math.sqrt((self.errors + PRIOR_TRIPS) / (self.trips + PRIOR_TRIPS))

    def learn(self, passed: Sequence[Passed], edges: Sequence[EdgePart], foretold: RouteEnergy) -> None:
        """From the roads of a trip and what was foretold for them at its start."""
        usual, believed = of_route(edges), foretold.correction
        expected = of_route(edges, paces=believed.paces).square_metres
        causes = np.diff(foretold.features, axis=0) * believed.factors
        drawn, aero = causes.sum(axis=1), causes[:, CAUSES.index("aero")]
        raw = np.diff(foretold.kwh) - (usual.bands @ believed.spending - 1.0) * drawn
        took = np.array([one.kwh for one in passed])
        squares = np.array([one.square_metres for one in passed])
        for band, share in enumerate(usual.bands.T):
            km = float(share @ usual.metres) / 1000.0
            before, wanted, real = (float(share @ column) for column in (usual.square_metres, expected, squares))
            if km < SHORTEST_KM or before <= 0.0 or wanted <= 0.0 or real <= 0.0:
                continue
            for sums in (self.km, self.squares, self.drawn, self.more):
                sums[band] *= math.exp(-km / MEMORY_KM)
            weight = km / (1.0 + km / TRIP_KM)
            self.km[band] += weight
            self.squares[band] += weight * math.log(real / before)
            faster = float(share @ aero) * (real / wanted - 1.0)
            self.drawn[band] += weight / km * float(share @ drawn)
            self.more[band] += weight / km * (float(share @ (took - raw)) - faster)
        spend = foretold.spend()
        error = min(abs(float(took.sum()) - spend.kwh) / spend.sigma, CLIPPED) * foretold.correction.scatter
        self.errors = self.errors * (1.0 - 1.0 / TRIPS) + error * error
        self.trips = self.trips * (1.0 - 1.0 / TRIPS) + 1.0


def _column(values: Sequence[float] | None) -> Floats:
    column = np.zeros(len(BANDS)) if values is None else np.array(values, float)
    if column.shape != (len(BANDS),):
        raise ValueError(f"{len(BANDS)} figures belong here, {column.size} came")
    return column
