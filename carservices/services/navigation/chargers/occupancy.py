"""How busy plugs are: those taken at a moment, the chance that all are, and how long one then waits."""

import hashlib
import math
from datetime import datetime

QUARTER_S = 900
"""How long a synthetic plug stays as it is."""
SESSION_S = 1500.0
"""s a car stays at a fast plug on average (published operators' figures: 20–30 min)."""


def share(busy: bytes, when: datetime) -> float:
    """Of the plugs that are in use in that hour of the week."""
    return busy[when.weekday() * 24 + when.hour] / 100


def free_now(key: str, plug: int, count: int, busy: bytes | None, when: datetime) -> int | None:
    """Plugs that are free: each is taken with the chance of the hour, anew each quarter of an hour; None: not known."""
    if busy is None:
        return None
    quarter = int(when.timestamp() // QUARTER_S)
    draws = hashlib.shake_128(f"{key} {plug} {quarter}".encode()).digest(count)
    return sum(draw / 256 >= share(busy, when) for draw in draws)


def wait_s(count: int, usual: float | None, free: int | None = None, ahead_s: float = 0.0) -> float:
    """s one waits for one of ``count`` plugs on average, ``ahead_s`` from now.

    ``usual`` share of them is in use at that time, ``free`` are free now; None: not known, then nobody waits. Sessions
    end at random (exponentially), so what is seen now fades with their mean, and the first of n to end does so after
    an nth of it.
    """
    if count <= 0:
        return SESSION_S
    taken = (usual or 0.0) ** count
    if free is not None:
        seen = math.exp(-ahead_s / SESSION_S)
        taken = seen * (free == 0) + (1.0 - seen) * taken
    return taken * SESSION_S / count
