"""What the kernel says of the process at the other end: libzmq gives it as the address ``localhost:uid:gid:pid``."""

import os


def same_user(address: str) -> bool:
    """Whether the peer runs under our uid or root's."""
    try:
        uid = int(address.rsplit(":", 3)[1])
    except (ValueError, IndexError):
        return False
    return uid in (os.getuid(), 0)


def pid_of(address: str) -> int:
    """The peer's process."""
    return int(address.rsplit(":", 1)[1])


def pidfd(pid: int) -> int | None:
    """A handle that tells when the process ends, even before its parent has reaped it (Linux ≥ 5.3)."""
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
