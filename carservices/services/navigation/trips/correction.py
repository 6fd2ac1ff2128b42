"""What was learned of this car: factors on the causes of consumption, and how well they are known."""

from dataclasses import dataclass, field

import numpy as np

from carservices.services.navigation.engine.graph import Floats

CAUSES = ("rolling", "aero", "base", "heater", "heat pump", "cooling")
"""Columns of every table of features: what tyres, air and electronics take, what half of the heat takes from a
resistive heater and the other half from a heat pump, and what cooling takes."""
CLIMATE = slice(CAUSES.index("heater"), len(CAUSES))
PRIOR = (0.15, 0.15, 0.40, 0.92, 0.92, 0.40)
"""Standard deviation of each factor over cars of the class, before anything was learned."""
EITHER = -0.95
"""Correlation of heater and heat pump: a car has the one or the other, and then a factor of about two and of none."""
LOWEST, HIGHEST = np.array((0.3, 0.3, 0.3, 0.0, 0.0, 0.3)), 3.0
"""Bounds of the factors."""

TRIP = np.array((0.045, 0.06, 0.13, 0.15, 0.15, 0.15))
"""Standard deviation of each cause from trip to trip, as a share: load and wet roads; traffic; lights; sun. Wind comes
on top. These and `LOCAL` are about the likeliest by 480 forecasts for emulated cars other than the benchmark's."""
WIND_MS, WIND_TOLD_MS = 1.5, 0.8
"""Standard deviation of either component of the wind beside a car (3.4 m/s on average at 10 m), and of what a forecast
is wrong by."""
LOCAL = 0.08
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


def prior() -> Floats:
    """Covariance of the factors before anything was learned."""
    covariance = np.asarray(np.diag(np.square(PRIOR)), np.float64)
    heater, pump = CAUSES.index("heater"), CAUSES.index("heat pump")
    covariance[heater, pump] = covariance[pump, heater] = EITHER * PRIOR[heater] * PRIOR[pump]
    return covariance


@dataclass(frozen=True, slots=True)
class Correction:
    """``factors`` of `CAUSES` with their ``covariance``, and the driver's ways on each of `BANDS`.

    ``paces`` are cruising speeds as shares of the usual ones, ``delays`` the time lost beside cruising as a share of
    the usual one, ``spending`` what the roads take as a share of what was foretold. ``scatter`` multiplies the standard
    deviations that stay even of a car that is well known.
    """

    factors: Floats = field(default_factory=lambda: np.ones(len(CAUSES)))
    covariance: Floats = field(default_factory=prior)
    paces: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    delays: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    spending: Floats = field(default_factory=lambda: np.ones(len(BANDS)))
    scatter: float = 1.0

    def variance(self, features: Floats, gusts: Floats, roughness: Floats | float, *, wind_told: bool) -> Floats:
        """kWh² of a stretch: ``features`` [..., causes] in kWh, ``gusts`` [..., 2] in kWh per m/s of wind.

        ``roughness`` is Σ kWh²/km over it.
        """
        trip = np.diag(np.square(TRIP * self.factors))
        wind = np.square(WIND_TOLD_MS if wind_told else WIND_MS) * np.square(gusts).sum(axis=-1)
        known = np.einsum("...i,ij,...j->...", features, self.covariance, features)
        day = np.einsum("...i,ij,...j->...", features, trip, features) + wind + LOCAL**2 * np.asarray(roughness)
        spread: Floats = known + self.scatter**2 * day
        return spread
