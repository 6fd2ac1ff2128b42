"""The full sandbox as one command line: limits, then bubblewrap's namespaces, then as root the app's own user id."""

import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import carservices
from carservices.apphost.sandbox.levels import Inside, LaunchPlan

BUNDLE, DATA, PROXY, FOLDERS = "/app", "/data", "/run/proxy.sock", "/folders"
CERTIFICATES = Path("/etc/ssl/certs")
"""Of the authorities that TLS trusts (Debian): an app's TLS passes the proxy unopened, so the app itself checks it."""
TRUSTED = "/run/certificates"
TEMPORARY = 32 << 20
"""Bytes of the private /tmp, which is memory."""
NAMESPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
USER_NAMESPACE = (
    *("--unshare-user", "--disable-userns", "--assert-userns-disabled"),
    *("--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"),
)
TO_CHANGE_USER = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
"""Root has its namespaces made without a user namespace: mounts then reach an interpreter in a private home too, and
the app's user id is a real one outside. `setpriv` gives these rights up again before the app begins."""


def inside(plan: LaunchPlan) -> Inside:
    folders = {name: f"{FOLDERS}/{name}" for name in plan.folders}
    return Inside(BUNDLE, DATA, PROXY if plan.proxy else None, folders)


def runtime() -> list[Path]:
    """The folders an interpreter with the SDK needs: Python itself, its packages, and ours where it is checked out."""
    ours = Path(carservices.__path__[0])
    needed = [Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_path("purelib")), ours]
    kept: list[Path] = [Path("/usr")]
    for path in needed:
        if not any(path.is_relative_to(known) for known in kept):
            kept.append(path)
    return kept


def command(plan: LaunchPlan, filter_fd: int, environment: Mapping[str, str]) -> list[str]:
    """The whole command; ``filter_fd`` holds the seccomp program."""
    where = inside(plan)
    binds: list[str] = []
    listed = Path(carservices.__path__[0]).parent  # Python's import looks for our package by listing its folder
    for path in runtime():
        for parent in reversed(path.parents[:-1]):  # bubblewrap would make some for root alone
            binds += ["--perms", "0755" if parent == listed else "0711", "--dir", str(parent)]
        binds += ["--ro-bind", str(path), str(path)]
    binds += ["--perms", "0711", "--dir", "/run", "--perms", "0711", "--dir", FOLDERS]
    for name, folder in plan.folders.items():
        binds += ["--ro-bind", str(folder), where.folders[name]]
    if plan.proxy:
        binds += ["--bind", str(plan.proxy), PROXY, "--ro-bind-try", str(CERTIFICATES), TRUSTED]
    variables = [word for pair in environment.items() for word in ("--setenv", *pair)]
    return [
        *limits(plan),
        "bwrap",
        *NAMESPACES,
        *(USER_NAMESPACE if plan.uid is None else TO_CHANGE_USER),
        *("--die-with-parent", "--new-session", "--hostname", "app", "--clearenv"),
        *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin"),
        # what is mounted over /tmp comes first: Python or this project may lie there
        *("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(TEMPORARY), "--tmpfs", "/tmp"),
        *binds,
        *("--ro-bind", str(plan.bundle), BUNDLE, "--bind", str(plan.data), DATA),
        *("--chdir", BUNDLE, *variables, "--seccomp", str(filter_fd), "--"),
        *(become(plan.uid) if plan.uid is not None else ()),
        sys.executable,
        *plan.arguments,
    ]


def limits(plan: LaunchPlan) -> list[str]:
    """Limits that need no control group, which holds the processes to their count."""
    wanted = plan.limits
    return [
        "prlimit",
        f"--nofile={wanted.files}:{wanted.files}",
        "--core=0:0",
        f"--fsize={wanted.file_size}:{wanted.file_size}",
        f"--data={wanted.heap}:{wanted.heap}",
    ]


def become(uid: int) -> Sequence[str]:
    """Take this user id for good, with no group and no capability left."""
    return [
        "setpriv",
        f"--reuid={uid}",
        f"--regid={uid}",
        *("--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--pdeathsig=KILL", "--"),
    ]
