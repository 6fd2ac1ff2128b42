"""A CAN bus for machines without one: a python-can interface (name ``zmq``) over ZeroMQ, for one user on one machine.

Every bus of a channel publishes its frames to a hub of that channel and hears those of all others. The hub lives in a
thread of whichever process came first; when that process ends the next one takes it over. Nothing leaves the machine.
"""

import os
import re
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import can
import zmq

HEADER = struct.Struct(">cI8sBdB")
"""Kind, id, sender, flags, time of sending (s since the epoch), length code; the data follow."""
Topics = tuple[frozenset[bytes], bool]
"""Beginnings of the frames that are wanted: by them ZeroMQ filters, so that others never reach Python; and whether
this is all there is to filter."""
STANDARD, EXTENDED, ERROR, HELLO = b"s", b"x", b"e", b"h"
"""Kinds of frames. Errors are heard whatever the filters are, as with SocketCAN."""
BITS = {STANDARD: 11, EXTENDED: 29}
REMOTE, FD, FAST, PASSIVE, LONG = (1 << bit for bit in range(5))
"""Flags; ``LONG`` is an id of 29 bits where the kind does not say it."""
QUEUE = 100_000
"""Frames that wait for a slow reader; then the newest are lost, as in an adapter."""
LOOK = 0.05
"""s between two looks whether the hub's place is free."""
JOIN_TIMEOUT = 10.0
"""s until a channel must answer."""
LINGER = 200
"""ms that frames have to leave when a bus is shut."""
LONGEST_PATH = 100
"""Characters of a socket's path: sockaddr_un holds 108 (Linux) or 104 (macOS)."""


