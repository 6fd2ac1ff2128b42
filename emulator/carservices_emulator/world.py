"""Everything there is: the car, its driver, the place, the weather, what is broken; signals and commands act on it."""

import dataclasses
import random
from datetime import datetime, timedelta
from typing import Any

from carservices.hal import HalError, SetError
from carservices.signals import Code
from carservices_emulator.drivers import (
    ConstantDriver,
    Driver,
    FollowDriver,
    ManualDriver,
    ParkedDriver,
    TripDriver,
    WltcDriver,
)
from carservices_emulator.drivers.base import park
from carservices_emulator.drivers.follow import Way
from carservices_emulator.drivers.route import Route, load_trip
from carservices_emulator.gnss.receiver import Receiver
from carservices_emulator.model.car import PARK, Car
from carservices_emulator.model.charging import Plug
from carservices_emulator.place import Place
from carservices_emulator.sensorfaults import SensorFaults
from carservices_emulator.surroundings import Person
from carservices_emulator.tomlfile import find
from carservices_emulator.weather import day

STORED: dict[str, bool | int | float | str] = {
    "Cabin.Infotainment.HMI.DayNightMode": "DAY",
    "Cabin.Infotainment.HMI.Brightness": 100.0,
    "Cabin.Infotainment.HMI.DistanceUnit": "KILOMETERS",
    "Cabin.Infotainment.HMI.SpeedUnit": "KILOMETERS_PER_HOUR",
    "Cabin.Infotainment.HMI.TemperatureUnit": "C",
    "Cabin.Infotainment.HMI.TirePressureUnit": "BAR",
    "Cabin.Infotainment.HMI.TimeFormat": "HR_24",
    "Cabin.Infotainment.Navigation.DestinationSet.Latitude": 0.0,
    "Cabin.Infotainment.Navigation.DestinationSet.Longitude": 0.0,
    "Cabin.Infotainment.Media.Volume": 35,
}
"""What the head unit stores in the car, with its value when new."""
SAFE_GAP = 0.9
"""s to the vehicle ahead below which the car warns (UN R152 urban scenarios: 0.8 s before braking)."""


class World:
    """State and what may happen to it; `Simulation` lets its time pass."""

    def __init__(self, car: Car, seed: int, epoch: datetime) -> None:
        self.car = car
        self.weather = car.weather
        self.epoch = epoch
        self.time = 0.0
        self.chance = random.Random(seed)
        self.place = Place()
        self.receiver = Receiver(seed, self.place, epoch)
        self.person = Person()
        self.sensors = SensorFaults(self.chance)
        self.broken: set[str] = set()
        """Names of the parts that are broken."""
        self.unheard: set[str] = set()
        """Names of the control units from which nothing comes on their bus."""
        self.stored: dict[str, Any] = dict(STORED)
        self._midnight: float | None = None
        """s of its time at which the day began, where the sky follows the hour."""
        self.time_to_complete = 0.0
        """s until the charge limit, as the car forecasts it."""
        self.driver: Driver = ParkedDriver(self.chance)

    @property
    def now(self) -> datetime:
        """The car's clock."""
        return self.epoch + timedelta(seconds=self.time)

    @property
    def hour(self) -> float | None:
        """Of the day, 0–24; None while sun and light stay as they were set."""
        return None if self._midnight is None else (self.time - self._midnight) / 3600.0 % 24.0

    def set_hour(self, hour: float | None) -> None:
        """It is this hour of a clear day, and the day goes on; None: the sky stays as it is."""
        self._midnight = None if hour is None else self.time - hour * 3600.0
        self.let_the_sun_move()

    def let_the_sun_move(self) -> None:
        """Sun and light as the hour has them."""
        if (hour := self.hour) is not None:
            self.weather.sun, self.weather.light = day(hour)

    @property
    def gap_too_short(self) -> bool:
        speed = self.car.road.speed
        return speed > 5.0 and self.person.gap_ahead < SAFE_GAP * speed

    def seat(self, name: str, *, trip: str = "neubrandenburg", loop: bool = True, speed: float = 14.0) -> None:
        """Change the driver: trip, wltc, constant (at ``speed`` m/s), manual or parked. Raises HalError."""
        match name:
            case "trip":
                route = Route(load_trip(find("trips", trip, ".json")))
                self.driver = TripDriver(self.chance, route, loop=loop)
                route.place(0.0, self.place)
                return
            case "wltc":
                self._hand_over(WltcDriver(self.chance))
            case "constant":
                self._hand_over(ConstantDriver(self.chance, speed))
            case "manual":
                self.take_over()
            case "parked":
                self._hand_over(ParkedDriver(self.chance))
            case _:
                raise HalError(f"there is no driver '{name[:40]}'; take trip, wltc, constant, manual or parked")

    def follow(self, way: Way) -> None:
        """Somebody drives this way, which begins where the car is; a charge that is under way goes on."""
        enough = self.driver.enough if isinstance(self.driver, FollowDriver) else None
        self.driver = FollowDriver(self.chance, way, self.car, enough)

    def take_over(self) -> ManualDriver:
        """A person takes the wheel, if nobody has yet."""
        if not isinstance(self.driver, ManualDriver):
            self._hand_over(manual := ManualDriver(self.chance))
            return manual
        return self.driver

    def _hand_over(self, driver: Driver) -> None:
        """One drives who knows no road: flat ground, and no turn ahead that was being indicated."""
        if isinstance(self.driver, TripDriver):
            self.car.body.lights.left = self.car.body.lights.right = False
        self.driver = driver
        self.place = dataclasses.replace(self.place, grade=0.0)

    def plug(self, plug: Plug) -> None:
        """Connect a cable. Raises SetError while the car is not parked."""
        if self.car.gear != PARK:
            raise SetError(
                Code.NOT_AVAILABLE_SAFETY,
                "the car is not in P; park first",
                "Vehicle.Powertrain.Transmission.CurrentGear",
            )
        self.car.port.connect(plug)
        self.broken.discard("plug-pulled")

    def ignition(self, state: str) -> None:
        """Switch the car. Raises SetError for off while it moves, and for on with a flat 12 V battery."""
        if state == "ON" and not self.car.startable:
            raise SetError(
                Code.NOT_AVAILABLE,
                "the 12 V battery is flat; renew it (`fault name=weak-12v on=false`)",
                "Vehicle.LowVoltageBattery.CurrentVoltage",
            )
        if state != "ON" and self.car.road.speed:
            raise SetError(Code.NOT_AVAILABLE_SPEED_HIGH, "the car is moving; stop first", "Vehicle.Speed")
        self.car.state = state
        if state != "ON":
            park(self.car)
