"""One log of lines per process, limited in size, and one reader that merges them by time."""

import heapq
import io
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

MOST_BYTES = 512 * 1024
"""Of one file; with the one before it a process keeps at most twice this."""
LONGEST_LINE = 8192
SUFFIX = ".log"
OLD_SUFFIX = ".log.1"
TAIL_LINES = 200
"""Kept in memory for a crash report."""


class Entry(NamedTuple):
    """One line of a log: ``time`` as written (ISO 8601, local), the process, and what it said."""

    time: str
    name: str
    text: str


class Place(NamedTuple):
    """A place in the log of one process: which file, and how many bytes into it."""

    inode: int
    offset: int


NOWHERE = Place(0, 0)


class Log:
    """Takes the output of one process. A disk that refuses costs lines, never the process.

    ``notice`` hears once that lines are being lost.
    """

    def __init__(self, directory: Path, name: str, notice: Callable[[str], None]) -> None:
        self.lost = 0
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._path = directory / f"{name}{SUFFIX}"
        self._old = directory / f"{name}{OLD_SUFFIX}"
        self._notice = notice
        self._file: IO[bytes] | None = None
        self._size = 0
        self._rest = b""
        self._failing = False

    def feed(self, data: bytes) -> None:
        """Output as it came; whole lines are written, the rest waits for its end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        self._write(lines)

    def line(self, text: str) -> None:
        self._write([text.encode(errors="surrogateescape")])

    def flush(self) -> None:
        """The process ended: what it said last may lack its line's end."""
        rest, self._rest = self._rest, b""
        if rest:
            self._write([rest])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, lines: Sequence[bytes]) -> None:
        if not lines:
            return
        stamp = datetime.now().isoformat(timespec="milliseconds")
        texts = [line[:LONGEST_LINE].decode(errors="replace").rstrip() for line in lines]
        self.tail.extend(texts)
        try:
            if self._failing:
                self._append([f"{stamp} {self.lost} lines were lost here: the log could not be written\n"])
            self._append([f"{stamp} {text}\n" for text in texts])
            self._failing = False
        except OSError as error:
            self._lose(len(lines), error)

    def _append(self, lines: list[str]) -> None:
        if self._file is None or self._size > MOST_BYTES:
            self._roll()
        assert self._file is not None
        data = "".join(lines).encode()
        self._file.write(data)
        self._size += len(data)

    def _roll(self) -> None:
        self.close()
        if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
            self._path.replace(self._old)
        self._file = self._path.open("ab", buffering=0)
        self._size = self._file.tell()

    def _lose(self, count: int, error: OSError) -> None:
        self.lost += count
        self.close()
        if not self._failing:
            self._failing = True
            self._notice(
                f"{self._path} cannot be written ({error.strerror}): lines are lost until there is room again; "
                f"the car goes on"
            )


def names(directory: Path) -> list[str]:
    """The processes that have a log. Raises OSError for a place that cannot be looked at."""
    try:
        files = [file.name for file in directory.iterdir()]  # `glob` is silent about errors from Python 3.13 on
    except FileNotFoundError:
        return []
    return sorted(name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX))


def ends(directory: Path, chosen: Sequence[str]) -> dict[str, Place]:
    """Where the logs of these processes end now."""
    return {name: _end(directory, name) for name in chosen}


def read(directory: Path, ends: Mapping[str, Place]) -> Iterator[Entry]:
    """What these processes said up to there, in the order of time."""
    return heapq.merge(*(_entries(directory, name, end) for name, end in ends.items()))


def follow(
    directory: Path, choose: Callable[[], Sequence[str]], ends: Mapping[str, Place], interval: float = 0.2
) -> Iterator[Entry]:
    """What is said from there on, without end; processes that appear later join in."""
    positions = dict(ends)
    rests: dict[str, bytes] = {}
    while True:
        fresh: list[Entry] = []
        for name in choose():
            data, positions[name] = _read_on(directory / f"{name}{SUFFIX}", positions.get(name, NOWHERE))
            *lines, rests[name] = (rests.get(name, b"") + data).split(b"\n")
            fresh += [_entry(name, line.decode(errors="replace")) for line in lines]
        yield from sorted(fresh)
        time.sleep(interval)


def _entries(directory: Path, name: str, end: Place) -> Iterator[Entry]:
    for path, size in ((directory / f"{name}{OLD_SUFFIX}", None), (directory / f"{name}{SUFFIX}", end.offset)):
        if path.exists():
            with path.open("rb") as file:
                for line in io.BytesIO(file.read(size)):
                    yield _entry(name, line.decode(errors="replace").rstrip("\n"))


def _entry(name: str, line: str) -> Entry:
    stamp, _, text = line.partition(" ")
    return Entry(stamp, name, text)


def _end(directory: Path, name: str) -> Place:
    try:
        facts = (directory / f"{name}{SUFFIX}").stat()
    except FileNotFoundError:
        return NOWHERE
    return Place(facts.st_ino, facts.st_size)


def _read_on(path: Path, position: Place) -> tuple[bytes, Place]:
    """What was added to a log since, also when it was rolled over in between."""
    inode, offset = position
    try:
        current = path.stat().st_ino
        if current == inode:
            data = _read_from(path, offset)
            return data, Place(current, offset + len(data))
        rest = b""
        old = path.with_name(f"{path.name}.1")
        if inode and old.exists() and old.stat().st_ino == inode:
            rest = _read_from(old, offset)
        data = _read_from(path, 0)
        return rest + data, Place(current, len(data))
    except FileNotFoundError:
        return b"", position


def _read_from(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()
