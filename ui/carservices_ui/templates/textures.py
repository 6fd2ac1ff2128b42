"""Pictures of apps as textures: raw RGBA files, checked for their size and kept while they are of use."""

import logging
from collections import OrderedDict
from pathlib import Path

from kivy.graphics.opengl import GL_TEXTURE_2D, glGenerateMipmap
from kivy.graphics.texture import Texture

from carservices.api.appscreen import ImageFile

MOST = 64
BYTES_PER_PIXEL = 4

log = logging.getLogger(__name__)


class Textures:
    """The files are named by their content, so a path stands for its pixels."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Texture] = OrderedDict()

    def of(self, file: ImageFile | None) -> Texture | None:
        """None for a file that is gone or is not what it says."""
        if file is None:
            return None
        if file.path not in self._kept:
            try:
                pixels = Path(file.path).read_bytes()
            except OSError as error:
                log.warning("a picture cannot be read: %s", error)
                return None
            if len(pixels) != file.width * file.height * BYTES_PER_PIXEL:
                log.warning("%s has not %s × %s pixels", file.path, file.width, file.height)
                return None
            self._kept[file.path] = texture(file.width, file.height, pixels)
        self._kept.move_to_end(file.path)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return self._kept[file.path]


def texture(width: int, height: int, pixels: bytes) -> Texture:
    """RGBA rows from the top, smooth at any size."""
    made = Texture.create(size=(width, height), colorfmt="rgba")
    made.blit_buffer(pixels, colorfmt="rgba")
    made.bind()
    glGenerateMipmap(GL_TEXTURE_2D)  # kivy's own way pads to a power of two, which shapes with round corners would show
    made.min_filter, made.mag_filter = "linear_mipmap_linear", "linear"
    made.flip_vertical()
    return made
