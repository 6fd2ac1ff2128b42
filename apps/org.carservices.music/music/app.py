"""Music: songs by artist, album, folder and playlist, and the radio; it goes on where it was."""

import asyncio
from pathlib import Path
from typing import Any

from carservices.app import Action, GridItem, GridTemplate, Icon, PermissionMissing, StorageError, Template
from music import library
from music.library import Library
from music.player import Player
from music.screens import RECENT, Groups, MusicApp, NowPlaying, Stations

REMEMBER_SECONDS = 30
ICONS = {"artists": "person", "albums": "album", "folders": "folder", "playlists": "queue_music"}


class Music(MusicApp):
    async def on_start(self) -> None:
        self.library = Library()
        self.scanning = True
        self.player = Player(self, self.music, self.keep)
        await self.audio.watch(self.player.hear)
        self.every(REMEMBER_SECONDS, self.remember_place)
        self.spawn(self.scan())

    @property
    def music(self) -> Path | None:
        """The person's folder, once it is allowed."""
        try:
            return self.folder("music")
        except PermissionMissing:
            return None

    async def scan(self) -> None:
        """Read the folder again; a song that is there already plays on."""
        known = await asyncio.to_thread(library.load, self.files / "library.json")
        self.library = await asyncio.to_thread(library.scan, self.music, self.bundle / "stations.m3u", known)
        self.scanning = False
        if (kept := self.storage.get("playing")) and not self.player.queue.songs:
            self.player.restore(self.library.find(kept["sources"]), kept)
        self.refresh()
        if self.library.known != known:
            try:
                await asyncio.to_thread(library.save, self.files / "library.json", self.library.known)
            except OSError as error:
                self.log.warning("the library is not kept: %s", error)

    def view(self) -> Template:
        if self.scanning:
            return GridTemplate(self.t("title"), loading=True)
        actions = []
        if self.player.queue.current:
            actions.append(Action(self.t("now_playing"), lambda: self.push(NowPlaying()), icon=Icon("music_note")))
        return GridTemplate(self.t("title"), [*map(self.tile, ICONS), self.radio()], actions=actions)

    def tile(self, kind: str) -> GridItem:
        groups = getattr(self.library, kind)
        title, icon = self.t(kind), Icon(ICONS[kind])
        if not groups:
            return GridItem(title, self.t("none" if self.music else "not_allowed"), icon)
        return GridItem(
            title, str(len(groups)), icon, lambda: self.push(Groups(kind, title, groups, self.recent(kind)))
        )

    def radio(self) -> GridItem:
        stations = self.library.stations
        text = self.t("stations", n=len(stations))
        return GridItem(self.t("radio"), text, Icon("radio"), lambda: self.push(Stations(stations)))

    # -- what is kept ------------------------------------------------------------------------------------------------

    def recent(self, kind: str) -> list[str]:
        return list(self.storage.get("recent", {}).get(kind, []))

    def remember_recent(self, kind: str, name: str) -> None:
        heard = [name, *(other for other in self.recent(kind) if other != name)][:RECENT]
        self.store("recent", {**self.storage.get("recent", {}), kind: heard})

    def remember_place(self) -> None:
        if self.player.mine and self.audio.state.playing:
            self.player.remember()

    def keep(self, playing: dict[str, Any]) -> None:
        self.store("playing", playing)

    def store(self, key: str, value: Any) -> None:
        """A full disk does not stop the music."""
        try:
            self.storage[key] = value
        except StorageError as error:
            self.log.warning("%s", error)

    def on_stop(self) -> None:
        if self.player.queue.current:
            self.player.remember()
