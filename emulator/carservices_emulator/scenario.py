"""Scenarios: how the car starts, the weather, who drives, and what happens when; TOML, of the package or the user's."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from carservices.hal import HalError
from carservices_emulator.commands import Command, Drive, parse
from carservices_emulator.tomlfile import find, load
from carservices_emulator.weather import Weather

SPEAKING = frozenset({"path", "name", "mode", "door", "gear", "kind", "state", "quality", "seat"})
"""Arguments whose value needs no name."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Start(Part):
    """The car at the first moment: percent, °C, km; from ``hour`` on the day goes on, with its sun and light."""

    charge: float = Field(80.0, ge=0, le=100)
    battery_temperature: float | None = Field(None, ge=-40, le=60)
    odometer: float = Field(12_345.0, ge=0)
    hour: float | None = Field(None, ge=0, le=24)


class Surroundings(Part):
    """Fields of `Weather`."""

    temperature: float = Field(20.0, ge=-40, le=55)
    humidity: float = Field(55.0, ge=0, le=100)
    sun: float = Field(250.0, ge=0, le=1200)
    rain: float = Field(0.0, ge=0, le=100)
    wind: float = Field(0.0, ge=-40, le=40)
    light: float = Field(80.0, ge=0, le=100)
    grip: float = Field(0.9, gt=0, le=1.2)

    def weather(self) -> Weather:
        return Weather(**self.model_dump())


class Event(Part):
    """At ``time`` s ``do`` a verb; the other keys are its arguments (the verbs of the HAL's control)."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    time: float = Field(ge=0)
    do: str

    @model_validator(mode="after")
    def _known(self) -> "Event":
        try:
            self.command().verify()
        except HalError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def words(self) -> str:
        """What it does in one line: ``set Chassis.ParkingBrake.IsEngaged = True``, ``plug dc, power_kw 150``."""
        given = {name: str(value).removeprefix("Vehicle.") for name, value in (self.model_extra or {}).items()}
        if self.do == "set":
            return f"set {given.get('path')} = {given.get('value')}"
        return f"{self.do} {', '.join(_part(name, value) for name, value in given.items())}".strip()

    def command(self) -> Command:
        """The command to run."""
        arguments: dict[str, Any] = self.model_extra or {}
        return parse(self.do, arguments)


def _part(name: str, value: str) -> str:
    """One argument: some say what they are by their value alone."""
    return value if name in SPEAKING else f"{value} s" if name == "seconds" else f"{name} {value}"


class Story(Part):
    """What a scenario is called, and what it tells in a sentence or two."""

    name: str
    description: str = ""


class Scenario(Story):
    """One scenario; ``texts`` by language code, for those who do not read English."""

    texts: dict[str, Story] = {}
    start: Start = Start()
    weather: Surroundings = Surroundings()
    driver: Drive = Drive(name="parked")
    at: tuple[Event, ...] = ()

    @field_validator("at")
    @classmethod
    def _in_order(cls, events: tuple[Event, ...]) -> tuple[Event, ...]:
        return tuple(sorted(events, key=lambda event: event.time))


def load_scenario(name: str) -> Scenario:
    """A shipped scenario by name, or a user's own by the path of its TOML file. Raises HalError."""
    return load(find("scenarios", name), Scenario)
