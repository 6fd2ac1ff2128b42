"""Runs a command as an ordinary user, in a sandbox of its own: ``python -m tests.hostile.as_user COMMAND ...``.

It is for root, who reaches what no ordinary user may: this project and its interpreter are bound into a file system of
its own, read-only, and control groups of its own are handed over, as a systemd session does.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from carservices.apphost.sandbox import Limits, bwrap, cgroups
from carservices.apphost.sandbox.uids import LAST_UID

UID = LAST_UID
"""No app has it before all others are given."""
PROJECT = Path(__file__).parents[2]
HOME = "/home-of-user"
"""Not on the way to the project, which an app's sandbox shows."""
DELEGATED = ("cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "tasks")
"""What belongs to the user of a delegated group, besides its folder (kernel documentation, cgroup-v2: delegation)."""
AWAY = 'echo 20000 > /proc/sys/kernel/ns_last_pid && exec "$@"'
"""The ids of processes begin where those inside a sandbox do not."""
GROUP = f"user-{os.getpid()}-0"


def missing() -> str | None:
    """Why a command cannot be run so here."""
    if os.getuid() != 0:
        return "this is an ordinary user already"
    if absent := [name for name in ("bwrap", "setpriv", "unshare") if not shutil.which(name)]:
        return f"{', '.join(absent)} is not there"
    ran = subprocess.run(command([sys.executable, "-c", ""]), capture_output=True, text=True, check=False)
    return f"root may not become another user here: {ran.stderr.strip()}" if ran.returncode else None


def command(words: list[str]) -> list[str]:
    binds: list[str] = []
    shown = [("--ro-bind", path) for path in (*bwrap.runtime(), PROJECT)]
    for how, path in (*shown, *(("--bind", mount.folder) for mount in cgroups.mounts())):
        for parent in reversed(path.parents[:-1]):
            binds += ["--perms", "0755", "--dir", str(parent)]
        binds += [how, str(path), str(path)]
    return [
        # the /proc that bubblewrap mounts is covered in part, and then nobody inside may mount another one
        *("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--net", "--ipc"),
        *("/bin/sh", "-c", AWAY, "away"),
        *("bwrap", "--die-with-parent", "--new-session", "--bind", "/proc", "/proc", "--dev", "/dev"),
        *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin"),
        *("--symlink", "usr/sbin", "/sbin"),
        *("--perms", "1777", "--tmpfs", "/tmp", "--dir", HOME, "--ro-bind", "/etc", "/etc", *binds),
        *("--chdir", str(PROJECT)),
        *(*bwrap.TO_CHANGE_USER, "--", *bwrap.become(UID)),
        *("env", "-i", f"PATH={os.defpath}", f"HOME={HOME}", "PYTHONDONTWRITEBYTECODE=1", *words),
    ]


def run(words: list[str]) -> int:
    """Its exit status."""
    group = cgroups.Group(GROUP, Limits(memory=4 << 30, processes=4000, cpu=float(os.cpu_count() or 1)))
    try:
        for mount in cgroups.mounts():
            folder = mount.folder / f"{cgroups.OURS}-{GROUP}"
            for path in (folder, *(folder / name for name in DELEGATED)):
                with contextlib.suppress(FileNotFoundError):
                    os.chown(path, UID, UID)
        return subprocess.run(group.entering(command(words)), check=False).returncode
    finally:
        group.kill()
        group.remove()


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    sys.exit(run(sys.argv[1:]))
