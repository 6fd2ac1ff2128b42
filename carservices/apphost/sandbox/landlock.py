"""Landlock: this process and its children lose every file, port and signal they were not given. Linux only.

Raw system calls (kernel documentation, userspace-api/landlock.rst): no package wraps the network and scope rights.
"""

import ctypes
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The same numbers on every architecture."""
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
LIST = READ_DIR
READ = READ_FILE | READ_DIR
MAKE = sum(1 << bit for bit in range(4, 13))
"""Remove and make files, folders, links, sockets, pipes and devices."""
WRITE = WRITE_FILE | MAKE | REFER | TRUNCATE
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that make sense on a path that is no folder."""
ADDED = {1: sum(1 << bit for bit in range(13)), 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
"""Version → the file rights it brought."""
TCP = 0b11
"""Bind and connect (version 4)."""
SCOPES = 0b11
"""Abstract sockets and signals of processes outside (version 6)."""


class Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """What the kernel offers; 0 without Landlock."""
    return max(0, int(_libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)))


def restrict(allowed: Mapping[int, Iterable[str]]) -> None:
    """Leave this process and its children only these rights on these files and folders. Raises OSError.

    What does not exist is passed over.
    """
    libc, known = _libc(), version()
    handled = sum(rights for since, rights in ADDED.items() if since <= known)
    rules = Ruleset(handled, TCP if known >= 4 else 0, SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = _done(libc.syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    for rights, paths in allowed.items():
        for path in paths:
            _allow(libc, ruleset, Path(path), rights & handled)
    _done(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _done(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = PathBeneath(rights if path.is_dir() else rights & FILE_RIGHTS, folder)
        _done(libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(folder)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _done(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
