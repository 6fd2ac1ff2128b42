"""Where sound comes from: files below the music folder and streams over HTTP, decoded to one format."""

import contextlib
import ssl
import urllib.error
import urllib.request
from array import array
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import miniaudio  # type: ignore[import-untyped]

from carservices.services.audio.ogg import Chain
from carservices.services.audio.web import STREAMS

RATE, CHANNELS = 44_100, 2
"""Everything is decoded to 16 bit stereo at this rate (Red Book audio)."""
BLOCK = 2048
"""Frames decoded at a time."""
DECODED = {"nchannels": CHANNELS, "sample_rate": RATE, "frames_to_read": BLOCK}
TIMEOUT = 10.0
"""s without a byte after which a stream is given up."""
MUSIC = "music:"
FORMATS = {
    "audio/mpeg": miniaudio.FileFormat.MP3,
    "audio/flac": miniaudio.FileFormat.FLAC,
    "audio/x-flac": miniaudio.FileFormat.FLAC,
    "audio/ogg": miniaudio.FileFormat.VORBIS,
    "application/ogg": miniaudio.FileFormat.VORBIS,
    "audio/wav": miniaudio.FileFormat.WAV,
    "audio/x-wav": miniaudio.FileFormat.WAV,
}
"""Media type → decoder."""

Frames = Generator["array[int]", int, None]


class SourceError(Exception):
    """It cannot be played; one sentence. ``code`` is that of a call's error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Opened:
    """A piece ready to be decoded: ``frames`` yields interleaved samples until the end."""

    frames: Frames
    duration: float | None
    close: Callable[[], None]


def check(source: str, music: Path) -> None:
    """Cheap checks before anything plays. Raises `SourceError`."""
    if source.startswith(MUSIC):
        _file(source, music)
    elif urlsplit(source).scheme not in ("http", "https"):
        raise SourceError("INVALID_ARGUMENT", f"'{source[:80]}' is no source: write {MUSIC}FILE or an http(s) URL")


def open_source(source: str, music: Path, position: float, on_title: Callable[[str], None]) -> Opened:
    """Open a source; blocks while a server answers. Raises `SourceError`."""
    try:
        if source.startswith(MUSIC):
            return _open_file(_file(source, music), position)
        return _open_url(source, on_title)
    except (miniaudio.DecodeError, miniaudio.MiniaudioError) as error:
        raise SourceError("INVALID_ARGUMENT", f"{source[:120]} is not MP3, FLAC, Ogg Vorbis or WAV ({error})") from None


def _file(source: str, music: Path) -> Path:
    root = music.resolve()
    path = (root / source.removeprefix(MUSIC)).resolve()
    if not path.is_relative_to(root):
        raise SourceError("PERMISSION_DENIED", f"{source[:120]} is not in the music folder")
    if not path.is_file():
        raise SourceError("NOT_FOUND", f"{source[:120]} is not there (any more)")
    return path


def _open_file(path: Path, position: float) -> Opened:
    info = miniaudio.get_file_info(str(path))
    start = min(round(position * RATE), max(0, round(info.duration * RATE) - 1))
    frames = miniaudio.stream_file(str(path), **DECODED, seek_frame=start)
    return Opened(frames, info.duration, frames.close)


def _open_url(url: str, on_title: Callable[[str], None]) -> Opened:
    request = urllib.request.Request(url, headers={"Icy-MetaData": "1", "User-Agent": "carservices"})
    try:
        answer = STREAMS.open(request, timeout=TIMEOUT)
    except (urllib.error.URLError, HTTPException, TimeoutError, ssl.SSLError, ValueError) as error:
        raise SourceError("UNAVAILABLE", f"{url[:120]} does not answer ({getattr(error, 'reason', error)})") from None
    kind = answer.headers.get_content_type()
    if kind not in FORMATS:
        answer.close()
        raise SourceError("INVALID_ARGUMENT", f"{url[:120]} sends {kind}, not MP3, FLAC, Ogg Vorbis or WAV")
    stream = HttpStream(answer, int(answer.headers.get("icy-metaint") or 0), on_title)
    if FORMATS[kind] is miniaudio.FileFormat.VORBIS:
        return Opened(_chained(Chain(stream.read, on_title)), None, stream.close)
    return Opened(miniaudio.stream_any(stream, FORMATS[kind], **DECODED), None, stream.close)


def _chained(chain: Chain) -> Frames:
    """All pieces of a chain as one. Raises DecodeError when the first one cannot be decoded."""
    first = miniaudio.stream_any(chain, miniaudio.FileFormat.VORBIS, **DECODED)

    def frames() -> Frames:
        yield from first
        with contextlib.suppress(miniaudio.DecodeError):  # another format follows: an end as any other
            while chain.more():
                yield from miniaudio.stream_any(chain, miniaudio.FileFormat.VORBIS, **DECODED)

    return frames()


class HttpStream(miniaudio.StreamableSource):  # type: ignore[misc]
    """The body of an answer. Stations put a title between the sound every ``interval`` bytes (SHOUTcast's ICY)."""

    def __init__(self, answer: HTTPResponse, interval: int, on_title: Callable[[str], None]) -> None:
        self._answer = answer
        self._interval = interval
        self._left = interval
        self._on_title = on_title

    def read(self, num_bytes: int) -> bytes:
        if self._interval:
            if self._left == 0:
                self._title()
                self._left = self._interval
            num_bytes = min(num_bytes, self._left)
        try:
            data = self._answer.read(num_bytes)
        except (OSError, HTTPException, ValueError):  # broken off, or closed by us
            return b""
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._answer.close()

    def _title(self) -> None:
        """One block of metadata: its length in 16 bytes, then ``StreamTitle='…';``."""
        try:
            length = 16 * (self._answer.read(1) or b"\0")[0]
            text = self._answer.read(length).rstrip(b"\0").decode(errors="replace")
        except (OSError, HTTPException, ValueError):
            return
        _, found, rest = text.partition("StreamTitle='")
        if found:
            self._on_title(rest.partition("';")[0][:200])
