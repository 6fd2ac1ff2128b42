"""The app link on the wire: the kinds of records, their msgpack form, and whole records over one inherited socket.

A record is the msgpack array ``[kind, field, ...]``. One SEQPACKET message carries one record; where SEQPACKET is
missing (macOS), a u32 little-endian length goes before each record on a stream.
"""

import errno
import fcntl
import socket
import struct
import termios
from array import array
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

import msgpack

VERSION: Final = 1
SDK: Final = 1
"""The version of the SDK that a manifest's ``min_sdk`` is compared with."""
FD_VARIABLE: Final = "CARSERVICES_APP_FD"
BLOCKED_VARIABLE: Final = "CARSERVICES_APP_BLOCKED"
"""Seconds without a turn of its loop after which an app under development says on its standard error where it is."""
"""Environment variable with the number of the inherited file descriptor."""
MAX_FROM_APP: Final = 65_536
"""Bytes in one record of an app; images are sent in chunks."""
MAX_TO_APP: Final = 196_608
"""Bytes in one record to an app; Linux refuses about 212 kB with its default socket buffer (measured)."""
IMAGE_CHUNK: Final = 60_000
"""Bytes of compressed pixels in one IMAGE record."""


class Kind(IntEnum):
    """What a record is; below 64 an app says it, from 64 on the host does."""

    __hash__ = int.__hash__  # each record is looked up in tables, for which that of an enum is slow

    HELLO = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3
    GET = 4
    SET = 5
    CALL = 6
    WATCH = 7
    VIEW = 8
    IMAGE = 9
    NOTIFY = 10
    FINISH = 11
    LOG = 12
    PONG = 13
    MEDIA = 14
    PROVIDE = 15

    WELCOME = 64
    CONTEXT = 65
    GRANTED = 66
    VALUES = 67
    STREAM = 68
    OK = 69
    CONFIRMED = 70
    ERROR = 71
    ACTION = 72
    BACK = 73
    LIFE = 74
    PING = 75
    DENIED = 76
    CHECK = 77


FIELDS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.HELLO: ("version", "sdk"),
    Kind.SUBSCRIBE: ("subscription", "globs", "rate_hz"),
    Kind.UNSUBSCRIBE: ("subscription",),
    Kind.GET: ("request", "path"),
    Kind.SET: ("request", "path", "value"),
    Kind.CALL: ("request", "service", "method", "parameters"),
    Kind.WATCH: ("subscription", "service", "stream"),
    Kind.VIEW: ("screen", "depth", "seq", "tree"),
    Kind.IMAGE: ("image", "width", "height", "total", "offset", "data"),
    Kind.NOTIFY: ("tree",),
    Kind.FINISH: (),
    Kind.LOG: ("level", "text"),
    Kind.PONG: ("number",),
    Kind.MEDIA: ("tree",),
    Kind.PROVIDE: ("request", "path", "value"),
    Kind.WELCOME: ("version", "context"),
    Kind.CONTEXT: ("changes",),
    Kind.GRANTED: ("subscription", "signals", "denied"),
    Kind.VALUES: ("values",),
    Kind.STREAM: ("subscription", "tree"),
    Kind.OK: ("request", "result"),
    Kind.CONFIRMED: ("request", "value"),
    Kind.ERROR: ("request", "code", "message", "details"),
    Kind.ACTION: ("seq", "action", "arguments"),
    Kind.BACK: (),
    Kind.LIFE: ("phase",),
    Kind.PING: ("number",),
    Kind.DENIED: ("permission", "cure"),
    Kind.CHECK: ("violations",),
}
"""The fields of each kind. A record may carry more at its end: a newer peer's, and ignored.

An app numbers requests and subscriptions by one counter, so that ERROR can answer either; 0 is about no request. A
SET is answered by OK, and later by CONFIRMED or ERROR. ACTION with seq 0 is about a notification or the media state.
"""
KINDS: Final[dict[int, tuple[Kind, int]]] = {kind: (kind, len(names)) for kind, names in FIELDS.items()}
"""By number: the kind and how many fields it has."""
PACK: Final = msgpack.Packer().pack
"""One packer for all records: a new one costs twice what the packing of a short record does."""


class WireError(ValueError):
    """Bytes that are no record, or a record that lacks fields."""


class UnknownKind(WireError):
    """A record of a kind that this version does not know; answer it with ``ERROR(0, "UNSUPPORTED")``."""


class Record(NamedTuple):
    """One record; ``fields`` are exactly those of `FIELDS`."""

    kind: Kind
    fields: tuple[Any, ...]


def pack(kind: Kind, *fields: Any) -> bytes:
    """One record as bytes. Raises WireError for the wrong number of fields or a value msgpack does not know."""
    record: bytes
    if len(fields) != KINDS[kind][1]:
        raise WireError(f"{kind.name} has the fields {', '.join(FIELDS[kind]) or '(none)'}, not {len(fields)} of them")
    try:
        record = PACK((kind, *fields))
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"{kind.name}: {error}") from None
    return record


