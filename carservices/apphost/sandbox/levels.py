"""The words of the sandbox: its levels, what this machine is able to, what a launch wants and what it got."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

MEGABYTE = 1 << 20


class Level(IntEnum):
    """How well an app is shut in; a higher level holds all that a lower one does."""

    WEAK = 1
    """Limits and a session of its own: a guard against mistakes, for developers."""
    STRONG = 2
    """No other files (Landlock) or a user id of its own, and a filter of system calls (seccomp)."""
    FULL = 3
    """Namespaces of its own (bubblewrap), seccomp, limits of memory, processes and CPU; under root a user id too."""

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Level":
        """Raises ValueError that lists the levels."""
        try:
            return cls[word.upper()]
        except KeyError:
            words = ", ".join(level.word for level in cls)
            raise ValueError(f"no sandbox level '{word}'; there are {words}") from None


@dataclass(frozen=True, slots=True)
class Missing:
    """One part of the sandbox that this machine does not give, and what would bring it."""

    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Ability:
    """What was tried on this machine and worked.

    ``landlock`` is the version of its interface, 0 without; ``controllers`` are the limits control groups give;
    ``namespace`` is a user namespace of its own in which the kernel counts its processes alone.
    """

    bubblewrap: bool = False
    seccomp: bool = False
    landlock: int = 0
    own_uid: bool = False
    namespace: bool = False
    controllers: frozenset[str] = frozenset()
    missing: tuple[Missing, ...] = ()

    @property
    def level(self) -> Level:
        """The best level there is."""
        if self.bubblewrap and self.seccomp and self.controllers >= {"memory", "pids", "cpu"}:
            return Level.FULL
        if self.seccomp and (self.own_uid or self.landlock >= LANDLOCK_SCOPES):
            return Level.STRONG
        return Level.WEAK


LANDLOCK_SCOPES = 6
"""The version of Landlock from which on abstract sockets and signals to others are barred too (Linux 6.12)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one app may take: bytes of memory and of one file, processes, share of one core, descriptors."""

    memory: int = 200 * MEGABYTE
    processes: int = 40
    cpu: float = 0.5
    files: int = 128
    file_size: int = 64 * MEGABYTE
    heap: int = 512 * MEGABYTE
    """Enforced per process where no control group bounds memory (RLIMIT_DATA)."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Where the app sees its things; paths as they are inside its sandbox."""

    bundle: str
    data: str
    proxy: str | None
    folders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """One launch. ``arguments`` follow the interpreter; ``link`` and other ``descriptors`` are inherited.

    ``folders`` are read-only (name → folder); ``environment`` gets the paths as the app sees them and is all it has.
    """

    app: str
    arguments: tuple[str, ...]
    bundle: Path
    data: Path
    link: int
    environment: Callable[[Inside], Mapping[str, str]]
    proxy: Path | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    uid: int | None = None
    """The user id of this app; only root can give one."""
    output: int = subprocess.DEVNULL
    """Where its standard output and error go."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a launch is shut in, and what is missing to the full level."""

    level: Level
    missing: tuple[Missing, ...]
