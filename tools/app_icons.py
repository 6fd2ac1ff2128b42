"""Draw the icons of the car's own apps: `python -m tools.app_icons` writes apps/*/icon.png."""

import struct
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

APPS = Path(__file__).parents[1] / "apps"
SIZE, OVER = 192, 4
"""Pixels of an icon, and samples in each direction of one pixel."""
TOP, BOTTOM, INK, DIM = (37, 47, 59), (24, 30, 40), (110, 231, 183), (62, 78, 96)
DARK, LIGHT, SUN, SKY = (10, 14, 18), (214, 224, 234), (255, 200, 87), (112, 178, 255)
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


def disc(x: float, y: float, radius: float) -> Mask:
    return np.asarray(np.hypot(X - x, Y - y) <= radius)


def stroke(points: list[tuple[float, float]], thick: float) -> Mask:
    """A line through these points, with round ends."""
    found = np.zeros_like(X, dtype=bool)
    for (x0, y0), (x1, y1) in pairwise(points):
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((X - x0) * dx + (Y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
        found |= np.hypot(X - x0 - along * dx, Y - y0 - along * dy) <= thick / 2
    return found


def music() -> list[tuple[Mask, tuple[int, int, int]]]:
    """Two notes under one beam."""
    heads = oval(69, 134, 20, 15, -20) | oval(125, 122, 20, 15, -20)
    stems = box(79, 60, 88, 134) | box(135, 48, 144, 122)
    return [(heads | stems | beam(79, 58, 144, 44, 20), INK)]


def reader() -> list[tuple[Mask, tuple[int, int, int]]]:
    """A page with a picture and lines."""
    lines = box(104, 62, 138, 70, 4) | box(104, 82, 138, 90, 4) | box(54, 106, 138, 114, 4) | box(54, 126, 116, 134, 4)
    return [(box(40, 44, 152, 148, 12), DIM), (box(54, 60, 92, 92, 6) | lines, INK)]


def calendar() -> list[tuple[Mask, tuple[int, int, int]]]:
    """A sheet with a marked day."""
    sheet = box(38, 46, 154, 156, 16)
    rings = stroke([(66, 36), (66, 56)], 10) | stroke([(126, 36), (126, 56)], 10)
    days = [box(54 + 31 * n, 92 + 30 * w, 76 + 31 * n, 112 + 30 * w, 6) for w in range(2) for n in range(3)]
    marked = days.pop(4)
    return [(sheet, DARK), (sheet & (Y < 78), INK), (rings, LIGHT), (np.logical_or.reduce(days), DIM), (marked, INK)]


def weather() -> list[tuple[Mask, tuple[int, int, int]]]:
    """The sun behind a cloud with rain."""
    turns = [(np.cos(turn), np.sin(turn)) for turn in np.arange(8) * np.pi / 4]
    rays = [stroke([(116 + 40 * x, 72 + 40 * y), (116 + 50 * x, 72 + 50 * y)], 8) for x, y in turns]

    def cloud(more: float) -> Mask:
        puffs = disc(66, 116, 26 + more) | disc(98, 100, 32 + more) | disc(128, 118, 24 + more)
        return puffs | box(42 - more, 112 - more, 152 + more, 142 + more, 15 + more)

    rain = [stroke([(x + 3, 154), (x - 3, 166)], 8) for x in (70, 98, 126)]
    sun = disc(116, 72, 28) | np.logical_or.reduce(rays)
    return [(sun, SUN), (cloud(6), BOTTOM), (cloud(0), LIGHT), (np.logical_or.reduce(rain), SKY)]


def triplog() -> list[tuple[Mask, tuple[int, int, int]]]:
    """A winding road from a start to a pin."""
    way = np.linspace(0, 1, 40)
    xs, ys = 52 + 80 * way + 44 * np.sin(2 * np.pi * way), 150 - 66 * way
    road = list(zip(xs.tolist(), ys.tolist(), strict=True))
    pin = disc(132, 52, 22) | ((np.abs(X - 132) * 0.84 + (Y - 52) * 0.54 <= 22) & (Y >= 64))
    start, holes = disc(52, 150, 14), disc(52, 150, 6) | disc(132, 52, 8)
    return [(stroke(road, 20), DARK), (stroke(road, 8), INK), (start, LIGHT), (pin, SUN), (holes, DARK)]


ICONS: dict[str, Callable[[], list[tuple[Mask, tuple[int, int, int]]]]] = {
    "org.carservices.calendar": calendar,
    "org.carservices.music": music,
    "org.carservices.reader": reader,
    "org.carservices.triplog": triplog,
    "org.carservices.weather": weather,
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
