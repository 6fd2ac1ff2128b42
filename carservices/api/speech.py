"""Speech: the car's voice, which says one thing at a time, the most urgent first, and its ear."""

from enum import IntEnum
from typing import Annotated

from pydantic import BaseModel, Field

from carservices.api.contract import Contract, Stream, call

LONGEST = 20_000
"""Characters that can be said in one call: some twenty minutes."""
MOST_OF_OWNER, MOST = 4, 16
"""Texts that may wait, of one owner and in all."""

LONGEST_HEARD = 200
"""Characters of what the driver says at a time."""

Owner = Annotated[str, Field(min_length=1, max_length=200)]
"""Who speaks: an app's id, or the bus name of a service."""


class Priority(IntEnum):
    """What is higher interrupts; the sentence that was interrupted is begun again afterwards."""

    READING = 0
    """A text read aloud. The music waits; one owner reads at a time, the newest."""
    ALERT = 1
    GUIDANCE = 2


class Utterance(BaseModel, frozen=True):
    """A text that is spoken or waits; not its words, which are between its owner and the person."""

    number: int
    """As `Speech.say` returned it."""
    owner: str
    priority: Priority
    language: str
    sentence: int
    """Which one is spoken, or will be first, from 0."""
    sentences: int


class SpeechState(BaseModel, frozen=True):
    """Who speaks, and who waits in which order."""

    speaking: Utterance | None = None
    waiting: tuple[Utterance, ...] = ()
    engine: str | None = None
    """What makes the sound; None: nothing can be spoken."""
    cure: str = ""
    """Without an engine: what to do, one sentence."""
    listener: str | None = None
    """Who listens to the driver now."""
    understands: tuple[str, ...] = ()
    """Languages in which the driver's voice is understood; in all others only what somebody types in his place."""
    problem: str | None = None
    """Why the last text was not said to its end, one sentence; until the next text."""


class Speech(Contract):
    """Says texts in English, German and French through the audio service, over the music, and listens."""

    name = "speech"
    state = Stream(SpeechState)

    @call
    async def say(
        self,
        owner: Owner,
        text: Annotated[str, Field(max_length=LONGEST)],
        language: str,
        priority: Priority = Priority.READING,
        sentence: Annotated[int, Field(ge=0)] = 0,
    ) -> int:
        """Say it, from this sentence on, when its turn comes; its number.

        INVALID_ARGUMENT: nothing in it can be said, or not in this language. UNAVAILABLE: too much waits already, or
        the car has no voice; the message says what to do.
        """
        raise NotImplementedError

    @call
    async def hush(self, owner: Owner) -> None:
        """Nothing more of this owner, at once."""
        raise NotImplementedError

    @call
    async def listen(self, owner: Owner, language: str, seconds: Annotated[float, Field(ge=1, le=8)] = 8.0) -> str:
        """What the driver says next; empty when that was nothing. Readings wait meanwhile.

        UNAVAILABLE: somebody else listens already.
        """
        raise NotImplementedError

    @call
    async def tell(self, text: Annotated[str, Field(min_length=1, max_length=LONGEST_HEARD)]) -> str:
        """The driver says this, to whoever listens now, who is returned; for the emulator's panel and developers.

        UNAVAILABLE: nobody listens.
        """
        raise NotImplementedError
