"""Notifications: what the car and its services have to say, in order of importance, in the driver's language."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from carservices.api.contract import Contract, Stream, call

TYRE_LOW = 200.0
"""kPa below which a tyre is low even if the car does not say so.

UN R141 5.3 asks for a warning 20 % under the pressure recommended for the car. No signal tells that one; 200 kPa is
20 % under the common 250 kPa.
"""


class Priority(StrEnum):
    """How much it matters, most first."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most important."""
        return list(Priority).index(self)


class Topic(StrEnum):
    """What it is about; a screen chooses the icon by it."""

    BATTERY = "battery"
    BRAKES = "brakes"
    CHARGING = "charging"
    DOORS = "doors"
    DRIVER = "driver"
    LIGHTS = "lights"
    SAFETY = "safety"
    SERVICE = "service"
    SYSTEM = "system"
    TYRES = "tyres"
    WEATHER = "weather"


class Quantity(BaseModel, frozen=True):
    """A value with its unit, so that a screen can say it in the driver's units."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value:g} {'%' if self.unit == 'percent' else self.unit}"


class Message(BaseModel, frozen=True):
    """What is said; ``{name}`` stands for a parameter."""

    title: str
    text: str = ""


Parameter = str | Quantity | dict[str, str]
"""A plain text, a quantity, or a word by language."""


T = TypeVar("T", str, Message)


def _with_english(texts: dict[str, T]) -> dict[str, T]:
    """English stands in for every language that is not there."""
    if "en" not in texts:
        raise ValueError("texts need at least the language 'en'")
    return texts


class NoticeAction(BaseModel, frozen=True):
    """A button of a notification; ``titles`` by language, English is required. Who posted it is told of a tap."""

    id: int
    titles: Annotated[dict[str, str], AfterValidator(_with_english)]
    parked_only: bool = False

    def title(self, language: str = "en") -> str:
        """In a language, English when it is not there."""
        return self.titles.get(language, self.titles["en"])


class Notice(BaseModel):
    """What a service posts. ``id`` is its own choice and stays the same for an update; English is required."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=80)
    priority: Priority = Priority.NORMAL
    topic: Topic = Topic.SYSTEM
    texts: Annotated[dict[str, Message], AfterValidator(_with_english)]
    parameters: dict[str, Parameter] = {}
    actions: tuple[NoticeAction, ...] = Field((), max_length=2)
    about: str = Field("", max_length=80)
    """The thing it is about, by the name that its poster gives it: a touch opens that thing, where a screen has it."""

    def say(self, language: str = "en", quantity: Callable[[Quantity], str] = str) -> Message:
        """The message in a language, English when it is not there; ``quantity`` writes values in the driver's units."""
        message = self.texts.get(language, self.texts["en"])
        words = {name: _word(value, language, quantity) for name, value in self.parameters.items()}
        return Message(title=_fill(message.title, words), text=_fill(message.text, words))


class Notification(Notice):
    """A notification in force. ``key`` names the rule (empty when a service posted it), ``since`` is Unix time in s."""

    key: str = ""
    poster: str = ""
    """The service that posted it; its buttons call that one's ``acted(notification, action)``."""
    since: float


class Board(BaseModel, frozen=True):
    """All that is in force and neither dismissed nor snoozed: most important first, then newest first.

    ``driving``: the car is not known to be parked, so show only `current`.
    """

    notifications: tuple[Notification, ...] = ()
    driving: bool = True


class Current(BaseModel, frozen=True):
    """The one to show now, None when there is nothing to interrupt the driver for."""

    notification: Notification | None = None


class Notifications(Contract):
    """What the driver should know, one at a time while driving."""

    name = "notifications"
    active = Stream(Board)
    current = Stream(Current)

    @call
    async def post(self, notice: Notice) -> None:
        """Say something, or update it. Kept until retracted; post again after the service was away."""
        raise NotImplementedError

    @call
    async def retract(self, notification: str) -> None:
        """Take back what was posted. NOT_FOUND when it was not posted."""
        raise NotImplementedError

    @call
    async def dismiss(self, notification: str) -> None:
        """Hide until the cause has gone and comes again. NOT_FOUND when it is not in force."""
        raise NotImplementedError

    @call
    async def act(self, notification: str, action: int) -> None:
        """The person has tapped a button: who posted it deals with that.

        NOT_FOUND when it is not in force or has no such button, PERMISSION_DENIED for one that waits until the car is
        parked, UNAVAILABLE when who posted it is away.
        """
        raise NotImplementedError

    @call
    async def snooze(self, notification: str, minutes: float = 10.0) -> None:
        """Hide for some minutes (up to a day). NOT_FOUND when it is not in force."""
        raise NotImplementedError


def _word(value: Parameter, language: str, quantity: Callable[[Quantity], str]) -> str:
    if isinstance(value, Quantity):
        return quantity(value)
    if isinstance(value, dict):
        return value.get(language) or value.get("en", "")
    return value


def _fill(text: str, words: dict[str, str]) -> str:
    """Replace ``{name}``; plain replacement, as texts may come from anybody and `str.format` reaches attributes."""
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text
