"""What both ends of a ZeroMQ connection say: ZMTP 3.0 with PLAIN, as bytes.

Sources: https://rfc.zeromq.org/spec/23/ (ZMTP 3.0) and https://rfc.zeromq.org/spec/24/ (PLAIN).
"""

from carservices.bus import wire

GREETED = 64
"""Bytes of a greeting: signature (10), version (2), mechanism (20), as-server (1), filler."""
_OPENING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"PLAIN".ljust(20, b"\0")
CLIENT_GREETING = _OPENING + bytes(32)
SERVER_GREETING = _OPENING + b"\x01" + bytes(31)
MORE, LONG, COMMAND = 1, 2, 4
"""The flags that a frame begins with."""
SHORT_MAX = 255
"""Bytes of a body whose length fits one byte; of a name or token too."""
SUBSCRIBE, UNSUBSCRIBE = b"\x01", b"\x00"
WELCOME = b"\x07WELCOME"
READY = b"\x05READY"
HELLO = b"\x05HELLO"
INITIATE = b"\x08INITIATE"
PING, PONG = b"\x04PING", b"\x04PONG"
"""Of ZMTP 3.1 (https://rfc.zeromq.org/spec/37/); libzmq with heartbeats asks also who speaks 3.0."""
PING_HEAD, PING_CONTEXT = len(PING) + 2, 16
"""Bytes before what comes back of a ping (a time to live is there), and of that at most."""
REFUSAL, FULL = b"\x05ERROR" + b"\x03400", b"\x05ERROR" + b"\x03300"
"""As in ZAP: 400 these credentials are not good, 300 not now. libzmq 4.3.5 misspells this command, and reports an
unexpected one."""


def framed(body: bytes, flags: int = 0) -> bytes:
    """A frame: flags, length in one byte or eight, body."""
    if len(body) <= SHORT_MAX:
        return bytes((flags, len(body))) + body
    return bytes((flags | LONG,)) + len(body).to_bytes(8, "big") + body


def hello(user: str, token: str) -> bytes:
    """The command by which a client says who it is. Raises ValueError for what is longer than 255 bytes."""
    texts = (user.encode(), token.encode())
    return framed(HELLO + b"".join(bytes((len(text),)) + text for text in texts), COMMAND)


def credentials(command: bytes) -> tuple[str, str]:
    """User and token of a `hello`. Raises ValueError."""
    texts = command[len(HELLO) :]
    try:
        token = 1 + texts[0]
        end = token + 1 + texts[token]
    except IndexError:
        raise ValueError("a hello without credentials") from None
    return texts[1:token].decode(errors="replace"), texts[token + 1 : end].decode(errors="replace")


def pong(ping: bytes) -> bytes:
    """The answer to a ping."""
    return framed(PONG + ping[PING_HEAD : PING_HEAD + PING_CONTEXT], COMMAND)


def with_type(command: bytes, kind: str) -> bytes:
    """A command with the type of the socket that speaks: `INITIATE` of a client, `READY` of a server."""
    return framed(command + b"\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind.encode(), COMMAND)


def check_greeting(greeting: bytes) -> None:
    """Raises ValueError for what does not begin as ZMTP 3 with PLAIN."""
    signature, version, mechanism = greeting[:10], greeting[10], greeting[12:32]
    if signature[:1] + signature[9:] != b"\xff\x7f" or version < 3 or mechanism != _OPENING[12:]:
        raise ValueError("no greeting of ZMTP 3 with PLAIN")


class Splitter:
    """Cuts what comes after the greeting, in pieces of any size, into frames of at most so many bytes (255 or more)."""

    def __init__(self, largest: int = wire.MAX_MESSAGE) -> None:
        self.largest = largest
        self._greeting = b""
        self._rest = bytearray()
        self._wanted = 0
        self._between = False  # two frames: what comes next begins one

    def lone(self, data: bytes) -> bytes | None:
        """The message in ``data`` when that is just this, and short, as nearly always; else it is for `feed`."""
        if self._between and len(data) > 1 and data[1] == len(data) - 2 and not data[0]:
            return data[2:]
        return None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are whole now, as (flags, body). Raises ValueError for what is none, or too large."""
        if len(self._greeting) < GREETED:
            missing = GREETED - len(self._greeting)
            self._greeting += data[:missing]
            data = data[missing:]
            if len(self._greeting) == GREETED:
                check_greeting(self._greeting)
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return []
            data, self._rest = bytes(self._rest), bytearray()
        frames: list[tuple[int, bytes]] = []
        start, size, wanted = 0, len(data), 2
        while size - start >= wanted:
            flags = data[start]
            head = start + (9 if flags & LONG else 2)
            if head > size:
                wanted = 9
                continue
            length = int.from_bytes(data[start + 1 : head], "big")
            if length > self.largest:
                raise ValueError(f"a frame of {length} bytes; {self.largest} are allowed")
            end = head + length
            if end > size:
                wanted = end - start
                continue
            frames.append((flags, data[head:end]))
            start, wanted = end, 2
        if start < size:
            self._rest += data[start:]
            self._wanted = wanted
        self._between = len(self._greeting) == GREETED and not self._rest
        return frames
