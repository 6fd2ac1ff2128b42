"""Commands to the emulated world: the verbs of scenarios, the panel and the HAL's control, one class each."""

import math
from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carservices.api.polyline import decode
from carservices.hal import HalError, SetError
from carservices.hal.check import settable
from carservices.signals import Datum, InvalidValue
from carservices.signals.check import check
from carservices_emulator.breakdowns import BREAKDOWNS, switch
from carservices_emulator.drivers.follow import way_from
from carservices_emulator.drivers.route import load_trip
from carservices_emulator.gnss.receiver import Quality
from carservices_emulator.model.body import SEATS
from carservices_emulator.model.charging import Plug
from carservices_emulator.sensorfaults import Broken, FailMode
from carservices_emulator.signals import CONFIGS, ENTRIES, put
from carservices_emulator.tomlfile import find
from carservices_emulator.world import World

Door = Literal["Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide", "trunk", "hood"]
LONGEST_WAY = 2_000_000
"""Characters of a polyline: a few thousand kilometres."""
Index = Annotated[int, Field(ge=0)]
Kilowatts = Annotated[float, Field(gt=0, le=1000)]
GEARS = {"P": 126, "R": -1, "N": 0, "D": 127}


class Command(BaseModel):
    """One verb with its arguments; ``run`` raises HalError (SetError when the car refuses)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    verb: ClassVar[str]

    def verify(self) -> None:
        """Raises HalError for what no car could do: a signal there is not, a value it cannot have, a missing file."""

    @abstractmethod
    def run(self, world: World) -> Any:
        """Do it; what comes back goes to the caller."""


class Set(Command):
    """Set an actuator as a client would."""

    verb: ClassVar[str] = "set"
    path: str
    value: bool | int | float | str

    def verify(self) -> None:
        settable(CONFIGS, self.path, self.value)

    def run(self, world: World) -> None:
        put(world, self.path, self.value)


class Inject(Command):
    """A signal shows ``value`` for ``seconds`` of simulated time (for ever without)."""

    verb: ClassVar[str] = "inject"
    path: str
    value: Datum
    seconds: float = Field(math.inf, gt=0)

    def verify(self) -> None:
        self._shown()

    def run(self, world: World) -> None:
        world.sensors.broken[self.path] = Broken(None, self._shown(), world.time + self.seconds)

    def _shown(self) -> Datum:
        try:
            return check(known(self.path), self.value)
        except InvalidValue as error:
            raise HalError(str(error)) from None


class Fail(Command):
    """A sensor fails in one of the modes, for ``seconds`` (for ever without)."""

    verb: ClassVar[str] = "fail"
    path: str
    mode: FailMode = FailMode.SILENT
    seconds: float = Field(math.inf, gt=0)

    def verify(self) -> None:
        known(self.path)

    def run(self, world: World) -> None:
        known(self.path)
        now = ENTRIES[self.path].read(world)
        world.sensors.broken[self.path] = Broken(self.mode, now, world.time + self.seconds)


class Clear(Command):
    """End an injection or a sensor fault; without ``path`` all of them."""

    verb: ClassVar[str] = "clear"
    path: str | None = None

    def run(self, world: World) -> None:
        world.sensors.clear(self.path)


class Fault(Command):
    """Break or repair a part."""

    verb: ClassVar[str] = "fault"
    name: Literal[tuple(BREAKDOWNS)]  # type: ignore[valid-type]
    on: bool = True

    def run(self, world: World) -> None:
        switch(world, self.name, on=self.on)


class Gear(Command):
    """Move the gear lever with the foot on the brake: P, R, N, D."""

    verb: ClassVar[str] = "gear"
    gear: Literal["P", "R", "N", "D"]

    def run(self, world: World) -> None:
        world.take_over()
        if not world.car.road.speed:
            world.car.pedals.brake = max(world.car.pedals.brake, 0.3)
        put(world, "Vehicle.Powertrain.Transmission.SelectedGear", GEARS[self.gear])


class Pedals(Command):
    """Take the wheel: pedals 0–1, steering wheel in degrees, left positive; what is left out stays."""

    verb: ClassVar[str] = "pedals"
    accelerator: float | None = Field(None, ge=0, le=1)
    brake: float | None = Field(None, ge=0, le=1)
    steering: float | None = Field(None, ge=-500, le=500)

    def run(self, world: World) -> None:
        world.take_over().set(self.accelerator, self.brake, self.steering)


class Drive(Command):
    """Who drives: trip (``trip``, ``loop``), wltc, constant (``speed`` km/h), manual, parked."""

    verb: ClassVar[str] = "driver"
    name: Literal["trip", "wltc", "constant", "manual", "parked"]
    trip: str = "neubrandenburg"
    loop: bool = True
    speed: float = Field(50.0, ge=0, le=200)

    def verify(self) -> None:
        if self.name == "trip":
            load_trip(find("trips", self.trip, ".json"))

    def run(self, world: World) -> None:
        world.seat(self.name, trip=self.trip, loop=self.loop, speed=self.speed / 3.6)


class DriveRoute(Command):
    """Follow a way: polyline with 6 decimals, limits (point, km/h), stops (point, s), charges (point, kW, % wanted)."""

    verb: ClassVar[str] = "drive_route"
    geometry: str = Field(max_length=LONGEST_WAY)
    limits: tuple[tuple[Index, Annotated[float, Field(ge=0, le=300)]], ...] = ()
    stops: tuple[tuple[Index, Annotated[float, Field(ge=0)]], ...] = ()
    charges: tuple[tuple[Index, Kilowatts, Annotated[float, Field(ge=0, le=100)]], ...] = ()
    unknown: float = Field(50.0, gt=0, le=300)

    def run(self, world: World) -> None:
        try:
            points = decode(self.geometry)
        except ValueError as error:
            raise HalError(f"drive_route: geometry: {error}; write it with six decimals") from None
        world.follow(way_from(world.place, points, self.limits, self.stops, self.charges, self.unknown))


class SetWeather(Command):
    """Change the weather; what is left out stays. From `hour` on a clear day passes, until `sun` or `light`."""

    verb: ClassVar[str] = "weather"
    hour: float | None = Field(None, ge=0, le=24)
    temperature: float | None = Field(None, ge=-40, le=55)
    humidity: float | None = Field(None, ge=0, le=100)
    sun: float | None = Field(None, ge=0, le=1200)
    rain: float | None = Field(None, ge=0, le=100)
    wind: float | None = Field(None, ge=-40, le=40)
    light: float | None = Field(None, ge=0, le=100)
    grip: float | None = Field(None, gt=0, le=1.2)

    def run(self, world: World) -> None:
        if self.hour is not None or self.sun is not None or self.light is not None:
            world.set_hour(self.hour)
        for name, value in self.model_dump(exclude_none=True, exclude={"hour"}).items():
            setattr(world.weather, name, value)


class Gnss(Command):
    """How good the satellite receiver is: exact, open (as under the open sky) or urban (between high houses)."""

    verb: ClassVar[str] = "gnss"
    quality: Quality

    def run(self, world: World) -> None:
        world.receiver.be(self.quality)


class Tunnel(Command):
    """No satellites from ``after`` m ahead on, for ``length`` m."""

    verb: ClassVar[str] = "tunnel"
    length: float = Field(500.0, gt=0, le=100_000)
    after: float = Field(0.0, ge=0, le=1_000_000)

    def run(self, world: World) -> None:
        world.receiver.enter_tunnel(self.after, self.length)


class OpenDoor(Command):
    """Open or close a door, the trunk or the hood by hand."""

    verb: ClassVar[str] = "door"
    door: Door
    open: bool = True

    def run(self, world: World) -> None:
        if self.door in SEATS:
            side = world.car.body.doors[self.door]
            side.locked = side.locked and not self.open  # the inner handle unlocks
            put(world, f"Vehicle.Cabin.Door.{self.door}.IsOpen", self.open)
        else:
            put(world, f"Vehicle.Body.{'Trunk.Rear' if self.door == 'trunk' else 'Hood'}.IsOpen", self.open)


class Occupy(Command):
    """Somebody sits down or gets up, belted or not."""

    verb: ClassVar[str] = "seat"
    seat: Literal["Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide"]
    occupied: bool = True
    belted: bool = True

    def run(self, world: World) -> None:
        seat = world.car.body.seats[self.seat]
        seat.occupied = self.occupied
        seat.belted = self.belted and self.occupied


class ConnectPlug(Command):
    """Plug a cable in: ``kind`` ac or dc, ``power_kw`` of the station."""

    verb: ClassVar[str] = "plug"
    kind: Literal["ac", "dc"]
    power_kw: Kilowatts = 11.0

    def run(self, world: World) -> None:
        world.plug(Plug(self.kind, self.power_kw * 1e3))


class Unplug(Command):
    """Stop charging, unlock and pull the cable."""

    verb: ClassVar[str] = "unplug"

    def run(self, world: World) -> None:
        world.car.port.disconnect()


class Ignition(Command):
    """Switch the car: LOCK, OFF, ACC, ON."""

    verb: ClassVar[str] = "ignition"
    state: Literal["LOCK", "OFF", "ACC", "ON"]

    def run(self, world: World) -> None:
        world.ignition(self.state)


COMMANDS: dict[str, type[Command]] = {
    command.verb: command
    for command in (
        *(Set, Inject, Fail, Clear, Fault, Gear, Pedals),
        *(Drive, DriveRoute, SetWeather, Gnss, Tunnel, OpenDoor, Occupy, ConnectPlug, Unplug, Ignition),
    )
}
"""Verb → command."""


def known(path: str) -> Any:
    """The config of a signal. Raises HalError."""
    entry = ENTRIES.get(path)
    if entry is None:
        raise HalError(f"{path[:200]} is not a signal of the emulator")
    return entry.config


def parse(verb: str, arguments: dict[str, Any]) -> Command:
    """A command from its verb and arguments. Raises HalError naming verb, argument and cure."""
    command = COMMANDS.get(verb)
    if command is None:
        raise HalError(f"there is no command '{verb[:40]}'; take one of {', '.join(COMMANDS)}")
    try:
        return command.model_validate(arguments)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        raise HalError(f"{verb}: {where}: {problem['msg']}; it takes {_usage(command)}") from None


def _usage(command: type[Command]) -> str:
    return (
        ", ".join(name if field.is_required() else f"[{name}]" for name, field in command.model_fields.items())
        or "nothing"
    )


__all__ = ["COMMANDS", "Command", "Drive", "SetError", "parse"]
