"""How this driver drives the roads of the map: speeds and consumption against those foretold, and how trips scatter."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.geo import Point
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.correction import BANDS, CAUSES
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.meter import SAMPLE_S, Stretch
from carservices.services.navigation.trips.stretches import of_route
from carservices.signals.earth import DEGREE_M

MEMORY_KM = 600.0
"""km of one kind of road over which a habit is averaged: long enough for traffic to average out."""
PRIOR_KM = 10.0
"""km for which the usual speed is believed as much as the driver's own."""
TRIP_KM = 40.0
"""km of one trip that say as much as all its further km: they share their traffic."""
PRIOR_KWH, PRIOR_S = 3.0, 120.0
"""kWh for which the paper drive is believed as much as the real one, and s of delay for which the usual one is."""
SHORTEST_KM = 0.2
LOWEST, HIGHEST, LONGEST = 0.6, 1.4, 3.0
TRIPS, PRIOR_TRIPS = 30.0, 6.0
"""Trips by which the scatter is judged, and those for which the usual one is believed."""
SUMS = ("km", "squares", "drawn", "more", "waited", "lost")
NOTHING: Mapping[str, Sequence[float]] = {}
CLIPPED = 3.0
"""Standard deviations an error counts for at most."""
CORNER_M = 25.0
"""m before and after the end of a road between whose courses one turns there."""


class Log:
    """A trip since it began: the roads passed one after the other, and samples of about a second on each."""

    def __init__(self) -> None:
        self._roads: list[EdgePart] = []
        self._which: list[int] = []
        self._seconds: list[float] = []
        self._metres: list[float] = []
        self._courses: list[float] = []
        self.metres = 0.0
        self.kwh = 0.0

    def add(self, road: EdgePart, speed: float, power: float, seconds: float, course: float = math.nan) -> None:
        """So many s at a speed of m/s on a road, with W out of the cells; course in radians, NaN where not known."""
        same = bool(self._roads) and self._roads[-1] == road
        if not same:
            self._roads.append(road)
        if not same or self._seconds[-1] >= SAMPLE_S:
            self._which.append(len(self._roads) - 1)
            self._seconds.append(0.0)
            self._metres.append(0.0)
            self._courses.append(course)
        self._courses[-1] = course
        self._seconds[-1] += seconds
        self._metres[-1] += speed * seconds
        self.metres += speed * seconds
        self.kwh += power * seconds / 3.6e6

    @property
    def edges(self) -> tuple[EdgePart, ...]:
        """The roads, as long as they were driven, each begun at the third next point of the `geometry`."""
        return tuple(
            road._replace(at_index=3 * k, metres=max(metres, 0.1), slopes=())
            for k, (road, metres) in enumerate(zip(self._roads, self.sums(self._metres).tolist(), strict=True))
        )

    @property
    def geometry(self) -> tuple[Point, ...]:
        """By dead reckoning from where two degrees are equally long; of each road three points, and the last end.

        Empty where a course is not known: then nothing is known of turns, nor of the wind's direction.
        """
        metres, course = np.array(self._metres), np.array(self._courses)
        if np.isnan(course).any():
            return ()
        along = np.concatenate(([0.0], np.cumsum(metres)))
        long = self.sums(metres)
        end = np.cumsum(long)
        corner = np.minimum(CORNER_M, long / 2.0)
        wanted = np.append(np.column_stack((end - long, end - long + corner, end - corner)), end[-1:])
        lat, lon = (
            np.interp(wanted, along, np.concatenate(([0.0], np.cumsum(metres * part)))) / DEGREE_M
            for part in (np.cos(course), np.sin(course))
        )
        return tuple(zip(lat.tolist(), lon.tolist(), strict=True))

    def sums(self, samples: Sequence[float] | Floats) -> Floats:
        """Of the samples on each road."""
        found: Floats = np.bincount(self._which, np.asarray(samples, np.float64), len(self._roads)).astype(np.float64)
        return found

    @property
    def seconds(self) -> Floats:
        """On each road."""
        return self.sums(self._seconds)

    @property
    def square_metres(self) -> Floats:
        """Integral of v² over the way on each road, m³/s²."""
        seconds = np.array(self._seconds)
        return self.sums((np.array(self._metres) / seconds) ** 3 * seconds)

    def stretch(self) -> Stretch:
        """The drive itself, on the slopes of the map."""
        seconds = np.array(self._seconds)
        speed = np.array(self._metres) / seconds
        acceleration = np.gradient(speed, np.cumsum(seconds) - seconds / 2.0) if len(speed) > 1 else np.zeros(1)
        grade = [self._roads[k].grade for k in self._which]
        return Stretch(self._seconds, speed.tolist(), acceleration.tolist(), grade, course=self._courses)


