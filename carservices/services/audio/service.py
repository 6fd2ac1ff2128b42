"""The audio service: who has the focus, and what the player does for them."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from carservices.api.audio import Audio, AudioState, Over
from carservices.api.state import StateFile
from carservices.bus import CallError
from carservices.services.audio.carvolume import CarVolume
from carservices.services.audio.output import Output, best_output
from carservices.services.audio.player import Player
from carservices.services.audio.sources import SourceError, check

MUSIC_FOLDER = Path.home() / "Music"
"""Of the person, as the desktop specification names it (XDG user directories)."""

DEFAULT_VOLUME = 0.5
FADE_SECONDS = 0.2
"""The output still runs for so long after a pause, or it would click."""


class AudioService(Audio):
    """One player, one owner; one volume, also for the car's signal (`CarVolume`), that outlives a restart."""

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        music: Path = MUSIC_FOLDER,
        output: Callable[[], Output] = best_output,
    ) -> None:
        self._file = StateFile("audio", "volume.json", state_dir)
        self._music = music
        self._output = output
        self._keeping = asyncio.Lock()
        self._kept: float | None
        """The volume on the disk; None: nobody has chosen one yet."""
        self._owner: str | None = None
        self._player: Player
        self._car_volume: CarVolume
        self._loop: asyncio.AbstractEventLoop

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._player = Player(self._output(), self._music, self._changed)
        self._kept = self._kept_volume()
        self._player.volume = DEFAULT_VOLUME if self._kept is None else self._kept
        self._car_volume = CarVolume(
            self.car, lambda: self._player.volume, self._on_turned, chosen=self._kept is not None
        )
        self.car.on_connection(lambda connected: self._publish() if connected else None)
        self._publish()
        await self._car_volume.start()

    async def stop(self) -> None:
        self._car_volume.stop()
        await asyncio.to_thread(self._player.close)

    async def play(self, owner: str, source: str, position: float = 0.0) -> None:
        self._check(source)
        self._owner = owner
        self._player.load(source, position)
        self._publish()

    async def enqueue(self, owner: str, source: str | None) -> None:
        self._check_owner(owner)
        if source is not None:
            self._check(source)
        self._player.enqueue(source)
        self._publish()

    async def pause(self, owner: str) -> None:
        self._check_owner(owner)
        self._player.playing = False
        self._publish()

    async def resume(self, owner: str) -> None:
        self._check_owner(owner)
        self._player.playing = self._player.deck is not None
        self._publish()

    async def seek(self, owner: str, position: float) -> None:
        self._check_owner(owner)
        deck = self._player.deck
        if deck is None or deck.duration is None:
            raise CallError("INVALID_ARGUMENT", "nothing plays that has a length: only files can be searched through")
        playing, queued = self._player.playing, self._player.queued
        self._player.load(deck.source, min(max(0.0, position), deck.duration))
        self._player.enqueue(queued)
        self._player.playing = playing
        self._publish()

    async def release(self, owner: str) -> None:
        self._check_owner(owner)
        self._owner = None
        self._player.unload()
        self._publish()

    async def speak(self, sound: bytes, rate: int, over: Over = Over.DUCK, goes_on: int | None = None) -> int:
        number = self._player.speak(sound, rate, pause=over is Over.PAUSE, goes_on=goes_on)
        self._publish()
        return number

    async def hush(self) -> None:
        self._player.hush()
        self._publish()

    async def set_volume(self, volume: float) -> None:
        self._player.volume = volume
        self._publish()
        self._car_volume.tell()
        await self._keep()

    def _on_turned(self, volume: float) -> None:
        self._player.volume = volume
        self._publish()
        self.car.spawn(self._keep())

    async def _keep(self) -> None:
        async with self._keeping:
            if self._kept != (newest := self._player.volume):
                await asyncio.to_thread(self._file.write, str(newest))
                self._kept = newest

    def _check(self, source: str) -> None:
        try:
            check(source, self._music)
        except SourceError as error:
            raise CallError(error.code, str(error)) from None

    def _check_owner(self, owner: str) -> None:
        if owner != self._owner:
            raise CallError("PERMISSION_DENIED", f"{owner} does not have the audio focus: `play` takes it")

    def _kept_volume(self) -> float | None:
        try:
            return min(1.0, max(0.0, float(self._file.read() or "")))
        except ValueError:
            return None

    def _changed(self) -> None:
        """From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._publish)

    def _publish(self) -> None:
        player, deck = self._player, self._player.deck
        if player.active:
            player.settle()
        else:
            self._loop.call_later(FADE_SECONDS, player.settle)
        self.state.publish(
            AudioState(
                owner=self._owner,
                source=deck.source if deck else None,
                title=deck.title if deck else None,
                playing=player.playing,
                buffering=player.waits,
                position=deck.position if deck else 0.0,
                at=time.monotonic_ns(),
                duration=deck.duration if deck else None,
                queued=player.queued,
                volume=player.volume,
                ended=player.ended,
                error=player.error,
                speaking=player.speech.speaking,
                spoken=player.speech.spoken,
                output=player.output.name,
            )
        )
