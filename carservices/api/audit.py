"""The audit log: who set what, when, and how it ended; one JSON line each."""

import json
import logging
import time
from collections import deque
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

KEPT = 1000
"""Entries kept in memory for `carservices` tools."""
MAX_SHOWN = 200
"""Characters of one fact; what a caller sends must not fill the memory or the disk."""
MAX_BYTES = 4 << 20
"""Size at which the file is rolled over to ``audit.1.jsonl``."""


class Audit:
    """Appends; a disk that refuses is counted and never stops the car."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "audit.jsonl"
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.lost = 0

    def record(self, who: str, what: str, **facts: Any) -> None:
        """Note one action; ``facts`` are path, value, code, reason and so on."""
        entry = {"time": time.time(), "who": who, "what": what, **{name: _brief(fact) for name, fact in facts.items()}}
        self.entries.append(entry)
        try:
            with self._path.open("a") as file:
                file.write(json.dumps(entry) + "\n")
                size = file.tell()
            if size > MAX_BYTES:
                self._path.replace(self._path.with_name("audit.1.jsonl"))
        except OSError as error:
            if not self.lost:
                log.warning("audit log %s cannot be written (%s); entries stay in memory", self._path, error)
            self.lost += 1


def _brief(fact: Any) -> Any:
    """A fact as JSON can hold it, cut when it is long."""
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    text = fact if isinstance(fact, str) else repr(fact)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)"
