"""Subscriptions asked for in vain: libzmq keeps each until its connection ends, so who asks for too many is cut off."""

import contextlib
import logging
import socket
import struct
from collections import Counter, deque
from pathlib import Path

log = logging.getLogger(__name__)

MAX_BYTES = 1 << 20
"""Denied topics of one process, in bytes. libzmq 4.3.5 holds some 50 bytes for each (measured: 5 kB for 100) and frees
them with the connection. An honest client after a restart of the hub may ask for its old 5000 topics too early."""
MAX_BANNED = 1000
DESCRIPTORS = Path("/proc/self/fd")


class Denials:
    """Counts what each process was denied on one of our listening sockets."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._bytes: Counter[int] = Counter()
        self.banned: deque[str] = deque(maxlen=MAX_BANNED)
        """Users that shall not connect again: libzmq would, by itself, and ask for the same."""

    def count(self, user: str, pid: int, size: int) -> None:
        """One more denial; the one too many ends the connections of the process to this socket."""
        self._bytes[pid] += size
        if self._bytes[pid] > MAX_BYTES:
            del self._bytes[pid]
            self.banned.append(user)
            log.warning("%s (pid %d) is cut off: it asked for too many topics it was not granted", user, pid)
            cut(self._path, pid)

    def forget(self, pid: int) -> None:
        """The process is gone, and what libzmq kept of it."""
        self._bytes.pop(pid, None)


def cut(path: str, pid: int) -> None:
    """End the connections of a process to our listening unix socket ``path``; libzmq itself cannot (Linux only)."""
    for descriptor in DESCRIPTORS.iterdir() if DESCRIPTORS.exists() else ():
        with (
            contextlib.suppress(OSError),  # not a socket, or closed meanwhile
            socket.fromfd(int(descriptor.name), socket.AF_UNIX, socket.SOCK_STREAM) as one,
        ):
            listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if one.getsockname() == path and not listens and _pid_of_peer(one) == pid:
                one.shutdown(socket.SHUT_RDWR)


def _pid_of_peer(one: socket.socket) -> int:
    credentials = struct.Struct("iII")  # struct ucred: pid, uid, gid
    pid: int = credentials.unpack(one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size))[0]
    return pid
