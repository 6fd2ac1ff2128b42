"""The car's consumption as it drives: takes its signals, learns from each stretch, and says what is known of it now."""

import logging
import math
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.engine.graph import Floats, RoadGraph
from carservices.services.navigation.trips import conditions, vehicle
from carservices.services.navigation.trips.conditions import SOC, Conditions
from carservices.services.navigation.trips.correction import CAUSES, WIND_TOLD_MS, Correction
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.figures import figure
from carservices.services.navigation.trips.habit import Habit, Log
from carservices.services.navigation.trips.learning import Recursive
from carservices.services.navigation.trips.meter import CHARGING, COARSEST_S, IGNITION, OFF, STANDING_MS, Meter, Stretch
from carservices.services.navigation.trips.meter import PATHS as METERED
from carservices.services.navigation.trips.stretches import road_of
from carservices.services.navigation.trips.vehicle import BATTERY
from carservices.signals import Datum, Status, Value

STORED_KWH, VIN = f"{BATTERY}.StateOfCharge.CurrentEnergy", "Vehicle.VehicleIdentification.VIN"
NOISE_SHARE, NOISE_KWH = 0.06, 0.012
"""Standard deviation of what a stretch is measured to take: a share of it, and of its height (2 m of 1.9 t)."""
SAVE_KM = 5.0
SHORTEST_S = 2.0
"""s of a stretch, driven or stood, that say something; standing tells what runs all the time by itself."""
PARKED_S = 240.0
"""s of standing with which a trip ends, where the car is not switched off."""
CALM_MS = 0.5
"""m/s of wind below which none is felt before one is sure."""
SHORTEST_M, LONGEST_M = 1500.0, 100_000.0
"""m of a trip that says something of its driver, and after which it has said enough."""

log = logging.getLogger(__name__)


Row = Annotated[list[float], Field(min_length=len(CAUSES), max_length=len(CAUSES))]


class Learned(BaseModel):
    """What is kept of one car."""

    model_config = ConfigDict(allow_inf_nan=False)

    information: list[Row]
    weighted: Row
    habit: dict[str, list[float]] = {}
    trips: float = Field(0.0, ge=0.0)
    errors: float = Field(0.0, ge=0.0)
    km: float = Field(0.0, ge=0.0)

    @model_validator(mode="after")
    def _sound(self) -> "Learned":
        """An information matrix is positive definite."""
        matrix = np.array(self.information)
        if matrix.shape != (len(CAUSES), len(CAUSES)) or float(np.linalg.eigvalsh(matrix).min()) <= 0.0:
            raise ValueError("what is said to be learned cannot have been")
        Habit(self.habit)
        return self


class Kept(BaseModel):
    """The file: by the number of the vehicle, as another one may be emulated tomorrow."""

    version: Literal[2]
    """Changes with `CAUSES`; the first version had none."""
    cars: dict[str, Learned]


