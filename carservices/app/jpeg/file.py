"""A JPEG file as it is read, marker by marker: tables, planes and scans (ITU-T T.81, A.1, A.2, B.2, C.2)."""

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

from carservices.app.jpeg.scan import Bits, Block, Component, JpegError, Scan, Size, Table

START: Final = {0xC0: False, 0xC1: False, 0xC2: True}
"""Marker of a frame that is decoded here → whether it is progressive."""
OTHER_FRAMES: Final = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""
DHT, DQT, DRI, SOS, EOI, ADOBE = 0xC4, 0xDB, 0xDD, 0xDA, 0xD9, 0xEE
SCAN_END: Final = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
MAX_SCANS: Final = 64
"""Progressive files have about ten; more of them only cost time."""


class Picture:
    """A file as it is read, marker by marker."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.size = Size(0, 0)
        self.parts: dict[int, Component] = {}
        self.quantisers: dict[int, list[int]] = {}
        self.is_rgb = False
        self._progressive = False
        self._tables: dict[int, Table] = {}
        self._restart = 0
        self._scans = 0

    def read(self, data: bytes) -> None:
        at = 2
        while at < len(data) - 3:
            marker = data[at + 1]
            if data[at] != 0xFF or marker in BARE or marker == 0xFF:
                at += 1 if marker == 0xFF or data[at] != 0xFF else 2
                continue
            if marker == EOI:
                break
            length = int.from_bytes(data[at + 2 : at + 4])
            body = data[at + 4 : at + 2 + length]
            at += 2 + max(2, length)
            if marker == SOS:
                end = found.start() if (found := SCAN_END.search(data, at)) else len(data)
                self._scan(body, data[at:end])
                at = end
            else:
                self._segment(marker, body)
        if not self._scans:
            raise JpegError("a JPEG file without a picture")

    def _segment(self, marker: int, body: bytes) -> None:
        if marker in OTHER_FRAMES:
            raise JpegError("only baseline and progressive JPEG files can be decoded without Pillow")
        if marker in START:
            self._progressive = START[marker]
            self._frame(body)
        elif marker == DHT:
            self._huffman(body)
        elif marker == DQT:
            while body:
                wide = body[0] >> 4
                count = 128 if wide else 64
                self.quantisers[body[0] & 15] = list(struct.unpack(">64H" if wide else ">64B", body[1 : 1 + count]))
                body = body[1 + count :]
        elif marker == DRI:
            self._restart = int.from_bytes(body[:2])
        elif marker == ADOBE and body[:5] == b"Adobe":
            self.is_rgb = body[11] == 0

    def _frame(self, body: bytes) -> None:
        depth, height, width, count = struct.unpack(">BHHB", body[:6])
        if not 0 < width * height <= self._most:
            raise JpegError(f"{width} × {height} pixels, at most {self._most} pixels are taken")
        if depth != 8 or count not in (1, 3) or self.parts:
            raise JpegError("only JPEG files with 8 bits, in grey or colour, can be decoded without Pillow")
        self.size = Size(width, height)
        for name, factors, quantiser in struct.iter_unpack("BBB", body[6 : 6 + 3 * count]):
            self.parts[name] = Component(factors >> 4, factors & 15, quantiser)
        across, down = self.most_across, self.most_down
        if any(not part.across or not part.down or across % part.across or down % part.down for part in self._all):
            raise JpegError("only JPEG files with whole sampling factors can be decoded without Pillow")
        wide, high = self._mcus
        for part in self._all:
            part.size = Size(-(-width * part.across // (8 * across)), -(-height * part.down // (8 * down)))
            part.columns = wide * part.across
            part.blocks = [[0] * 64 for _ in range(part.columns * high * part.down)]

    @property
    def _all(self) -> list[Component]:
        return list(self.parts.values())

    @property
    def most_across(self) -> int:
        return max(part.across for part in self._all)

    @property
    def most_down(self) -> int:
        return max(part.down for part in self._all)

    @property
    def _mcus(self) -> Size:
        return Size(-(-self.size.width // (8 * self.most_across)), -(-self.size.height // (8 * self.most_down)))

    def _huffman(self, body: bytes) -> None:
        """Tables of what the next 16 bits begin with: length and value of a code (T.81, C.2)."""
        while body:
            counts, values = body[1:17], body[17 : 17 + sum(body[1:17])]
            table: Table = []
            code = 0
            for length, count in enumerate(counts, 1):
                for _ in range(count):
                    table += [(length, values[code])] * (1 << 16 - length)
                    code += 1
            if len(table) > 1 << 16:
                raise JpegError("a damaged JPEG file (a table with too many codes)")
            self._tables[body[0]] = table + [(0, 0)] * ((1 << 16) - len(table))
            body = body[17 + len(values) :]

    def _scan(self, head: bytes, data: bytes) -> None:
        self._scans += 1
        if self._scans > MAX_SCANS:
            raise JpegError(f"a JPEG file with more than {MAX_SCANS} scans")
        parts = []
        for name, tables in struct.iter_unpack("BB", head[1 : 1 + 2 * head[0]]):
            part = self.parts[name]
            part.dc, part.ac = self._tables.get(tables >> 4, []), self._tables.get(16 + (tables & 15), [])
            parts.append(part)
        first, last, bits = head[1 + 2 * head[0] :][:3]
        scan = Scan(first, min(last, 63), bits & 15 if self._progressive else 0)
        decode = self._decoder(scan, is_first=not bits >> 4)
        intervals = iter(RESTART.split(data))
        for number, unit in enumerate(self._units(parts)):
            if number == 0 or (self._restart and number % self._restart == 0):
                scan.bits, scan.run = Bits(next(intervals, b"").replace(b"\xff\x00", b"\xff")), 0
                for part in parts:
                    part.last = 0
            for block, part in unit:
                decode(block, part)

    def _decoder(self, scan: Scan, *, is_first: bool) -> Callable[[Block, Component], None]:
        if not self._progressive:
            return scan.whole
        if scan.first == 0:
            return scan.dc_first if is_first else scan.dc_more
        return scan.ac_first if is_first else scan.ac_more

    def _units(self, parts: list[Component]) -> Iterator[list[tuple[Block, Component]]]:
        """Blocks as they follow each other: of one component alone, or of all in MCUs (T.81, A.2)."""
        if len(parts) == 1:
            (part,) = parts
            for row in range(part.size.height):
                for block in part.blocks[row * part.columns :][: part.size.width]:
                    yield [(block, part)]
            return
        wide, high = self._mcus
        for y in range(high):
            for x in range(wide):
                yield [
                    (part.blocks[(y * part.down + down) * part.columns + x * part.across + across], part)
                    for part in parts
                    for down in range(part.down)
                    for across in range(part.across)
                ]
