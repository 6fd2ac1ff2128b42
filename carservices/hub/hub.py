"""The hub: takes values from HALs and states from services, keeps the last of each, fans out, and routes calls."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carservices.bus import wire
from carservices.bus.broker import Broker, Peer
from carservices.bus.wire import HUB, Kind
from carservices.hub.audit import Audit
from carservices.hub.registry import Registry, Signal, Source, Topic
from carservices.hub.requests import Answer, Refused, Requests, bounded
from carservices.hub.sets import PendingSets
from carservices.signals import Code, Status
from carservices.signals.check import InvalidValue

log = logging.getLogger(__name__)

MAX_OUTSTANDING = 1000
"""Calls of one connection that may wait for an answer."""
MAX_ERROR = 500
"""Characters of an error that goes back to the caller."""
NIL = wire.pack(None)
AVAILABLE = int(Status.AVAILABLE)
STATUSES = (Status.AVAILABLE, Status.UNAVAILABLE, Status.ERROR)


@dataclass(slots=True, eq=False)
class PendingCall:
    """A call on its way: who asked, who must answer, until when, and what to do with the answer."""

    to: Peer
    deadline: float
    answer: Answer
    client: Peer | None = None


class Hub:
    """Implements the broker's `Handler`; one instance per process, driven by `run`."""

    def __init__(self, run_dir: Path, state_dir: Path | None = None) -> None:
        self.registry = Registry()
        self.sets = PendingSets()
        self.audit = Audit(state_dir or run_dir)
        self.broker = Broker(run_dir, self)
        self.services: dict[str, Peer] = {}
        self.published = 0
        self._pending: dict[int, PendingCall] = {}
        self._next_id = 0
        self._held: set[Topic] = set()
        self._requests = Requests(self)

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`."""
        try:
            self.broker.run(beat)
        finally:
            self.broker.close()

    def stop(self) -> None:
        self.broker.stop()

    # -- values ------------------------------------------------------------------------------------------------------

    def values(self, peer: Peer, batch: list[Any]) -> None:
        """A HAL's batch. Each value is checked against its config; what its HAL may not say becomes an ERROR."""
        source = self.registry.sources.get(peer.user)
        if source is None:
            return
        source.batches += 1
        source.values += len(batch)
        signals = source.signals
        now = time.monotonic_ns()
        for index, value, timestamp, code in batch:
            signal = signals[index]
            if signal is None or timestamp < signal.timestamp:
                continue
            status = STATUSES[code]
            if code == AVAILABLE:
                try:
                    value = signal.check(value)
                except InvalidValue as error:
                    if not signal.invalid:
                        log.warning("%s: %s", peer.name, error)
                    signal.invalid += 1
                    value, status = None, Status.ERROR
            else:
                value = None
            self._update(signal, value, min(timestamp, now), status, now)

    def _update(self, signal: Signal, value: Any, timestamp: int, status: Status, now: int) -> None:
        if signal.static and signal.status is Status.AVAILABLE and status is Status.AVAILABLE:
            return
        changed = value != signal.value or status is not signal.status
        signal.value, signal.timestamp, signal.status = value, timestamp, status
        if signal.config.path in self.sets.by_path:
            self._confirm(signal.config.path, value, status)
        for topic in signal.topics:
            if topic.filter is None:
                if changed:
                    self._send(topic, value, timestamp, status)
            elif topic.filter.offer(value, status, now):
                self._send(topic, topic.filter.last, timestamp, status)
            elif topic.filter.held:
                self._held.add(topic)

    def _send(self, topic: Topic, value: Any, timestamp: int, status: Status) -> None:
        self.published += 1
        self.broker.publish(topic.frame(value, timestamp, status))

    def due(self) -> float | None:
        """When the first value held back by a rate may go, in seconds of the monotonic clock."""
        if not self._held:
            return None
        return min(t.filter.due_ns for t in self._held if t.filter) / 1e9

    def flush(self) -> None:
        """Deliver the values whose period has ended."""
        now = time.monotonic_ns()
        for topic in [t for t in self._held if t.filter and t.filter.due_ns <= now]:
            self._held.discard(topic)
            signal = topic.signal
            if topic.filter is None or not topic.filter.held or signal is None or signal.status is None:
                continue
            if topic.filter.offer(signal.value, signal.status, now):
                self._send(topic, topic.filter.last, signal.timestamp, signal.status)

    def inject(self, signal: Signal, value: Any, status: Status) -> None:
        """Pretend that the source had said so (developer tools)."""
        now = time.monotonic_ns()
        self._update(signal, value, now, status, now)

    def state(self, peer: Peer, topic_name: str, payload: bytes) -> None:
        """A service's new state."""
        if not peer.rights.may_publish(topic_name):
            raise ValueError(f"{peer.name} may not publish {topic_name}")
        wire.unpack(payload)  # nobody downstream shall meet what cannot be read
        topic = self.registry.topic(topic_name, None, None, 0)
        self.published += 1
        self.broker.publish(topic.state_frame(payload, time.monotonic_ns(), Status.AVAILABLE))

    # -- subscriptions -----------------------------------------------------------------------------------------------

    def subscribed(self, peer: Peer, topic: str) -> None:
        self._requests.arrived(peer, topic)

    def release(self, peer: Peer, name: str) -> None:
        """The peer no longer watches this topic; the last one out turns off the light."""
        peer.topics.discard(name)
        topic = self.registry.topics.get(name)
        if topic is None:
            return
        topic.users.discard(peer.user)
        if topic.users:
            return
        if topic.signal is not None:
            self._held.discard(topic)
            self.registry.drop_topic(topic)
            self.tell_rate(topic.signal)
        elif not topic.payload:
            self.registry.drop_topic(topic)

    def tell_rate(self, signal: Signal) -> None:
        """Tell the HAL the highest rate anybody wants of a signal (AAOS merges subscriptions the same way)."""
        source = signal.source
        if source is None or not signal.config.max_rate:
            return
        rate = max((t.rate for t in signal.topics if t.users), default=0.0)
        if rate != signal.rate:
            signal.rate = rate
            self.ask(source.peer, "subscribe", [signal.index, rate], lambda _kind, _body: None)

    # -- calls -------------------------------------------------------------------------------------------------------

    def call(self, peer: Peer, call_id: int, target: str, method: str, params: Any, timeout: float) -> None:
        def answer(kind: Kind, body: list[Any]) -> None:
            try:
                self.broker.send(peer, [kind, call_id, *body])
            except ValueError as error:
                self.broker.send(peer, [Kind.ERROR, call_id, "INTERNAL", f"there is an answer, but {error}", {}])

        def refuse(code: str, text: str, details: dict[str, Any]) -> None:
            answer(Kind.ERROR, [code, text if len(text) <= MAX_ERROR else f"{text[:MAX_ERROR]}…", details])

        try:
            result = self._handle(peer, target, method, params, timeout, answer)
        except Refused as error:
            refuse(error.code, str(error), error.details)
        except wire.BAD_INPUT as error:
            refuse("INVALID_ARGUMENT", f"{target}.{method}: {error}", {})
        else:
            if result is not Requests.LATER:
                answer(Kind.REPLY, [result])

    def _handle(self, peer: Peer, target: str, method: str, params: Any, timeout: float, answer: Answer) -> Any:
        if target == HUB:
            return self._requests.handle(peer, method, params, answer)
        if not peer.rights.may_call(target):
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not call {target}")
        service = self.services.get(target)
        if service is None:
            raise Refused("UNAVAILABLE", f"no service '{target}' is running")
        self.ask(service, method, params, answer, timeout, client=peer)
        return Requests.LATER

    def ask(
        self,
        to: Peer,
        method: str,
        params: Any,
        answer: Answer,
        timeout: float = 10.0,
        client: Peer | None = None,
    ) -> None:
        """Send a call and remember what to do with the answer. Raises ValueError for what cannot be sent."""
        if client is not None and client.waiting >= MAX_OUTSTANDING:
            raise Refused("UNAVAILABLE", f"{MAX_OUTSTANDING} calls of {client.name} wait already")
        self._next_id += 1
        timeout = bounded(timeout)
        caller = client.name if client else HUB
        if not self.broker.send(to, [Kind.CALL, self._next_id, caller, method, params, int(timeout * 1000)]):
            answer(Kind.ERROR, ["UNAVAILABLE", f"{to.name} does not answer", {}])
            return
        self._pending[self._next_id] = PendingCall(to, time.monotonic() + timeout, answer, client)
        if client is not None:
            client.waiting += 1

    def answer(self, peer: Peer, call_id: int, kind: Kind, body: list[Any]) -> None:
        pending = self._pending.get(call_id)
        if pending is None or pending.to is not peer:
            return
        self._end(call_id)
        if kind is Kind.REPLY:
            pending.answer(kind, body[1:2] or [None])
        else:
            given = body[1:4]
            pending.answer(kind, [*given, *["INTERNAL", f"{peer.name} gave no reason", {}][len(given) :]])

    def _end(self, call_id: int) -> None:
        pending = self._pending.pop(call_id)
        if pending.client is not None:
            pending.client.waiting -= 1

    # -- sets --------------------------------------------------------------------------------------------------------

    def _confirm(self, path: str, value: Any, status: Status) -> None:
        for pending in self.sets.confirmed_by(path, value, status):
            pending.confirmed = True
            if pending.accepted:
                self.set_confirmed(pending.peer, pending.id, path, value)
                self.sets.remove(pending)
        if status is Status.ERROR:
            for pending in self.sets.of(path):
                self.sets.remove(pending)
                reason = "the source reports an error"
                self.set_failed(pending.peer, pending.id, path, Code.INTERNAL_ERROR, reason, None)

    def set_confirmed(self, peer: Peer, set_id: int, path: str, value: Any) -> None:
        self.audit.record(peer.name, "confirmed", path=path, value=value)
        self.broker.send(peer, [Kind.NOTICE, "confirmed", [set_id, value, self.registry.signals[path].timestamp]])

    def set_failed(self, peer: Peer, set_id: int, path: str, code: Code, reason: str, blocking: str | None) -> None:
        self.audit.record(peer.name, "failed", path=path, code=code.name, reason=reason)
        self.broker.send(peer, [Kind.NOTICE, "failed", [set_id, int(code), reason, blocking]])

    # -- who comes and goes ------------------------------------------------------------------------------------------

    def joined(self, peer: Peer) -> None:
        log.info("%s joined (pid %d)", peer.user, peer.pid)

    def left(self, peer: Peer) -> None:
        """Nothing of a peer that is gone may linger, and nobody may wait for it."""
        log.info("%s left", peer.user)
        for name in list(peer.topics):
            self.release(peer, name)
        self.sets.forget(peer)
        self._requests.forget(peer)
        for call_id, pending in list(self._pending.items()):
            if pending.to is peer:
                self._end(call_id)
                pending.answer(Kind.ERROR, ["UNAVAILABLE", f"{peer.name} has stopped", {}])
            elif pending.client is peer:
                self._end(call_id)
        if source := self.registry.sources.pop(peer.user, None):
            self._source_left(source)
        if self.services.get(peer.name) is peer:
            del self.services[peer.name]
        if not any(other.name == peer.name for other in self.broker.peers.values()):
            self._streams_end(peer.name)

    def _source_left(self, source: Source) -> None:
        now = time.monotonic_ns()
        for signal in source.signals:
            if signal is not None:
                signal.source = None
                self._update(signal, None, now, Status.UNAVAILABLE, now)
                for pending in self.sets.of(signal.config.path):
                    self.sets.remove(pending)
                    reason = f"{source.peer.name} has stopped"
                    self.set_failed(pending.peer, pending.id, pending.path, Code.NOT_AVAILABLE, reason, None)

    def _streams_end(self, name: str) -> None:
        """A stream without its service is unknown, not unchanged: who depends on it must fail closed."""
        for topic in self.registry.topics.values():
            if topic.signal is None and topic.payload and topic.name.startswith(f"{name}."):
                self.broker.publish(topic.state_frame(NIL, time.monotonic_ns(), Status.UNAVAILABLE))

    def notify_all(self, what: str, body: Any) -> None:
        for peer in self.broker.peers.values():
            self.broker.send(peer, [Kind.NOTICE, what, body])

    def tick(self) -> None:
        """Deadlines of calls and sets."""
        now = time.monotonic()
        for call_id, pending in list(self._pending.items()):
            if pending.deadline <= now:
                self._end(call_id)
                pending.answer(Kind.ERROR, ["TIMEOUT", f"{pending.to.name} did not answer in time", {}])
        for expired in self.sets.expired(now):
            self.sets.remove(expired)
            reason = "sent, but the car did not confirm it in time"
            self.set_failed(expired.peer, expired.id, expired.path, Code.TRY_AGAIN, reason, None)
        self._requests.tick(now)
