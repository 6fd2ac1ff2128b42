"""What was learned of this car: factors on the causes of consumption, and how well they are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAUSES = ("rolling", "aero", "base", "climate")
"""Columns of every table of features: what tyres, air, electronics, and heating and cooling take."""
PRIOR = (0.12, 0.12, 0.25, 0.40)
"""Standard deviation of each factor over cars of the class, before anything was learned."""

BANDS_MS = (40.0 / 3.6, 80.0 / 3.6, 120.0 / 3.6)
"""Usual cruising speeds in town, over land and on the motorway, at which a driver's own pace is kept."""


def _prior() -> Floats:
    return np.diag(np.square(PRIOR))


@dataclass(frozen=True, slots=True)
class Correction:
    """``factors`` of `CAUSES` with their ``covariance``; ``paces``: cruising speeds as shares of the usual ones.

    ``local`` is the standard deviation of the consumption of one km, as a share, independent from km to km;
    ``common`` that of a whole trip (weather, wind, load, traffic), also a share.
    """

    factors: Floats = field(default_factory=lambda: np.ones(len(CAUSES)))
    covariance: Floats = field(default_factory=_prior)
    local: float = 0.25
    common: float = 0.06
    paces: Floats = field(default_factory=lambda: np.ones(len(BANDS_MS)))

    def variance(self, features: Floats, scatter: Floats | float) -> Floats:
        """kWh² of a stretch: ``features`` [..., 4] in kWh, ``scatter`` Σ kWh²/km of the km of it."""
        known = np.einsum("...i,ij,...j->...", features, self.covariance, features)
        drawn = features @ self.factors
        spread: Floats = known + self.local**2 * np.asarray(scatter) + (self.common * drawn) ** 2
        return spread


def figures(values: Sequence[float]) -> dict[str, float]:
    """Numbers of the causes by their names."""
    return dict(zip(CAUSES, values, strict=True))
