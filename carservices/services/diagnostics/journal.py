"""The audit file of repairs: one JSON line an attempt, appended before anything else may know of it."""

import logging
import os
import time
from collections import deque
from pathlib import Path

from pydantic import ValidationError

from carservices.api.diagnostics import Attempt
from carservices.api.state import STATE_DIR_VARIABLE
from carservices.bus.files import to_disk

KEPT = 200
"""Attempts known; more of one day are not possible under any policy."""
DAY = 86_400.0

log = logging.getLogger(__name__)


class Journal:
    """Knows what was tried. Without a state directory it keeps it in memory only."""

    def __init__(self, directory: Path | None = None) -> None:
        base = directory or (Path(text) if (text := os.environ.get(STATE_DIR_VARIABLE)) else None)
        self.path = base / "diagnostics" / "repairs.jsonl" if base else None
        self.attempts: deque[Attempt] = deque(self._read(), maxlen=KEPT)

    def usable(self) -> bool:
        """Whether an attempt could be written down; without an audit nothing is repaired."""
        if self.path is None:
            return True
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a"):
                return True
        except OSError as error:
            log.warning("%s cannot be written (%s): nothing is repaired", self.path, error)
            return False

    def record(self, attempt: Attempt) -> None:
        """Write one attempt down. Raises OSError."""
        self.attempts.append(attempt)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{attempt.model_dump_json()}\n")
            to_disk(self.path)

    def count(self, repair: str, fault: str) -> int:
        """How often it was tried in the last 24 hours."""
        since = time.time() - DAY
        return sum(a.repair == repair and a.fault == fault and a.time >= since for a in self.attempts)

    def _read(self) -> list[Attempt]:
        if self.path is None or not self.path.exists():
            return []
        found: list[Attempt] = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            try:
                found.append(Attempt.model_validate_json(line))
            except ValidationError as error:
                log.warning("%s is damaged in line %d (%s)", self.path, number, error.errors()[0]["msg"])
        return found
