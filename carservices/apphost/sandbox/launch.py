"""Starts an app at the best level this machine is able to, and holds it: freeze, end, and why it ended."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import carservices
from carservices.apphost.sandbox import bwrap, family, seccomp
from carservices.apphost.sandbox.cgroups import CONTROLLERS, Group
from carservices.apphost.sandbox.levels import Ability, Inside, LaunchPlan, Level, Limits, Missing, Report
from carservices.apphost.sandbox.restrict import Order

NUMBERS = itertools.count(1)
PATH_SOCKETS = Missing(
    "sockets with a path in the file system can still be reached",
    "only the full level hides them; until then folder permissions and the bus's tokens guard them",
)


class SandboxRefused(Exception):
    """This machine shuts apps in less well than the settings demand; the message says what is missing and the cure."""


class Launched:
    """A running app. ``process`` is its outermost process: its end is the app's end."""

    def __init__(self, process: subprocess.Popen[bytes], group: Group, report: Report, limits: Limits) -> None:
        self.process = process
        self.report = report
        self.limits = limits
        self._group = group

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def limited(self) -> bool:
        """Control groups hold all its limits; else somebody has to look after it."""
        return self._group.controllers.issuperset(CONTROLLERS)

    def pids(self) -> set[int]:
        """Every process of the app that is known."""
        return (self._group.pids() if self._group.knows else family.family(self.pid)) | {self.pid}

    def freeze(self, frozen: bool) -> None:
        """Take the CPU from it, or give it back."""
        if self._group.can_freeze:
            with contextlib.suppress(OSError):
                self._group.freeze(frozen)
            return
        family.send(self.pids() if self._runs else (), signal.SIGSTOP if frozen else signal.SIGCONT)

    def prefer(self, front: bool) -> None:
        """Whether it comes before other apps where the processor is short."""
        self._group.prefer(front)

    def kill(self) -> None:
        """End it with all it started."""
        self._group.kill()
        if self._runs:
            family.end(self.pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> bool:
        """Give back what it held, once the process has ended; False while something in it is still dying: try again."""
        self._group.kill()
        return self._group.remove()

    def out_of_memory(self) -> bool:
        return self._group.out_of_memory()

    @property
    def _runs(self) -> bool:
        return self.process.poll() is None


def launch(plan: LaunchPlan, ability: Ability, minimum: Level = Level.WEAK) -> Launched:
    """Start the app. Raises `SandboxRefused` below ``minimum``, OSError when the machine cannot start a process."""
    level = ability.level
    if level < minimum:
        why = "; ".join(f"{one.what} ({one.cure})" for one in ability.missing)
        raise SandboxRefused(
            f"{plan.app} needs the sandbox level {minimum.word}, this machine gives {level.word}: {why}"
        )
    group = Group(f"{plan.app}-{os.getpid()}-{next(NUMBERS)}", plan.limits)
    plan = replace(plan, uid=plan.uid if level is Level.FULL or ability.own_uid else None)
    if plan.uid is not None:
        hand_over(plan.data, plan.uid)
    with contextlib.ExitStack() as open_files:
        descriptors = [plan.link]
        if level is Level.FULL:
            program = open_files.enter_context(seccomp.program())
            descriptors.append(program.fileno())
            command = bwrap.command(plan, program.fileno(), environment(plan, bwrap.inside(plan)))
            variables: Mapping[str, str] = {"PATH": os.environ.get("PATH", os.defpath)}
        else:
            where = outside(plan)
            command = restricted(plan, level, ability)
            variables = environment(plan, where)
        try:
            process = subprocess.Popen(
                group.entering(command),
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=plan.output,
                stderr=subprocess.STDOUT,
                env=dict(variables),
                cwd=plan.bundle,
            )
        except OSError:
            group.remove()
            raise
    return Launched(process, group, report(level, ability, group), plan.limits)


def environment(plan: LaunchPlan, where: Inside) -> dict[str, str]:
    """All the app sees of the host's environment: its time zone."""
    base = {
        "HOME": where.data,
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SSL_CERT_DIR": bwrap.TRUSTED if where.data == bwrap.DATA else str(bwrap.CERTIFICATES),
        "TMPDIR": "/tmp" if where.data == bwrap.DATA else where.data,
        "TZ": time_zone(),
    }
    return {**base, **plan.environment(where)}


def time_zone() -> str:
    """The name of the machine's zone: apps see neither our environment nor /etc/localtime."""
    if name := os.environ.get("TZ"):
        return name
    _, zones, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return name if zones else "UTC"


def outside(plan: LaunchPlan) -> Inside:
    """Below the full level the app sees the paths as they are."""
    folders = {name: str(folder) for name, folder in plan.folders.items()}
    return Inside(str(plan.bundle), str(plan.data), str(plan.proxy) if plan.proxy else None, folders)


def restricted(plan: LaunchPlan, level: Level, ability: Ability) -> list[str]:
    strong = level is Level.STRONG
    readable = [*bwrap.runtime(), *SYSTEM, bwrap.CERTIFICATES, plan.bundle, *plan.folders.values()]
    writable = [plan.data, Path("/dev/null"), *([plan.proxy] if plan.proxy else [])]
    return Order(
        argv=(sys.executable, *plan.arguments),
        limits=plan.limits,
        uid=plan.uid,
        namespace=ability.namespace and plan.uid is None,
        landlock=strong and ability.landlock > 0,
        seccomp=strong,
        listable=(str(Path(carservices.__path__[0]).parent),),
        readable=tuple(map(str, readable)),
        writable=tuple(map(str, writable)),
    ).command()


SYSTEM = tuple(map(Path, ("/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/dev/zero", "/dev/urandom", "/proc/self")))
"""What an interpreter reads besides its own folders, where the app sees the machine's file system."""


def hand_over(data: Path, uid: int) -> None:
    """Make the app's user id the owner of its data. Raises OSError."""
    for folder, _, names in os.walk(data):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            if path.lstat().st_uid != uid:
                os.chown(path, uid, uid, follow_symlinks=False)


def report(level: Level, ability: Ability, group: Group) -> Report:
    missing = list(ability.missing)
    if level is Level.STRONG:
        missing.append(PATH_SOCKETS)
    if level is Level.FULL and not group.can_freeze:
        missing.append(Missing("apps in the background cannot be frozen as a whole", "use a kernel with cgroup.freeze"))
    return Report(level, tuple(missing))
