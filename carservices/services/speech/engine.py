"""What turns a sentence into sound: the interface of an engine, and which one the car uses."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Sound(NamedTuple):
    """One channel of 16 bit samples, little endian, ``rate`` a second."""

    samples: bytes
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / self.rate


class EngineError(Exception):
    """A sentence could not be spoken; one sentence says why."""


class NoEngine(Exception):
    """There is none on this machine; one sentence says what to do."""


class Engine(Protocol):
    """Runs outside of this process, so that neither its licence nor its crashes become the car's."""

    name: str
    voices: Mapping[str, str]
    """Language, two letters → the engine's name of a voice."""

    def locate(self) -> None:
        """Raises `NoEngine`."""

    async def speak(self, text: str, voice: str) -> Sound:
        """Raises `NoEngine` and `EngineError`; a cancelled one leaves nothing behind."""
