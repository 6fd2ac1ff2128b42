"""A process and all that came of it, where no control group holds them together: found, stopped and ended."""

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PASSES: Final = 50
"""Looks for new ones while a family is being stopped; each pass leaves fewer that can still fork."""


def family(pid: int) -> set[int]:
    """It and everything below it. An app's first process adopts what detaches itself (`restrict.stand_back`)."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        if one not in found and (children := _children(one)) is not None:
            found.add(one)
            waiting += children
    return found


def _children(pid: int) -> list[int] | None:
    """None when there is no such process. Each of its threads has its own list."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return None
    return found


def end(pid: int) -> None:
    """Kill all of it. Each is stopped first: a fork bomb is faster than one can count."""
    stopped: set[int] = set()
    for _ in range(PASSES):
        if not (fresh := family(pid) - stopped):
            break
        send(fresh, signal.SIGSTOP)
        stopped |= fresh
    send(stopped, signal.SIGKILL)


def send(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
