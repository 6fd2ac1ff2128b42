"""The way of a value through the hub: checked, remembered, filtered per topic, and published once for all."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from carservices.bus import wire
from carservices.bus.broker import Broker, Peer
from carservices.hub.calls import Calls
from carservices.hub.commands import Commands
from carservices.hub.registry import Registry, Row, Signal, Topic
from carservices.signals import Status
from carservices.signals.check import InvalidValue

log = logging.getLogger(__name__)

NIL = wire.pack(None)
AVAILABLE = int(Status.AVAILABLE)
MAX_RUN = 100
"""Values in one frame: its numbers in sequence must not make it larger than the batch it came in may be."""
MAX_STREAMS = 1000
"""Streams of one name: the hub keeps the last state of each."""


class Fanout:
    """Takes values from HALs and states from services, and says them on their topics."""

    def __init__(self, broker: Broker, registry: Registry, calls: Calls, commands: Commands) -> None:
        self.published = 0
        self.on_read: Callable[[], None] = lambda: None
        """Called after a value that a read waited for."""
        self._publish = broker.publish
        self._revoke = broker.revoke
        self._registry = registry
        self._calls = calls
        self._commands = commands
        self._commanded = commands.sets.by_path
        self._held: set[Topic] = set()
        self._speaking: Topic | None = None
        self._run: list[Row] = []

    # -- values ------------------------------------------------------------------------------------------------------

    def values(self, peer: Peer, batch: list[Any]) -> None:
        """A HAL's batch. Each value is checked against its config; what its HAL may not say becomes an ERROR."""
        source = self._registry.sources.get(peer.user)
        if source is None:
            return
        source.batches += 1
        source.values += len(batch)
        signals = source.signals
        now = time.monotonic_ns()
        try:
            for index, value, timestamp, code in batch:
                signal = signals[index]
                if signal is None or timestamp < signal.timestamp:
                    continue
                status = wire.STATUSES[code]
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
        finally:
            self._end_run()

    def inject(self, signal: Signal, value: Any, status: Status) -> None:
        """Pretend that the source had said so (developer tools)."""
        now = time.monotonic_ns()
        self._update(signal, value, now, status, now)
        self._end_run()

    def lost(self, signals: Iterable[Signal | None]) -> None:
        """Their HAL has stopped or offers them no more: nothing it said can be trusted any longer."""
        now = time.monotonic_ns()
        for signal in signals:
            if signal is not None:
                signal.source = None
                self._update(signal, None, now, Status.UNAVAILABLE, now)
        self._end_run()

    def _update(self, signal: Signal, value: Any, timestamp: int, status: Status, now: int) -> None:
        if signal.static and signal.status is Status.AVAILABLE and status is Status.AVAILABLE:
            return
        changed = value != signal.value or status is not signal.status
        signal.value, signal.timestamp, signal.status = value, timestamp, status
        if self._commanded and signal.config.path in self._commanded:
            self._commands.saw(signal)
        for topic in signal.topics:
            filter_ = topic.filter
            if filter_ is None:
                if changed:
                    self._say(topic, value, timestamp, status)
            elif filter_.offer(value, status, now):
                self._say(topic, filter_.last, timestamp, status)
            elif filter_.held:
                self._held.add(topic)
        if signal.readers:
            readers, signal.readers = signal.readers, []
            for saw in readers:
                saw(signal)
            self.tell_rate(signal)
            self.on_read()

    def _say(self, topic: Topic, value: Any, timestamp: int, status: Status) -> None:
        """Values that follow each other on one topic travel as one run; the order among topics stays as it was."""
        row = topic.row(value, timestamp, status)
        if topic is self._speaking and len(self._run) < MAX_RUN:
            self._run.append(row)
        else:
            if self._speaking is not None:
                self._end_run()
            self._speaking, self._run = topic, [row]

    def _end_run(self) -> None:
        topic = self._speaking
        if topic is not None:
            self._speaking = None
            self.published += len(self._run)
            self._publish(topic.head, wire.encode(self._run))

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
                self._say(topic, topic.filter.last, signal.timestamp, signal.status)
        self._end_run()

    # -- streams -----------------------------------------------------------------------------------------------------

    def state(self, peer: Peer, topic_name: str, payload: bytes) -> None:
        """A service's new state."""
        if not peer.rights.may_publish(topic_name):
            raise ValueError(f"{peer.name} may not publish {topic_name}")
        topics = self._registry.topics
        if topic_name not in topics and sum(name.startswith(f"{peer.name}.") for name in topics) >= MAX_STREAMS:
            raise ValueError(f"more than {MAX_STREAMS} streams of {peer.name}")
        wire.decode(payload)  # nobody downstream shall meet what cannot be read
        topic = self._registry.topic(topic_name, None, None, 0)
        self.published += 1
        self._publish(topic.head, topic.state(payload, time.monotonic_ns(), Status.AVAILABLE))

    def streams_end(self, name: str) -> None:
        """A stream without its service is unknown, not unchanged: who depends on it must fail closed."""
        for topic in self._registry.topics.values():
            if topic.signal is None and topic.payload and topic.name.startswith(f"{name}."):
                self._publish(topic.head, topic.state(NIL, time.monotonic_ns(), Status.UNAVAILABLE))

    # -- who watches -------------------------------------------------------------------------------------------------

    def release(self, peer: Peer, name: str) -> None:
        """The peer no longer watches this topic; the last one out turns off the light."""
        self._revoke(peer, name)
        topic = self._registry.topics.get(name)
        if topic is None:
            return
        topic.users.discard(peer.user)
        if topic.users:
            return
        if topic.signal is not None:
            self._held.discard(topic)
            self._registry.drop_topic(topic)
            self.tell_rate(topic.signal)
        elif not topic.payload:
            self._registry.drop_topic(topic)

    def tell_rate(self, signal: Signal) -> None:
        """Tell the HAL the highest rate anybody wants of a signal (AAOS merges subscriptions the same way)."""
        source = signal.source
        if source is None or not signal.config.max_rate:
            return
        rate = max((t.rate for t in signal.topics if t.users), default=0.0)
        if signal.readers:
            rate = signal.config.max_rate
        if rate != signal.rate:
            signal.rate = rate
            self._calls.ask(source.peer, "subscribe", [signal.index, rate], lambda _kind, _body: None)
