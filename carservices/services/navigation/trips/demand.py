"""What a route takes from the battery from any point of it to any other, with a speed of its own on each leg."""

from collections.abc import Sequence

import numpy as np

from carservices.services.navigation.engine.base import EdgePart, Route
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.energy import EnergyModel, RouteEnergy, Spend
from carservices.services.navigation.trips.ground import Cap


class Demand:
    """Of one route; places along it in m from its start."""

    def __init__(self, route: Route, model: EnergyModel, conditions: Conditions) -> None:
        self.route = route
        self._model, self._conditions = model, conditions
        self._edges = route.edges or _plain(route)
        ends = [leg.end_index for leg in route.legs]
        legs = np.searchsorted(ends, [edge.at_index for edge in self._edges], side="right")
        self._first = np.searchsorted(legs, np.arange(len(ends) + 1)).tolist()
        """First edge of each leg, then the number of edges."""
        self._by_cap: dict[Cap, RouteEnergy] = {}
        self.metres = self.at_cap(None).metres

    def at_cap(self, cap: Cap) -> RouteEnergy:
        """The whole route, never faster than ``cap``."""
        if cap not in self._by_cap:
            geometry = self.route.geometry if self.route.edges else ()
            self._by_cap[cap] = self._model.along(self._edges, self._conditions, cap, geometry)
        return self._by_cap[cap]

    def leg_end(self, leg: int) -> float:
        """m from the start at which a leg ends."""
        return float(self.metres[self._first[leg + 1]])

    def stage(self, first: int, last: int, cap: Cap) -> Spend:
        """From the start of leg ``first`` to the end of leg ``last``."""
        return self.at_cap(cap).spend(self._first[first], self._first[last + 1])

    def between(self, start_m: float, end_m: float, cap: Cap) -> Spend:
        """From one place to another on the way, at one speed."""
        energy = self.at_cap(cap)
        i, j = (int(k) for k in np.searchsorted(self.metres, (start_m, end_m)))
        spread = energy.spend(max(0, i - 1), min(j, len(self.metres) - 1)).sigma
        kwh = np.interp((start_m, end_m), self.metres, energy.kwh)
        seconds = np.interp((start_m, end_m), self.metres, energy.seconds)
        return Spend(float(kwh[1] - kwh[0]), spread, float(seconds[1] - seconds[0]))


def _plain(route: Route) -> Sequence[EdgePart]:
    """One edge a leg, where the engine does not name the roads."""
    starts = [0, *(leg.end_index for leg in route.legs[:-1])]
    return [
        EdgePart(start, -1, 0, leg.metres, leg.metres / max(1.0, leg.seconds) * 3.6)
        for start, leg in zip(starts, route.legs, strict=True)
    ]
