"""A client's end of one ZeroMQ connection, spoken on its unix socket by the asyncio loop itself."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import cast

from carservices.bus import zmtp

WRITE_AHEAD = 1 << 20
"""Bytes that wait for an end that does not read, beside what the kernel holds; its caller keeps what is newer."""
LINGER = 0.1
"""Seconds that what is written has to leave before a connection is cut."""


class Refused(ConnectionError):
    """The other end does not take our name and token; the message says why."""


class Connection(asyncio.Protocol):
    """One connection; `open` makes it, and once ``lost`` is done it is over.

    ``take`` gets each message; what it raises is for ``report``. ``room`` is called when what could not be sent can be
    sent again, that is once ``ahead`` bytes no longer wait. Raises ValueError for a name or token of more than 255
    bytes.
    """

    def __init__(
        self,
        kind: str,
        credentials: tuple[str, str],
        report: Callable[[Exception], None],
        take: Callable[[bytes], None] = lambda _message: None,
        room: Callable[[], None] = lambda: None,
        ahead: int = WRITE_AHEAD,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = loop.create_future()
        self.take = take
        self._room = room
        self._ahead = ahead
        self._up: asyncio.Future[None] = loop.create_future()
        self._report = report
        self._hello = zmtp.hello(*credentials)
        self._initiate = zmtp.with_type(zmtp.INITIATE, kind)
        self._splitter = zmtp.Splitter()
        self._to_kernel: Callable[[bytes | bytearray], int] = lambda _frames: 0
        self._transport: asyncio.Transport | None = None
        self._write: Callable[[bytes | bytearray], None] = lambda _frames: None
        self._waiting = bytearray()
        """What the transport does not hold; from Python 3.12 on asyncio counts its pieces anew at each write."""
        self._writable = False

    async def open(self, path: Path) -> None:
        """Connect to this socket and prove our name. Raises OSError, of which `Refused`."""
        end = socket.socket(socket.AF_UNIX)
        end.setblocking(False)
        try:
            end.connect(str(path))  # at once, or not: a hub whose queue is full is as one that is away
        except OSError:
            end.close()
            raise
        self._to_kernel = end.send
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=end)
        await self._up

    async def close(self) -> None:
        """What was written has a moment to leave."""
        if self._transport is not None:
            self._hand_over()
            self._transport.close()
            await asyncio.wait([self.lost], timeout=LINGER)
            self.cut()

    def cut(self) -> None:
        """End it at once."""
        if self._transport is not None and not self.lost.done():  # asyncio's abort fails after the end
            self._transport.abort()

    def send(self, message: bytes) -> bool:
        """False when the other end does not read, or is not there."""
        if not self._writable:
            return False
        self._write(zmtp.framed(message))
        return True

    def subscribe(self, topics: Iterable[bytes], sign: bytes = zmtp.SUBSCRIBE) -> None:
        """Ask for topics (of a SUB), or give them up; what does not leave at once is kept."""
        if self._up.done():
            self._write(b"".join(zmtp.framed(sign + topic) for topic in topics))

    # -- what asyncio calls ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only
        self._transport = transport
        self._write = self._at_once
        transport.write(zmtp.CLIENT_GREETING + self._hello)  # there is one mechanism: nothing to wait for

    def pause_writing(self) -> None:
        self._write = self._keep

    def resume_writing(self) -> None:
        full = len(self._waiting) >= self._ahead
        self._hand_over()
        if full:
            self._writable = True
            self._room()

    def connection_lost(self, error: Exception | None) -> None:
        self._writable = False
        self._fail(ConnectionError(str(error or "the other end has closed")))
        self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        lone = self._splitter.lone(data)
        for message in self._messages(data) if lone is None else (lone,):
            try:
                self.take(message)
            except Exception as error:
                self._report(error)

    def _messages(self, data: bytes) -> Iterator[bytes]:
        """What has become whole, with the commands among it obeyed on the way."""
        try:
            frames = self._splitter.feed(data)
        except ValueError as error:
            self._give_up(ConnectionError(str(error)))
            return
        for flags, body in frames:
            if flags & zmtp.COMMAND:
                self._command(body)
            else:
                yield body

    def _at_once(self, frames: bytes | bytearray) -> None:
        """To the kernel when nothing waits: uvloop's transport would have it wait for the end of the loop's turn."""
        assert self._transport is not None
        try:
            sent = 0 if self._transport.get_write_buffer_size() else self._to_kernel(frames)
        except OSError:  # it is full; or at its end, which the transport finds
            sent = 0
        if sent < len(frames):
            self._transport.write(frames[sent:])

    def _keep(self, frames: bytes | bytearray) -> None:
        self._waiting += frames
        if len(self._waiting) >= self._ahead:
            self._writable = False

    def _hand_over(self) -> None:
        """To the transport, which may take no more at once."""
        if self._transport is None or self._transport.is_closing():
            return
        self._write = self._at_once
        frames, self._waiting = self._waiting, bytearray()
        self._write(frames)

    # -- the handshake -----------------------------------------------------------------------------------------------

    def _command(self, command: bytes) -> None:
        if command == zmtp.WELCOME:
            self._write(self._initiate)
        elif command.startswith(zmtp.READY) and not self._up.done():
            self._writable = True
            self._up.set_result(None)
        elif command == zmtp.FULL:
            self._give_up(Refused("it has as many connections as one name may have"))
        elif command.startswith(zmtp.REFUSAL[:6]):
            self._give_up(Refused("its token is of another launch"))

    def _give_up(self, error: ConnectionError) -> None:
        self._fail(error)
        self.cut()

    def _fail(self, error: ConnectionError) -> None:
        if not self._up.done():
            self._up.set_exception(error)
            self._up.exception()  # `open` may have been given up: then nobody asks