class ZmqBus(can.BusABC):
    """One node on the bus ``channel``. Raises `can.CanInitializationError` where the channel cannot be joined."""

    never_blocks = True
    """`send` needs no thread of its own."""

    def __init__(
        self,
        channel: str = "car",
        receive_own_messages: bool = False,
        fd: bool = False,
        directory: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not re.fullmatch(r"[\w.-]{1,40}", str(channel)):
            raise can.CanInitializationError(f"'{channel}' cannot name a channel: use letters, digits, _ . -")
        self.channel_info = f"ZeroMQ CAN bus {channel}"
        self._can_protocol = can.CanProtocol.CAN_FD if fd else can.CanProtocol.CAN_20
        self._channel = str(channel)
        self._own = receive_own_messages
        self._name = os.urandom(8)
        self._exact: tuple[bytes, ...] = ()
        self._topics: Topics = (frozenset(), False)
        self._wanted: Topics = (frozenset(), True)
        self._sending = threading.Lock()
        base = _home(directory) / self._channel
        if len(str(base)) > LONGEST_PATH:
            raise can.CanInitializationError(f"{base} is too long for a socket: give a shorter directory")
        self._hub = _Hub(base)
        self._hub.start()
        self._context = zmq.Context()
        self._out = self._socket(zmq.PUB, f"ipc://{base}.in")
        self._in = self._socket(zmq.SUB, f"ipc://{base}.out")
        self._open = True
        super().__init__(channel=channel, **kwargs)
        try:
            self._join()
        except can.CanInitializationError:
            self.shutdown()
            raise

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Never blocks: ZeroMQ queues."""
        kind = ERROR if msg.is_error_frame else EXTENDED if msg.is_extended_id else STANDARD
        flags = (
            REMOTE * msg.is_remote_frame
            | FD * msg.is_fd
            | FAST * msg.bitrate_switch
            | PASSIVE * msg.error_state_indicator
            | LONG * msg.is_extended_id
        )
        header = HEADER.pack(kind, msg.arbitration_id, self._name, flags, time.time(), msg.dlc)
        self._publish(header + bytes(msg.data))

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            frame = self._next(deadline)
            if frame is None:
                return None, False
            if frame[:1] == HELLO:
                continue
            kind, number, sender, flags, stamp, dlc = HEADER.unpack_from(frame)
            own = sender == self._name
            if (own and not self._own) or (self._exact and not frame.startswith(self._exact)):
                continue  # the latter was on its way when the filters changed
            message = can.Message(
                timestamp=stamp,
                arbitration_id=number,
                is_extended_id=bool(flags & LONG),
                is_remote_frame=bool(flags & REMOTE),
                is_error_frame=kind == ERROR,
                channel=self._channel,
                dlc=dlc,
                data=frame[HEADER.size :],
                is_fd=bool(flags & FD),
                is_rx=not own,
                bitrate_switch=bool(flags & FAST),
                error_state_indicator=bool(flags & PASSIVE),
            )
            return message, kind == ERROR or bool(self._exact)

    def _apply_filters(self, filters: can.typechecking.CanFilters | None) -> None:
        pairs = [pair for one in filters or () for pair in _topics(one)]
        if not filters:
            pairs = [(STANDARD, True), (EXTENDED, True)]
        topics = frozenset([ERROR, *(topic for topic, _ in pairs)])
        self._wanted = topics, all(exact for _, exact in pairs)

    def shutdown(self) -> None:
        super().shutdown()
        if not self._open:
            return
        self._open = False
        with self._sending:
            self._out.close(LINGER)
        self._in.close(0)
        self._context.term()
        self._hub.stop()

    def _socket(self, kind: int, address: str) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        socket.set_hwm(QUEUE)
        socket.setsockopt(zmq.RECONNECT_IVL, 10)
        socket.connect(address)
        return socket

    def _publish(self, frame: bytes) -> None:
        with self._sending:
            if not self._open:
                raise can.CanOperationError("Cannot operate on a closed bus")
            self._out.send(frame)

    def _next(self, deadline: float | None) -> bytes | None:
        """The next frame of the wire, None at the deadline."""
        if not self._open:
            raise can.CanOperationError("Cannot operate on a closed bus")
        if self._wanted is not self._topics:
            self._subscribe()
        try:
            return self._in.recv(zmq.NOBLOCK)  # most often there is one: asking first would cost more than the frame
        except zmq.Again:
            pass
        except zmq.ZMQError as error:
            raise can.CanOperationError(f"{self.channel_info}: {error}") from None
        wait = None if deadline is None else max(0, round((deadline - time.monotonic()) * 1000))
        try:
            return self._in.recv() if wait != 0 and self._in.poll(wait) else None
        except zmq.ZMQError as error:
            raise can.CanOperationError(f"{self.channel_info}: {error}") from None

    def _subscribe(self) -> None:
        """In the thread that reads: a socket of ZeroMQ belongs to one thread at a time."""
        topics, before = self._wanted[0], self._topics[0]
        self._topics = self._wanted
        for topic in topics - before:
            self._in.setsockopt(zmq.SUBSCRIBE, topic)
        for topic in before - topics:
            self._in.setsockopt(zmq.UNSUBSCRIBE, topic)
        self._exact = tuple(topics) if self._topics[1] else ()

    def _join(self) -> None:
        """Wait until a frame of ours comes back: then both ways stand, and no frame sent after this is lost."""
        hello = HELLO + self._name
        self._subscribe()
        self._in.setsockopt(zmq.SUBSCRIBE, hello)  # the last one: the hub takes them in this order
        deadline = time.monotonic() + JOIN_TIMEOUT
        while time.monotonic() < deadline:
            self._publish(hello)
            if self._next(time.monotonic() + 0.01) == hello:
                return
        raise can.CanInitializationError(f"{self.channel_info}: nobody answers; remove {self._hub.lock} and try again")


class _Hub(threading.Thread):
    """Carries the frames of one channel while this process holds its lock; waits for the lock otherwise."""

    def __init__(self, base: Path) -> None:
        super().__init__(name=f"can-hub-{base.name}", daemon=True)
        self.lock = base.with_name(f"{base.name}.lock")
        self._base = base
        self._ending = threading.Event()
        self._stopping = threading.Lock()
        """Sockets are made before a stop or not at all: the lock's turn may come while its bus is shut."""
        self._context = zmq.Context()

    def run(self) -> None:
        with self.lock.open("w") as lock:
            while not _take(lock):
                if self._ending.wait(LOOK):
                    return
            with self._stopping:
                if self._ending.is_set():
                    return
                incoming, outgoing = self._context.socket(zmq.XSUB), self._context.socket(zmq.XPUB)
            try:
                for socket, end in ((incoming, "in"), (outgoing, "out")):
                    socket.set_hwm(QUEUE)
                    socket.bind(f"ipc://{self._base}.{end}")
                incoming.send(b"\x01")  # every frame comes here, whoever wants it: a new filter has no gap elsewhere
                zmq.proxy(incoming, outgoing)
            except zmq.ContextTerminated:
                pass  # that is how `stop` ends the proxy
            finally:
                incoming.close(LINGER)
                outgoing.close(LINGER)

    def stop(self) -> None:
        with self._stopping:
            self._ending.set()
        self._context.term()
        self.join()


def _topics(filter_: can.typechecking.CanFilter) -> Iterator[tuple[bytes, bool]]:
    """The beginnings of the frames that a filter of python-can lets pass, and whether that is all it says."""
    number, mask, extended = filter_["can_id"], filter_["can_mask"], filter_.get("extended")
    for kind, bits in BITS.items():
        beyond = 0xFFFFFFFF >> bits << bits  # bits that no id of this kind has
        if (extended is None or extended == (kind == EXTENDED)) and not number & mask & beyond:
            known = ((mask | beyond) & 0xFFFFFFFF).to_bytes(4, "big")
            whole = len(known) - len(known.lstrip(b"\xff"))
            yield kind + (number & ~beyond).to_bytes(4, "big")[:whole], not any(known[whole:])


def _take(lock: IO[str]) -> bool:
    """Whether this process is the hub's from now on; the system frees the lock when it ends, however it ends."""
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _home(directory: str | None) -> Path:
    """Where the sockets are: a directory that only this user can enter."""
    if os.name != "posix":
        raise can.CanInitializationError("interface zmq needs Linux or macOS; here take interface virtual")
    base = Path(directory or os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    home = base / f"carservices-can-{os.getuid()}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = home.stat()
    except OSError as error:
        raise can.CanInitializationError(f"{home}: {error.strerror}; give another directory") from None
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise can.CanInitializationError(f"{home} is open to others; remove it or give another directory")
    return home
