"""Audio: the car's only player; it goes from one piece to the next without a gap and has one owner at a time."""

from base64 import b64decode, b64encode
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer

from carservices.api.contract import Contract, Stream, call

MOST_SPOKEN = 500_000
"""Bytes of speech in one call: some 11 s; on the bus well below what may wait there for a slow reader."""


def _bytes(raw: Any) -> Any:
    return b64decode(raw, validate=True) if isinstance(raw, str) else raw


Pcm = Annotated[
    bytes,
    BeforeValidator(_bytes),
    Field(min_length=2, max_length=MOST_SPOKEN),
    PlainSerializer(lambda sound: b64encode(sound).decode(), when_used="json"),
]
"""Samples of one channel, 16 bit signed, little endian."""
Rate = Annotated[int, Field(ge=8000, le=48_000)]
"""Samples a second."""


class Over(StrEnum):
    """What becomes of the music while somebody speaks."""

    DUCK = "duck"
    """It goes on, softly."""
    PAUSE = "pause"
    """It waits and goes on where it was."""


class AudioState(BaseModel, frozen=True):
    """What plays. The position is ``position`` plus, while ``playing``, the time since ``at`` (monotonic ns)."""

    owner: str | None = None
    """Who has the audio focus: an app's id, or the bus name of a service."""
    source: str | None = None
    title: str | None = None
    """As a radio station says it; of files the owner knows more."""
    playing: bool = False
    buffering: bool = False
    """It waits: a stream delivers too slowly, or somebody speaks in its place."""
    position: float = 0.0
    """s into the piece."""
    at: int = 0
    duration: float | None = None
    """s; None for what has no end, such as radio."""
    queued: str | None = None
    """The source that follows without a gap."""
    volume: float = 0.5
    """0–1."""
    ended: int = 0
    """Counts pieces that played to their end, so that an owner notices also short ones."""
    error: str | None = None
    """Why the last piece could not be played, as one sentence."""
    speaking: bool = False
    spoken: int = 0
    """The number of the last piece of speech that has ended."""
    output: str | None = None
    """The sound system in use; None: this machine has none, time runs and nothing sounds."""


class Audio(Contract):
    """Plays music and radio, and speech over them.

    A source is ``music:FOLDER/FILE`` below the person's music folder, or an http(s) URL. Formats: MP3, FLAC, Ogg
    Vorbis and WAV. INVALID_ARGUMENT for a source that is neither, NOT_FOUND for a file that is not there,
    PERMISSION_DENIED for whoever does not have the focus.
    """

    name = "audio"
    state = Stream(AudioState)

    @call
    async def play(self, owner: str, source: str, position: Annotated[float, Field(ge=0)] = 0.0) -> None:
        """Take the audio focus and play from ``position`` (s); whoever played before is stopped."""
        raise NotImplementedError

    @call
    async def enqueue(self, owner: str, source: str | None) -> None:
        """What follows the current piece without a gap; None: nothing."""
        raise NotImplementedError

    @call
    async def pause(self, owner: str) -> None:
        """Stay where it is."""
        raise NotImplementedError

    @call
    async def resume(self, owner: str) -> None:
        """Go on."""
        raise NotImplementedError

    @call
    async def seek(self, owner: str, position: float) -> None:
        """Go to ``position`` (s) of the piece; INVALID_ARGUMENT for what has no end."""
        raise NotImplementedError

    @call
    async def release(self, owner: str) -> None:
        """Give the focus back."""
        raise NotImplementedError

    @call
    async def speak(self, sound: Pcm, rate: Rate, over: Over = Over.DUCK, goes_on: int | None = None) -> int:
        """Speech over whatever plays, at once and in place of what was spoken; the number of the piece.

        With ``goes_on``, the number of the piece under way, it is the rest of that one, and nothing if that has ended.
        Who plays keeps the focus. The music comes back when nothing more has been spoken for a breath.
        """
        raise NotImplementedError

    @call
    async def hush(self) -> None:
        """End what is spoken."""
        raise NotImplementedError

    @call
    async def set_volume(self, volume: Annotated[float, Field(ge=0, le=1)]) -> None:
        """For everything that sounds, and in the car's signal for it; kept over a restart."""
        raise NotImplementedError
