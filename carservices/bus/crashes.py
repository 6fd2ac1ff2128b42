"""Crash reports: how a process ended and what it said last; the newest are kept."""

import signal
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

KEPT = 20


def write_report(state_dir: Path, name: str, how: str, facts: dict[str, object], lines: Iterable[str]) -> Path:
    """Keep one and drop the oldest. Raises OSError."""
    directory = state_dir / "crashes"
    directory.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now()
    path = directory / f"{stamp:%Y%m%dT%H%M%S}.{stamp.microsecond:06}-{name}.txt"
    head = [f"{name} {how}", *(f"{key}: {value}" for key, value in facts.items()), "", "Its last lines:"]
    path.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    for old in reports(state_dir)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def reports(state_dir: Path) -> list[Path]:
    """The newest first."""
    return sorted((state_dir / "crashes").glob("*.txt"), reverse=True)


def how_it_ended(code: int) -> str:
    """An exit status in words; negative is a signal."""
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
