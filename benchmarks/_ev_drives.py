"""Emulated drives for the energy of trips: roads, traffic, weather and cars drawn by a seed, and what the map says.

The emulator's car and driver are the truth. The planner sees edges as a map has them (expected speed, limit, slope
with the noise of an elevation model, signals) and the car's signals; not the wind, the sun, the luggage, the traffic.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import Point, moved
from carservices.services.navigation.maps.road_graph import SHARE_OF_LIMIT
from carservices.services.navigation.trips.consumption import Consumption
from carservices.services.navigation.trips.energy import RouteEnergy
from carservices.services.navigation.trips.meter import IGNITION
from carservices.signals import Datum, Status, Value
from carservices_emulator.drivers import TripDriver
from carservices_emulator.drivers.route import Route
from carservices_emulator.model.body import SEATS
from carservices_emulator.model.car import Car
from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.signals import ENTRIES, observe
from carservices_emulator.weather import Weather
from carservices_emulator.world import World

Floats = NDArray[np.float64]

CARS = ("renault-megane-e-tech-ev60", "renault-zoe-r135", "vw-id3-58")
GRID = 5.0
STEP, LOOK, RARELY = 0.1, 1.0, 20
"""s of a step of the physics, s between two looks at the car, looks between two of its slow signals."""
EPOCH = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
HEIGHT_NOISE_M = 1.0
FORECAST_MS = 0.8
"""Standard deviation of the error of a forecast of either component: 1.5 m/s at 10 m, as weather services publish."""
FLOW, LEAD = 0.96, 1.04
"""Share of the wanted speed that traffic allows on average, and at most."""
WIND_MS = 1.55
"""Standard deviation of the wind's components beside a car in open country: its mean speed is 1.9 m/s there, 3.5 m/s at
10 m (inland lowlands of Germany), by the logarithmic profile over farmland (roughness 0.03 m, European Wind Atlas)."""
SLOW = tuple(path for path in Consumption.PATHS if path in ENTRIES)
QUICK = tuple(
    path
    for path in SLOW
    if path.endswith((".Speed", "CurrentPower", ".PowerLoss", "Altitude", "Heading", "TripDuration"))
)
MOTORWAY, SECONDARY, RESIDENTIAL = 0, 3, 6


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of road: class, limits in km/h, m of an edge, share of edges with signals, share of turns.

    ``flow`` is the standard deviation of its traffic from trip to trip, ``exposed`` the share of the wind that gets
    there.
    """

    road_class: int
    limits: tuple[int, ...]
    length: tuple[float, float]
    signals: float
    turns: float
    flow: float
    exposed: float


KINDS = {
    "town": Kind(RESIDENTIAL, (30, 50, 50, 50), (60.0, 320.0), 0.16, 0.14, 0.06, 0.3),
    "land": Kind(SECONDARY, (70, 80, 100, 100), (200.0, 1500.0), 0.03, 0.03, 0.04, 1.0),
    "motorway": Kind(MOTORWAY, (100, 120, 130, 130), (600.0, 4000.0), 0.0, 0.0, 0.03, 1.0),
}
"""With these flows travel times scatter about as much as in the United Kingdom (TAG unit A1.3: standard deviation over
mean 0.16 CI^1.02 D^-0.39, D the km, CI the mean time over that of an empty road): made trips of 7, 12, 20, 32, 50 km
0.080, 0.075, 0.050, 0.041, 0.031; TAG, which is for towns, 0.094, 0.077, 0.058, 0.047, 0.039. In towns the wind is
that of a roughness of 0.4 m below the same wind at 60 m."""


@dataclass(frozen=True, slots=True)
class Habit:
    """A driver: speed as a share of the limit on each kind of road."""

    town: float
    land: float
    motorway: float


