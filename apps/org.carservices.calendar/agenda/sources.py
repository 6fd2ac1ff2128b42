"""The person's calendars: the files of a folder and one feed, whose last state is kept for times without network."""

import json
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from agenda.ical import Event, Reading, read

MOST_FILES: Final = 100
MOST_BYTES: Final = 16 << 20
"""Of one file."""
KEPT: Final = "feed.json"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed held when it was read last, ``at`` in Unix time."""

    address: str
    at: float
    texts: tuple[str, ...]


@dataclass(slots=True)
class Calendars:
    """Everything that was read; ``files`` is None without a folder."""

    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    files: int | None = None

    def add(self, name: str, text: str, local: tzinfo) -> None:
        try:
            reading = read(text, local)
        except ValueError as error:
            reading = Reading(problems=[str(error)])
        self.events += reading.events
        self.problems += [f"{name}: {problem}" for problem in reading.problems]


def load(folder: Path | None, feed: Feed | None, local: tzinfo) -> Calendars:
    """Read all there is; what cannot be read becomes a problem."""
    found = Calendars()
    if folder is not None:
        files = sorted(folder.rglob("*.ics"))
        found.files = len(files)
        for file in files[:MOST_FILES]:
            try:
                if file.stat().st_size > MOST_BYTES:
                    raise OSError(f"more than {MOST_BYTES} bytes")
                found.add(file.name, file.read_text(encoding="utf-8", errors="replace"), local)
            except OSError as error:
                found.problems.append(f"{file.name}: {error.strerror or error}")
    for text in feed.texts if feed else ():
        found.add("feed", text, local)
    return found


def keep(folder: Path, feed: Feed) -> None:
    """Write a feed for the next start, whole or not at all. Raises OSError."""
    new = folder / f"{KEPT}.new"
    new.write_text(json.dumps([feed.address, feed.at, list(feed.texts)]), encoding="utf-8")
    new.replace(folder / KEPT)


def kept(folder: Path, address: str) -> Feed | None:
    """What was kept of this address."""
    try:
        of, at, texts = json.loads((folder / KEPT).read_bytes())
        return Feed(of, float(at), tuple(texts)) if of == address else None
    except (OSError, ValueError, TypeError):
        return None


def age(feed: Feed, now: datetime) -> tuple[str, int]:
    """The text that says how old it is, and its number."""
    minutes = max(0, int(now.timestamp() - feed.at) // 60)
    if minutes < 15:
        return "age.now", 0
    return ("age.minutes", minutes) if minutes < 120 else ("age.hours", minutes // 60)
