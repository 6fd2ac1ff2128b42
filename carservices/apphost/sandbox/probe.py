"""Finds out, by doing it, how well this machine can shut apps in, and what would make it better."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from carservices.apphost.sandbox import bwrap, landlock, seccomp
from carservices.apphost.sandbox.cgroups import CONTROLLERS, Group, sweep
from carservices.apphost.sandbox.levels import LANDLOCK_SCOPES, Ability, LaunchPlan, Limits, Missing
from carservices.apphost.sandbox.restrict import Order
from carservices.apphost.sandbox.uids import FIRST_UID

PATIENCE = 20.0
"""Seconds for a program that does nothing."""
NOTHING = ("-I", "-c", "pass")

BUBBLEWRAP_CURES = (
    ("No permissions to create new namespace", "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1"),
    ("ENOSPC", "raise the limit of namespaces: sysctl user.max_user_namespaces=10000"),
    ("No space left", "raise the limit of namespaces: sysctl user.max_user_namespaces=10000"),
    ("uid map", "let bwrap make namespaces: give it its AppArmor profile (Ubuntu 24.04)"),
    ("RTM_NEWADDR", "let bwrap make namespaces: give it its AppArmor profile (Ubuntu 24.04)"),
    ("Operation not permitted", "run outside a container that forbids namespaces, or with CAP_SYS_ADMIN"),
)
"""What bubblewrap says → what helps."""


def probe() -> Ability:
    """Takes about 0.1 s, leaves nothing behind, and clears away what a killed app host left."""
    if sys.platform != "linux":
        return Ability(missing=(Missing("no sandbox on this system", "run third-party apps on Linux"),))
    sweep()
    missing: list[Missing] = []
    has_seccomp = _seccomp(missing)
    wrapped = has_seccomp and _bubblewrap(missing)
    own_uid = os.getuid() == 0 and _own_uid()
    known = landlock.version()
    if known < LANDLOCK_SCOPES and not wrapped and not own_uid:
        missing.append(
            Missing(f"Landlock {LANDLOCK_SCOPES} (this kernel has {known or 'none'})", "use Linux 6.12 or newer")
        )
    return Ability(wrapped, has_seccomp, known, own_uid, _namespace(), _controllers(missing), tuple(missing))


def _seccomp(missing: list[Missing]) -> bool:
    try:
        seccomp.build()
    except (ImportError, OSError, RuntimeError) as error:
        missing.append(Missing(f"seccomp ({error})", "install libseccomp2"))
        return False
    return True


def _bubblewrap(missing: list[Missing]) -> bool:
    if absent := [name for name in ("bwrap", "setpriv", "prlimit") if not shutil.which(name)]:
        missing.append(Missing(f"{', '.join(absent)} is not there", "install bubblewrap and util-linux"))
        return False
    with tempfile.TemporaryDirectory() as folder, seccomp.program() as program:
        uid = FIRST_UID if os.getuid() == 0 else None
        plan = LaunchPlan("probe", NOTHING, Path(folder), Path(folder), -1, lambda _: {}, uid=uid)
        said = _failure(bwrap.command(plan, program.fileno(), {}), program.fileno())
    if said is None:
        return True
    cure = next((cure for words, cure in BUBBLEWRAP_CURES if words in said), "see the message")
    missing.append(Missing(f"namespaces ({said.strip()[-200:]})", cure))
    return False


def _own_uid() -> bool:
    order = Order((sys.executable, *NOTHING), Limits(), uid=FIRST_UID)
    return _failure(order.command()) is None


def _namespace() -> bool:
    """Two processes are few: only alone is the second one let begin."""
    order = Order((sys.executable, "-I", "-c", "import os; os.fork()"), Limits(processes=2), namespace=True)
    return _failure(order.command()) is None


def _failure(command: list[str], *descriptors: int) -> str | None:
    """What a program said that failed; None when it ran well."""
    try:
        ran = subprocess.run(
            command, capture_output=True, timeout=PATIENCE, pass_fds=descriptors, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ran.stderr.decode(errors="replace") or f"exit status {ran.returncode}" if ran.returncode else None


def _controllers(missing: list[Missing]) -> frozenset[str]:
    group = Group(f"probe-{os.getpid()}-0", Limits())
    with contextlib.suppress(OSError):
        group.remove()
    if lacking := [name for name in CONTROLLERS if name not in group.controllers]:
        missing.append(
            Missing(
                f"limits of {', '.join(lacking)} by control groups",
                "start the car with `systemd-run --user --scope --unit carservices -p Delegate=yes`",
            )
        )
    return group.controllers
