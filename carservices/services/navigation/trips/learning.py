"""Recursive least squares with forgetting: the factors of this car, from what stretches of road took.

Stretches of one trip share its wind, load and sun. Those are effects of the trip, estimated with the factors and summed
out when it is over (linear mixed model: Laird, Ware 1982), so that a windy day is not taken for a car of high drag.

Information form: forgetting lets what was learned fade towards the prior, so the covariance neither winds up when the
car always drives the same road nor ends in false certainty (stabilised exponential forgetting: Kulhavý, Zarrop 1993).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.correction import (
    CAUSES,
    CLIMATE,
    HIGHEST,
    LOWEST,
    WIND_MS,
    WIND_TOLD_MS,
    prior,
)

MEMORY_KM = 1500.0
"""km after which two thirds of what was learned have faded: tyres, seasons and loads change."""
CLIPPED, ABSURD = 2.5, 8.0
"""Standard deviations from which an error counts no more than this (Huber 1964), and not at all."""
LARGEST_KWH, FINEST_KWH, CONDITION = 100.0, 1e-9, 1e10
"""What no stretch takes, nor per m/s of wind; a standard deviation finer than that of any meter; and the condition of
what is known from which a double has no digits left to tell its unknowns apart."""
OF_TRIP, DEVIATIONS, SUN = (0, 2), (0.03, 0.06), 0.25
"""`CAUSES` that differ from trip to trip, and by which standard deviation of their factor: load, lights; that of the
share by which sun changes what heating or cooling takes."""
CAR = len(CAUSES)


@dataclass(frozen=True, slots=True)
class Today:
    """Factors of one trip, m/s of wind from north and east beyond what was told, and its doubt."""

    factors: Floats
    north: float
    east: float
    wind_sigma: float


class Recursive:
    """Estimates `factors` of `CAUSES`; starts at one with the prior's doubt.

    Its unknowns are the factors, then the effects of the trip: deviations of those `OF_TRIP`, of the whole climate as a
    share, m/s of wind from north and from east.
    """

    def __init__(self) -> None:
        self._prior = np.asarray(np.linalg.inv(prior()), np.float64)
        self._joint, self._weighted = _begun(self._prior, self._prior @ np.ones(CAR), WIND_MS)

    @classmethod
    def restored(cls, information: Floats, weighted: Floats) -> "Recursive":
        """As it was kept, at the begin of a trip."""
        learner = cls()
        learner._joint, learner._weighted = _begun(information, weighted, WIND_MS)
        return learner

    @property
    def kept(self) -> tuple[Floats, Floats]:
        """(information [causes, causes], weighted [causes]) of the factors, the effects of the trip summed out."""
        return _summed_out(self._joint, self._weighted, CAR)

    @property
    def covariance(self) -> Floats:
        """Of the factors."""
        return np.asarray(np.linalg.inv(self._joint)[:CAR, :CAR], np.float64)

    @property
    def today(self) -> Today:
        """Of the trip that is driven."""
        unknowns, doubt = self._unknowns, np.diag(np.linalg.inv(self._joint))
        factors = unknowns[:CAR].copy()
        factors[list(OF_TRIP)] += unknowns[CAR:-3]
        factors[CLIMATE] *= 1.0 + max(-0.5, float(unknowns[-3]))
        north, east = unknowns[-2:].tolist()
        return Today(np.clip(factors, LOWEST, HIGHEST), north, east, math.sqrt(float(doubt[-2:].max())))

    @property
    def factors(self) -> Floats:
        """Of the car, on an ordinary day."""
        return self._unknowns[:CAR]

    def update(self, features: Floats, gusts: Floats, error: float, sigma: float) -> None:
        """Learn from a stretch with ``features`` in kWh at a factor of one and ``gusts`` in kWh per m/s of wind.

        ``error`` is what was measured less what the factors of now foretold, in kWh, ``sigma`` the measurement's own
        standard deviation. An error too large to be believed teaches nothing, nor does a stretch that cannot be.
        """
        largest = float(np.abs(np.concatenate((features, gusts))).max())
        if not (largest <= LARGEST_KWH and FINEST_KWH <= sigma < math.inf and math.isfinite(error)):
            return
        unknowns = self._unknowns
        warmth = features[CLIMATE] @ unknowns[CLIMATE]
        row = np.concatenate((features, features[list(OF_TRIP)], [warmth], gusts))
        surprise = error - float(row[CAR:] @ unknowns[CAR:])
        expected = math.sqrt(float(row @ np.linalg.solve(self._joint, row)) + sigma * sigma)
        if abs(surprise) > ABSURD * expected:
            return
        weight = min(1.0, CLIPPED * expected / max(abs(surprise), 1e-12)) / (sigma * sigma)
        joint = self._joint + weight * np.outer(row, row)
        if np.linalg.cond(joint) > CONDITION:
            return
        self._joint = joint
        self._weighted = self._weighted + weight * row * (float(row @ unknowns) + surprise)

    def begin_trip(self, km: float, *, wind_told: bool) -> None:
        """Another trip with its own effects, after so many km of those before."""
        known, knows = self.kept
        kept = math.exp(-max(0.0, km) / MEMORY_KM)
        information: Floats = kept * known + (1.0 - kept) * self._prior
        weighted: Floats = kept * knows + (1.0 - kept) * (self._prior @ np.ones(CAR))
        self._joint, self._weighted = _begun(information, weighted, WIND_TOLD_MS if wind_told else WIND_MS)

    def begin_wind(self, *, told: bool) -> None:
        """Another wind in the same trip, whose load and sun stay as they are known by now."""
        known, knows = _summed_out(self._joint, self._weighted, len(self._weighted) - 2)
        sigma = WIND_TOLD_MS if told else WIND_MS
        self._joint, self._weighted = _joined(known, knows, (sigma, sigma))

    @property
    def _unknowns(self) -> Floats:
        found = np.asarray(np.linalg.solve(self._joint, self._weighted), np.float64)
        found[:CAR] = np.clip(found[:CAR], LOWEST, HIGHEST)
        return found


def _begun(information: Floats, weighted: Floats, wind_ms: float) -> tuple[Floats, Floats]:
    """Information of all unknowns at the begin of a trip, of whose effects nothing is known."""
    return _joined(information, weighted, (*DEVIATIONS, SUN, wind_ms, wind_ms))


def _joined(information: Floats, weighted: Floats, sigmas: Sequence[float]) -> tuple[Floats, Floats]:
    """With further unknowns, of which no more is known than that they scatter about zero."""
    count = len(weighted)
    joint = np.asarray(np.diag(np.concatenate((np.zeros(count), 1.0 / np.square(sigmas)))), np.float64)
    joint[:count, :count] = information
    return joint, np.concatenate((weighted, np.zeros(len(sigmas))))


def _summed_out(joint: Floats, weighted: Floats, count: int) -> tuple[Floats, Floats]:
    """Of the first ``count`` unknowns, whatever the others are."""
    out = joint[:count, count:] @ np.linalg.inv(joint[count:, count:])
    information: Floats = joint[:count, :count] - out @ joint[count:, :count]
    return (information + information.T) / 2.0, weighted[:count] - out @ weighted[count:]
