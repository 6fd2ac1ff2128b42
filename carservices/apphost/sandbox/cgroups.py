"""Control groups of apps: limits of memory, processes and CPU, freezing, and an end that nobody escapes.

Version 2 is taken where it has the controllers and is ours to divide, else version 1, else only what there is. Some
machines mount a version 2 without controllers beside version 1: it still freezes and kills.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from carservices.apphost.sandbox.levels import Limits

PERIOD = 100_000
"""µs over which the kernel counts a share of CPU (its default)."""
FREEZERS = {1: ("freezer.state", ("THAWED", "FROZEN")), 2: ("cgroup.freeze", ("0", "1"))}
WEIGHT_FILES = {1: "cpu.shares", 2: "cpu.weight"}
IN_FRONT, BEHIND = {1: "1024", 2: "100"}, {1: "128", 2: "13"}
"""By version: what any group has, and an eighth of it. Where the processor is short, the app in front comes first."""
CONTROLLERS = ("memory", "pids", "cpu")
OURS = "carservices"
"""How the groups of apps begin, each directly below our own: in a group of all apps the share that a hostile one takes
would be missing for the one in front. Our own may be divided (version 2) only when it has this name too: then it was
made for us, as `systemd-run --user --scope --unit carservices -p Delegate=yes` does."""

ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 126; shift; done; shift; exec "$@"'

Settings = Mapping[str, Callable[[Limits], str]]
VERSION_1: Mapping[str, Settings] = {
    "memory": {
        "memory.limit_in_bytes": lambda limits: str(limits.memory),
        "memory.memsw.limit_in_bytes": lambda limits: str(limits.memory),
    },
    "pids": {"pids.max": lambda limits: str(limits.processes)},
    "cpu": {
        "cpu.cfs_period_us": lambda _: str(PERIOD),
        "cpu.cfs_quota_us": lambda limits: str(int(limits.cpu * PERIOD)),
    },
    "freezer": {},
}
VERSION_2: Mapping[str, Settings] = {
    "memory": {"memory.max": lambda limits: str(limits.memory), "memory.swap.max": lambda _: "0"},
    "pids": {"pids.max": lambda limits: str(limits.processes)},
    "cpu": {"cpu.max": lambda limits: f"{int(limits.cpu * PERIOD)} {PERIOD}"},
}
"""Controller → file → what is written."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One hierarchy: where our own group lies, and which of our controllers it has (none: version 2 without)."""

    folder: Path
    version: int
    controllers: tuple[str, ...]


def mounts() -> list[Mount]:
    """The hierarchies in which this process may make groups."""
    try:
        own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        mounted = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    except OSError:
        return []
    found = []
    for _, names, path in own:
        for fields in mounted:
            kind, options = fields[fields.index("-") + 1], fields[-1].split(",")
            if kind != ("cgroup" if names else "cgroup2") or not set(filter(None, names.split(","))) <= set(options):
                continue
            folder = Path(fields[4]) / path.removeprefix(fields[3]).lstrip("/")
            folder = folder if os.path.isdir(folder) else Path(fields[4])  # noqa: PTH112 - also False where none may look
            if os.access(folder, os.W_OK):
                has = _controllers(folder) if not names else tuple(n for n in names.split(",") if n in VERSION_1)
                found.append(Mount(folder, 1 if names else 2, has))
            break
    return [mount for mount in found if mount.version == 2 or mount.controllers]


def _controllers(folder: Path) -> tuple[str, ...]:
    if not folder.name.startswith(OURS):
        return ()
    try:
        offered = (folder / "cgroup.controllers").read_text().split()
    except OSError:
        return ()
    return tuple(name for name in CONTROLLERS if name in offered)


def divide(mount: Mount) -> None:
    """Make room for groups with limits below ours: version 2 wants no process beside them. Raises OSError."""
    if mount.version == 1 or not mount.controllers:
        return
    host = mount.folder / "host"
    host.mkdir(exist_ok=True)
    for pid in (mount.folder / "cgroup.procs").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            (host / "cgroup.procs").write_text(pid)
    wanted = " ".join(f"+{name}" for name in mount.controllers)
    (mount.folder / "cgroup.subtree_control").write_text(wanted)


