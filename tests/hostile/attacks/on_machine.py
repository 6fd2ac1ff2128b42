"""Attacks on the machine: its files, memory, processor and processes."""

import contextlib
import itertools
import os
import socket
import time
from pathlib import Path

from tests.hostile.attacks import arms
from tests.hostile.attacks.arms import COUNT, DISK, GIVEN_UP, GONE, HELLO, HOME, MEMORY, SILENT, attack, hang, obey


@attack(GONE, machine=True)
def looks_around() -> None:
    """Follows the links of its bundle and the way up to what is not its own; what it gets it writes down."""
    arms.LINK.send(HELLO)
    bundle = Path.cwd()
    for path in (bundle / "secret", bundle / "others", Path("../org.example.good"), Path("../../state"), Path("/etc")):
        with contextlib.suppress(OSError):
            got = path.read_bytes() if path.is_file() else [one.name for one in path.iterdir()]
            (HOME / "won").write_text(f"{path}: {got!r}")
    (HOME / "link").symlink_to("/etc/passwd")
    os._exit(GIVEN_UP)


PROXY = "/run/proxy.sock"


@attack(GONE, machine=True)
def file_flood() -> None:
    """Opens all the files it can, each a connection to its proxy, in twenty processes."""
    arms.LINK.send(HELLO)
    mine = os.getpid()
    for _ in range(20):
        if os.getpid() == mine:
            os.fork()
    held = []
    with contextlib.suppress(OSError):
        while True:
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(PROXY)
    if os.getpid() != mine:
        hang()
    time.sleep(0.2)
    os._exit(GIVEN_UP)


@attack(f"{SILENT}|{COUNT}", machine=True)
def fork_bomb() -> None:
    arms.LINK.send(HELLO)
    while True:
        with contextlib.suppress(OSError):
            os.fork()


@attack(MEMORY, machine=True)
def memory_hog() -> None:
    arms.LINK.send(HELLO)
    held = []
    while True:
        held.append(b"x" * (8 << 20))


@attack(MEMORY, machine=True)
def memory_hogs() -> None:
    """Each of them modest."""
    arms.LINK.send(HELLO)
    for _ in range(9):
        if not os.fork():
            hang(b"x" * (40 << 20))
    os.wait()
    os._exit(GIVEN_UP)


@attack(machine=True)
def leaves_somebody_behind() -> None:
    """In a session of their own."""
    arms.LINK.send(HELLO)
    if not os.fork():
        os.setsid()
        if not os.fork():
            hang()
        os._exit(0)
    obey()


@attack(SILENT, machine=True)
def processor_hog() -> None:
    arms.LINK.send(HELLO)
    for _ in range(5):
        os.fork()
    while True:
        pass


@attack(DISK, machine=True)
def disk_hog() -> None:
    arms.LINK.send(HELLO)
    for number in itertools.count():
        (HOME / f"{number}").write_bytes(bytes(16 << 20))


@attack(DISK, machine=True)
def many_files() -> None:
    arms.LINK.send(HELLO)
    for number in itertools.count():
        (HOME / f"{number}").touch()
