"""How this driver drives the roads of the map: cruising speeds against the usual ones, and how far trips scatter."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.trips.correction import BANDS_MS
from carservices.services.navigation.trips.stretches import of_route

Floats = NDArray[np.float64]

MEMORY_KM = 250.0
"""km over which a habit is averaged: long enough for traffic to average out."""
PRIOR_KM = 6.0
"""km for which the usual speed is believed as much as the driver's own."""
LOWEST, HIGHEST = 0.6, 1.4


@dataclass(slots=True)
class Passed:
    """A road that was driven: as the map has it, m driven on it, s, and Σ v² ds in m³/s²."""

    road: EdgePart
    metres: float = 0.0
    seconds: float = 0.0
    square_metres: float = 0.0


class Log:
    """Roads passed one after the other since the trip began."""

    def __init__(self) -> None:
        self.passed: list[Passed] = []

    def add(self, road: EdgePart, speed: float, seconds: float) -> None:
        """So many s at a speed of m/s on a road."""
        if not self.passed or self.passed[-1].road != road:
            self.passed.append(Passed(road))
        last = self.passed[-1]
        last.metres += speed * seconds
        last.seconds += seconds
        last.square_metres += speed**3 * seconds

    @property
    def metres(self) -> float:
        return sum(one.metres for one in self.passed)

    @property
    def edges(self) -> tuple[EdgePart, ...]:
        """The roads, as long as they were driven."""
        return tuple(replace(one.road, metres=max(one.metres, 0.1)) for one in self.passed)


class Habit:
    """Cruising speed as a share of the usual one, at each of `BANDS_MS`."""

    def __init__(self) -> None:
        self.km = np.zeros(len(BANDS_MS))
        self.squares = np.zeros(len(BANDS_MS))
        """km behind each figure, and the sum of ln(v²/usual v²) over them."""

    @property
    def paces(self) -> Floats:
        mean = 0.5 * self.squares / (self.km + PRIOR_KM)
        found: Floats = np.clip(np.exp(mean), LOWEST, HIGHEST)
        return found

    def learn(self, passed: Sequence[Passed]) -> None:
        """From a drive."""
        edges = tuple(replace(one.road, metres=max(one.metres, 0.1)) for one in passed)
        usual = of_route(edges)
        wanted = usual.square_metres
        weights = band_weights(usual.cruise)
        for band in range(len(BANDS_MS)):
            share = weights[:, band]
            expected = float(share @ wanted)
            real = float(share @ [one.square_metres for one in passed])
            km = float(share @ usual.metres) / 1000.0
            if km < 0.2 or expected <= 0.0 or real <= 0.0:
                continue
            kept = math.exp(-km / MEMORY_KM)
            self.km[band] = kept * self.km[band] + km
            self.squares[band] = kept * self.squares[band] + km * math.log(real / expected)


def band_weights(cruise: Floats) -> Floats:
    """[n, bands]: how much each speed belongs to each of `BANDS_MS`, summing to one."""
    return np.column_stack([np.interp(cruise, BANDS_MS, row) for row in np.eye(len(BANDS_MS))])
