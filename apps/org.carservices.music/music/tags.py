"""What a file says about itself: title, artist, album and cover, by mutagen; by its name where it says nothing."""

import logging
import re
from pathlib import Path, PurePosixPath
from struct import error as StructError
from typing import Any, NamedTuple

try:
    import mutagen

    ERRORS: tuple[type[Exception], ...] = (mutagen.MutagenError,)
except ImportError:  # a checkout without the extra "apps": file names have to do
    ERRORS = ()

log = logging.getLogger(__name__)
BROKEN: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
    StructError,
)
"""What mutagen lets through for files that lie about themselves, besides its own error."""
MAX_COVER = 8 << 20
COVER_FILES = ("cover.png", "cover.jpg", "folder.png", "folder.jpg", "front.png", "front.jpg")
NUMBERED = re.compile(r"^(\d{1,3})(?:\s*[-._]\s*|\s+)(?=\S)")
LONGEST = 100
"""Characters of a text; a template of a hundred rows has to fit into one record of the link."""


class Tags(NamedTuple):
    """Empty where it says nothing; ``number`` is that of the track on its album."""

    title: str = ""
    artist: str = ""
    album: str = ""
    number: int = 0


def of(root: Path, path: str) -> Tags:
    """Tags of a file below ``root``, completed from its name."""
    said, named = _said(root / path), _named(path)
    return Tags(
        said.title or named.title, said.artist or named.artist, said.album or named.album, said.number or named.number
    )


def _open(file: Path, *, easy: bool) -> Any:
    """None for what mutagen does not know."""
    if not ERRORS:
        return None
    try:
        return mutagen.File(file, easy=easy)
    except (*ERRORS, *BROKEN) as error:
        log.info("%s: its tags cannot be read: %s", file.name, error)
        return None


def _said(file: Path) -> Tags:
    opened = _open(file, easy=True)

    def first(name: str) -> str:
        try:
            found = opened.tags.get(name) or [""]
            return " ".join(str(found[0]).split())[:LONGEST]
        except BROKEN:  # tags of another kind, such as those of WAV
            return ""

    if opened is None or opened.tags is None:
        return Tags()
    number = re.match(r"\d{1,4}", first("tracknumber") or first("TRCK"))
    return Tags(
        first("title") or first("TIT2"),
        first("artist") or first("albumartist") or first("TPE1"),
        first("album") or first("TALB"),
        int(number[0]) if number else 0,
    )


def _named(path: str) -> Tags:
    """``Artist/Album/01 Title.mp3``."""
    parts = PurePosixPath(path)
    number = NUMBERED.match(parts.stem)
    title = parts.stem[number.end() :] if number else parts.stem
    folders = parts.parts[:-1]
    return Tags(
        title[:LONGEST],
        folders[-2] if len(folders) > 1 else "",
        folders[-1] if folders else "",
        int(number[1]) if number else 0,
    )


def cover(file: Path) -> bytes | None:
    """The picture in the file, else the one beside it."""
    opened = _open(file, easy=False)
    for data in _pictures(opened):
        if len(data) <= MAX_COVER:
            return data
    for name in COVER_FILES:
        beside = file.with_name(name)
        try:
            if beside.is_file() and beside.stat().st_size <= MAX_COVER:
                return beside.read_bytes()
        except OSError:
            continue
    return None


def _pictures(opened: Any) -> list[bytes]:
    try:
        if found := getattr(opened, "pictures", None):  # FLAC
            return [picture.data for picture in found]
        tags = getattr(opened, "tags", None)
        if tags is None:
            return []
        if hasattr(tags, "getall"):  # ID3: MP3 and WAV
            return [frame.data for frame in tags.getall("APIC")]
        return [_block(text) for text in tags.get("metadata_block_picture", [])]
    except BROKEN:
        return []


def _block(text: str) -> bytes:
    """A picture of Ogg Vorbis: a block of FLAC in base64."""
    from base64 import b64decode

    from mutagen.flac import Picture, error

    try:
        return bytes(Picture(b64decode(text)).data)  # type: ignore[no-untyped-call]
    except error as problem:
        raise ValueError(str(problem)) from None
