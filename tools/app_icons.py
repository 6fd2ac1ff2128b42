"""Draw the icons of the car's own apps: `python -m tools.app_icons` writes apps/*/icon.png."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

APPS = Path(__file__).parents[1] / "apps"
SIZE, OVER = 192, 4
"""Pixels of an icon, and samples in each direction of one pixel."""
TOP, BOTTOM, INK, DIM = (37, 47, 59), (24, 30, 40), (110, 231, 183), (62, 78, 96)
CORNER = 42

Mask = NDArray[np.bool_]
Y, X = np.mgrid[0 : SIZE * OVER, 0 : SIZE * OVER] / OVER


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> Mask:
    """A rectangle with round corners."""
    dx = np.maximum(np.maximum(left + corner - X, X - (right - corner)), 0.0)
    dy = np.maximum(np.maximum(top + corner - Y, Y - (bottom - corner)), 0.0)
    return np.asarray(np.hypot(dx, dy) <= corner if corner else (dx + dy) == 0)


def oval(x: float, y: float, width: float, height: float, tilt: float) -> Mask:
    """An ellipse, turned by ``tilt`` degrees."""
    turn = np.radians(tilt)
    along, across = (X - x) * np.cos(turn) + (Y - y) * np.sin(turn), (Y - y) * np.cos(turn) - (X - x) * np.sin(turn)
    return np.asarray((along / width) ** 2 + (across / height) ** 2 <= 1)


def beam(x0: float, y0: float, x1: float, y1: float, thick: float) -> Mask:
    """A slanted bar with upright ends."""
    line = y0 + (X - x0) * (y1 - y0) / (x1 - x0)
    return np.asarray((x0 <= X) & (x1 >= X) & (line <= Y) & (line + thick >= Y))


def music() -> list[tuple[Mask, tuple[int, int, int]]]:
    """Two notes under one beam."""
    heads = oval(69, 134, 20, 15, -20) | oval(125, 122, 20, 15, -20)
    stems = box(79, 60, 88, 134) | box(135, 48, 144, 122)
    return [(heads | stems | beam(79, 58, 144, 44, 20), INK)]


def reader() -> list[tuple[Mask, tuple[int, int, int]]]:
    """A page with a picture and lines."""
    lines = box(104, 62, 138, 70, 4) | box(104, 82, 138, 90, 4) | box(54, 106, 138, 114, 4) | box(54, 126, 116, 134, 4)
    return [(box(40, 44, 152, 148, 12), DIM), (box(54, 60, 92, 92, 6) | lines, INK)]


ICONS: dict[str, Callable[[], list[tuple[Mask, tuple[int, int, int]]]]] = {
    "org.carservices.music": music,
    "org.carservices.reader": reader,
}


def draw(shapes: list[tuple[Mask, tuple[int, int, int]]]) -> NDArray[np.uint8]:
    """RGBA pixels of a tile with these shapes, one over the other."""
    share = (Y / SIZE)[..., None]
    colour = np.array(TOP) * (1 - share) + np.array(BOTTOM) * share
    for mask, ink in shapes:
        colour = np.where(mask[..., None], np.array(ink, float), colour)
    alpha = np.where(box(4, 4, SIZE - 4, SIZE - 4, CORNER), 255.0, 0.0)[..., None]
    samples = (
        np.concatenate([colour * alpha / 255, alpha], axis=-1).reshape(SIZE, OVER, SIZE, OVER, 4).mean(axis=(1, 3))
    )
    cover = np.maximum(samples[..., 3:], 1e-6) / 255
    return np.concatenate([samples[..., :3] / cover, samples[..., 3:]], axis=-1).round().clip(0, 255).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file of RGBA pixels (W3C PNG, third edition)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def main() -> None:
    for app, shapes in ICONS.items():
        (APPS / app / "icon.png").write_bytes(png(draw(shapes())))


if __name__ == "__main__":
    main()
