"""Blocks of frequencies as pixels (ITU-T T.81, A.3.3), and the colours of JFIF (ITU-T T.871, 7)."""

import math
from typing import Final

from carservices.app.jpeg.file import Picture
from carservices.app.jpeg.scan import Block, Component

SEEN: Final = 240
"""Pixels of the longer side below which nothing is left out."""
ORDER: Final = sorted(range(64), key=lambda at: (d := at // 8 + at % 8, at % 8 if d % 2 == 0 else at // 8))
"""Zigzag place → place in the block by rows (T.81, figure A.6)."""


def pixels(picture: Picture) -> tuple[int, int, bytes]:
    """Width, height and RGBA rows from the top: all of it, or a half, a quarter or an eighth of its size."""
    keep = next((n for n in (1, 2, 4) if max(picture.size) * n >= SEEN * 8), 8)
    width, height = (-(-side * keep // 8) for side in picture.size)
    planes = [_plane(picture, part, keep, width, height) for part in picture.parts.values()]
    rgba = bytearray(b"\xff") * (width * height * 4)
    if len(planes) == 1:
        planes *= 3
    elif not picture.is_rgb:
        planes = _rgb(*planes)
    for channel, plane in enumerate(planes):
        rgba[channel::4] = plane
    return width, height, bytes(rgba)


LIMITED: Final = bytes([0] * 1024 + list(range(256)) + [255] * 1024)
"""Number + 1024 → the nearest byte."""


def _rgb(luma: bytes, blue: bytes, red: bytes) -> list[bytes]:
    to_red = [round(1.402 * (v - 128)) + 1024 for v in range(256)]
    to_blue = [round(1.772 * (v - 128)) + 1024 for v in range(256)]
    green_b, green_r = [0.344136 * (v - 128) for v in range(256)], [0.714136 * (v - 128) - 1024.5 for v in range(256)]
    return [
        bytes(LIMITED[y + to_red[r]] for y, r in zip(luma, red, strict=True)),
        bytes(LIMITED[int(y - green_b[b] - green_r[r])] for y, b, r in zip(luma, blue, red, strict=True)),
        bytes(LIMITED[y + to_blue[b]] for y, b in zip(luma, blue, strict=True)),
    ]


def _plane(picture: Picture, part: Component, keep: int, width: int, height: int) -> bytes:
    """The bytes of a component at the size of the picture, each full block with ``keep`` × ``keep`` pixels."""
    wider, higher = picture.most_across // part.across, picture.most_down // part.down
    while wider % 2 == higher % 2 == 0 and keep < 8:  # a plane with fewer pixels need not lose as many
        keep, wider, higher = keep * 2, wider // 2, higher // 2
    block_rows = _Inverse(keep, picture.quantisers[part.quantiser])
    plane = bytearray()
    for start in range(0, len(part.blocks), part.columns):
        blocks = [block_rows.rows(block) for block in part.blocks[start : start + part.columns]]
        for y in range(keep):
            row = b"".join(rows[y] for rows in blocks)
            wide = bytearray(len(row) * wider)
            for offset in range(wider):
                wide[offset::wider] = row
            plane += wide[:width] * higher
    return bytes(plane[: width * height])


class _Inverse:
    """The inverse transform of the ``keep`` × ``keep`` lowest frequencies (T.81, A.3.3, at a smaller size)."""

    def __init__(self, keep: int, quantiser: list[int]) -> None:
        self._keep = keep
        self._used = [
            (place, at // 8, at % 8, quantiser[place])
            for place, at in enumerate(ORDER)
            if at // 8 < keep and at % 8 < keep
        ]
        self._waves = [
            [
                (math.sqrt(1 / 8) if u == 0 else math.sqrt(2 / 8)) * math.cos((2 * x + 1) * u * math.pi / (2 * keep))
                for x in range(keep)
            ]
            for u in range(keep)
        ]
        self._dc = quantiser[0]

    def rows(self, block: Block) -> list[bytes]:
        keep, waves = self._keep, self._waves
        values = [(v, u, block[place] * step) for place, v, u, step in self._used if block[place]]
        if not values or values[0][:2] == (0, 0) == values[-1][:2]:
            flat = bytes((LIMITED[(block[0] * self._dc + 4) // 8 + 1152],)) * keep
            return [flat] * keep
        lines: list[list[float] | None] = [None] * keep
        for v, u, value in values:
            wave = waves[u]
            line = lines[v]
            lines[v] = (
                [value * w for w in wave] if line is None else [a + value * w for a, w in zip(line, wave, strict=True)]
            )
        there = [(waves[v], line) for v, line in enumerate(lines) if line is not None]
        rows = []
        for y in range(keep):
            row = [1152.5] * keep
            for wave, line in there:
                factor = wave[y]
                row = [a + factor * b for a, b in zip(row, line, strict=True)]
            rows.append(bytes([LIMITED[int(a)] for a in row]))
        return rows
