"""Decodes PNG files as icons have them: 8 bits a channel, grey, RGB, palette, with or without alpha, not interlaced.

Source: Portable Network Graphics Specification, 3rd edition (W3C), 5 (chunks), 9 (filters).
"""

import struct
import zlib
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type → bytes of one pixel: grey, RGB, palette, grey with alpha, RGBA."""


class PngError(ValueError):
    """No PNG file, or one of a kind that is not decoded here."""


def decode(data: bytes, most: int) -> tuple[int, int, bytes]:
    """Width, height and RGBA rows from the top. Raises PngError, also for more than ``most`` pixels."""
    try:
        return _decode(data, most)
    except (struct.error, zlib.error, IndexError, KeyError) as error:
        raise PngError(f"a damaged PNG file ({error})") from None


def _decode(data: bytes, most: int) -> tuple[int, int, bytes]:
    if data[:8] != SIGNATURE:
        raise PngError("not a PNG file")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        chunks[name] = chunks.get(name, b"") + data[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if not 0 < width * height <= most:
        raise PngError(f"{width} × {height} pixels, at most {most} pixels are taken")
    if depth != 8 or interlace:
        raise PngError("only PNG files with 8 bits a channel and without interlacing can be decoded without Pillow")
    channels = CHANNELS[colour]
    size = (width * channels + 1) * height
    raw = zlib.decompressobj().decompress(chunks[b"IDAT"], size)
    if len(raw) != size:
        raise PngError("a damaged PNG file (rows are missing)")
    return width, height, _rgba(_unfilter(raw, width * channels, channels, height), colour, chunks)


def _unfilter(raw: bytes, stride: int, step: int, height: int) -> bytes:
    above = bytearray(stride)
    rows = bytearray()
    for y in range(height):
        start = y * (stride + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        if kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, above, strict=True))
        elif kind in (1, 3, 4):
            for x in range(stride):
                left, up = (row[x - step] if x >= step else 0), above[x]
                corner = above[x - step] if x >= step else 0
                guess = left if kind == 1 else (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
                row[x] = (row[x] + guess) & 255
        elif kind:
            raise PngError(f"a damaged PNG file (filter {kind})")
        rows += row
        above = row
    return bytes(rows)


def _paeth(left: int, up: int, corner: int) -> int:
    """The neighbour nearest to left + up - corner."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def _rgba(pixels: bytes, colour: int, chunks: dict[bytes, bytes]) -> bytes:
    if colour == 6:
        return pixels
    count = len(pixels) // CHANNELS[colour]
    out = bytearray(b"\xff" * (4 * count))
    if colour == 2:
        for channel in range(3):
            out[channel::4] = pixels[channel::3]
    elif colour == 3:
        palette, alpha = chunks[b"PLTE"], chunks.get(b"tRNS", b"")
        for channel in range(3):
            out[channel::4] = bytes(palette[3 * p + channel] for p in pixels)
        out[3::4] = bytes(alpha[p] if p < len(alpha) else 255 for p in pixels)
    else:
        grey = pixels if colour == 0 else pixels[0::2]
        for channel in range(3):
            out[channel::4] = grey
        if colour == 4:
            out[3::4] = pixels[1::2]
    return bytes(out)
