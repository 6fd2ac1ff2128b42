"""Calls on their way: who asked, who must answer, until when; nobody waits for the dead or for ever."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carservices.bus.broker import Broker, Peer
from carservices.bus.wire import HUB, Kind

Answer = Callable[[Kind, list[Any]], None]

MAX_OUTSTANDING = 1000
"""Calls of one connection that may wait for an answer."""
MAX_ERROR = 500
"""Characters of an error that goes back to the caller."""
MAX_CALL_SECONDS = 60.0


class Refused(Exception):
    """A request the hub does not grant; becomes an error on the wire."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


def bounded(timeout: Any) -> float:
    """A caller's deadline in seconds, at most `MAX_CALL_SECONDS`. Raises ValueError."""
    seconds = float(timeout)
    if not seconds >= 0:
        raise ValueError(f"a timeout of {seconds} s")
    return min(seconds, MAX_CALL_SECONDS)


@dataclass(slots=True, eq=False)
class PendingCall:
    """A call without an answer yet."""

    to: Peer
    deadline: float
    answer: Answer
    client: Peer | None = None


class Calls:
    """Sends calls to services and HALs and brings the answers back."""

    def __init__(self, broker: Broker) -> None:
        self.services: dict[str, Peer] = {}
        self.pending: dict[int, PendingCall] = {}
        self._broker = broker
        self._next_id = 0

    def answer_to(self, peer: Peer, call_id: int) -> Answer:
        """What sends the one answer of a call back to who asked."""

        def answer(kind: Kind, body: list[Any]) -> None:
            try:
                self._broker.send(peer, [kind, call_id, *body])
            except ValueError as error:
                self._broker.send(peer, [Kind.ERROR, call_id, "INTERNAL", f"there is an answer, but {error}", {}])

        return answer

    def forward(self, peer: Peer, target: str, method: str, params: Any, answer: Answer, timeout: float) -> None:
        """A client's call to a service. Raises Refused."""
        if not peer.rights.may_call(target):
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not call {target}")
        service = self.services.get(target)
        if service is None:
            raise Refused("UNAVAILABLE", f"no service '{target}' is running")
        self.ask(service, method, params, answer, timeout, client=peer)

    def ask(
        self,
        to: Peer,
        method: str,
        params: Any,
        answer: Answer,
        timeout: float = 10.0,
        client: Peer | None = None,
    ) -> None:
        """Send a call and remember what to do with the answer. Raises Refused, ValueError for what cannot be sent."""
        if client is not None and client.waiting >= MAX_OUTSTANDING:
            raise Refused("UNAVAILABLE", f"{MAX_OUTSTANDING} calls of {client.name} wait already")
        self._next_id += 1
        timeout = bounded(timeout)
        caller = client.name if client else HUB
        if not self._broker.send(to, [Kind.CALL, self._next_id, caller, method, params, int(timeout * 1000)]):
            answer(Kind.ERROR, ["UNAVAILABLE", f"{to.name} does not answer", {}])
            return
        self.pending[self._next_id] = PendingCall(to, time.monotonic() + timeout, answer, client)
        if client is not None:
            client.waiting += 1

    def answered(self, peer: Peer, call_id: int, kind: Kind, body: list[Any]) -> None:
        """An answer came; one that nobody waits for any more is nothing."""
        pending = self.pending.get(call_id)
        if pending is None or pending.to is not peer:
            return
        self._end(call_id)
        if kind is Kind.REPLY:
            pending.answer(kind, body[1:2] or [None])
        else:
            given = body[1:4]
            pending.answer(kind, [*given, *["INTERNAL", f"{peer.name} gave no reason", {}][len(given) :]])

    def forget(self, peer: Peer) -> None:
        """The peer is gone: its calls need no answer, those to it have one."""
        for call_id, pending in list(self.pending.items()):
            if pending.to is peer:
                self._end(call_id)
                pending.answer(Kind.ERROR, ["UNAVAILABLE", f"{peer.name} has stopped", {}])
            elif pending.client is peer:
                self._end(call_id)
        if self.services.get(peer.name) is peer:
            del self.services[peer.name]

    def tick(self, now: float) -> None:
        for call_id, pending in list(self.pending.items()):
            if pending.deadline <= now:
                self._end(call_id)
                pending.answer(Kind.ERROR, ["TIMEOUT", f"{pending.to.name} did not answer in time", {}])

    def _end(self, call_id: int) -> None:
        pending = self.pending.pop(call_id)
        if pending.client is not None:
            pending.client.waiting -= 1