class Road(Route):
    """A made road, with the speeds its traffic allows, for the emulator's own driver."""

    def __init__(self, columns: dict[str, list[float]], stops: list[tuple[float, float]]) -> None:
        self._step = GRID
        self._latitude, self._longitude = columns["latitude"], columns["longitude"]
        self._altitude, self._grade, self._course = columns["altitude"], columns["grade"], columns["course"]
        self._speed, self._exposed = columns["speed"], columns["exposed"]
        self.length = GRID * (len(self._speed) - 1)
        self.stops = stops

    def speeds(self, lateral: float, braking: float) -> list[float]:
        square = np.square(self._speed)
        falling = 2.0 * braking * GRID * np.arange(len(square))
        back = np.minimum.accumulate((square + falling)[::-1])[::-1] - falling
        return [float(v) for v in np.sqrt(np.maximum(back, 1.0))]

    def exposed(self, s: float) -> float:
        """Share of the wind of open country at ``s``."""
        return self.at(self._exposed, s)

    def curvature(self, s: float) -> float:
        return 0.0

    def turn(self, s: float) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Trip:
    """What the planner is told, and what there really is."""

    edges: tuple[EdgePart, ...]
    geometry: tuple[Point, ...]
    road: Road
    ends: Floats
    """m from the start to the end of each edge."""

    def at(self, s: float) -> int:
        """Which edge is ``s`` m from the start."""
        return min(int(np.searchsorted(self.ends, s)), len(self.edges) - 1)


def draw_trip(chance: random.Random, habit: Habit) -> Trip:
    """A drive through town, over land, or on the motorway with ways to and from it."""
    shape = chance.choice(("town", "land", "mixed", "motorway"))
    spans = {
        "town": (("town", chance.uniform(5, 14)),),
        "land": (("town", chance.uniform(1, 3)), ("land", chance.uniform(10, 25)), ("town", chance.uniform(1, 3))),
        "mixed": (
            ("town", chance.uniform(2, 5)),
            ("land", chance.uniform(4, 10)),
            ("motorway", chance.uniform(8, 25)),
            ("town", chance.uniform(1, 4)),
        ),
        "motorway": (("town", 1.5), ("motorway", chance.uniform(25, 55)), ("town", 1.5)),
    }[shape]
    return _lay(chance, habit, spans)


def _lay(chance: random.Random, habit: Habit, spans: tuple[tuple[str, float], ...]) -> Trip:
    kinds: list[tuple[str, float, int, bool, float, float]] = []
    for name, km in spans:
        kind, left, limit = KINDS[name], km * 1000.0, chance.choice(KINDS[name].limits)
        flow = chance.gauss(FLOW, kind.flow)
        while left > 0.0:
            length = GRID * round(chance.uniform(*kind.length) / GRID)
            if chance.random() < 0.3:
                limit = chance.choice(kind.limits)
            turn = chance.choice((-90.0, 90.0)) if chance.random() < kind.turns else chance.gauss(0.0, 4.0)
            kinds.append((name, length, limit, chance.random() < kind.signals, turn, flow))
            left -= length
    total = sum(row[1] for row in kinds)
    count = round(total / GRID) + 1
    s: Floats = GRID * np.arange(count, dtype=np.float64)
    altitude = _hills(chance, s)
    traffic = _traffic(chance, count)
    speed, course, exposed = np.empty(count), np.empty(count), np.empty(count)
    point, heading, at = (51.0, 10.0), chance.uniform(0.0, 360.0), 0
    geometry, edges, stops = [point], [], []
    ends = np.cumsum([round(row[1] / GRID) for row in kinds])
    noise = [chance.gauss(0.0, HEIGHT_NOISE_M) for _ in range(len(kinds) + 1)]
    for k, (name, length, limit, signals, turn, flow) in enumerate(kinds):
        end = int(ends[k])
        share = getattr(habit, name) * np.minimum(flow + traffic[at : end + 1], LEAD)
        speed[at : end + 1] = np.maximum(limit / 3.6 * share, 4.0)
        course[at : end + 1], exposed[at : end + 1] = heading, KINDS[name].exposed
        seen = (altitude[end] + noise[k + 1] - altitude[at] - noise[k]) / length
        kind = KINDS[name]
        flags = int(Flag.HALT) if signals else 0
        edges.append(EdgePart(k, k, k, length, limit * SHARE_OF_LIMIT[kind.road_class], limit, float(seen), flags))
        if signals and chance.random() < 0.5 and end < count - 20:
            stops.append((end * GRID, chance.uniform(4.0, 40.0)))
        if abs(turn) > 60.0:
            speed[max(0, end - 1) : end + 2] = chance.uniform(4.5, 7.0)
        point = moved(point, heading, length)
        geometry.append(point)
        heading = (heading + turn) % 360.0
        at = end
    columns = {
        "latitude": np.interp(s, np.concatenate(([0], ends)) * GRID, [p[0] for p in geometry]).tolist(),
        "longitude": np.interp(s, np.concatenate(([0], ends)) * GRID, [p[1] for p in geometry]).tolist(),
        "altitude": altitude.tolist(),
        "grade": np.gradient(altitude, GRID).tolist(),
        "course": course.tolist(),
        "speed": speed.tolist(),
        "exposed": exposed.tolist(),
    }
    return Trip(tuple(edges), tuple(geometry), Road(columns, stops), GRID * ends)


