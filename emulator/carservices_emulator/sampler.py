"""What is sent when: continuous signals at their subscribed rates, all others when they change."""

import time
from collections.abc import Iterable
from typing import Protocol

from carservices.signals import ChangeMode, Datum, Status, Value
from carservices_emulator.signals import ENTRIES

SCAN = 0.1
"""s between two looks at the on-change signals."""
EARLY = 1e-3
"""s a sample may come before it is due: jitter of the event loop's clock."""


class World(Protocol):
    """Where values come from: the simulation or a recording."""

    def observe(self, path: str) -> tuple[Datum | None, Status]:
        """The signal's value and status now."""


class Sampler:
    """Remembers what was sent last of these signals, and who listens; timestamps of one signal strictly increase."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._configs = {path: ENTRIES[path].config for path in paths}
        self._on_change = [p for p, config in self._configs.items() if config.change_mode is ChangeMode.ON_CHANGE]
        self._last: dict[str, Value] = {}
        self._rates: dict[str, tuple[float, float]] = {}
        """Path → (interval s, due)."""
        self._urgent: dict[str, None] = {}
        self._dead: set[str] = set()
        """Signals last sent without a value; their recovery is news even if nobody samples them."""
        self._next_scan = 0.0

    @property
    def rate(self) -> float:
        """The highest subscribed rate in Hz; 0 when nobody listens."""
        return max((1.0 / interval for interval, _ in self._rates.values()), default=0.0)

    def subscribe(self, path: str, rate: float) -> None:
        """Sample a continuous signal at ``rate`` Hz, clamped to its range; 0 ends it."""
        config = self._configs.get(path)
        if config is None or config.change_mode is not ChangeMode.CONTINUOUS:
            return
        if rate <= 0.0:
            self._rates.pop(path, None)
        else:
            self._rates[path] = (1.0 / min(max(rate, config.min_rate), config.max_rate), 0.0)

    def urge(self, path: str) -> None:
        """Send this signal with the next batch, changed or not: the echo of a set, a failure, a recovery."""
        if path in self._configs:
            self._urgent[path] = None

    def urge_all(self) -> None:
        """Send every signal with the next batch."""
        self._urgent.update(dict.fromkeys(self._configs))

    @property
    def urgent(self) -> bool:
        return bool(self._urgent)

    def collect(self, world: World, now: float) -> list[Value]:
        """The next batch at ``now`` s; each path at most once."""
        batch: list[Value] = []
        stamp = time.monotonic_ns()
        sent, self._urgent = self._urgent, {}
        for path in sent:
            self._send(path, *world.observe(path), stamp, batch)
        for path, (interval, due) in self._rates.items():
            if now < due - EARLY:
                continue
            following = due + interval
            self._rates[path] = (interval, following if following > now else now + interval)
            if path not in sent:
                self._sample(path, world, stamp, batch)
        if now >= self._next_scan - EARLY:
            self._next_scan = now + SCAN
            for path in (*self._on_change, *self._dead):
                last = self._last.get(path)
                value, status = world.observe(path)
                changed = last is None or last.value != value or last.status is not status
                if changed and path not in sent:
                    self._send(path, value, status, stamp, batch)
        return batch

    def _sample(self, path: str, world: World, stamp: int, batch: list[Value]) -> None:
        value, status = world.observe(path)
        last = self._last.get(path)
        if status is Status.AVAILABLE or last is None or last.status is not status:  # a dead sensor speaks once
            self._send(path, value, status, stamp, batch)

    def _send(self, path: str, value: Datum | None, status: Status, stamp: int, batch: list[Value]) -> None:
        last = self._last.get(path)
        if last is not None and stamp <= last.timestamp:
            stamp = last.timestamp + 1
        self._last[path] = item = Value(path, value, stamp, status)
        if status is Status.AVAILABLE:
            self._dead.discard(path)
        elif self._configs[path].change_mode is ChangeMode.CONTINUOUS:
            self._dead.add(path)
        batch.append(item)
