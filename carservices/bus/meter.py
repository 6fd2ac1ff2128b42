"""What processes of this machine take of processor and memory."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Meter:
    """CPU and memory of processes from /proc; nothing where that does not exist."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[float, float]] = {}

    def look(self, pid: int, now: float) -> tuple[float | None, int | None]:
        """Percent of a core since the last look at this process, and resident bytes."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None, None
        used = (int(fields[11]) + int(fields[12])) / TICKS
        then, before = self._seen.get(pid, (now, used))
        self._seen[pid] = (now, used)
        share = 100 * (used - before) / (now - then) if now > then else None
        return share, int(fields[21]) * PAGE

    def forget_all_but(self, pids: Iterable[int]) -> None:
        keep = set(pids)
        self._seen = {pid: seen for pid, seen in self._seen.items() if pid in keep}
