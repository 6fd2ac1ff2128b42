"""The hub's end of all ZeroMQ connections, spoken on unix sockets in the hub's own loop: accept, check, read, write.

libzmq carries each message through a thread of its own at either end: four wakes more on the way of a value.
"""

import functools
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from carservices.bus import kernel, zmtp
from carservices.bus.poller import READ, WRITE, Poller

CHUNK = 1 << 16
"""Bytes read from one connection before the others get their turn."""
TURN_SECONDS = 0.005
"""How long the messages of one connection are worked on before the others get their turn."""
BACKLOG = 128
"""Connections that wait to be accepted."""
HANDSHAKE_SECONDS = 2.0
"""Who has not proven a name by then is cut off."""
HANDSHAKE_FRAME = 2048
"""Bytes of a frame of who has not proven a name: two texts of 255 and what libzmq says of itself fit well."""

Admit = Callable[[str, str, int, int], bytes]
"""What (user, token, uid, pid) is refused with; nothing for who may come in."""


def named(user: str) -> str:
    """The name that a token proves; what follows it tells the connections of one name apart."""
    return user.partition("#")[0]


@dataclass(eq=False)
class Line:
    """One socket that listens, and what becomes of its connections.

    ``take`` gets (connection, message), ``gone`` hears of the end of a proven one. A message in has at most
    ``largest`` bytes; ``waiting`` bytes wait for who does not read, and what is said then is lost.
    """

    path: Path
    kind: str
    take: "Callable[[End, bytes], None]"
    gone: "Callable[[End], None]"
    largest: int
    waiting: int

    def __post_init__(self) -> None:
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen(BACKLOG)
        self.socket.setblocking(False)


class End:
    """One accepted connection: what it has proven, and what waits for it to read."""

    __slots__ = (
        "blocked",
        "claimed",
        "frames",
        "line",
        "missed",
        "pid",
        "since",
        "size",
        "socket",
        "splitter",
        "topics",
        "uid",
        "unread",
        "unsent",
        "user",
    )

    def __init__(self, line: Line, accepted: socket.socket) -> None:
        self.line = line
        self.socket = accepted
        self.pid, self.uid = kernel.peer(accepted)
        self.since = time.monotonic()
        self.claimed = ""
        self.user = ""
        """Who it is, once the handshake has shown it."""
        self.splitter = zmtp.Splitter(HANDSHAKE_FRAME)
        self.unread: Iterator[tuple[int, bytes]] = iter(())
        self.frames = 0  # of a message that is not whole yet
        self.unsent: list[bytes] = []
        self.size = 0  # of what waits
        self.blocked = False
        self.topics: set[bytes] = set()
        self.missed: set[bytes] = set()


