"""Plays a queue through the car's player: what follows is handed over before it is needed, so that there is no gap."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from carservices.app import Audio, CarError, Context, HttpError, Image, ImageError, MediaState, Sound, Track
from music import m3u, tags
from music.library import Song
from music.queue import REPEATS, Queue

KEPT = 500
"""Songs of the queue that are remembered over a restart."""
BACK_TO_START = 3.0
"""s into a song after which "previous" begins it again (as every player does)."""
PATIENCE = 5
"""Songs one after the other that cannot be played, or tries at a station, until it gives up."""
AGAIN_SECONDS = 2.0
"""Until a station that has fallen silent is tried again; each time so much later."""


class Surroundings(Protocol):
    """What the player uses of its app."""

    @property
    def audio(self) -> Audio: ...
    @property
    def context(self) -> Context: ...
    @property
    def http(self) -> Any: ...
    def play(self, state: MediaState | None) -> None: ...
    def spawn(self, work: Any) -> Any: ...
    async def image_of(self, data: bytes) -> Image: ...


class Player:
    """``keep`` gets what is to be remembered."""

    def __init__(self, app: Surroundings, music: Path | None, keep: Callable[[dict[str, Any]], None]) -> None:
        self.queue = Queue()
        self._app = app
        self._music = music
        self._keep = keep
        self._sound = Sound()
        self._loaded = False
        self._loading = False
        self._handed: str | None = None
        self._ended = 0
        self._failed = 0
        self._tries = 0
        self._error = ""
        self._position = 0.0
        self._tuned: dict[str, str] = {}
        """Address of a list of a station's streams → that of the stream."""
        self._coming: asyncio.Task[None] | None = None
        """A station that is looked for, or tried again later."""
        self._art: tuple[str, Image | None] = ("", None)

    # -- what the person does ----------------------------------------------------------------------------------------

    @property
    def mine(self) -> bool:
        """Whether this app has the audio, with something loaded."""
        return self._loaded and self._app.audio.owns(self._sound)

    @property
    def position(self) -> float:
        """s into the song."""
        return self._app.audio.position(self._sound) if self.mine and self._sound.source else self._position

    async def begin(self, songs: Sequence[Song], first: int = 0, *, shuffle: bool | None = None) -> None:
        """Play these from now on."""
        shuffle = self.queue.shuffle if shuffle is None else shuffle
        self.queue = Queue(songs, first, shuffle=shuffle, repeat=self.queue.repeat)
        self._failed = self._tries = 0
        await self._load()

    async def resume(self) -> None:
        self._failed = self._tries = 0
        if self.mine and self._sound.source == self._source:
            await self._ask(self._app.audio.resume())
        else:
            await self._load(self._position)

    async def pause(self) -> None:
        """Another app may have taken the audio just now: then it is silent already."""
        begun, self._position = self.mine or self._loading, self.position
        self._give_up()
        if begun:
            await self._ask(self._app.audio.pause())
        self.say()
        self.remember()

    async def next(self) -> None:
        if self.queue.skip():
            await self._load()

    async def previous(self) -> None:
        if self.position <= BACK_TO_START:
            self.queue.back()
        await self._load()

    async def seek(self, position: float) -> None:
        if self.mine:
            await self._ask(self._app.audio.seek(position))

    async def shuffle(self) -> None:
        self.queue.set_shuffle(not self.queue.shuffle)
        await self._order_changed()

    async def repeat(self) -> None:
        self.queue.next_repeat()
        await self._order_changed()

    async def _order_changed(self) -> None:
        if self.mine:
            await self._hand_over()
        self.say()
        self.remember()

    # -- what it remembers -------------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Where it is, for the next start."""
        songs = self.queue.songs
        first = min(max(0, self.queue.index - KEPT // 2), max(0, len(songs) - KEPT))
        self._keep(
            {
                "sources": [song.source for song in songs[first : first + KEPT]],
                "current": self.queue.current.source if self.queue.current else None,
                "position": round(self.position, 1),
                "shuffle": self.queue.shuffle,
                "repeat": self.queue.repeat,
            }
        )

    def restore(self, songs: Sequence[Song], kept: dict[str, Any]) -> None:
        """Be where it was, silent; ``songs`` are those of ``sources`` that are still there."""
        sources = [song.source for song in songs]
        there = kept["current"] in sources
        repeat = next((one for one in REPEATS if one == kept["repeat"]), REPEATS[0])
        first = sources.index(kept["current"]) if there else 0
        self.queue = Queue(songs, first, shuffle=bool(kept["shuffle"]), repeat=repeat)
        self._position = float(kept["position"]) if there else 0.0
        self._show_art()
        self.say()

    # -- the car's player --------------------------------------------------------------------------------------------

    @property
    def _source(self) -> str | None:
        song = self.queue.current
        return self._tuned.get(song.source, song.source) if song else None

    async def _load(self, position: float = 0.0) -> None:
        song = self.queue.current
        if song is None:
            return
        self._give_up()
        self._error, self._handed, self._position = "", None, position
        self._ended = self._sound.ended
        self._loaded = self._loading = True
        self._show_art()
        if song.path is None and m3u.is_list(song.source):
            self._coming = self._app.spawn(self._tune_in(song.source))
            self.say()
        else:
            await self._begin(song.source, position if song.path else 0.0)

    async def _tune_in(self, address: str) -> None:
        found = await self._ask(self._tune(address))
        self._coming = None
        if found:
            await self._begin(self._tuned[address], 0.0)
        else:
            self._not_begun()

    async def _begin(self, source: str, position: float) -> None:
        if not await self._ask(self._app.audio.play(source, position)):
            self._not_begun()
            return
        self._loading = False
        await self._hand_over()
        self.hear(self._sound)
        self.remember()

    def _not_begun(self) -> None:
        self._loading = False
        if self._tries:
            self._fell_silent()
        self.say()

    async def _tune(self, address: str) -> None:
        """Remember the first stream of a station's list that may be reached, else the first. Raises CarError."""
        answer = await self._app.http.get(address)
        streams = [one.target for one in m3u.parse(answer.text[: m3u.MAX_BYTES]) if one.is_stream] if answer.ok else []
        if not streams:
            raise HttpError(f"{address} names no station ({answer.status})")
        self._tuned[address] = next(filter(self._app.context.reaches, streams), streams[0])

    async def _hand_over(self) -> None:
        """Let the next file follow without a gap; a station is opened when it is time."""
        song = self.queue.following
        self._handed = song.source if song is not None and song.path else None
        await self._ask(self._app.audio.enqueue(self._handed))

    async def _ask(self, call: Any) -> bool:
        """What the car refuses is said on the player."""
        try:
            await call
        except CarError as error:
            self._error = getattr(error, "message", None) or str(error)
            self.say()
            return False
        return True

    def hear(self, sound: Sound) -> None:
        """What the car's player does now."""
        before, self._sound = self._sound, sound
        if not self._loaded or self._loading:
            return
        if sound.playing and not sound.buffering:
            self._tries = 0
        if not self._app.audio.owns(sound):
            if self._app.audio.owns(before) and before.source == self._source:
                self._position = self._app.audio.position(before)
                self.remember()
        elif steps := self._finished(sound):
            self._error = sound.error or ""
            self._position = 0.0
            if self.queue.current is not None and self.queue.current.path is None:
                self._fell_silent()
            else:
                self._failed = self._failed + steps if sound.error else 0
                self._go_on(steps, dry=sound.source is None)
        self.say()

    def _finished(self, sound: Sound) -> int:
        """How many songs of ours have ended since we looked last."""
        ended, self._ended = sound.ended - self._ended, sound.ended
        if ended <= 0 or sound.source not in (self._source, self._handed, None):
            return 0
        if sound.source == self._source != self._handed:
            return 0  # what ended was another app's
        return min(ended, 2 if self._handed else 1) if sound.source is None else 1

    def _go_on(self, steps: int, *, dry: bool) -> None:
        more = all(self.queue.advance() for _ in range(steps))
        if dry and (not more or self._failed >= min(PATIENCE, len(self.queue.songs))):
            self._loaded = False  # the end: "play" begins the song again
            return
        self._app.spawn(self._load() if dry else self._followed())

    def _fell_silent(self) -> None:
        """A station that has played is tried again: the car drives through tunnels. It is never another station."""
        if (self._error and not self._tries) or self._tries == PATIENCE:
            self._loaded = False
            return
        self._tries += 1
        self._loading = True
        self._coming = self._app.spawn(self._load_later(self._tries * AGAIN_SECONDS))

    async def _load_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._coming = None
        await self._load()

    def _give_up(self) -> None:
        """Whatever is waited for is not wanted any more."""
        if self._coming is not None:
            self._coming.cancel()
            self._coming, self._loading, self._loaded = None, False, False

    async def _followed(self) -> None:
        self._show_art()
        await self._hand_over()
        self.say()
        self.remember()

    # -- what the car shows ------------------------------------------------------------------------------------------

    def say(self) -> None:
        """Tell the player and the mini-player."""
        song = self.queue.current
        if song is None:
            self._app.play(None)
            return
        sound = self._sound if self.mine else Sound()
        is_radio = song.path is None
        waits = self._coming is not None
        playing = (sound.playing and not self._error) or waits
        self._app.play(
            MediaState(
                "error"
                if self._error and not waits
                else "buffering"
                if waits or (playing and sound.buffering)
                else "playing"
                if playing
                else "paused",
                Track(
                    (is_radio and sound.title) or song.title,
                    song.title if is_radio and sound.title else song.artist,
                    song.album,
                    self._art[1] if self._art[0] == song.source else None,
                    sound.duration,
                ),
                0.0 if is_radio else self.position,
                on_play=None if playing else self.resume,
                on_pause=self.pause if playing else None,
                on_next=self.next if self.queue.upcoming else None,
                on_previous=self.previous,
                on_seek=self.seek if sound.duration else None,
                error=self._error,
            )
        )

    def _show_art(self) -> None:
        song = self.queue.current
        if song is not None and song.path and self._music and self._art[0] != song.source:
            self._app.spawn(self._read_art(song, self._music / song.path))

    async def _read_art(self, song: Song, file: Path) -> None:
        data = await asyncio.to_thread(tags.cover, file)
        try:
            art = await self._app.image_of(data) if data else None
        except ImageError:
            art = None
        if song == self.queue.current:
            self._art = song.source, art
            self.say()