def sweep() -> None:
    """Remove what app hosts that were killed left behind; the name of a group ends with its host's id and a number.

    What was frozen then (version 1) has been killed too, and dies when it goes on: its group is removed the next time.
    """
    for mount in mounts():
        for folder in mount.folder.glob(f"{OURS}-*-*-*"):
            host = folder.name.rsplit("-", 2)[1]
            if not Path(f"/proc/{host}").exists():
                with contextlib.suppress(OSError):
                    if (freezer := folder / FREEZERS[mount.version][0]).exists():
                        freezer.write_text(FREEZERS[mount.version][1][False])
                    folder.rmdir()


class Group:
    """The groups of one app, one per hierarchy. ``controllers`` tells which limits hold."""

    def __init__(self, name: str, limits: Limits) -> None:
        """Raises OSError when a group cannot be made."""
        self.controllers: frozenset[str] = frozenset()
        self._folders: list[tuple[int, Path]] = []
        for mount in mounts():
            folder = mount.folder / f"{OURS}-{name}"
            try:
                divide(mount)
                folder.mkdir(exist_ok=True)
                settings = VERSION_1 if mount.version == 1 else VERSION_2
                for controller in mount.controllers:
                    for file, words in settings[controller].items():
                        if (folder / file).exists():
                            (folder / file).write_text(words(limits))
            except OSError:
                continue  # what it would have limited is then missing in the report
            self._folders.append((mount.version, folder))
            self.controllers |= set(mount.controllers)

    def entering(self, command: list[str]) -> list[str]:
        """A command that is under the limits before it begins: from outside it could have forked already."""
        return [
            "/bin/sh",
            "-c",
            ENTER,
            "enter",
            *(str(folder / "cgroup.procs") for _, folder in self._folders),
            "--",
            *command,
        ]

    def prefer(self, front: bool) -> None:
        """Whether it comes before other apps where the processor is short."""
        for version, folder in self._folders:
            file = folder / WEIGHT_FILES[version]
            with contextlib.suppress(OSError):  # the quota holds all the same
                if file.exists():
                    file.write_text((IN_FRONT if front else BEHIND)[version])

    @property
    def can_freeze(self) -> bool:
        return self._freezer() is not None

    def freeze(self, frozen: bool) -> None:
        """Stop or continue every process at once. Raises OSError; `can_freeze` says whether it is possible."""
        if freezer := self._freezer():
            file, words = freezer
            file.write_text(words[frozen])

    def _freezer(self) -> tuple[Path, tuple[str, str]] | None:
        for version, folder in self._folders:
            file, words = FREEZERS[version]
            if (folder / file).exists():
                return folder / file, words
        return None

    @property
    def knows(self) -> bool:
        """There is a group, so `pids` are all there are."""
        return bool(self._folders)

    def pids(self) -> set[int]:
        """Every process inside."""
        found: set[int] = set()
        for _, folder in self._folders:
            with contextlib.suppress(OSError):
                found |= set(map(int, (folder / "cgroup.procs").read_text().split()))
        return found

    def out_of_memory(self) -> bool:
        """Whether the kernel ended a process of this group for its memory."""
        for version, folder in self._folders:
            with contextlib.suppress(OSError):
                text = (folder / ("memory.events" if version == 2 else "memory.oom_control")).read_text()
                if any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in text.splitlines()):
                    return True
        return False

    def kill(self) -> None:
        """End every process inside, also frozen ones and those that fork faster than one can count."""
        whole = [folder / "cgroup.kill" for version, folder in self._folders if version == 2]
        if whole and whole[0].exists():
            with contextlib.suppress(OSError):
                whole[0].write_text("1")
        else:
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.freeze(False)  # in version 1 a frozen process does not die

    def remove(self) -> bool:
        """Give the groups back; False while a process is still inside."""
        left = []
        for version, folder in self._folders:
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                left.append((version, folder))
        self._folders = left
        return not left
