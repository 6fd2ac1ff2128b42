"""Ogg as stations send it: a chain of pieces, each with its title, of which a decoder takes one (RFC 3533, §4)."""

import struct
from collections.abc import Callable
from typing import Final

import miniaudio  # type: ignore[import-untyped]

PAGE: Final = struct.Struct("<4sBBqIIIB")
"""Its head: mark, version, flags, position, serial and page number, checksum, number of segments."""
MARK: Final = b"OggS"
BEGINS: Final = 0x02
"""The flag of the first page of a stream."""
COMMENTS: Final = b"\x03vorbis"
"""How the packet of the comments begins (Vorbis I, §5)."""
MOST_COMMENTS: Final = 100


class Chain(miniaudio.StreamableSource):  # type: ignore[misc]
    """One piece after the other out of what ``read`` gives; between two of them it says that it is at its end."""

    def __init__(self, read: Callable[[int], bytes], on_title: Callable[[str], None]) -> None:
        self._read = read
        self._on_title = on_title
        self._waiting = b""
        self._next = self._page()
        self._heads = True

    def more(self) -> bool:
        """Whether another piece follows, which is then read."""
        self._heads = True
        return bool(self._next)

    def read(self, num_bytes: int) -> bytes:
        if not self._waiting:
            begins = bool(self._next) and bool(self._next[5] & BEGINS)
            if begins and not self._heads:
                return b""
            self._heads = begins
            self._waiting, self._next = self._next, self._page()
        data, self._waiting = self._waiting[:num_bytes], self._waiting[num_bytes:]
        return data

    def _page(self) -> bytes:
        """Empty at the end, or where there is no page."""
        head = self._exactly(PAGE.size)
        if not head.startswith(MARK):
            return b""
        lengths = self._exactly(head[-1])
        body = self._exactly(sum(lengths))
        if body.startswith(COMMENTS) and (title := title_of(body[len(COMMENTS) :])):
            self._on_title(title)
        return head + lengths + body

    def _exactly(self, size: int) -> bytes:
        """So many bytes, or none."""
        data = b""
        while len(data) < size:
            if not (more := self._read(size - len(data))):
                return b""
            data += more
        return data


def title_of(comments: bytes) -> str:
    """``ARTIST - TITLE`` out of a packet of comments, as ICY has it; empty without a title or when it is damaged."""
    words: dict[str, str] = {}
    try:
        at = 4 + struct.unpack_from("<I", comments)[0]
        (count,) = struct.unpack_from("<I", comments, at)
        at += 4
        for _ in range(min(count, MOST_COMMENTS)):
            (size,) = struct.unpack_from("<I", comments, at)
            name, _, text = comments[at + 4 : at + 4 + size].decode(errors="replace").partition("=")
            words[name.upper()] = text.strip()
            at += 4 + size
    except struct.error:
        pass
    return " - ".join(filter(None, (words.get("ARTIST"), words["TITLE"]))) if words.get("TITLE") else ""
