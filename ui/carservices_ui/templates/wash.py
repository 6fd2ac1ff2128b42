"""The colours of a cover as a soft ground: blurred, mixed into the card, and never against the words on it."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.graphics import Color, RoundedRectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.appscreen import ImageFile
from carservices_ui.look import color, theme
from carservices_ui.tokens import RADIUS

WIDE, HIGH, SAMPLES = 6, 4, 8
"""Fields of a picture, and the pixels looked at along each side of one; stretched over a card they are a blur."""
SHARE = 0.45
"""Of the cover in the colour of the card."""
BOUND = {"night": 90.0, "day": 215.0}
"""How bright a field may be at most by night, and must be at least by day, of 255: words are read by it."""
LUMA = (0.2126, 0.7152, 0.0722)
"""Shares of red, green and blue in how bright light is (ITU-R BT.709); light goes about with the square of a level."""
Rgb = tuple[float, float, float]
BLACK: Rgb = (0.0, 0.0, 0.0)
WHITE: Rgb = (255.0, 255.0, 255.0)


class Wash(Widget):
    """Fills its card; shows nothing without a picture."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._path: str | None = None
        with self.canvas:
            self._veil = Color(1, 1, 1, 0)
            self._plate = RoundedRectangle(radius=[dp(RADIUS["card"]) - 1])
        self.bind(pos=self._place, size=self._place)

    def show(self, file: ImageFile | None) -> None:
        """The picture of another track."""
        path = file.path if file is not None else None
        if path == self._path:
            return
        self._path = path
        fields = ground(file) if file is not None else []
        self._veil.a = 1.0 if fields else 0.0
        if fields:
            texture = Texture.create(size=(WIDE, HIGH), colorfmt="rgb")
            texture.blit_buffer(bytes(round(part) for field in fields for part in field), colorfmt="rgb")
            texture.flip_vertical()
            self._plate.texture = texture

    def _place(self, *_: Any) -> None:
        self._plate.pos = round(self.x) + 1, round(self.y) + 1
        self._plate.size = round(self.width) - 2, round(self.height) - 2


def ground(file: ImageFile) -> list[Rgb]:
    """The colours of the fields in 0..255, rows from the top; none for a file that is gone or is not what it says."""
    try:
        pixels = Path(file.path).read_bytes()
    except OSError:
        return []
    if len(pixels) != file.width * file.height * 4:
        return []
    red, green, blue, _ = color("surface")
    card = 255 * red, 255 * green, 255 * blue
    return [_mixed(_bounded(field), card, SHARE) for field in _fields(pixels, file.width, file.height)]


def _fields(pixels: bytes, width: int, height: int) -> Iterator[Rgb]:
    for row in range(HIGH):
        ys = [int((row + (k + 0.5) / SAMPLES) * height / HIGH) for k in range(SAMPLES)]
        for column in range(WIDE):
            xs = [int((column + (k + 0.5) / SAMPLES) * width / WIDE) for k in range(SAMPLES)]
            at = [4 * (y * width + x) for y in ys for x in xs]
            red, green, blue = (sum(pixels[k + part] for k in at) / len(at) for part in range(3))
            yield red, green, blue


def _bounded(field: Rgb) -> Rgb:
    """As bright as the theme allows, in its own hue."""
    luma = math.sqrt(sum(weight * part**2 for weight, part in zip(LUMA, field, strict=True)))
    if theme().name == "night":
        return _mixed(field, BLACK, min(1.0, BOUND["night"] / max(luma, 1.0)))
    return _mixed(field, WHITE, min(1.0, (255.0 - BOUND["day"]) / max(255.0 - luma, 1.0)))


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of the first, and the rest of the other."""
    red, green, blue = (share * part + (1 - share) * under for part, under in zip(one, other, strict=True))
    return red, green, blue
