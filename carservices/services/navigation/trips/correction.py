"""What was learned of this car: factors on the causes of consumption, and how well they are known."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAUSES = ("rolling", "aero", "base", "climate")
"""Columns of every table of features: what tyres, air, electronics, and heating and cooling take."""
PRIOR = (0.15, 0.15, 0.40, 0.50)
"""Standard deviation of each factor over cars of the class, before anything was learned."""

TRIP = np.array((0.06, 0.12, 0.15, 0.30))
"""Standard deviation of each cause from trip to trip, as a share: load and wet roads; wind (1.5 m/s ahead at 100 km/h
is 11 % of the drag) and traffic; lights; sun."""
LOCAL = 0.15
"""Standard deviation of what one km takes, as a share, independent from km to km: lights, traffic, slopes."""
BANDS_MS = (40.0 / 3.6, 80.0 / 3.6, 120.0 / 3.6)
"""Usual cruising speeds in town, over land and on the motorway, at which a driver's own pace is kept."""


def _prior() -> Floats:
    return np.diag(np.square(PRIOR))


@dataclass(frozen=True, slots=True)
class Correction:
    """``factors`` of `CAUSES` with their ``covariance``, and the driver's ways at each of `BANDS_MS`.

    ``paces`` are cruising speeds as shares of the usual ones, ``spending`` what the roads take as a share of what was
    foretold. ``scatter`` multiplies the standard deviations that stay even of a car that is well known.
    """

    factors: Floats = field(default_factory=lambda: np.ones(len(CAUSES)))
    covariance: Floats = field(default_factory=_prior)
    paces: Floats = field(default_factory=lambda: np.ones(len(BANDS_MS)))
    spending: Floats = field(default_factory=lambda: np.ones(len(BANDS_MS)))
    scatter: float = 1.0

    def variance(self, features: Floats, roughness: Floats | float) -> Floats:
        """kWh² of a stretch: ``features`` [..., 4] in kWh, ``roughness`` Σ kWh²/km over it."""
        trip = np.diag(np.square(TRIP * self.factors))
        known = np.einsum("...i,ij,...j->...", features, self.covariance, features)
        day = np.einsum("...i,ij,...j->...", features, trip, features) + LOCAL**2 * np.asarray(roughness)
        spread: Floats = known + self.scatter**2 * day
        return spread
