"""Commands under way: sent to a HAL, waiting for the event that confirms them."""

import itertools
from dataclasses import dataclass

from carservices.bus.broker import Peer
from carservices.bus.sethandle import same
from carservices.signals import Datum, Status


@dataclass(slots=True, eq=False)
class PendingSet:
    """One set between acceptance and confirmation."""

    id: int
    peer: Peer
    path: str
    wanted: Datum
    deadline: float
    accepted: bool = False
    confirmed: bool = False


class PendingSets:
    """Sets by path, so that an event finds those it confirms."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self.by_path: dict[str, list[PendingSet]] = {}

    def add(self, peer: Peer, path: str, wanted: Datum, deadline: float) -> PendingSet:
        pending = PendingSet(next(self._ids), peer, path, wanted, deadline)
        self.by_path.setdefault(path, []).append(pending)
        return pending

    def remove(self, pending: PendingSet) -> None:
        waiting = self.by_path.get(pending.path, [])
        if pending in waiting:
            waiting.remove(pending)
        if not waiting:
            self.by_path.pop(pending.path, None)

    def confirmed_by(self, path: str, value: Datum | None, status: Status | None) -> list[PendingSet]:
        """Those that this event shows to have happened."""
        if status is not Status.AVAILABLE:
            return []
        return [p for p in self.by_path.get(path, ()) if same(p.wanted, value)]

    def expired(self, now: float) -> list[PendingSet]:
        return [p for waiting in self.by_path.values() for p in waiting if p.deadline <= now]

    def of(self, path: str) -> list[PendingSet]:
        return list(self.by_path.get(path, ()))

    def forget(self, peer: Peer) -> None:
        for pending in [p for waiting in self.by_path.values() for p in waiting if p.peer is peer]:
            self.remove(pending)
