"""What one app takes of memory, processor and processes, held to its limits where no control groups do that."""

from pathlib import Path
from typing import Final

from carservices.apphost.sandbox import Launched
from carservices.bus.meter import Meter

LOOK_SECONDS: Final = 0.25
BURST: Final = 1.0
"""Seconds of a core at once; beyond, the app stands still from one look to the next until its share allows more."""
MEMORY: Final = "it used more memory than it may"


class Excess:
    """Of one run of an app."""

    def __init__(self, launched: Launched) -> None:
        self._launched = launched
        self._meter = Meter()
        self._then = 0.0
        self._owed = 0.0
        self._paused = False

    def look(self, now: float, *, frozen: bool) -> str | None:
        """The reason to end it. ``frozen``: it stands still for another reason, and is left so."""
        limits = self._launched.limits
        pids = self._launched.pids()
        looks = [self._meter.look(pid, now) for pid in pids]
        self._meter.forget_all_but(pids)
        passed, self._then = now - self._then, now
        used = passed * sum(share or 0.0 for share, _ in looks) / 100
        self._owed = max(0.0, self._owed + used - passed * limits.cpu)
        self._pause(self._owed > BURST and not frozen, frozen)
        if len(pids) > limits.processes:
            return "it started more processes than it may"
        resident = sum(size or 0 for _, size in looks)
        return MEMORY if resident > limits.memory and sum(map(_own, pids)) > limits.memory else None

    def _pause(self, paused: bool, frozen: bool) -> None:
        if paused is not self._paused and not frozen:
            self._launched.freeze(paused)
        self._paused = paused


def _own(pid: int) -> int:
    """Bytes in memory, of what several processes share only a part each."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
