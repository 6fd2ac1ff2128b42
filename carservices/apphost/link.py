"""The host's end of one app's link: read in small portions, written without ever waiting."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from carservices.app.wire import MAX_FROM_APP, MAX_TO_APP, Channel, Kind, LinkClosed, TooLong, WireError, pack
from carservices.apphost.budget import MESSAGES, Bucket

BATCH, BATCH_BYTES = 32, 32 << 10
"""Records and bytes read before other apps get their turn: long records take 1 ms to unpack."""
PAUSE_SECONDS = 0.25
"""How long an app that sends too much is not read."""
MAX_QUEUE = 256
MAX_QUEUED_BYTES = 2 << 20
"""What may wait for an app that does not read, beside values, of which only the newest waits."""


class AppLink:
    """Callbacks: ``on_record`` with each record's bytes, ``on_flood`` when too many come, ``on_clear`` when the app
    reads again, ``on_end`` once, with a sentence, or None when the app has just closed it."""

    def __init__(
        self,
        sock: socket.socket,
        on_record: Callable[[bytes], None],
        on_flood: Callable[[], None],
        on_clear: Callable[[], None],
        on_end: Callable[[str | None], None],
    ) -> None:
        self._channel = Channel(sock, MAX_FROM_APP)
        self._fd = self._channel.fileno()
        self._on_record = on_record
        self._on_flood = on_flood
        self._on_clear = on_clear
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._messages = Bucket(*MESSAGES)
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._pause: asyncio.TimerHandle | None = None
        self.open = True
        self.blocked = False
        """The app does not read: `try_send` would only return False."""
        self.received = self.sent = 0
        self.tap: Callable[[Literal["app", "host"], bytes], None] | None = None
        """Hears each message, of the app and of the host."""
        self._loop.add_reader(self._fd, self._read)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        read = 0
        try:
            for data in self._channel.records(BATCH):
                self.received += 1
                read += len(data)
                if self.tap is not None:
                    self.tap("app", data)
                self._on_record(data)
                if not self.open:
                    return
                if not self._messages.take():
                    self._loop.remove_reader(self._fd)
                    self._pause = self._loop.call_later(PAUSE_SECONDS, self._resume)
                    self._on_flood()
                    return
                if read >= BATCH_BYTES:
                    return
        except LinkClosed:
            self._end(None)
        except TooLong as error:
            self._end(f"it sent {error}: at most {MAX_FROM_APP} bytes are taken")

    def _resume(self) -> None:
        self._pause = None
        if self.open:
            self._loop.add_reader(self._fd, self._read)

    # -- writing -----------------------------------------------------------------------------------------------------

    def send(self, kind: Kind, *fields: Any) -> None:
        """In order, later if the app does not read now; too much of it ends the link.

        Raises WireError for what cannot travel.
        """
        record = pack(kind, *fields)
        if len(record) > MAX_TO_APP:
            raise WireError(f"{kind.name} of {len(record)} bytes; at most {MAX_TO_APP} fit")
        if self.tap is not None:
            self.tap("host", record)
        if self.open and not (not self._queue and self._hand_over(record)):
            self._queue.append(record)
            self._queued += len(record)
            if len(self._queue) > MAX_QUEUE or self._queued > MAX_QUEUED_BYTES:
                self._end("it does not read what it asked for")

    def try_send(self, record: bytes) -> bool:
        """Now or not at all; the caller keeps the newest for `on_clear`."""
        done = self.open and not self.blocked and not self._queue and self._hand_over(record)
        if done and self.tap is not None:
            self.tap("host", record)
        return done

    def _hand_over(self, record: bytes) -> bool:
        try:
            done = self._channel.send(record)
        except (LinkClosed, TooLong):
            self._loop.call_soon(self._end, None)  # the reader may still find what the app said last
            return True
        self.sent += done
        if (not done or self._channel.pending) and not self.blocked:
            self.blocked = True
            self._loop.add_writer(self._fd, self._write)
        return done

    def _write(self) -> None:
        try:
            while self._channel.flush() and self._queue and self._channel.send(self._queue[0]):
                self.sent += 1
                self._queued -= len(self._queue.popleft())
        except (LinkClosed, TooLong):
            self._end(None)
            return
        if not self._queue and not self._channel.pending:
            self.blocked = False
            self._loop.remove_writer(self._fd)
            self._on_clear()

    # -- the end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Revoke everything at once; `on_end` is not called."""
        if self.open:
            self.open = False
            if self._pause is not None:
                self._pause.cancel()
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            self._queue.clear()
            self._channel.close()

    def _end(self, why: str | None) -> None:
        if self.open:
            self.close()
            self._on_end(why)