def _hills(chance: random.Random, s: Floats) -> Floats:
    """m above the sea: plains, hills or mountains."""
    rough = chance.choice((0.3, 1.0, 1.0, 3.0))
    height = np.full(len(s), chance.uniform(50.0, 500.0) + 100.0 * rough)
    for length in (900.0, 2300.0, 6100.0, 17000.0):
        slope = rough * chance.uniform(0.003, 0.011)
        height += slope * length / math.tau * np.sin(math.tau * s / length + chance.uniform(0.0, math.tau))
    return height


def _traffic(chance: random.Random, count: int) -> Floats:
    """What traffic adds to the flow of the trip, as a share of the wanted speed; changing over some hundred m."""
    every = 60
    knots = [chance.gauss(0.0, 0.05) for _ in range(count // every + 2)]
    smooth: Floats = np.interp(np.arange(count), np.arange(len(knots)) * every, knots)
    return smooth


@dataclass(frozen=True, slots=True)
class Drive:
    """A trip as it went: what the car said at each look with the s of the trip and the edge it was on; kWh it took."""

    trip: Trip
    looks: list[tuple[float, int, dict[str, Datum]]]
    kwh: float
    forecast: tuple[float, float]
    """The wind as a weather service told it: m/s, and the degrees it comes from."""


class Garage:
    """One car with its driver, drawn by a seed: drives trip after trip."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.habit = Habit(
            self.chance.uniform(0.88, 1.02), self.chance.uniform(0.84, 1.0), self.chance.uniform(0.82, 1.02)
        )
        self.profile = _varied(load_profile(CARS[seed % len(CARS)]), self.chance)

    def drive(self) -> Drive:
        """One more trip, in the weather and with the load of that day."""
        chance = self.chance
        trip = draw_trip(chance, self.habit)
        outside = chance.uniform(-10.0, 30.0)
        weather = Weather(temperature=outside, sun=chance.uniform(0.0, 600.0) * (outside > 0.0), grip=0.9)
        north, east = chance.gauss(0.0, WIND_MS), chance.gauss(0.0, WIND_MS)
        wind, forecast = _polar(north, east), _polar(*(one + chance.gauss(0.0, FORECAST_MS) for one in (north, east)))
        passengers = chance.choice((0, 0, 0, 1, 1, 2, 3))
        mass = self.profile.resistance.mass + 75.0 * passengers + chance.uniform(0.0, 60.0)
        charge, warm = chance.uniform(0.6, 0.92), chance.random() < 0.3
        cells = max(outside, 12.0 * warm)
        car = Car(self.profile, weather, mass=mass, charge=charge, battery_temperature=cells)
        for seat in SEATS[1 : 1 + passengers]:
            car.body.seats[seat].occupied = True
        if warm:
            car.climate.air = car.climate.mass = 18.0
        world = World(car, chance.randrange(10**6), EPOCH)
        driver = TripDriver(world.chance, trip.road, loop=False)
        trip.road.place(0.0, world.place)
        looks = [(0.0, 0, _seen(world, SLOW))]
        energy = car.battery.energy
        for seconds in _drive(world, driver, trip.road, wind):
            rarely = round(seconds / LOOK) % RARELY == 0
            looks.append((seconds, trip.at(driver.s), _seen(world, SLOW if rarely else QUICK)))
        return Drive(trip, looks, (energy - car.battery.energy) / 3.6e6, forecast)


class Diary:
    """Lives through drives with the car's consumption, the night between two of them included.

    With ``told`` it knows the wind as forecast.
    """

    def __init__(self, consumption: Consumption, *, told: bool) -> None:
        self.consumption = consumption
        self.told = told
        self.km = 0.0
        self.begun = consumption.conditions
        """Conditions when the last drive began."""
        self._now = 0.0

    def live(self, drive: Drive) -> RouteEnergy:
        """What was foretold at its start; learns from it."""
        edges = drive.trip.edges
        self._take(drive.looks[0][2])
        self.consumption.tell_wind(drive.forecast if self.told else None)
        self.begun = self.consumption.conditions
        foretold = self.consumption.model.along(edges, self.begun, geometry=drive.trip.geometry)
        start = self._now
        for seconds, edge, values in drive.looks[1:]:
            self._now = start + seconds
            self._take(values)
            self.consumption.drive(self._now, edges[edge])
        self._take({IGNITION: "OFF"})
        self.consumption.tick(self._now)
        self._now += 3600.0
        self.km += drive.trip.road.length / 1000.0
        return foretold

    def _take(self, values: dict[str, Datum]) -> None:
        for path, datum in values.items():
            self.consumption.take(Value(path, datum, int(self._now * 1e9), Status.AVAILABLE))


def _seen(world: World, paths: tuple[str, ...]) -> dict[str, Datum]:
    seen = ((path, *observe(world, path)) for path in paths)
    return {path: datum for path, datum, status in seen if status is Status.AVAILABLE and datum is not None}


def _drive(world: World, driver: TripDriver, road: Road, wind: tuple[float, float]) -> Iterator[float]:
    """Until it has arrived, one look after the other: the s since the start."""
    car, place, steps = world.car, world.place, round(LOOK / STEP)
    count = 0
    while not driver.done and count < 4 * 3600:
        car.weather.wind = wind[0] * road.exposed(driver.s) * math.cos(math.radians(wind[1] - place.heading))
        now = EPOCH + timedelta(seconds=world.time)
        for _ in range(steps):
            distance = car.step(STEP, driver.drive(car, STEP), now)
            driver.moved(car, place, distance, STEP)
            car.grade, car.altitude = place.grade, place.altitude
        world.time += LOOK
        count += 1
        yield count * LOOK


def _polar(north: float, east: float) -> tuple[float, float]:
    """Length and degrees clockwise from north."""
    return math.hypot(north, east), math.degrees(math.atan2(east, north)) % 360.0


def _varied(profile: Profile, chance: random.Random) -> Profile:
    """Another one of the kind: tyres, roof, electronics and battery differ from car to car."""
    resistance, auxiliary, battery = profile.resistance, profile.auxiliary, profile.battery
    return profile.model_copy(
        update={
            "resistance": resistance.model_copy(
                update={
                    "rolling": resistance.rolling * chance.uniform(0.85, 1.2),
                    "drag": resistance.drag * chance.uniform(0.92, 1.12),
                }
            ),
            "auxiliary": auxiliary.model_copy(update={"load": auxiliary.load * chance.uniform(0.7, 1.5)}),
            "battery": battery.model_copy(update={"resistance": battery.resistance * chance.uniform(0.8, 1.4)}),
        }
    )