def unpack(data: bytes) -> Record:
    """The record that ``data`` holds. Raises WireError, and UnknownKind for a kind of another version."""
    try:
        parts = msgpack.unpackb(data, ext_hook=_no_extension)
    except (ValueError, msgpack.UnpackException, RecursionError, MemoryError) as error:
        raise WireError(f"not a record: {error or type(error).__name__}") from None
    if not isinstance(parts, list) or not parts or type(parts[0]) is not int:
        raise WireError("not a record: it has to be an array that begins with its kind")
    if (known := KINDS.get(parts[0])) is None:
        raise UnknownKind(f"unknown kind {parts[0]}")
    kind, most = known
    if len(parts) <= most:
        raise WireError(f"{kind.name} lacks the field '{FIELDS[kind][len(parts) - 1]}'")
    return Record(kind, tuple(parts[1 : most + 1]))


def _no_extension(code: int, _data: bytes) -> Any:
    raise ValueError(f"extension type {code}")


class LinkClosed(ConnectionError):
    """The other end is gone."""


class TooLong(WireError):
    """A record beyond what this end takes; the link is of no more use."""


def socketpair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a new link: the host's and the app's."""
    kind = getattr(socket, "SOCK_SEQPACKET", None)
    try:
        return socket.socketpair(socket.AF_UNIX, kind) if kind is not None else socket.socketpair()
    except OSError:  # macOS has the constant, but not for AF_UNIX
        return socket.socketpair()


class Channel:
    """One end of a link over a socket that it makes non-blocking; whole records in, whole records out."""

    def __init__(self, sock: socket.socket, limit: int) -> None:
        """``limit``: bytes in one record that this end takes."""
        sock.setblocking(False)
        self._sock = sock
        self._limit = limit
        self._stream = sock.type == socket.SOCK_STREAM
        self._in = bytearray()
        self._out = bytearray()
        self._packet = memoryview(bytearray(0 if self._stream else limit + 1))
        """Each packet is read into it, and one too long fills it: `recv` makes a buffer of the limit's size each time,
        for which the allocator may take 15 µs."""
        self._size = array("i", (0,))

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    @property
    def pending(self) -> int:
        """Bytes of a record that went out in part (streams only): call `flush` when the socket can be written."""
        return len(self._out)

    def send(self, record: bytes) -> bool:
        """Hand over a whole record; False, with nothing sent, while the other end does not read.

        Raises LinkClosed when it is gone and TooLong for a record that no socket takes.
        """
        try:
            if not self._stream:
                return self._sock.send(record) == len(record)
            if not self.flush():
                return False
            self._out += struct.pack("<I", len(record)) + record
            self.flush()
            return True
        except BlockingIOError:
            return False
        except OSError as error:
            raise self._gone(error, len(record)) from None

    def flush(self) -> bool:
        """Send what is left of the last record; True when nothing is."""
        try:
            while self._out:
                del self._out[: self._sock.send(self._out)]
        except BlockingIOError:
            return False
        except OSError as error:
            raise self._gone(error, len(self._out)) from None
        return True

    def records(self, most: int = 256) -> Iterator[bytes]:
        """What has arrived, without waiting. Raises LinkClosed when nothing will any more, TooLong beyond the limit."""
        return self._from_stream(most) if self._stream else self._from_packets(most)

    def _from_packets(self, most: int) -> Iterator[bytes]:
        for _ in range(most):
            try:
                length = self._sock.recv_into(self._packet)
            except BlockingIOError:
                return
            except OSError as error:
                raise self._gone(error, 0) from None
            if length > self._limit:
                raise TooLong(f"a record of more than {self._limit} bytes")
            if not length:
                raise LinkClosed("the other end closed the link")
            yield bytes(self._packet[:length])
            if not self._more():
                return

    def _more(self) -> bool:
        """Whether another packet waits: a read that finds none costs four times as much as to ask."""
        fcntl.ioctl(self._sock, termios.FIONREAD, self._size)
        return self._size[0] > 0

    def _from_stream(self, most: int) -> Iterator[bytes]:
        for _ in range(most):
            while (length := self._length()) is None or len(self._in) < 4 + length:
                try:
                    data = self._sock.recv(self._limit)
                except BlockingIOError:
                    return
                except OSError as error:
                    raise self._gone(error, 0) from None
                if not data:
                    raise LinkClosed("the other end closed the link")
                self._in += data
            yield bytes(self._in[4 : 4 + length])
            del self._in[: 4 + length]

    def _length(self) -> int | None:
        if len(self._in) < 4:
            return None
        length: int = struct.unpack_from("<I", self._in)[0]
        if length > self._limit:
            raise TooLong(f"a record of {length} bytes, at most {self._limit} are taken")
        return length

    def _gone(self, error: OSError, size: int) -> Exception:
        if error.errno == errno.EMSGSIZE:
            return TooLong(f"a record of {size} bytes is more than the socket takes")
        return LinkClosed(f"the link is gone: {error.strerror or error}")
