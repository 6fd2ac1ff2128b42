"""The music there is: songs of the person's folder with their tags, playlists and stations; read once and kept."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from music import m3u, tags

FORMATS = frozenset({".mp3", ".flac", ".ogg", ".oga", ".wav"})
"""What the car's player decodes."""
READ = FORMATS.union(m3u.LISTS)
MAX_SONGS = 20_000
SOURCE = "music:"

log = logging.getLogger(__name__)
Known = Mapping[str, Sequence[object]]
"""Path → modification time (ns), and the tags as they were then."""


@dataclass(frozen=True, slots=True)
class Song:
    """One thing to hear: a file, or a station, whose ``source`` is its address."""

    source: str
    title: str
    artist: str = ""
    album: str = ""
    number: int = 0

    @property
    def path(self) -> str | None:
        """Below the music folder; None for a station."""
        return self.source.removeprefix(SOURCE) if self.source.startswith(SOURCE) else None

    @property
    def folder(self) -> str:
        return (self.path or "").rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Songs under one name, in the order in which they are played."""

    name: str
    songs: tuple[Song, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything, by artist, album, folder and playlist."""

    songs: tuple[Song, ...] = ()
    playlists: tuple[Group, ...] = ()
    stations: tuple[Song, ...] = ()
    known: Known = field(default_factory=dict)

    @property
    def artists(self) -> list[Group]:
        return _grouped(self.songs, lambda song: song.artist, lambda song: (_key(song.album), song.number, song.source))

    @property
    def albums(self) -> list[Group]:
        return _grouped(self.songs, lambda song: song.album, lambda song: (song.number, song.source))

    @property
    def folders(self) -> list[Group]:
        return _grouped(self.songs, lambda song: song.folder, lambda song: song.source)

    def find(self, sources: Iterable[str]) -> list[Song]:
        """Those that are still there."""
        by_source = {song.source: song for song in (*self.songs, *self.stations)}
        return [by_source[source] for source in sources if source in by_source]


def _grouped(songs: Iterable[Song], name: Callable[[Song], str], order: Callable[[Song], Any]) -> list[Group]:
    groups: dict[str, list[Song]] = {}
    for song in songs:
        if called := name(song):
            groups.setdefault(called, []).append(song)
    return [Group(called, tuple(sorted(groups[called], key=order))) for called in sorted(groups, key=_key)]


def _key(name: str) -> str:
    """For sorting: without case and article."""
    return name.casefold().removeprefix("the ")


def scan(root: Path | None, bundled: Path, known: Known) -> Library:
    """Walk the folder; only files that changed are opened. Blocks."""
    fresh: dict[str, Sequence[object]] = {}
    songs: list[Song] = []
    lists: list[tuple[str, list[m3u.Entry]]] = [("", m3u.read(bundled))]
    for path, file in _files(root) if root else ():
        try:
            if file.suffix.lower() in m3u.LISTS:
                lists.append((path, m3u.read(file)))
                continue
            changed = file.stat().st_mtime_ns
        except OSError as error:
            log.info("%s: %s", path, error)
            continue
        before = known.get(path, ())
        entry = before if before and before[0] == changed else (changed, *tags.of(root or Path(), path))
        fresh[path] = entry
        songs.append(_song(path, entry))
    there = {song.path: song for song in songs}
    playlists = [Group(_list_name(path), _members(path, entries, there)) for path, entries in lists]
    stations = [Song(entry.target, entry.title) for _, entries in lists for entry in entries if entry.is_stream]
    return Library(
        tuple(songs),
        tuple(sorted((group for group in playlists if group.songs), key=lambda group: _key(group.name))),
        tuple({station.source: station for station in stations}.values()),
        fresh,
    )


def _song(path: str, entry: Sequence[object]) -> Song:
    _, title, artist, album, number = entry
    return Song(f"{SOURCE}{path}", str(title), str(artist), str(album), int(str(number)))


def _list_name(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _members(path: str, entries: Iterable[m3u.Entry], there: Mapping[str | None, Song]) -> tuple[Song, ...]:
    folder = path.rpartition("/")[0]
    paths = (m3u.inside(entry.target, folder) for entry in entries if not entry.is_stream)
    return tuple(there[one] for one in paths if one in there)


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Songs and lists in order, without what is hidden; links to folders are not followed."""
    count = 0
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if name.startswith(".") or file.suffix.lower() not in READ:
                continue
            count += 1
            if count > MAX_SONGS:
                log.warning("more than %d files: the rest is left out", MAX_SONGS)
                return
            yield file.relative_to(root).as_posix(), file


def load(file: Path) -> Known:
    """What an earlier scan has read; nothing when that is damaged."""
    try:
        known = json.loads(file.read_bytes())
        return {path: entry for path, entry in known.items() if len(entry) == 5 and isinstance(entry[4], int)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("%s is read anew: %s", file.name, error)
        return {}


def save(file: Path, known: Known) -> None:
    """Raises OSError."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    new.replace(file)
