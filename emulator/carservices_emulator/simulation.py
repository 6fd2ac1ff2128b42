"""The emulated world without any clock of its own: step it, read its signals, set its actuators."""

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from carservices.hal import HalError, SetError
from carservices.hal.check import settable
from carservices.signals import Code, Datum, Status
from carservices_emulator.commands import Command, Drive
from carservices_emulator.drivers import (
    ConstantDriver,
    Driver,
    ManualDriver,
    ParkedDriver,
    Place,
    TripDriver,
    WltcDriver,
)
from carservices_emulator.drivers.base import park
from carservices_emulator.drivers.route import Route, load_trip
from carservices_emulator.faults import FailMode, Faults
from carservices_emulator.model.car import PARK, Car
from carservices_emulator.model.charging import Plug
from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.scenario import Event, Scenario, load_scenario
from carservices_emulator.signals import ENTRIES
from carservices_emulator.signals.cabin import STORED
from carservices_emulator.surroundings import Person
from carservices_emulator.tomlfile import find
from carservices_emulator.weather import Weather, day

STEP = 0.05
"""s of one step of the physics."""
EPOCH = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
"""The default first moment."""
CONFIGS = {path: entry.config for path, entry in ENTRIES.items()}
SAFE_GAP = 0.9
"""s to the vehicle ahead below which the car warns (UN R152 urban scenarios: 0.8 s before braking)."""


class Simulation:
    """One car in one scenario; the same seed gives the same world, step for step.

    Raises HalError for a profile, scenario or trip that cannot be read.
    """

    def __init__(
        self,
        profile: str | Profile = "renault-megane-e-tech-ev60",
        scenario: str | Scenario = "city",
        seed: int = 0,
        *,
        mass: float | None = None,
        epoch: datetime = EPOCH,
    ) -> None:
        self.profile = load_profile(profile) if isinstance(profile, str) else profile
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.seed = seed
        self.epoch = epoch
        self._mass = mass
        self.reset()

    def reset(self) -> None:
        """Back to the scenario's first moment."""
        start = self.scenario.start
        self.time = 0.0
        self.chance = random.Random(self.seed)
        self.weather: Weather = self.scenario.weather.weather()
        if start.hour is not None:
            self.weather.sun, self.weather.light = day(start.hour)
        self.place = Place()
        self.person = Person()
        self.faults = Faults(self.chance)
        self.stored: dict[str, Any] = dict(STORED)
        self.time_to_complete = 0.0
        self._until_forecast = 0.0
        self._events = list(self.scenario.at)
        self.refusals: list[str] = []
        """What the car refused to the scenario, one sentence each."""
        self.car = Car(
            self.profile,
            self.weather,
            mass=self._mass,
            charge=start.charge / 100.0,
            battery_temperature=start.battery_temperature,
            odometer=start.odometer * 1e3,
        )
        self.driver: Driver = ParkedDriver(self.chance)
        self.seat(self.scenario.driver)

    @property
    def now(self) -> datetime:
        """The car's clock."""
        return self.epoch + timedelta(seconds=self.time)

    @property
    def gap_too_short(self) -> bool:
        speed = self.car.road.speed
        return speed > 5.0 and self.person.gap_ahead < SAFE_GAP * speed

    def step(self, dt: float = STEP) -> None:
        """Advance by ``dt`` s, at most 0.1 s: scenario, driver, car, place."""
        while self._events and self._events[0].time <= self.time:
            self._play(self._events.pop(0))
        car = self.car
        pedals = self.driver.drive(car, dt)
        distance = car.step(dt, pedals, self.now)
        self.driver.moved(car, self.place, distance, dt)
        car.grade, car.altitude = self.place.grade, self.place.altitude
        self.time += dt
        self._until_forecast -= dt
        if self._until_forecast <= 0.0:
            self._until_forecast = 10.0
            self.time_to_complete = car.port.time_left(car.battery) // 60.0 * 60.0 if car.port.charging else 0.0

    def _play(self, event: Event) -> None:
        """Run one line of the scenario; a car that refuses does not end the story."""
        try:
            self.do(event.command())
        except HalError as error:
            self.refusals.append(f"{event.time:g} s: {event.do}: {error}")

    def run(self, seconds: float, step: float = STEP) -> None:
        """Advance by ``seconds`` in steps of ``step`` s."""
        for _ in range(round(seconds / step)):
            self.step(step)

    def seek(self, time: float) -> None:
        """Go to a moment of the scenario; backwards means from its start again."""
        if time < self.time:
            self.reset()
        self.run(time - self.time)

    def do(self, command: Command) -> Any:
        """Run a command. Raises HalError, or SetError when the car refuses."""
        return command.run(self)

    def observe(self, path: str) -> tuple[Datum | None, Status]:
        """What the signal's sensor shows, broken or not."""
        entry = ENTRIES[path]
        value = entry.read(self)
        if path in self.faults.sensors:
            return self.faults.see(entry.config, value, self.time)
        return value, Status.AVAILABLE

    def signals(self) -> dict[str, Datum]:
        """Every signal that has a value now."""
        seen = ((path, *self.observe(path)) for path in ENTRIES)
        return {path: value for path, value, status in seen if status is Status.AVAILABLE and value is not None}

    def set(self, path: str, value: Datum) -> None:
        """Set an actuator. Raises `SetError` with code, reason and the blocking signal."""
        value = settable(CONFIGS, path, value)
        entry = ENTRIES[path]
        if entry.write is None:
            raise SetError(Code.ACCESS_DENIED, f"{path} is read-only")
        if path in self.faults.sensors and self.faults.sensors[path].mode in (FailMode.SILENT, FailMode.ERROR):
            raise SetError(Code.NOT_AVAILABLE, f"{path} does not answer; it has failed", path)
        for guard in entry.guards:
            guard(self, value)
        entry.write(self, value)

    def seat(self, wish: Drive) -> None:
        """Change the driver."""
        match wish.name:
            case "trip":
                route = Route(load_trip(find("trips", wish.trip, ".json")))
                self.driver = TripDriver(self.chance, route, loop=wish.loop)
                route.place(0.0, self.place)
            case "wltc":
                self.driver = WltcDriver(self.chance)
                self.place = dataclasses.replace(self.place, grade=0.0)
            case "constant":
                self.driver = ConstantDriver(self.chance, wish.speed / 3.6)
                self.place = dataclasses.replace(self.place, grade=0.0)
            case "manual":
                self.take_over()
            case "parked":
                self.driver = ParkedDriver(self.chance)
                if not self.car.road.speed:
                    park(self.car)

    def take_over(self) -> ManualDriver:
        """A person takes the wheel, if nobody has yet."""
        if not isinstance(self.driver, ManualDriver):
            self.driver = ManualDriver(self.chance)
            self.place = dataclasses.replace(self.place, grade=0.0)
        return self.driver

    def plug(self, plug: Plug) -> None:
        """Connect a cable. Raises SetError while the car is not parked."""
        if self.car.gear != PARK:
            raise SetError(
                Code.NOT_AVAILABLE_SAFETY,
                "the car is not in P; park first",
                "Vehicle.Powertrain.Transmission.CurrentGear",
            )
        self.car.port.connect(plug)

    def ignition(self, state: str) -> None:
        """Switch the car. Raises SetError for off while it moves."""
        if state != "ON" and self.car.road.speed:
            raise SetError(Code.NOT_AVAILABLE_SPEED_HIGH, "the car is moving; stop first", "Vehicle.Speed")
        self.car.state = state
        if state != "ON":
            park(self.car)
