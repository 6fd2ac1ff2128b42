"""Decodes JPEG files as covers and photos have them: baseline and progressive, 8 bits, no larger than is looked at.

Only as many frequencies of each block are turned back into pixels as the picture needs, so that plain Python takes
half a second for a cover.
"""

import struct
from typing import Final

from carservices.app.jpeg.file import Picture
from carservices.app.jpeg.pixels import pixels
from carservices.app.jpeg.scan import JpegError

__all__ = ["JpegError", "decode"]

SIGNATURE: Final = b"\xff\xd8"


def decode(data: bytes, most: int) -> tuple[int, int, bytes]:
    """Width, height and RGBA rows from the top. Raises JpegError, also for more than ``most`` pixels.

    Larger pictures come out at a half, a quarter or an eighth, with a longer side of at least 240 pixels.
    """
    if data[:2] != SIGNATURE:
        raise JpegError("not a JPEG file")
    picture = Picture(most)
    try:
        picture.read(data)
        return pixels(picture)
    except JpegError:
        raise
    except (struct.error, IndexError, KeyError, ValueError, OverflowError) as error:
        raise JpegError(f"a damaged JPEG file ({error})") from None
