"""Golden pictures: what is on the glass, four times smaller, beside a picture that somebody has looked at."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
from kivy.core.text import Label
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

from carservices.app import png
from carservices_ui import look
from carservices_ui.testing import Driver
from carservices_ui.widgets import Scroll

FOLDER = Path(__file__).parent / "golden"
SMALLER = 4
OPEN_FONTS = 64
"""Kivy's SDL text keeps no more."""
WRITE = os.environ.get("CARSERVICES_GOLDEN") == "write"
"""Set to write the pictures anew; then look at them."""
FAR = 40
"""Levels of 255 by which a pixel is another one; less is the rasteriser's."""
MOST = 0.008
"""Part of the pixels that may be others: fonts and lines differ by the version of Mesa, layouts differ by more."""


def fresh_fonts() -> None:
    """Push every font out of SDL's cache: an open one measures by what it has drawn, and so by the tests before."""
    for size in range(OPEN_FONTS + 1):
        Label(text="x", font_name=look.MEDIUM, font_size=200 + size, font_hinting=None).refresh()


def seen(left: int, bottom: int, width: int, height: int) -> np.ndarray:
    """A part of the window as the last frame left it, RGB, rows from the top, each pixel the mean of 4 × 4."""
    raw = glReadPixels(left, bottom, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 4)[::-1, :, :3].astype(np.uint16)
    pixels = pixels[: height - height % SMALLER, : width - width % SMALLER]
    steps = [pixels[y::SMALLER, x::SMALLER] for y in range(SMALLER) for x in range(SMALLER)]
    return (sum(steps) // len(steps)).astype(np.uint8)


def sheet(pictures: list[np.ndarray], columns: int) -> np.ndarray:
    """Pictures of one size in rows."""
    height, width, _ = pictures[0].shape
    lines = -(-len(pictures) // columns)
    whole = np.zeros((lines * height, columns * width, 3), np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * height, index % columns * width
        whole[top : top + height, left : left + width] = picture
    return whole


def without_bars(driver: Driver) -> None:
    """Hide the scroll bars, which fade after a while that a slow machine reaches."""
    for scroll in driver.widgets(Scroll):
        scroll.bar_width = 0
    driver.frames(1)


def differences(name: str, names: list[str], pictures: list[np.ndarray], columns: int = 4) -> dict[str, float]:
    """Which pictures differ from those of the golden sheet, and by which part of their pixels."""
    path = FOLDER / f"{name}.png"
    whole = sheet(pictures, columns)
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(_encode(whole))
    width, height, data = png.decode(path.read_bytes(), whole.size)
    golden = np.frombuffer(data, np.uint8).reshape(height, width, 4)[:, :, :3]
    assert golden.shape == whole.shape, f"{path} is of another size: write it anew"
    far = np.abs(golden.astype(int) - whole).max(axis=2) > FAR
    rows, cells = pictures[0].shape[:2]
    found = {}
    for index, one in enumerate(names):
        top, left = index // columns * rows, index % columns * cells
        part = float(far[top : top + rows, left : left + cells].mean())
        if part > MOST:
            found[one] = part
    return found


def _encode(picture: np.ndarray) -> bytes:
    height, width, _ = picture.shape
    raw = b"".join(b"\0" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return png.SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