class Habit:
    """Sums over what was driven, at each of `BANDS`, fading with the km."""

    def __init__(self, sums: Mapping[str, Sequence[float]] = NOTHING, trips: float = 0.0, errors: float = 0.0) -> None:
        """``sums`` as of the property of this name; raises ValueError when they are none."""
        self.km, self.squares, self.drawn, self.more, self.waited, self.lost = (_column(sums.get(one)) for one in SUMS)
        """km; Σ km · ln(v² / usual v²); kWh of the paper drive without what slopes and braking store, and kWh of the
        real one beyond; s of delay as usual, and as they were."""
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
    def delays(self) -> Floats:
        found: Floats = np.clip((self.lost + PRIOR_S) / (self.waited + PRIOR_S), 0.0, LONGEST)
        return found

    @property
    def scatter(self) -> float:
        return math.sqrt((self.errors + PRIOR_TRIPS) / (self.trips + PRIOR_TRIPS))

    def learn(self, trip: Log, begun: Conditions, believed: EnergyModel, now: EnergyModel) -> None:
        """From a trip, by what was believed of the car when it began and what is known of it now.

        What the way it was driven takes more is the physics' own answer, for the speeds on paper and the real ones:
        wind, load and the car's own factors change both alike.
        """
        edges, geometry = trip.edges, trip.geometry
        usual = of_route(edges, geometry)
        paper = now.along(edges, begun, geometry=geometry)
        expected = of_route(edges, geometry, correction=now.correction).square_metres
        causes = np.diff(paper.features, axis=0) * now.correction.factors
        drawn, aero = causes.sum(axis=1), causes[:, CAUSES.index("aero")]
        raw = np.diff(paper.kwh) - (usual.bands @ now.correction.spending - 1.0) * drawn
        took = trip.sums(now.driven(trip.stretch(), begun, 0.0)[0])
        squares, seconds = trip.square_metres, trip.seconds
        for band, share in enumerate(usual.bands.T):
            km = float(share @ usual.metres) / 1000.0
            before, wanted, real = (float(share @ column) for column in (usual.square_metres, expected, squares))
            if km < SHORTEST_KM or before <= 0.0 or wanted <= 0.0 or real <= 0.0:
                continue
            for sums in (self.km, self.squares, self.drawn, self.more, self.waited, self.lost):
                sums[band] *= math.exp(-km / MEMORY_KM)
            weight = km / (1.0 + km / TRIP_KM)
            self.km[band] += weight
            self.squares[band] += weight * math.log(real / before)
            faster = float(share @ aero) * (real / wanted - 1.0)
            self.drawn[band] += weight / km * float(share @ drawn)
            self.more[band] += weight / km * (float(share @ (took - raw)) - faster)
            cruising = float(share @ (usual.metres / usual.cruise)) * math.sqrt(before / real)
            self.waited[band] += weight / km * float(share @ usual.waiting)
            self.lost[band] += weight / km * (float(share @ seconds) - cruising)
        spend = believed.along(edges, begun, geometry=geometry).spend()
        error = min(abs(trip.kwh - spend.kwh) / spend.sigma, CLIPPED) * believed.correction.scatter
        self.errors = self.errors * (1.0 - 1.0 / TRIPS) + error * error
        self.trips = self.trips * (1.0 - 1.0 / TRIPS) + 1.0


def _column(values: Sequence[float] | None) -> Floats:
    column = np.zeros(len(BANDS)) if values is None else np.array(values, float)
    if column.shape != (len(BANDS),):
        raise ValueError(f"{len(BANDS)} figures belong here, {column.size} came")
    return column
