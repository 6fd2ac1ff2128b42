"""The hub: what the broker reads goes to the part whose matter it is, and nothing of the dead lingers."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carservices.api.audit import Audit
from carservices.bus import wire
from carservices.bus.broker import Broker, Peer
from carservices.bus.wire import HUB, Kind
from carservices.hub.calls import MAX_ERROR, Answer, Calls, Refused
from carservices.hub.commands import Commands
from carservices.hub.fanout import Fanout
from carservices.hub.registry import Registry
from carservices.hub.requests import Requests

log = logging.getLogger(__name__)


class Hub:
    """Implements the broker's `Handler`; one instance per process, driven by `run`."""

    def __init__(self, run_dir: Path, state_dir: Path | None = None) -> None:
        self.audit = Audit(state_dir or run_dir)
        self.registry = Registry()
        self.broker = Broker(run_dir, self)
        self.calls = Calls(self.broker)
        self.commands = Commands(self.broker, self.calls, self.audit)
        self.fanout = Fanout(self.broker, self.registry, self.calls, self.commands)
        self.requests = Requests(self.broker, self.registry, self.calls, self.commands, self.fanout, self.audit)
        self.values = self.fanout.values
        self.state = self.fanout.state
        self.due = self.fanout.due
        self.flush = self.fanout.flush
        self.subscribed = self.requests.arrived
        self.answer = self.calls.answered

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`."""
        try:
            self.broker.run(beat)
        finally:
            self.broker.close()

    def stop(self) -> None:
        self.broker.stop()

    def call(self, peer: Peer, call_id: int, target: str, method: str, params: Any, timeout: float) -> None:
        """A client's call: the hub's own are answered here, the others travel on."""
        answer = self.calls.answer_to(peer, call_id)
        try:
            result = self._handle(peer, target, method, params, timeout, answer)
        except Refused as error:
            answer(Kind.ERROR, [error.code, _line(str(error)), error.details])
        except wire.BAD_INPUT as error:
            answer(Kind.ERROR, ["INVALID_ARGUMENT", _line(f"{target}.{method}: {error}"), {}])
        else:
            if result is not Requests.LATER:
                answer(Kind.REPLY, [result])

    def _handle(self, peer: Peer, target: str, method: str, params: Any, timeout: float, answer: Answer) -> Any:
        if target == HUB:
            return self.requests.handle(peer, method, params, answer)
        self.calls.forward(peer, target, method, params, answer, timeout)
        return Requests.LATER

    def joined(self, peer: Peer) -> None:
        log.info("%s joined (pid %d)", peer.user, peer.pid)

    def left(self, peer: Peer) -> None:
        """Nothing of a peer that is gone may linger, and nobody may wait for it."""
        log.info("%s left", peer.user)
        for name in list(peer.topics):
            self.fanout.release(peer, name)
        self.commands.sets.forget(peer)
        self.requests.forget(peer)
        self.calls.forget(peer)
        if source := self.registry.sources.pop(peer.user, None):
            self.fanout.lost(source.signals)
            self.commands.lost(source.signals, f"{peer.name} has stopped")
        if not any(other.name == peer.name for other in self.broker.peers.values()):
            self.fanout.streams_end(peer.name)

    def last(self, topic: str) -> bytes:
        """The last thing said on a topic; nothing when it is no more."""
        known = self.registry.topics.get(topic)
        return known.payload if known is not None else b""

    def tick(self) -> None:
        """Deadlines."""
        now = time.monotonic()
        self.calls.tick(now)
        self.commands.tick(now)
        self.requests.tick(now)


def _line(text: str) -> str:
    """What is told of a caller's own words: one line of bounded length."""
    line = " ".join(text[:MAX_ERROR].splitlines())
    return line if len(text) <= MAX_ERROR else f"{line}…"
