"""What an app keeps in its data folder, measured from outside and held against its quota."""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 100 << 20
MAX_FILES: Final = 10_000
"""Files and folders."""
MAX_DEPTH: Final = 32
"""Folders in folders; a measurement has to end, and a path to fit into 4096 bytes."""
FAR: Final = 2
"""So many times the quota end an app at once."""
GRACE_SECONDS: Final = 10.0
"""For an app that has been told to delete something."""
BLOCK: Final = 512
"""Bytes of one block of `os.stat_result.st_blocks`, whatever the file system uses (stat(3type))."""


@dataclass(slots=True)
class Stored:
    """How much there is, as far as it was counted: that ends where it is far beyond the quota."""

    bytes: int = 0
    files: int = 0
    depth: int = 0
    shut: bool = False
    """A folder cannot be looked into: without a user id of its own, an app can hide one from the host."""

    def excess(self, times: int = 1) -> str | None:
        """What is beyond the quota, or so many times the quota, as words."""
        if self.bytes > times * MAX_BYTES:
            return f"more than {times * MAX_BYTES >> 20} MB"
        if self.files > times * MAX_FILES:
            return f"more than {times * MAX_FILES} files"
        if self.depth > MAX_DEPTH:
            return f"folders more than {MAX_DEPTH} deep"
        return "a folder that cannot be read" if self.shut else None


class Quota:
    """Of one run of an app: it is told of too much, and ended when that stays or is far too much."""

    def __init__(self) -> None:
        self._since: float | None = None

    def judge(self, stored: Stored, now: float) -> tuple[str | None, str | None]:
        """A warning for the app, once, and the reason to end it."""
        excess = stored.excess()
        if excess is None:
            self._since = None
            return None, None
        warning = None
        if self._since is None:
            self._since = now
            warning = f"it keeps {excess} in its data folder: delete something within {GRACE_SECONDS:g} s"
        far = stored.excess(FAR)
        late = now - self._since >= GRACE_SECONDS
        return warning, f"it kept {far or excess} in its data folder" if far or late else None


def measure(folder: Path, pids: Iterable[int] = ()) -> Stored:
    """What lies in the folder, and files that were deleted there but are still open in one of these processes."""
    found = Stored()
    waiting = [(str(folder), 1)]
    while waiting and not found.excess(FAR):
        path, found.depth = waiting.pop()
        try:
            with os.scandir(path) as entries:
                waiting += _counted(entries, found)
        except PermissionError:
            found.shut = True
        except (FileNotFoundError, NotADirectoryError):
            continue  # it has just been deleted
    found.bytes += _deleted(folder, pids)
    return found


def _counted(entries: Iterable["os.DirEntry[str]"], found: Stored) -> Iterator[tuple[str, int]]:
    """Count a folder's entries; yields the folders among them, with their depth."""
    depth = found.depth + 1
    for entry in entries:
        found.files += 1
        with contextlib.suppress(FileNotFoundError):
            facts = entry.stat(follow_symlinks=False)
            found.bytes += facts.st_blocks * BLOCK
            if stat.S_ISDIR(facts.st_mode):
                yield entry.path, depth
        if found.files > FAR * MAX_FILES:
            return


def _deleted(folder: Path, pids: Iterable[int]) -> int:
    """Bytes of open files without a name on the folder's file system; each is counted once."""
    sizes: dict[int, int] = {}
    with contextlib.suppress(FileNotFoundError):
        device = folder.stat().st_dev
        for pid in pids:
            with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as files:
                for one in files:
                    with contextlib.suppress(OSError):
                        facts = one.stat()
                        if facts.st_nlink == 0 and facts.st_dev == device and stat.S_ISREG(facts.st_mode):
                            sizes[facts.st_ino] = facts.st_blocks * BLOCK
    return sum(sizes.values())
