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

from carservices.apphost.sandbox import landlock, seccomp
from carservices.apphost.sandbox.levels import Limits

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Order:
    """What the launcher does before it becomes ``argv``."""

    argv: tuple[str, ...]
    limits: Limits
    uid: int | None = None
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
    die_with_parent()
    for kind, value in (
        (resource.RLIMIT_NOFILE, order.limits.files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, order.limits.file_size),
        (resource.RLIMIT_DATA, order.limits.heap),
    ):
        resource.setrlimit(kind, (value, value))
    if order.uid is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (order.limits.processes, order.limits.processes))
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


def main() -> None:
    obey(Order.load(sys.argv[1]))
