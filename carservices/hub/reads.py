"""Reads of signals that nobody watches: their HAL samples them once first, so that no read is stale."""

import time
from collections.abc import Callable, Iterable

from carservices.bus.broker import Peer
from carservices.hub.fanout import Fanout
from carservices.hub.registry import Signal

FRESH_SECONDS = 0.5
"""How long a read waits for a fresh sample before it makes do with the last one."""


class Read:
    """One read and the signals it still waits for."""

    def __init__(self, peer: Peer, stale: Iterable[Signal], done: Callable[[], None]) -> None:
        self.peer = peer
        self.missing = set(stale)
        self.deadline = time.monotonic() + FRESH_SECONDS
        self.done = done

    def saw(self, signal: Signal) -> None:
        """The signal has spoken."""
        self.missing.discard(signal)


class Reads:
    """All reads that wait for samples."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self._waiting: list[Read] = []
        fanout.on_read = self._settle

    def read(self, peer: Peer, signals: Iterable[Signal], done: Callable[[], None]) -> None:
        """Call ``done`` once each continuous signal among them is fresh, or after `FRESH_SECONDS`."""
        stale = [s for s in signals if s.source is not None and s.config.max_rate and not s.rate]
        read = Read(peer, stale, done)
        if not stale:
            done()
            return
        self._waiting.append(read)
        for signal in stale:
            signal.readers.append(read.saw)
            self._fanout.tell_rate(signal)

    def forget(self, peer: Peer) -> None:
        for read in [r for r in self._waiting if r.peer is peer]:
            self._end(read)

    def tick(self, now: float) -> None:
        for read in [r for r in self._waiting if r.deadline <= now]:
            self._end(read)
            read.done()

    def _settle(self) -> None:
        for read in [r for r in self._waiting if not r.missing]:
            self._waiting.remove(read)
            read.done()

    def _end(self, read: Read) -> None:
        self._waiting.remove(read)
        for signal in read.missing:
            signal.readers.remove(read.saw)
            self._fanout.tell_rate(signal)
