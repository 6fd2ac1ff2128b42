"""Pictures of one app: chunks become raw RGBA files for the shell; no decoder ever sees them."""

import asyncio
import hashlib
import logging
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from carservices.api.appscreen import ImageFile
from carservices.apphost.budget import PIXELS, Bucket

MAX_SIDE: Final = 4096
MAX_PIXELS: Final = 2_100_000
"""A little more than full HD."""
MAX_COMPRESSED: Final = 8 << 20
MAX_COMING: Final = 4
"""Images whose chunks may arrive at the same time."""
MAX_KEPT: Final = 64
MAX_KEPT_BYTES: Final = 64 << 20
BYTES_PER_PIXEL: Final = 4

log = logging.getLogger(__name__)


class BadImage(ValueError):
    """An image that cannot be taken; the message says why."""


@dataclass(slots=True)
class _Coming:
    width: int
    height: int
    total: int
    data: bytearray = field(default_factory=bytearray)


class Images:
    """The images that one running app has sent, the least recently shown given up first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pixels = Bucket(*PIXELS)
        self._coming: dict[str, _Coming] = {}
        self._kept: dict[str, ImageFile] = {}

    async def take(self, name: str, width: int, height: int, total: int, offset: int, data: bytes) -> bool:
        """One chunk, in order; True when the image is whole. Raises BadImage."""
        coming = self._coming.get(name)
        if offset == 0:
            coming = self._begin(name, width, height, total)
        if coming is None or offset != len(coming.data) or (width, height, total) != _facts(coming):
            self._coming.pop(name, None)
            raise BadImage(f"image {name[:20]}: chunk at {offset} does not follow the one before")
        coming.data += data
        if len(coming.data) > total:
            del self._coming[name]
            raise BadImage(f"image {name[:20]}: more than the {total} bytes it announced")
        if len(coming.data) < total:
            return False
        del self._coming[name]
        self._kept[name] = await asyncio.to_thread(self._store, name, coming)
        self._make_room()
        return True

    def _begin(self, name: str, width: int, height: int, total: int) -> _Coming:
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
            raise BadImage(f"image {name[:20]}: {width} × {height} pixels; at most {MAX_PIXELS} are taken")
        if not 0 < total <= MAX_COMPRESSED:
            raise BadImage(f"image {name[:20]}: {total} bytes; at most {MAX_COMPRESSED} are taken")
        if len(self._coming) >= MAX_COMING and name not in self._coming:
            raise BadImage(f"image {name[:20]}: {MAX_COMING} others have not arrived in full yet")
        if not self._pixels.take(width * height):
            raise BadImage(f"image {name[:20]}: too many pixels a second")
        coming = self._coming[name] = _Coming(width, height, total)
        return coming

    def _store(self, name: str, image: _Coming) -> ImageFile:
        pixels = inflate(bytes(image.data), image.width * image.height * BYTES_PER_PIXEL, name)
        digest = hashlib.blake2b(pixels, digest_size=16, key=f"{image.width}x{image.height}".encode()).hexdigest()
        path = self._folder / f"{digest}.rgba"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                fresh = path.with_suffix(".new")
                fresh.write_bytes(pixels)
                fresh.replace(path)
        except OSError as error:
            raise BadImage(f"image {name[:20]} cannot be kept in {self._folder}: {error.strerror}") from None
        return ImageFile(path=str(path), width=image.width, height=image.height)

    def _make_room(self) -> None:
        while len(self._kept) > MAX_KEPT or sum(map(_size, self._kept.values())) > MAX_KEPT_BYTES:
            gone = self._kept.pop(next(iter(self._kept)))
            if gone not in self._kept.values():
                Path(gone.path).unlink(missing_ok=True)

    def files(self, names: set[str]) -> dict[str, ImageFile]:
        """Those of the named images that are there; they count as shown."""
        found = {}
        for name in sorted(names & self._kept.keys()):
            found[name] = self._kept[name] = self._kept.pop(name)
        return found

    def clear(self) -> None:
        """The app has ended."""
        self._coming.clear()
        self._kept.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def inflate(data: bytes, size: int, name: str = "") -> bytes:
    """Exactly ``size`` bytes. Raises BadImage for a stream that is broken or holds more or less."""
    stream = zlib.decompressobj()
    try:
        pixels = stream.decompress(data, size + 1)
    except zlib.error as error:
        raise BadImage(f"image {name[:20]}: {error}") from None
    if len(pixels) != size or not stream.eof or stream.unused_data:
        raise BadImage(f"image {name[:20]}: its pixels are not {size} bytes")
    return pixels


def _facts(image: _Coming) -> tuple[int, int, int]:
    return image.width, image.height, image.total


def _size(image: ImageFile) -> int:
    return image.width * image.height * BYTES_PER_PIXEL
