"""Commands: a set is checked, sent to its HAL, accepted, and confirmed by the event that shows it happened."""

import time
from collections.abc import Iterable
from typing import Any, NoReturn

from carservices.api.audit import Audit
from carservices.bus.broker import Broker, Peer
from carservices.bus.errors import CallError
from carservices.bus.sethandle import same
from carservices.bus.wire import Kind
from carservices.hub.calls import Answer, Calls, Refused
from carservices.hub.registry import Signal
from carservices.hub.sets import PendingSet, PendingSets
from carservices.signals import Access, Code, Status
from carservices.signals.check import InvalidValue

MAX_UNCONFIRMED = 100
"""Sets of one signal that may wait for their echo."""

WORDS = {
    Code.ACCESS_DENIED: "PERMISSION_DENIED",
    Code.NOT_AVAILABLE: "UNAVAILABLE",
    Code.TRY_AGAIN: "UNAVAILABLE",
}


class Commands:
    """All sets under way, and the audit of how each ended."""

    def __init__(self, broker: Broker, calls: Calls, audit: Audit) -> None:
        self.sets = PendingSets()
        self._broker = broker
        self._calls = calls
        self._audit = audit

    def set(self, peer: Peer, signal: Signal, value: Any, timeout: float, answer: Answer) -> None:
        """Send a command; ``answer`` gets the set's id once the HAL has taken it. Raises Refused."""
        path, config, source = signal.config.path, signal.config, signal.source
        if not peer.rights.may_actuate(path):
            self.refuse(peer, path, value, Code.ACCESS_DENIED, f"{peer.name} has no grant to actuate it")
        if config.access is Access.READ:
            self.refuse(peer, path, value, Code.ACCESS_DENIED, "it is read-only")
        try:
            value = signal.check(value)
        except InvalidValue as error:
            self.refuse(peer, path, value, Code.INVALID_ARG, str(error).removeprefix(f"{path} "))
        if source is None:
            self.refuse(peer, path, value, Code.NOT_AVAILABLE, "its HAL has stopped")
        if len(self.sets.of(path)) >= MAX_UNCONFIRMED:
            self.refuse(peer, path, value, Code.TRY_AGAIN, f"{MAX_UNCONFIRMED} sets of it are not confirmed yet")
        pending = self.sets.add(peer, path, value, time.monotonic() + timeout)

        def answered(kind: Kind, body: list[Any]) -> None:
            if kind is Kind.ERROR:
                self._refused_by_hal(pending, CallError(*body), answer)
                return
            self._audit.record(peer.name, "set", path=path, value=value)
            pending.accepted = True
            answer(Kind.REPLY, [pending.id])
            holds = signal.status is Status.AVAILABLE and same(value, signal.value)
            if pending.confirmed or holds or config.access is Access.WRITE:
                self._confirmed(pending, value, signal.timestamp)

        try:
            self._calls.ask(source.peer, "set", [signal.index, value], answered, timeout, client=peer)
        except Refused:
            self.sets.remove(pending)
            raise

    def refuse(self, peer: Peer, path: str, value: Any, code: Code, reason: str, word: str | None = None) -> NoReturn:
        """Note the refusal and raise it as Refused."""
        self._audit.record(peer.name, "refused", path=path, value=value, code=code.name, reason=reason)
        raise Refused(word or WORDS.get(code, "INVALID_ARGUMENT"), reason, status=int(code))

    def saw(self, signal: Signal) -> None:
        """A signal with sets under way has spoken: some happened, or all failed."""
        path = signal.config.path
        for pending in self.sets.confirmed_by(path, signal.value, signal.status):
            pending.confirmed = True
            if pending.accepted:
                self._confirmed(pending, signal.value, signal.timestamp)
        if signal.status is Status.ERROR:
            for pending in self.sets.of(path):
                self._failed(pending, Code.INTERNAL_ERROR, "the source reports an error")

    def lost(self, signals: Iterable[Signal | None], why: str) -> None:
        """They have no HAL any more: what was under way to it did not happen."""
        for signal in signals:
            for pending in self.sets.of(signal.config.path) if signal is not None else ():
                self._failed(pending, Code.NOT_AVAILABLE, why)

    def tick(self, now: float) -> None:
        for pending in self.sets.expired(now):
            self._failed(pending, Code.TRY_AGAIN, "sent, but the car did not confirm it in time")

    def _refused_by_hal(self, pending: PendingSet, error: CallError, answer: Answer) -> None:
        self.sets.remove(pending)
        code = error.status(Code.INTERNAL_ERROR if error.code == "INTERNAL" else Code.NOT_AVAILABLE)
        facts = {"path": pending.path, "value": pending.wanted, "code": code.name, "reason": error.message}
        if blocking := error.details.get("blocking"):
            facts["blocking"] = blocking
        self._audit.record(pending.peer.name, "refused", **facts)
        answer(Kind.ERROR, [error.code, error.message, {**error.details, "status": int(code)}])

    def _confirmed(self, pending: PendingSet, value: Any, timestamp: int) -> None:
        self.sets.remove(pending)
        self._audit.record(pending.peer.name, "confirmed", path=pending.path, value=value)
        self._broker.send(pending.peer, [Kind.NOTICE, "confirmed", [pending.id, value, timestamp]])

    def _failed(self, pending: PendingSet, code: Code, reason: str) -> None:
        self.sets.remove(pending)
        self._audit.record(pending.peer.name, "failed", path=pending.path, code=code.name, reason=reason)
        self._broker.send(pending.peer, [Kind.NOTICE, "failed", [pending.id, int(code), reason, None]])
