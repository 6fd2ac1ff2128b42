"""Sound for apps: `self.audio` plays music and radio through the car's only player, which one app has at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from carservices.app.car import Car, Watch

SERVICE: Final = "audio"
TOPIC: Final = "audio.state"
NS: Final = 1e9


@dataclass(frozen=True, slots=True)
class Sound:
    """What the player does: the fields of `carservices.api.audio.AudioState` that apps need.

    A plain class, because pydantic would cost a music app a quarter of the time until its first screen.
    """

    owner: str | None = None
    source: str | None = None
    title: str | None = None
    """As a radio station says it."""
    playing: bool = False
    buffering: bool = False
    position: float = 0.0
    """s into the piece at the time ``at`` (monotonic ns); `Audio.position` tells where it is by now."""
    at: int = 0
    duration: float | None = None
    """s; None for radio."""
    queued: str | None = None
    ended: int = 0
    """Counts pieces that played to their end."""
    error: str | None = None


NAMES: Final = frozenset(field.name for field in fields(Sound))


class Audio:
    """Needs the scopes ``read:audio.state`` and ``call:audio.…`` of what it uses.

    A source is ``music:FOLDER/FILE`` of the person's music folder (``files:music``) or the address of a stream whose
    host the manifest names. The calls raise PermissionMissing, also for what only the app that has the audio may do,
    and CallError NOT_FOUND and INVALID_ARGUMENT for sources that are none.
    """

    def __init__(self, car: Car, app: Callable[[], str]) -> None:
        self._car = car
        self._app = app

    @property
    def state(self) -> Sound:
        """What plays now, whoever plays it; a view that reads it is made again when it changes."""
        return _sound(self._car.raw_state(TOPIC))

    @property
    def mine(self) -> bool:
        """Whether this app has the audio: `play` takes it, and the next app that plays takes it away."""
        return self.owns(self.state)

    def owns(self, sound: Sound) -> bool:
        """Whether this app had the audio at that time."""
        return sound.owner is not None and sound.owner == self._app()

    def position(self, sound: Sound) -> float:
        """s into the piece by now."""
        if not sound.playing or sound.buffering:
            return sound.position
        return sound.position + max(0.0, asyncio.get_running_loop().time() - sound.at / NS)

    async def watch(self, on_change: Callable[[Sound], object]) -> Watch:
        """Call back with what plays, at once and at each change."""
        return await self._car.watch_topic(TOPIC, lambda raw: on_change(_sound(raw)))

    async def play(self, source: str, position: float = 0.0) -> None:
        """Take the audio and play from ``position`` (s)."""
        await self._car.call(SERVICE, "play", {"source": source, "position": position})

    async def enqueue(self, source: str | None) -> None:
        """What follows without a gap; None: nothing."""
        await self._car.call(SERVICE, "enqueue", {"source": source})

    async def pause(self) -> None:
        """Stay where it is."""
        await self._car.call(SERVICE, "pause")

    async def resume(self) -> None:
        """Go on."""
        await self._car.call(SERVICE, "resume")

    async def seek(self, position: float) -> None:
        """Go to ``position`` (s) of a file."""
        await self._car.call(SERVICE, "seek", {"position": position})

    async def release(self) -> None:
        """Give the audio back; the sound ends."""
        await self._car.call(SERVICE, "release")


def _sound(raw: Any) -> Sound:
    return Sound(**{name: value for name, value in (raw or {}).items() if name in NAMES})
