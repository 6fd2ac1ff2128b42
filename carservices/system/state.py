"""What the supervisor says of its processes: one JSON file in the run directory, replaced as a whole."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from carservices.bus.files import replace_file
from carservices.system.run_dir import STATE_FILE, running_pid

STALE_SECONDS = 10.0
"""A state that is older was written by a supervisor that can write no more; it does so every 2 s."""


class NotRunning(Exception):
    """No car runs in this directory."""


@dataclass(slots=True)
class ProcessState:
    """One process. ``started`` is Unix time; ``cpu`` percent of a core since the last look; ``rss`` bytes."""

    name: str
    state: str
    pid: int | None = None
    restarts: int = 0
    last_exit: str | None = None
    started: float | None = None
    cpu: float | None = None
    rss: int | None = None
    watch: float = 0.0
    critical: bool = False
    reason: str | None = None
    lost_log_lines: int = 0


@dataclass(slots=True)
class CarState:
    """The whole car: its supervisor, the facts its predicates see, and its processes in the order of the table."""

    pid: int
    started: float
    state_dir: str
    facts: dict[str, bool]
    processes: list[ProcessState]
    at: float = 0.0
    """When it was written, on the monotonic clock of this machine."""


def publish(run_dir: Path, car: CarState) -> None:
    """Raises OSError."""
    replace_file(run_dir / STATE_FILE, json.dumps(asdict(car), indent=1), lasting=False)


def load(run_dir: Path) -> CarState:
    """Raises `NotRunning`."""
    if running_pid(run_dir) is None:
        raise NotRunning(f"no car runs in {run_dir}: start one with `carservices emulator`")
    file = run_dir / STATE_FILE
    try:
        raw: dict[str, Any] = json.loads(file.read_text())
        return CarState(**{**raw, "processes": [ProcessState(**one) for one in raw["processes"]]})
    except OSError:
        raise NotRunning(f"the car in {run_dir} is just starting: ask again in a second") from None
    except (ValueError, TypeError, LookupError):
        raise NotRunning(f"{file} is of another version: end the car and start it anew") from None
