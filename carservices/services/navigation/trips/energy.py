"""Energy and time of a route or of every road of a map, by physics and by what was learned of this car."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import Floats, RoadGraph
from carservices.services.navigation.geo import Point
from carservices.services.navigation.trips import climate, tyres
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.correction import BANDS, CLIMATE, Correction, band_weights
from carservices.services.navigation.trips.meter import Stretch
from carservices.services.navigation.trips.powertrain import battery_power, cell_loss_per_w, regen_limit_w
from carservices.services.navigation.trips.stretches import Stretches, of_graph, of_route
from carservices.services.navigation.trips.vehicle import Vehicle

G = 9.80665
KWH = 3.6e6
SIGMAS_90 = 1.6449
"""Standard deviations on either side of the mean between which 90 % of a normal distribution lie."""
UNLEARNED = Correction()
ORDINARY = Conditions()
TOWN_WIND = 0.3
"""Wind in a town against that in open country, both beside a car: logarithmic profiles of roughness 0.4 and 0.03 m
below the same wind at 60 m (classes 3 and 1 of the European Wind Atlas)."""
TOWN_MS, TOWN_MEAN_MS = 50.0 / 3.6, 30.0 / 3.6
"""m/s where trips begin and end, and with all that holds one up there."""
USUAL_SHARES = np.array((0.38, 0.5, 0.06, 0.02, 0.02, 0.02))
"""Of the causes in the consumption of long trips."""
USUAL_MS = 100.0 / 3.6
"""Speed on long trips."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What one stretch of a route takes: kWh from the battery, its standard deviation, and s."""

    kwh: float
    sigma: float
    seconds: float

    @property
    def interval_90(self) -> tuple[float, float]:
        """kWh between which it lies with 90 %."""
        return self.kwh - SIGMAS_90 * self.sigma, self.kwh + SIGMAS_90 * self.sigma


@dataclass(frozen=True, slots=True)
class RouteEnergy:
    """Sums from the start of a route of n edges to each of its n + 1 ends of edges; the first is 0.

    ``features`` [n + 1, causes] are kWh by cause (`CAUSES`) at a factor of one, ``gusts`` [n + 1, 2] kWh for one
    m/s of wind from north and from east, ``roughness`` Σ kWh²/km.
    """

    metres: Floats
    seconds: Floats
    kwh: Floats
    features: Floats
    gusts: Floats
    roughness: Floats
    correction: Correction
    wind_told: bool

    def spend(self, start: int = 0, end: int = -1) -> Spend:
        """From the start of edge ``start`` to the start of edge ``end`` (-1: to the end of the route)."""
        features = self.features[end] - self.features[start]
        gusts, roughness = self.gusts[end] - self.gusts[start], float(self.roughness[end] - self.roughness[start])
        variance = self.correction.variance(features, gusts, roughness, wind_told=self.wind_told)
        kwh, seconds = self.kwh[end] - self.kwh[start], self.seconds[end] - self.seconds[start]
        return Spend(float(kwh), float(np.sqrt(variance)), float(seconds))


@dataclass(frozen=True, slots=True)
class ArcEnergy:
    """Of each arc of a map: kWh (negative downhill) and s."""

    kwh: Floats
    seconds: Floats


