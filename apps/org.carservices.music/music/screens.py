"""The screens below the first: groups of songs, the songs of one, the stations, and the player."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from carservices.app import (
    Action,
    App,
    Colour,
    Icon,
    ListTemplate,
    MediaPlaybackTemplate,
    Row,
    Screen,
    Section,
    Template,
)
from music.library import Group, Library, Song
from music.player import Player

MOST = 100
"""Rows on one screen, as many as the car shows; more groups than that are divided before."""
SHORT = 24
RECENT = 6
"""As many as are shown while driving."""


class MusicApp(App):
    """What the screens use of the app."""

    library: Library
    player: Player

    def recent(self, kind: str) -> list[str]:
        """Names that were played last, the newest first."""
        raise NotImplementedError

    def remember_recent(self, kind: str, name: str) -> None:
        raise NotImplementedError


class MusicScreen(Screen):
    app: MusicApp


class Groups(MusicScreen):
    """Artists, albums, folders or playlists, as they were when it was opened; those heard last come first."""

    def __init__(self, kind: str, title: str, groups: Sequence[Group], recent: Sequence[str] = ()) -> None:
        self.kind = kind
        self.title = title
        self.groups = list(groups)
        by_name = {group.name: group for group in groups}
        self.recent = [by_name[name] for name in recent if name in by_name] if len(groups) > RECENT else []

    def view(self) -> Template:
        rows = self.parts() if len(self.groups) > MOST else [self.row(group) for group in self.groups]
        if not self.recent:
            return ListTemplate(self.title, rows)
        heard = Section(self.t("recent"), [self.row(group) for group in self.recent])
        return ListTemplate(self.title, sections=[heard, Section(self.t("all"), rows)])

    def row(self, group: Group) -> Row:
        count = self.t("songs", n=len(group.songs))
        artists = {song.artist for song in group.songs} if self.kind == "albums" else set()
        text = " · ".join(filter(None, (artists.pop() if len(artists) == 1 else "", count)))
        return Row(group.name, text, browsable=True, on_click=lambda: self.push(Songs(self.kind, group)))

    def parts(self) -> list[Row]:
        """From one name to another, each with as many as a screen has."""
        cut = [self.groups[at : at + MOST] for at in range(0, len(self.groups), MOST)][:MOST]

        def open_part(title: str, part: list[Group]) -> None:
            self.push(Groups(self.kind, title, part))

        return [
            Row(
                title := f"{part[0].name[:SHORT]} – {part[-1].name[:SHORT]}",
                str(len(part)),
                browsable=True,
                on_click=partial(open_part, title, part),
            )
            for part in cut
        ]


class Songs(MusicScreen):
    """The songs of an artist, an album, a folder or a playlist."""

    def __init__(self, kind: str, group: Group) -> None:
        self.kind = kind
        self.group = group

    def view(self) -> Template:
        rows = [self.row(index, song) for index, song in enumerate(self.group.songs[:MOST])]
        play = Action(self.t("play"), self.play, icon=Icon("play_arrow"))
        shuffle = Action(icon=Icon("shuffle"), on_click=lambda: self.play(shuffle=True))
        return ListTemplate(self.group.name, rows, actions=[play, shuffle])

    def row(self, index: int, song: Song) -> Row:
        said = {"artists": (song.album,), "albums": (song.artist,)}  # the title of the screen says the rest
        text = " · ".join(filter(None, said.get(self.kind, (song.artist, song.album))))
        return Row(song.title, text, on_click=lambda: self.play(index))

    async def play(self, index: int = 0, *, shuffle: bool | None = None) -> None:
        self.app.remember_recent(self.kind, self.group.name)
        self.push(NowPlaying())
        await self.app.player.begin(self.group.songs, index, shuffle=shuffle)


class Stations(MusicScreen):
    """Radio; a station whose host the app may not reach says so."""

    def __init__(self, stations: Sequence[Song]) -> None:
        self.stations = list(stations)

    def view(self) -> Template:
        reachable = [station for station in self.stations if self.context.reaches(station.source)]
        return ListTemplate(self.t("radio"), [self.row(station, reachable) for station in self.stations[:MOST]])

    def row(self, station: Song, reachable: list[Song]) -> Row:
        host = urlsplit(station.source).hostname or "?"
        if station not in reachable:
            return Row(station.title, self.t("not_listed", host=host), enabled=False)
        return Row(station.title, host, on_click=lambda: self.play(reachable, reachable.index(station)))

    async def play(self, stations: list[Song], index: int) -> None:
        self.push(NowPlaying())
        await self.app.player.begin(stations, index, shuffle=False)


class NowPlaying(MusicScreen):
    """The player."""

    def view(self) -> Template:
        queue = self.app.player.queue
        again = "repeat_one" if queue.repeat == "one" else "repeat"
        return MediaPlaybackTemplate(
            self.t("title"),
            actions=[
                Action(icon=Icon("shuffle", _lit(queue.shuffle)), on_click=self.app.player.shuffle),
                Action(icon=Icon(again, _lit(queue.repeat != "off")), on_click=self.app.player.repeat),
            ],
        )


def _lit(on: bool) -> Colour:
    return "primary" if on else "default"
