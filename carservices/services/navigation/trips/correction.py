"""What was learned of this car: factors on the causes of consumption, and how well they are known."""

from dataclasses import dataclass, field

import numpy as np

from carservices.services.navigation.engine.graph import Floats

CAUSES = ("rolling", "aero", "base", "climate")
"""Columns of every table of features: what tyres, air, electronics, and heating and cooling take."""
PRIOR = (0.15, 0.15, 0.40, 0.50)
"""Standard deviation of each factor over cars of the class, before anything was learned."""

TRIP = np.array((0.045, 0.08, 0.12, 0.25))
"""Standard deviation of each cause from trip to trip, as a share: load and wet roads; wind (1.5 m/s ahead at 100 km/h
is 11 % of the drag, on straight ways) and traffic; lights; sun."""
TRIP_TOLD = np.array((0.045, 0.045, 0.12, 0.25))
"""The same where the wind is told: what a forecast is wrong by, and traffic."""
LOCAL = 0.15
"""Standard deviation of what one km takes, as a share, independent from km to km: lights, traffic, slopes."""
BANDS = ("town", "land", "motorway")
"""Kinds of roads on which a driver has ways of his own."""
BETWEEN_KMH = ((50.0, 65.0), (90.0, 97.0))
"""Usual cruising speeds between which one kind passes into the next: on a road over land with a limit of 100 one drives
89, on a motorway with that limit 96."""


def band_weights(cruise: Floats) -> Floats:
    """[n, bands]: how much roads of a usual cruising speed (m/s) belong to each of `BANDS`, summing to one."""
    over_land, over_motorway = (np.interp(cruise * 3.6, ends, (0.0, 1.0)) for ends in BETWEEN_KMH)
    return np.column_stack((1.0 - over_land, over_land - over_motorway, over_motorway))


def _prior() -> Floats:
    return np.diag(np.square(PRIOR))


@dataclass(frozen=True, slots=True)
class Correction:
    """``factors`` of `CAUSES` with their ``covariance``, and the driver's ways on each of `BANDS`.

    ``paces`` are cruising speeds as shares of the usual ones, ``delays`` the time lost beside cruising as a share of
    the usual one, ``spending`` what the roads take as a share of what was foretold. ``scatter`` multiplies the standard
    deviations that stay even of a car that is well known.
    """

    factors: Floats = field(default_factory=lambda: np.ones(len(CAUSES)))
    covariance: Floats = field(default_factory=_prior)
    paces: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    delays: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    spending: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    scatter: float = 1.0

    def variance(self, features: Floats, roughness: Floats | float, *, wind_told: bool) -> Floats:
        """kWh² of a stretch: ``features`` [..., 4] in kWh, ``roughness`` Σ kWh²/km over it."""
        trip = np.diag(np.square((TRIP_TOLD if wind_told else TRIP) * self.factors))
        known = np.einsum("...i,ij,...j->...", features, self.covariance, features)
        day = np.einsum("...i,ij,...j->...", features, trip, features) + LOCAL**2 * np.asarray(roughness)
        spread: Floats = known + self.scatter**2 * day
        return spread
