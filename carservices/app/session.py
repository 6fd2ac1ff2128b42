"""The app's end of the link: requests and their answers in order, without ever waiting for the host."""

import asyncio
import itertools
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from carservices.app.errors import CallError, PermissionMissing
from carservices.app.wire import (
    MAX_FROM_APP,
    MAX_TO_APP,
    Channel,
    Kind,
    LinkClosed,
    Record,
    TooLong,
    UnknownKind,
    WireError,
    pack,
    unpack,
)

log = logging.getLogger(__name__)
ANSWERS = frozenset({Kind.OK, Kind.ERROR})
TIMEOUT = 10.0
"""Seconds until a request without an answer fails."""


class Session:
    """``on_record`` gets every record that answers no request, ``on_end`` is called once when the link is gone."""

    def __init__(self, sock: socket.socket, on_record: Callable[[Record], None], on_end: Callable[[], None]) -> None:
        self._channel = Channel(sock, MAX_TO_APP)
        self._fd = self._channel.fileno()
        self._on_record = on_record
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._requests: dict[int, asyncio.Future[Any]] = {}
        self._queue: deque[bytes] = deque()
        self.open = True
        self._loop.add_reader(self._fd, self._read)

    # -- out ---------------------------------------------------------------------------------------------------------

    @property
    def blocked(self) -> bool:
        """The host does not read now; what is sent waits."""
        return bool(self._queue) or self._channel.pending > 0

    def number(self) -> int:
        """A number for a request or a subscription; both come from one count, so that ERROR can answer either."""
        return next(self._numbers)

    def send(self, kind: Kind, *fields: Any) -> None:
        """Send in order. Raises WireError for what cannot travel; does nothing once the link is gone."""
        record = pack(kind, *fields)
        if len(record) > MAX_FROM_APP:
            raise WireError(f"{kind.name} of {len(record)} bytes, at most {MAX_FROM_APP} are taken")
        if self.open and (self._queue or not self._hand_over(record)):
            if not self._queue:
                self._loop.add_writer(self._fd, self._write)
            self._queue.append(record)

    def _hand_over(self, record: bytes) -> bool:
        try:
            return self._channel.send(record)
        except LinkClosed:
            return True  # the reader notices, after what the host said last

    def _write(self) -> None:
        try:
            while self._channel.flush() and self._queue and self._channel.send(self._queue[0]):
                self._queue.popleft()
        except LinkClosed:
            self._queue.clear()
        if not self._queue and not self._channel.pending:
            self._loop.remove_writer(self._fd)

    async def request(self, kind: Kind, *fields: Any, what: str, timeout: float = TIMEOUT) -> Any:
        """Send with a new number as the first field and wait for OK.

        Raises PermissionMissing, or CallError with the host's code, UNAVAILABLE when the link ends, TIMEOUT.
        """
        number = self.number()
        answer = self.expect(number)
        try:
            self.send(kind, number, *fields)
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            raise CallError("TIMEOUT", f"{what}: no answer within {timeout:g} s") from None
        except CallError as error:
            raise explained(error, what) from None
        finally:
            self._requests.pop(number, None)

    def expect(self, number: int) -> asyncio.Future[Any]:
        """The answer to the request with this number."""
        if not self.open:
            raise CallError("UNAVAILABLE", "the car is gone")
        answer = self._requests[number] = self._loop.create_future()
        return answer

    # -- in ----------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            for data in self._channel.records():
                try:
                    self._take(unpack(data))
                except UnknownKind as error:
                    log.info("ignored what a newer host said: %s", error)
                if not self.open:
                    return
        except (LinkClosed, TooLong, WireError):
            self.close()
            self._on_end()

    def _take(self, record: Record) -> None:
        if record.kind in ANSWERS and (answer := self._requests.pop(record.fields[0], None)):
            if answer.done():
                return
            if record.kind is Kind.OK:
                answer.set_result(record.fields[1])
            else:
                _, code, message, details = record.fields
                answer.set_exception(CallError(code, message, details))
        else:
            self._on_record(record)

    def close(self) -> None:
        """Leave; who waits for an answer gets UNAVAILABLE."""
        if not self.open:
            return
        self.open = False
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._channel.close()
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(CallError("UNAVAILABLE", "the car is gone"))
        self._requests.clear()


def explained(error: CallError, what: str) -> CallError | PermissionMissing:
    """A refusal for want of a permission as one that names it."""
    if error.code == "PERMISSION_DENIED" and (permission := error.details.get("permission")):
        return PermissionMissing(what, str(permission), str(error.details.get("cure", "")))
    return error
