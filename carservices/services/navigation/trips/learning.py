"""Recursive least squares with forgetting: the factors of this car, from what stretches of road took.

Information form: forgetting lets what was learned fade towards the prior, so the covariance neither winds up when the
car always drives the same road nor ends in false certainty (stabilised exponential forgetting: Kulhavý, Zarrop 1993).
"""

import math

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.correction import CAUSES, PRIOR

MEMORY_KM = 1500.0
"""km after which two thirds of what was learned have faded: tyres, seasons and loads change."""
CLIPPED, ABSURD = 2.5, 8.0
"""Standard deviations from which an error counts no more than this (Huber 1964), and not at all."""
LOWEST, HIGHEST = 0.3, 3.0
"""Bounds of a factor."""


class Recursive:
    """Estimates `factors` of `CAUSES`; starts at one with the prior's doubt."""

    def __init__(self) -> None:
        self._prior = np.asarray(np.diag(1.0 / np.square(PRIOR)), np.float64)
        self.information: Floats = self._prior.copy()
        self.weighted: Floats = self._prior @ np.ones(len(CAUSES))

    @property
    def covariance(self) -> Floats:
        return np.asarray(np.linalg.inv(self.information), np.float64)

    @property
    def factors(self) -> Floats:
        return np.asarray(np.clip(np.linalg.solve(self.information, self.weighted), LOWEST, HIGHEST), np.float64)

    def update(self, features: Floats, error: float, sigma: float) -> None:
        """Learn from a stretch with ``features`` in kWh at a factor of one.

        ``error`` is what was measured less what the factors of now foretold, in kWh, ``sigma`` the measurement's own
        standard deviation. An error too large to be believed teaches nothing.
        """
        if not (np.isfinite(features).all() and math.isfinite(error) and math.isfinite(sigma) and sigma > 0.0):
            return
        expected = math.sqrt(float(features @ self.covariance @ features) + sigma * sigma)
        if abs(error) > ABSURD * expected:
            return
        weight = min(1.0, CLIPPED * expected / max(abs(error), 1e-12)) / (sigma * sigma)
        measured = float(features @ self.factors) + error
        self.information = self.information + weight * np.outer(features, features)
        self.weighted = self.weighted + weight * features * measured

    def forget(self, km: float) -> None:
        """So far was driven since the last time."""
        kept = math.exp(-max(0.0, km) / MEMORY_KM)
        self.information = kept * self.information + (1.0 - kept) * self._prior
        self.weighted = kept * self.weighted + (1.0 - kept) * (self._prior @ np.ones(len(CAUSES)))
