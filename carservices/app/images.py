"""An app's pictures: decoded here, sent to the host as compressed RGBA pixels, each only once."""

import zlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from carservices.app import png
from carservices.app.errors import BundleError, ImageError
from carservices.app.templates import Image
from carservices.app.wire import IMAGE_CHUNK, Kind

MAX_PIXELS: Final = 1920 * 1080
"""More than one full screen is nothing a template can show."""
JPEG: Final = b"\xff\xd8"
UINT64: Final = 2**64 - 1
KEPT: Final = 48
"""Pictures that the host has for certain: it keeps 64, those that were shown last."""


class Drawn(Protocol):
    """A picture of Pillow, as far as it is used here; a car with ``carservices[apps]`` has it for all apps."""

    @property
    def size(self) -> tuple[int, int]: ...

    def convert(self, mode: str) -> Any: ...


class Images:
    """``send`` is the session's; what was sent once is known to the host by its hash."""

    def __init__(self, bundle: Path, send: Callable[..., None]) -> None:
        self._bundle = bundle
        self._send = send
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._files: dict[str, Image] = {}

    def file(self, name: str) -> Image:
        """A picture of the bundle. Raises BundleError when it is missing, ImageError when it cannot be decoded."""
        if (known := self._files.get(name)) is None or not self._is_there(known.id):
            path = (self._bundle / name).resolve()
            if not path.is_relative_to(self._bundle.resolve()) or not path.is_file():
                raise BundleError(f"there is no picture {name} in the bundle")
            try:
                self._files[name] = self.encoded(path.read_bytes())
            except ImageError as error:
                raise ImageError(f"{name}: {error}") from None
        return self._files[name]

    def encoded(self, data: bytes) -> Image:
        """A picture from the bytes of a file: PNG, JPEG, and whatever Pillow knows if the car has it.

        Raises ImageError.
        """
        return self.pixels(*decoded(data))

    def drawn(self, picture: Drawn) -> Image:
        """A picture of Pillow. Raises ImageError when it is too large."""
        return self.pixels(*_drawn(picture))

    def pixels(self, width: int, height: int, rgba: bytes) -> Image:
        """A picture from RGBA bytes, rows from the top. Raises ImageError when they do not fit the size."""
        if len(rgba) != width * height * 4 or not 0 < width * height <= MAX_PIXELS:
            raise ImageError(f"{len(rgba)} bytes are not {width} × {height} RGBA pixels within {MAX_PIXELS}")
        key = f"{hash((width, height, rgba)) & UINT64:016x}"
        if not self._is_there(key):
            data = zlib.compress(rgba, 6)
            for offset in range(0, len(data), IMAGE_CHUNK):
                chunk = data[offset : offset + IMAGE_CHUNK]
                self._send(Kind.IMAGE, key, width, height, len(data), offset, chunk)
            self._sent[key] = None
            if len(self._sent) > KEPT:
                self._sent.popitem(last=False)
        return Image(key, width, height)

    def _is_there(self, key: str) -> bool:
        """Whether the host still has it."""
        if key in self._sent:
            self._sent.move_to_end(key)
        return key in self._sent


def decoded(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and RGBA rows of the bytes of a file; takes a while. Raises ImageError."""
    try:
        if data.startswith(JPEG):
            from carservices.app import jpeg  # costs 6 ms that an app without photos need not spend

            return jpeg.decode(data, MAX_PIXELS)
        return png.decode(data, MAX_PIXELS)
    except ValueError as error:
        return _by_pillow(data, error)


def _by_pillow(data: bytes, error: Exception) -> tuple[int, int, bytes]:
    try:
        from PIL import Image as Pillow  # type: ignore[import-not-found, unused-ignore]  # not every car has it
    except ImportError:
        raise ImageError(f"{error}; for other pictures the car needs Pillow") from None
    import io

    try:
        with Pillow.open(io.BytesIO(data)) as picture:
            return _drawn(picture)
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as problem:
        raise ImageError(f"cannot be decoded: {problem}") from None


def _drawn(picture: Drawn) -> tuple[int, int, bytes]:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ImageError(f"{width} × {height} pixels, at most {MAX_PIXELS} pixels are taken")
    return width, height, picture.convert("RGBA").tobytes()
