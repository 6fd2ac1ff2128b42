"""Playlists as M3U or PLS files: names and what they stand for, never outside the music folder."""

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MAX_BYTES = 1 << 20
MAX_ENTRIES = 5000
LONGEST = 100
"""Characters of a name; a template of a hundred rows has to fit into one record of the link."""
WEB = ("http://", "https://")
LISTS = (".m3u", ".m3u8", ".pls")
PLS = re.compile(r"(?i)(file|title)(\d+)=(.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """``target`` is an address, or a path as the file has it."""

    title: str
    target: str

    @property
    def is_stream(self) -> bool:
        return self.target.lower().startswith(WEB)


def is_list(address: str) -> bool:
    """Whether this names a list of stations rather than a station."""
    return urlsplit(address).path.lower().endswith(LISTS)


def read(file: Path) -> list[Entry]:
    """The entries of a file; UTF-8, or Latin-1 as older players write it. Raises OSError."""
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES)
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return parse(data.decode("latin-1"))


def parse(text: str) -> list[Entry]:
    """``#EXTINF:SECONDS,TITLE`` names the line that follows; other comments say nothing that we use."""
    if text.lstrip().lower().startswith("[playlist]"):
        return _parse_pls(text)
    entries: list[Entry] = []
    title = ""
    for line in map(str.strip, text.splitlines()):
        if line.upper().startswith("#EXTINF:"):
            title = line.partition(",")[2].strip()
        elif line and not line.startswith("#"):
            name = title or posixpath.basename(line.replace("\\", "/"))
            entries.append(Entry(name[:LONGEST], line))
            title = ""
    return entries[:MAX_ENTRIES]


def _parse_pls(text: str) -> list[Entry]:
    """``FileN=`` with its ``TitleN=``."""
    found: dict[str, dict[str, str]] = {"file": {}, "title": {}}
    for line in text.splitlines():
        if match := PLS.fullmatch(line.strip()):
            found[match[1].lower()][match[2]] = match[3].strip()
    return [
        Entry((found["title"].get(number) or posixpath.basename(target))[:LONGEST], target)
        for number, target in found["file"].items()
    ][:MAX_ENTRIES]


def inside(target: str, folder: str) -> str | None:
    """A path of a list that lies in ``folder``, from the root of the music folder; None when it leads out of it."""
    path = posixpath.normpath(posixpath.join(folder, target.replace("\\", "/")))
    return None if path.startswith(("../", "/")) or path in ("..", ".") else path
