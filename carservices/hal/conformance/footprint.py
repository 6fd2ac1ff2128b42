"""What a program holds at one moment: tasks, threads and sockets; the difference of two is a leak."""

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Sockets are seen on Linux only."""

    tasks: frozenset[asyncio.Task[Any]]
    threads: frozenset[threading.Thread]
    sockets: frozenset[str]

    @classmethod
    def now(cls) -> Self:
        return cls(frozenset(asyncio.all_tasks()), frozenset(threading.enumerate()), frozenset(_sockets()))

    def leaks_since(self, before: "Footprint") -> list[str]:
        """A word for each thing this one has and ``before`` had not."""
        tasks = [f"task {task.get_name()} of {_code(task)}" for task in self.tasks - before.tasks]
        threads = [f"thread {thread.name}" for thread in self.threads - before.threads]
        return sorted(tasks) + sorted(threads) + sorted(self.sockets - before.sockets)


def _code(task: asyncio.Task[Any]) -> str:
    return str(getattr(task.get_coro(), "__qualname__", "a coroutine"))


def _sockets() -> list[str]:
    if not DESCRIPTORS.is_dir():
        return []
    return [target for entry in DESCRIPTORS.iterdir() if (target := _target(entry)).startswith("socket:")]


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:  # the descriptor that read the directory is closed by now
        return ""
