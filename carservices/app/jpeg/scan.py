"""The entropy-coded data of a JPEG file: numbers of blocks, sequential and progressive (ITU-T T.81, F.2, G.1, G.2)."""

from typing import NamedTuple

Block = list[int]
"""The 64 frequencies of 8 × 8 pixels, in zigzag order."""
Table = list[tuple[int, int]]
"""What the next 16 bits begin with: length and value of a code; length 0 for no code."""


class JpegError(ValueError):
    """No JPEG file, or one of a kind that is not decoded here."""


class Size(NamedTuple):
    width: int
    height: int


class Component:
    """One plane: ``across`` and ``down`` are its sampling factors, its blocks are those of whole MCUs."""

    def __init__(self, across: int, down: int, quantiser: int) -> None:
        self.across, self.down, self.quantiser = across, down, quantiser
        self.size = Size(0, 0)
        self.columns = 0
        self.blocks: list[Block] = []
        self.dc: Table = []
        self.ac: Table = []
        self.last = 0


class Bits:
    """Entropy-coded data, most significant bit first; zeros follow its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._bits, self._count = data, 0, 0, 0

    def _fill(self) -> None:
        chunk = self._data[self._at : self._at + 8].ljust(8, b"\0")
        self._at += 8
        self._bits = (self._bits & ((1 << self._count) - 1)) << 64 | int.from_bytes(chunk)
        self._count += 64

    def take(self, count: int) -> int:
        if self._count < count:
            self._fill()
        self._count -= count
        return self._bits >> self._count & (1 << count) - 1

    def symbol(self, table: Table) -> int:
        if self._count < 16:
            self._fill()
        length, value = table[self._bits >> self._count - 16 & 0xFFFF]
        if not length:
            raise JpegError("a damaged JPEG file (a code that its tables do not have)")
        self._count -= length
        return value

    def number(self, size: int) -> int:
        """A signed number of so many bits (T.81, F.2.2.1, EXTEND)."""
        value = self.take(size)
        return value if not size or value >> size - 1 else value - (1 << size) + 1


class Scan:
    """The blocks of one scan: frequencies ``first`` to ``last``, with ``low`` bits left for later ones."""

    def __init__(self, first: int, last: int, low: int) -> None:
        self.bits = Bits(b"")
        self.first, self.last, self.low = first, last, low
        self.run = 0

    def whole(self, block: Block, part: Component) -> None:
        """All of a block (sequential)."""
        self.dc_first(block, part)
        self._ac(block, part, 1, 63)

    def dc_first(self, block: Block, part: Component) -> None:
        part.last += self.bits.number(self.bits.symbol(part.dc) & 15)
        block[0] = part.last << self.low

    def dc_more(self, block: Block, part: Component) -> None:
        block[0] |= self.bits.take(1) << self.low

    def ac_first(self, block: Block, part: Component) -> None:
        if self.run:
            self.run -= 1
        else:
            self._ac(block, part, self.first, self.last)

    def _ac(self, block: Block, part: Component, at: int, last: int) -> None:
        bits, table, low = self.bits, part.ac, self.low
        while at <= last:
            skip, size = divmod(bits.symbol(table), 16)
            if size:
                at += skip
                if at > last:
                    raise JpegError("a damaged JPEG file (a block with too many values)")
                block[at] = bits.number(size) << low
                at += 1
            elif skip < 15:
                self.run = (1 << skip) + bits.take(skip) - 1
                return
            else:
                at += 16

    def ac_more(self, block: Block, part: Component) -> None:
        """One more bit of what is there, and what appears only now (T.81, G.1.2.3)."""
        bits, at, one = self.bits, self.first, 1 << self.low
        while not self.run and at <= self.last:
            skip, size = divmod(bits.symbol(part.ac), 16)
            fresh = 0
            if size:
                fresh = one if bits.take(1) else -one
            elif skip < 15:
                self.run = (1 << skip) + bits.take(skip)
                break
            at = self._refine(block, at, skip, one)
            if fresh and at <= self.last:
                block[at] = fresh
            at += 1
        if self.run:
            self._refine(block, at, 64, one)
            self.run -= 1

    def _refine(self, block: Block, at: int, zeros: int, one: int) -> int:
        """Go on over ``zeros`` zeros to the next, refining the others; where it is then."""
        while at <= self.last:
            if value := block[at]:
                if self.bits.take(1):
                    block[at] = value + (one if value > 0 else -one)
            elif not zeros:
                break
            else:
                zeros -= 1
            at += 1
        return at
