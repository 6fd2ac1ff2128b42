"""The launcher of the levels below full: shuts itself in as far as it is told, then becomes the app.

The order matters: a change of user id clears the wish to die with the parent, and once Landlock holds nothing can be
loaded any more, so the filter is built before it.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from carservices.apphost.sandbox import landlock, seccomp
from carservices.apphost.sandbox.levels import Limits

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, CLONE_NEWUSER = 1, 36, 0x10000000
NOBODY = 10001
"""Whom an app sees itself as in a user namespace of its own; anybody but root."""
FIRST_TO_GO = "900"
"""Of 1000: how much sooner than other programs the kernel ends an app when the machine's memory is short."""
NICE = 10
"""A ninth of what a program of the car gets where the processor is short."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the launcher does before it becomes ``argv``."""

    argv: tuple[str, ...]
    limits: Limits
    uid: int | None = None
    namespace: bool = False
    landlock: bool = False
    seccomp: bool = False
    listable: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()

    def command(self) -> list[str]:
        return [sys.executable, "-I", "-c", f"from {__name__} import main; main()", json.dumps(asdict(self))]

    @classmethod
    def load(cls, text: str) -> "Order":
        raw = json.loads(text)
        return cls(**{**raw, "limits": Limits(**raw["limits"])})


def obey(order: Order) -> None:
    """Does not return. Raises OSError when a restriction that was ordered cannot be had."""
    os.setsid()
    if order.namespace:
        stand_alone()
    die_with_parent()
    stand_back()
    for kind, value in (
        (resource.RLIMIT_NOFILE, order.limits.files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, order.limits.file_size),
        (resource.RLIMIT_DATA, order.limits.heap),
    ):
        resource.setrlimit(kind, (value, value))
    if order.uid is not None or order.namespace:  # else the user's other processes would count too
        resource.setrlimit(resource.RLIMIT_NPROC, (order.limits.processes, order.limits.processes))
    if order.uid is not None:
        os.setgroups([])
        os.setresgid(order.uid, order.uid, order.uid)
        os.setresuid(order.uid, order.uid, order.uid)
        die_with_parent()
    rules = seccomp.build() if order.seccomp else None
    if order.landlock:
        landlock.restrict(
            {
                landlock.LIST: order.listable,
                landlock.READ | landlock.EXECUTE: order.readable,
                landlock.READ | landlock.WRITE: order.writable,
            }
        )
    if rules is not None:
        rules.load()
    os.execv(order.argv[0], order.argv)


def die_with_parent() -> None:
    """Linux only; elsewhere the closed link ends the app."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def stand_back() -> None:
    """What the car needs comes before the app, and what the app detaches from itself stays below it."""
    os.nice(NICE)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)


def stand_alone() -> None:
    """Enter a user namespace: no right outside, also under root, and RLIMIT_NPROC counts it alone (Linux 5.14).

    Its rights inside are gone with the next program, as nobody there is root. Raises OSError.
    """
    ids = {"uid_map": os.getuid(), "gid_map": os.getgid()}
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) < 0:
        raise OSError(ctypes.get_errno(), f"a user namespace: {os.strerror(ctypes.get_errno())}")
    Path("/proc/self/setgroups").write_text("deny")
    for name, outside in ids.items():
        Path("/proc/self", name).write_text(f"{NOBODY} {outside} 1")


def main() -> None:
    obey(Order.load(sys.argv[1]))