class Consumption:
    """One car. `take` its signals, `tick` about five times a second; times are monotonic seconds."""

    PATHS = tuple(dict.fromkeys((*METERED, *conditions.PATHS, *vehicle.PATHS, STORED_KWH, VIN)))

    def __init__(self, state: StateFile) -> None:
        self._file = state
        self._wind: tuple[float, float] | None = None
        self._wind_until = np.inf
        self.values: dict[str, Datum] = {}
        """What the car says of itself now."""
        self._vehicle: vehicle.Vehicle | None = None
        self._conditions: Conditions | None = None
        """As told by `values`; made anew when one of their signals has changed."""
        self._graph: RoadGraph | None = None
        self._meter = Meter()
        self._cars = self._restored()
        self._begin_car("")

    def _begin_car(self, number: str) -> None:
        """Another car, with what is known of it."""
        self._number = number
        self._learner, self._habit, self._km = Recursive(), Habit(), 0.0
        if (kept := self._cars.get(number)) is not None:
            self._learner = Recursive.restored(np.array(kept.information), np.array(kept.weighted))
            self._habit, self._km = Habit(kept.habit, kept.trips, kept.errors), kept.km
        self._saved_km = self._faded_km = self._km
        """km up to which it is kept, and for which what was learned has faded."""
        self._begin_effects()
        self._log = Log()
        self._driven_s = self._stood_s = 0.0
        self._begun: Conditions | None = None
        self._believed = self.model
        """What was known of the car when the trip began."""

    @property
    def model(self) -> EnergyModel:
        """This car with what was learned of it."""
        return EnergyModel(self.vehicle, self.correction)

    @property
    def vehicle(self) -> vehicle.Vehicle:
        if self._vehicle is None:
            self._vehicle = vehicle.told(self.values)
        return self._vehicle

    @property
    def correction(self) -> Correction:
        """Of the trip that is driven, or of one that begins now."""
        return self._corrected(self._today.factors)

    @property
    def _ordinary(self) -> EnergyModel:
        """This car on an ordinary day."""
        return EnergyModel(self.vehicle, self._corrected(self._learner.factors))

    def _corrected(self, factors: Floats) -> Correction:
        return Correction(
            factors,
            self._learner.covariance,
            self._habit.paces,
            self._habit.delays,
            self._habit.spending,
            self._habit.scatter,
        )

    @property
    def conditions(self) -> Conditions:
        """Of this moment, with the wind that was told, else that which this trip feels."""
        told = self._told()
        return told if self._wind else replace(told, **self._felt)

    def _told(self) -> Conditions:
        if self._conditions is None:
            now = conditions.told(self.values)
            self._conditions = replace(now, wind_ms=self._wind[0], wind_from=self._wind[1]) if self._wind else now
        return self._conditions

    def _begin_effects(self) -> None:
        """A trip begins: wind, load and sun are others."""
        self._learner.begin_trip(self._km - self._faded_km, wind_told=self._wind is not None)
        self._faded_km = self._km
        self._feel()

    def _feel(self) -> None:
        """What the trip says of itself by now."""
        self._today = today = self._learner.today
        speed = math.hypot(today.north, today.east)
        comes_from = math.degrees(math.atan2(today.east, today.north)) % 360.0
        sure = today.wind_sigma <= WIND_TOLD_MS
        blows = sure or speed > CALM_MS
        self._felt: dict[str, Any] = {"wind_ms": speed, "wind_from": comes_from, "wind_felt": not sure} if blows else {}

    @property
    def km(self) -> float:
        """Driven with this car while it was learned from."""
        return self._km

    @property
    def kwh(self) -> float | None:
        """In the battery now; None while the car does not say its charge."""
        usable = self.vehicle.usable_kwh
        if (stored := figure(self.values, STORED_KWH, 0.0, 1.5 * usable)) is not None:
            return stored
        soc = figure(self.values, SOC, 0.0, 100.0)
        return None if soc is None else usable * soc / 100.0

    def take(self, value: Value) -> None:
        """A signal of `PATHS`, or one kept for `values` alone; what is not available or no number is forgotten."""
        datum = value.value if value.status is Status.AVAILABLE else None
        if datum is None or (isinstance(datum, float) and not np.isfinite(datum)):
            self.values.pop(value.path, None)
        else:
            self.values[value.path] = datum
        if value.path in conditions.PATHS:
            self._conditions = None
        elif value.path in vehicle.PATHS:
            self._vehicle = None
        if value.path == VIN and isinstance(datum, str) and datum != self._number:
            self.save()
            self._begin_car(datum)

    def tell_wind(self, wind: tuple[float, float] | None, until: float = np.inf) -> None:
        """m/s beside a car in open country, and the degrees it comes from; None: not known any more."""
        another = wind != self._wind
        self._wind, self._wind_until, self._conditions = wind, until, None
        if another:
            self._learner.begin_wind(told=wind is not None)
            self._feel()

    def use(self, graph: RoadGraph | None) -> None:
        """The map of which arcs are told from now on."""
        self._graph = graph

    def tick(self, now: float, arc: int | None = None) -> None:
        """Time goes on, on an arc of the map or beside all of them."""
        graph = self._graph
        self.drive(now, road_of(graph, arc) if graph is not None and arc is not None else None)

    def drive(self, now: float, road: EdgePart | None = None) -> None:
        """As `tick`, on a road described."""
        if now > self._wind_until:
            self.tell_wind(None)
        stretch = self._meter.look(self.values, now)
        seconds, speed = self._meter.last_s, self._meter.last_ms
        self._stood_s = 0.0 if speed > STANDING_MS else self._stood_s + seconds
        off = self.values.get(IGNITION) in OFF or self.values.get(CHARGING) is True
        over = off or self._stood_s > PARKED_S
        if over or self._log.metres > LONGEST_M:
            self._end_trip()
            if over and self._km > self._faded_km:
                self._begin_effects()
        elif self._begun is None and seconds > 0.0 and speed > STANDING_MS:
            self._begun, self._believed = self._told(), self.model
        if road is not None and self._begun is not None and 0.0 < seconds <= COARSEST_S:
            self._log.add(road, speed, self._meter.last_w, seconds, self._meter.course)
        if stretch is not None:
            self._learn(stretch)

    def save(self) -> None:
        """Keep what was learned."""
        if self._km == self._saved_km:
            return
        (information, weighted), habit = self._learner.kept, self._habit
        self._cars[self._number] = Learned(
            information=information.tolist(),
            weighted=weighted.tolist(),
            habit=habit.sums,
            trips=habit.trips,
            errors=habit.errors,
            km=self._km,
        )
        self._file.write(Kept(version=2, cars=self._cars).model_dump_json())
        self._saved_km = self._km

    def _learn(self, stretch: Stretch) -> None:
        if stretch.fine:
            for moving, noise_kwh in ((True, NOISE_KWH), (False, 0.0)):
                self._learn_from(stretch.part(moving=moving), noise_kwh)
        self._driven_s += stretch.duration
        self._km += stretch.metres / 1000.0
        if self._km - self._saved_km >= SAVE_KM:
            self.save()

    def _learn_from(self, part: Stretch, noise_kwh: float) -> None:
        if part.duration < SHORTEST_S:
            return
        model = self._ordinary
        driven = model.driven(part, self._as_begun(), self._driven_s)
        foretold, features, gusts = (one.sum(axis=0) for one in driven)
        sigma = float(np.hypot(NOISE_SHARE * float(features @ model.correction.factors), noise_kwh))
        self._learner.update(features, gusts, part.kwh - float(foretold), sigma)
        self._feel()

    def _as_begun(self) -> Conditions:
        """Conditions of now, but tyres and cabin as the trip began with: their warming is the model's to foretell."""
        begun = self._begun or self._told()
        return replace(self._told(), cabin_c=begun.cabin_c, tyres_c=begun.tyres_c)

    def _end_trip(self) -> None:
        """What the trip says of the driver."""
        log, begun = self._log, self._begun
        self._driven_s, self._begun, self._log = 0.0, None, Log()
        if begun is not None and log.metres >= SHORTEST_M:
            self._habit.learn(log, begun, self._believed, self._ordinary)

    def _restored(self) -> dict[str, Learned]:
        text = self._file.read()
        try:
            return Kept.model_validate_json(text).cars if text else {}
        except ValidationError as error:
            first = error.errors()[0]
            why = "of another version" if first["loc"] == ("version",) else f"damaged ({first['msg']})"
            log.warning("%s is %s: consumption is learned anew", self._file.path, why)
            return {}