class Server:
    """``garbled`` hears what nobody can read, ``drained`` of the end of a queue that was too long for some topics."""

    def __init__(
        self,
        poller: Poller,
        admit: Admit,
        garbled: Callable[[End, str], None],
        drained: Callable[[End, set[bytes]], None],
    ) -> None:
        self._poller = poller
        self._admit = admit
        self._garbled = garbled
        self._drained = drained
        self._lines: list[Line] = []
        self._tired: list[Line] = []
        self.ends: set[End] = set()
        self.held: Counter[str] = Counter()
        """Connections of each name."""
        self._spoken_to: set[End] = set()
        self.behind: set[End] = set()
        """Whose last turn was too short for all they had said."""
        self._broken: list[End] = []

    def listen(self, line: Line) -> None:
        self._lines.append(line)
        self._poller.watch(line.socket.fileno(), functools.partial(self._accept, line))

    def close(self) -> None:
        for end in self.ends:
            end.socket.close()
        for line in self._lines:
            line.socket.close()

    def cut(self, end: End) -> None:
        """End a connection."""
        if end not in self.ends:
            return
        self.ends.discard(end)
        self._spoken_to.discard(end)
        self.behind.discard(end)
        self._poller.forget(end.socket.fileno())
        end.socket.close()
        self.held -= Counter([named(end.claimed)])
        if end.user:
            end.line.gone(end)

    def tick(self) -> None:
        """Cut off who says nothing, and accept again after there was no descriptor left."""
        late = time.monotonic() - HANDSHAKE_SECONDS
        for end in [end for end in self.ends if not end.user and end.since < late]:
            self.cut(end)
        while self._tired:
            line = self._tired.pop()
            self._poller.watch(line.socket.fileno(), functools.partial(self._accept, line))

    # -- writing -----------------------------------------------------------------------------------------------------

    def send(self, end: End, frame: bytes) -> bool:
        """Have it leave at the next `flush`; False when the other end does not read, or is not there."""
        return end in self.ends and not self.spread((end,), frame)

    def spread(self, ends: Collection[End], frame: bytes) -> list[End]:
        """`send` to many that are there; returns those that do not read."""
        size = len(frame)
        full: list[End] = []
        for end in ends:
            if end.size > end.line.waiting and not self._has_room(end):
                full.append(end)
                continue
            end.unsent.append(frame)
            end.size += size
        self._spoken_to.update(ends)
        return full

    def _has_room(self, end: End) -> bool:
        """Whether what waits fits again once the kernel has taken what it can."""
        if not end.blocked:
            self._write(end)
        return end.size <= end.line.waiting

    def flush(self) -> None:
        """What was sent since the last time leaves now, that of each connection together."""
        while self._spoken_to or self._broken:
            spoken_to, self._spoken_to = self._spoken_to, set()
            for end in spoken_to:
                if not end.blocked:
                    self._write(end)
            broken, self._broken = self._broken, []
            for end in broken:
                self.cut(end)

    def _write(self, end: End) -> None:
        data = end.unsent[0] if len(end.unsent) == 1 else b"".join(end.unsent)
        try:
            sent = end.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._broken.append(end)
            return
        end.size = len(data) - sent
        end.unsent = [data[sent:]] if end.size else []
        if end.blocked is not bool(end.size):
            end.blocked = bool(end.size)
            self._poller.want(end.socket.fileno(), READ | WRITE if end.blocked else READ)
        if end.missed and not end.blocked:
            missed, end.missed = end.missed, set()
            self._drained(end, missed)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _accept(self, line: Line, _events: int) -> None:
        try:
            accepted, _ = line.socket.accept()
        except BlockingIOError:
            return
        except OSError:  # no descriptor left: asked again at once it would have none either
            self._poller.forget(line.socket.fileno())
            self._tired.append(line)
            return
        accepted.setblocking(False)
        end = End(line, accepted)
        self.ends.add(end)
        self._poller.watch(accepted.fileno(), functools.partial(self._stirred, end))
        self.send(end, zmtp.SERVER_GREETING)

    def _stirred(self, end: End, events: int) -> None:
        if events & WRITE:
            self._write(end)
        if events == WRITE or end in self.behind:
            return
        try:
            data = end.socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.cut(end)
            return
        try:
            if end.user and not end.frames and (message := end.splitter.lone(data)) is not None:
                end.line.take(end, message)
                return
            end.unread = iter(end.splitter.feed(data))
        except ValueError as error:
            self._garbled(end, str(error))
            self.cut(end)
        else:
            self._take(end)

    def go_on(self) -> None:
        """A turn for those who are behind."""
        for end in list(self.behind):
            self._take(end)

    def _take(self, end: End) -> None:
        """Work on what has been read, for one turn at most."""
        over = time.monotonic() + TURN_SECONDS
        try:
            for flags, body in end.unread:
                if flags & ~zmtp.LONG or not end.user or end.frames:
                    self._unusual(end, flags, body)
                else:
                    end.line.take(end, body)
                if time.monotonic() > over:
                    self.behind.add(end)
                    return
        except ValueError as error:
            self._garbled(end, str(error))
            self.cut(end)
        self.behind.discard(end)

    def _unusual(self, end: End, flags: int, body: bytes) -> None:
        """A command, or part of a message in several frames, which nobody here speaks."""
        if flags & zmtp.COMMAND:
            if not end.user:
                self._handshake(end, body)
            elif body.startswith(zmtp.PING):
                self.send(end, zmtp.pong(body))
            return
        if not end.user:
            raise ValueError("a message before the handshake")
        end.frames += 1
        if not flags & zmtp.MORE:
            self._garbled(end, f"{end.frames} frames instead of 1")
            end.frames = 0

    def _handshake(self, end: End, command: bytes) -> None:
        if command.startswith(zmtp.HELLO) and not end.claimed:
            user, token = zmtp.credentials(command)
            if refusal := self._admit(user, token, end.uid, end.pid):
                self.send(end, zmtp.framed(refusal, zmtp.COMMAND))
                self._write(end)
                raise ValueError("refused")
            end.claimed = user
            self.held[named(user)] += 1
            self.send(end, zmtp.framed(zmtp.WELCOME, zmtp.COMMAND))
        elif command.startswith(zmtp.INITIATE) and end.claimed:
            end.user = end.claimed
            end.splitter.largest = end.line.largest
            self.send(end, zmtp.with_type(zmtp.READY, end.line.kind))
        else:
            raise ValueError("no handshake")