class EnergyModel:
    """The car as it is known: its data, and what was learned."""

    def __init__(self, vehicle: Vehicle = Vehicle(), correction: Correction = UNLEARNED) -> None:  # noqa: B008 - frozen
        self.vehicle = vehicle
        self.correction = correction

    def along(
        self,
        edges: Sequence[EdgePart],
        conditions: Conditions = ORDINARY,
        cap_kmh: float | None = None,
        geometry: Sequence[Point] = (),
    ) -> RouteEnergy:
        """A route from standstill to standstill, never faster than ``cap_kmh``.

        With the ``geometry`` of the route its turns and the wind's direction count.
        """
        road = of_route(edges, geometry, cap_kmh, self.correction)
        ends = np.cumsum(road.seconds)
        kwh, features, gusts, roughness = self._spend(road, conditions, ends - road.seconds / 2.0)

        def sums(values: Floats) -> Floats:
            return np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))[road.ends]

        return RouteEnergy(
            sums(road.metres),
            sums(road.seconds),
            sums(kwh),
            sums(features),
            sums(gusts),
            sums(roughness),
            self.correction,
            conditions.wind_told,
        )

    def per_arc(self, graph: RoadGraph, conditions: Conditions = ORDINARY, cap_kmh: float | None = None) -> ArcEnergy:
        """Each arc on its own, with warm tyres and cabin; what a trip takes more to its begin is `begin_kwh`."""
        road = of_graph(graph, cap_kmh, self.correction)
        kwh, _, _, _ = self._spend(road, conditions, np.full(len(road.metres), np.inf))
        first = road.ends[:-1]
        return ArcEnergy(np.add.reduceat(kwh, first), np.add.reduceat(road.seconds, first))

    def begin_kwh(self, conditions: Conditions, seconds: Floats) -> Floats:
        """What trips of so many s take beside their roads driven warm: to warm tyres and cabin, to set out and halt."""
        vehicle, factors = self.vehicle, self.correction.factors
        mass = vehicle.mass_kg + conditions.load_kg
        at_s = np.concatenate((climate.TIMES + climate.STEP_S / 2.0, [np.inf]))
        tyre = tyres.factor(conditions, at_s, np.full(len(at_s), TOWN_MS))
        drag = (1.0 + vehicle.loss_share) * factors[0] * mass * G * vehicle.rolling
        watts = drag * TOWN_MEAN_MS * tyre + climate.watts(vehicle, conditions, at_s) @ factors[CLIMATE]
        sums = np.concatenate(([0.0], np.cumsum(watts[:-1] - watts[-1]))) * climate.STEP_S
        warmed: Floats = np.interp(seconds, climate.STEP_S * np.arange(len(sums)), sums)
        return (warmed + 2.0 * vehicle.loss_share * 0.5 * mass * TOWN_MS**2) / KWH

    def sigma(self, kwh: Floats | float, metres: Floats | float, conditions: Conditions = ORDINARY) -> Floats:
        """kWh standard deviation of a stretch of which only energy and length are known, as of legs of a matrix."""
        shares = np.outer(np.abs(kwh), USUAL_SHARES / np.maximum(self.correction.factors, 0.5))
        ahead = 2.0 * USUAL_SHARES[1] / USUAL_MS * np.abs(kwh).ravel()
        gusts = np.column_stack((ahead, np.zeros(len(ahead))))
        roughness = np.square(kwh) / np.maximum(np.asarray(metres, float) / 1000.0, 0.1)
        variance = self.correction.variance(shares, gusts, roughness.ravel(), wind_told=conditions.wind_told)
        spread: Floats = np.sqrt(variance).reshape(np.shape(kwh))
        return spread

    def driven(self, stretch: Stretch, conditions: Conditions, at_s: float) -> tuple[Floats, Floats, Floats]:
        """(kWh [n], features [n, causes], gusts [n, 2]) of n samples of a drive with its own speeds.

        It began ``at_s`` s after the start. Gusts are kWh more for one m/s more of wind from north and from east.
        """
        vehicle, factors = self.vehicle, self.correction.factors
        seconds, speed = np.array(stretch.seconds), np.array(stretch.speed)
        grade, acceleration = np.array(stretch.grade), np.array(stretch.acceleration)
        mass = vehicle.mass_kg + conditions.load_kg
        inertia = mass + (vehicle.rotating - 1.0) * vehicle.mass_kg
        metres = speed * seconds
        warm_s = at_s + np.cumsum(seconds) - seconds / 2.0
        roll = mass * G * vehicle.rolling * tyres.factor(conditions, warm_s, speed)
        air = 0.5 * conditions.air_density * vehicle.drag_area_m2
        course = np.array(stretch.course) if stretch.course else np.full(len(speed), np.nan)
        exposed = _exposed(band_weights(speed))
        square = _headwind_square(speed, course, conditions, exposed)
        wind = air * square
        force = factors[0] * roll + factors[1] * wind + mass * G * grade + inertia * acceleration
        moving = speed > 0.0
        power, more = battery_power(
            force * speed, vehicle, regen_limit_w(vehicle, conditions), cell_loss_per_w(vehicle, conditions)
        )
        power = np.where((force < 0.0) & (speed < vehicle.regen_fades_ms), 0.0, power) + vehicle.idle_w * moving
        base, warmth = vehicle.base_w * seconds, climate.watts(vehicle, conditions, warm_s) * seconds[:, None]
        features = np.column_stack((more * roll * metres, more * wind * metres, base, warmth))
        joules = power * seconds + factors[2] * base + warmth @ factors[CLIMATE]
        ahead = more * factors[1] * air * 2.0 * np.sqrt(np.abs(square)) * exposed * metres
        return joules / KWH, features / KWH, np.nan_to_num(_gusts(ahead, course)) / KWH

    def _spend(self, road: Stretches, conditions: Conditions, at_s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """(kWh, features [n, causes] in kWh, gusts [n, 2] in kWh per m/s, roughness in kWh²/km) of each stretch.

        They are passed ``at_s`` s after the start; where their course is not known it is taken for straight ahead.
        """
        vehicle, factors = self.vehicle, self.correction.factors
        mass = vehicle.mass_kg + conditions.load_kg
        inertia = mass + (vehicle.rotating - 1.0) * vehicle.mass_kg
        slope = road.grade / np.sqrt(1.0 + road.grade * road.grade)
        roll = mass * G * vehicle.rolling * tyres.factor(conditions, at_s, road.cruise)
        exposed = _exposed(road.bands)
        air = 0.5 * conditions.air_density * vehicle.drag_area_m2
        regen_w, cell_loss = regen_limit_w(vehicle, conditions), cell_loss_per_w(vehicle, conditions)
        joules = np.zeros(len(road.metres))
        rolling, aero, ahead = (np.zeros(len(road.metres)) for _ in range(3))
        for distance, push, mean_square in road.phases:
            speed = np.sqrt(mean_square)
            square = _headwind_square(speed, road.course, conditions, exposed)
            wind = air * square
            force = factors[0] * roll + factors[1] * wind + mass * G * slope + inertia * push
            power, more = battery_power(force * speed, vehicle, regen_w, cell_loss)
            joules += power / np.maximum(speed, 0.1) * distance
            rolling += more * roll * distance
            aero += more * wind * distance
            ahead += more * np.sqrt(np.abs(square)) * distance
        joules += (1.0 - vehicle.loss_share) * 0.5 * inertia * vehicle.regen_fades_ms**2 * road.halts
        joules += vehicle.idle_w * road.metres / road.cruise
        seconds = road.seconds
        base = vehicle.base_w * seconds
        warmth = climate.watts(vehicle, conditions, at_s) * seconds[:, None]
        joules += factors[2] * base + warmth @ factors[CLIMATE]
        features = np.column_stack((rolling, aero, base, warmth)) * road.driven[:, None] / KWH
        drawn = features @ factors
        roughness = drawn * drawn / np.maximum(road.metres / 1000.0, 1e-3)
        more = road.bands @ self.correction.spending - 1.0
        ahead *= 2.0 * factors[1] * air / KWH * exposed * road.driven
        gusts = _gusts(ahead, np.nan_to_num(road.course))
        return joules * road.driven / KWH + more * drawn, features, gusts, roughness


def _gusts(ahead: Floats, course: Floats) -> Floats:
    """[n, 2] of wind from north and from east, of what a m/s from ahead takes."""
    return np.column_stack((ahead * np.cos(course), ahead * np.sin(course)))


def _exposed(bands: Floats) -> Floats:
    """Share of the wind of open country on roads of each of `BANDS`."""
    found: Floats = 1.0 - (1.0 - TOWN_WIND) * bands[:, BANDS.index("town")]
    return found


def _headwind_square(speed: Floats, course: Floats, conditions: Conditions, exposed: Floats) -> Floats:
    """(v + w)² with the sign of v + w; of wind from anywhere its mean over all courses, v² + w²/2."""
    if not conditions.wind_ms:
        return speed * speed
    wind = conditions.wind_ms * exposed
    anywhere = speed * speed + 0.5 * wind * wind
    if conditions.wind_from is None:
        return anywhere
    relative = speed + wind * np.cos(np.radians(conditions.wind_from) - course)
    return np.where(np.isnan(course), anywhere, relative * np.abs(relative))
