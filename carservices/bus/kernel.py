"""What the kernel says of the process at the other end of a unix socket."""

import os
import socket
import struct
import sys

SOL_LOCAL, LOCAL_PEERCRED, LOCAL_PEERPID = 0, 1, 2
"""Of macOS, <sys/un.h>."""


def peer(connection: socket.socket) -> tuple[int, int]:
    """Process and user that connected."""
    if sys.platform == "darwin":
        pid = int.from_bytes(connection.getsockopt(SOL_LOCAL, LOCAL_PEERPID, 4), sys.byteorder)
        _version, uid = struct.unpack_from("II", connection.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, 76))  # struct xucred
        return pid, uid
    credentials = struct.Struct("iII")  # struct ucred: pid, uid, gid
    pid, uid, _gid = credentials.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size))
    return pid, uid


def is_same_user(uid: int) -> bool:
    """Whether it is ours, or root's."""
    return uid in (os.getuid(), 0)


def pidfd(pid: int) -> int | None:
    """A handle that tells when the process ends, even before its parent has reaped it (Linux ≥ 5.3).

    The end of a connection does not always: a child that was forked holds it on. None for ourselves, and without one.
    """
    if pid == os.getpid():
        return None
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
