"""The emulated world without any clock of its own: step it, read its signals, set its actuators."""

from datetime import UTC, datetime
from typing import Any

from carservices.hal import HalError
from carservices.signals import Datum, Status
from carservices_emulator.commands import Command
from carservices_emulator.diagnostics import Diagnostics
from carservices_emulator.model.car import Car
from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.scenario import Event, Scenario, load_scenario
from carservices_emulator.signals import ENTRIES, observe, put
from carservices_emulator.world import World

STEP = 0.05
"""s of one step of the physics."""
FORECAST = 10.0
"""s between two forecasts of the end of a charge, and two looks at the sun."""
EPOCH = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
"""The default first moment."""


class Simulation:
    """One car in one scenario; the same seed gives the same world, step for step.

    ``profile`` and ``scenario`` are names of shipped files, paths of TOML files, or the objects themselves;
    ``mass`` (kg) replaces the profile's mass in running order. Raises HalError for a file that cannot be used.
    """

    world: World
    diagnostics: Diagnostics

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
        self.story = scenario if isinstance(scenario, str) else scenario.name
        """What was asked for: a shipped name, a path, or the name of the object."""
        self.seed = seed
        self.epoch = epoch
        self._mass = mass
        self.reset()

    def reset(self) -> None:
        """Back to the scenario's first moment."""
        start = self.scenario.start
        weather = self.scenario.weather.weather()
        car = Car(
            self.profile,
            weather,
            mass=self._mass,
            charge=start.charge / 100.0,
            battery_temperature=start.battery_temperature,
            odometer=start.odometer * 1e3,
        )
        self.world = World(car, self.seed, self.epoch)
        self.world.set_hour(start.hour)
        self.diagnostics = Diagnostics(self.world)
        self.refusals: list[str] = []
        """What the car refused to the scenario, one sentence each."""
        self._events = list(self.scenario.at)
        self._until_forecast = 0.0
        self.do(self.scenario.driver)

    def __getstate__(self) -> dict[str, Any]:
        """All but the control units, whose memory has a file of its own and the rest of which the world gives them."""
        return {name: value for name, value in vars(self).items() if name != "diagnostics"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.diagnostics = Diagnostics(self.world)

    @property
    def car(self) -> Car:
        return self.world.car

    @property
    def time(self) -> float:
        """s since the first moment."""
        return self.world.time

    def step(self, dt: float = STEP) -> None:
        """Advance by ``dt`` s, at most 0.1 s: scenario, driver, car, place."""
        world = self.world
        while self._events and self._events[0].time <= world.time:
            self._play(self._events.pop(0))
        car, driver = world.car, world.driver
        pedals = driver.drive(car, dt)
        distance = car.step(dt, pedals, world.now)
        driver.moved(car, world.place, distance, dt)
        car.grade, car.altitude = world.place.grade, world.place.altitude
        world.time += dt
        world.receiver.step(dt, world.place, car.road.speed, world.now)
        self.diagnostics.step(dt)
        self._until_forecast -= dt
        if self._until_forecast <= 0.0:
            self._until_forecast = FORECAST
            world.let_the_sun_move()
            left = car.port.time_left(car.battery, car.auxiliary) if car.port.charging else 0.0
            world.time_to_complete = left // 60.0 * 60.0

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
        return command.run(self.world)

    def observe(self, path: str) -> tuple[Datum | None, Status]:
        """What the signal's sensor shows, broken or not."""
        return observe(self.world, path)

    def signals(self) -> dict[str, Datum]:
        """Every signal that has a value now."""
        seen = ((path, *self.observe(path)) for path in ENTRIES)
        return {path: value for path, value, status in seen if status is Status.AVAILABLE and value is not None}

    def set(self, path: str, value: Datum) -> None:
        """Set an actuator. Raises `SetError` with code, reason and the blocking signal."""
        put(self.world, path, value)

    def _play(self, event: Event) -> None:
        """Run one line of the scenario; a car that refuses does not end the story."""
        try:
            self.do(event.command())
        except HalError as error:
            self.refusals.append(f"{event.time:g} s: {event.do}: {error}")
