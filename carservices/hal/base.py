"""The HAL plugin API: connect one source of signals, say what it offers, stream its values, take commands."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from carservices.signals import Code, Datum, SignalConfig, Value


class HalError(Exception):
    """The source cannot be used; the message names the cause and the cure."""


class SetError(HalError):
    """A set was refused.

    ``code`` says why in VHAL's words, ``reason`` in a sentence, ``blocking`` names the signal that stands in the way.
    """

    def __init__(self, code: Code, reason: str, blocking: str | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.blocking = blocking


class Options(BaseModel):
    """What the configuration may say to a HAL; subclass it, one field an option."""

    model_config = ConfigDict(extra="forbid", frozen=True)


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(slots=True)
class Health:
    """How the source is doing: ``ok``, one sentence, and figures for `carservices ps`."""

    ok: bool = True
    message: str = ""
    figures: dict[str, float] = field(default_factory=dict)


class Hal(ABC, Generic[OptionsT]):
    """One source of signals: a CAN bus, an emulator, a recorded drive, another broker.

    A HAL never sees clients: the hub checks permissions, filters by rate and resolution, converts units and keeps the
    last values. Timestamps are monotonic nanoseconds taken at the source (`time.monotonic_ns`) and increase strictly
    per signal. `carservices.hal.VirtualHal` is the smallest whole example; docs/hal.md is the guide.
    """

    Options: ClassVar[type[Options]] = Options
    keep_in: Path | None = None
    """A folder for what the next process goes on with when this one is killed; it is gone with the car. None outside
    of a car."""

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    @abstractmethod
    async def open(self) -> Sequence[SignalConfig]:
        """Connect and say what exists. Raises `HalError` when the source cannot be reached.

        May be cancelled at any moment, and called again after `close`.
        """

    @abstractmethod
    def events(self) -> AsyncIterator[Sequence[Value]]:
        """Yield batches of values until closed; the first batches carry every signal that has a value.

        A batch holds a path once. An on-change signal speaks when its value or status changes, a continuous one at
        its subscribed rate. A signal that cannot be read speaks once, with status UNAVAILABLE or ERROR and no value.
        """

    async def set(self, path: str, value: Datum) -> None:
        """Send a command. Returning means sent, the event that echoes the value confirms it, even an unchanged one.

        Raises `SetError` to refuse, above all an unknown or read-only signal and a value out of range:
        `carservices.hal.settable` is that check.
        """
        raise SetError(Code.ACCESS_DENIED, f"{type(self).__name__} takes no commands")

    async def subscribe(self, path: str, rate: float) -> None:
        """The highest rate in Hz anybody wants of a continuous signal; 0 when nobody does."""

    async def health(self) -> Health:
        """How the source is doing."""
        return Health()

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        """A command to the source itself, outside the car's signals: seek a recording, break a sensor.

        Only who is granted the verb may send it. ``status`` and ``ecus`` only look, so they are not audited.
        ``fail {path}`` and ``clear {path}``, where a HAL has them, let the conformance kit break a signal. ``ecus``
        and ``diagnose {to, data, timeout}``, where a HAL has them, reach the control units behind it: see
        `carservices.api.diagnostics`. Raises `HalError` for a verb it does not know.
        """
        raise HalError(f"{type(self).__name__} knows no verb '{verb}'")

    async def close(self) -> None:
        """Leave no task, thread or socket behind; `events` ends."""
