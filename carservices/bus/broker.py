"""The hub's end of the core bus: three sockets, one synchronous loop, and who is at the other end of each frame."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Any, Protocol

import zmq

from carservices.bus import identity, kernel, wire
from carservices.bus.denials import Denials
from carservices.bus.rights import Rights
from carservices.bus.wire import Kind

log = logging.getLogger(__name__)

MAX_SUBSCRIPTION = 1024
"""Bytes of one subscription: libzmq keeps each in a tree as deep as it is long, granted or not."""
MAX_LOGGED = 300
"""Characters of a complaint in the log."""
BATCH = 500
"""Frames read from one socket before the others get their turn."""
TICK = 0.25
"""Seconds between looks at deadlines, dead processes and the heartbeat."""

Reader = Callable[[], None]


@dataclass(slots=True, eq=False)
class Peer:
    """One connection that has proven its name and said hello."""

    user: str
    name: str
    routing: bytes
    pid: int
    rights: Rights
    pidfd: int | None = None
    topics: set[str] = field(default_factory=set)
    received: int = 0
    calls: int = 0
    waiting: int = 0
    drops: int = 0
    since: float = field(default_factory=time.monotonic)


class Handler(Protocol):
    """What the hub does with what the broker reads."""

    def joined(self, peer: Peer) -> None: ...
    def left(self, peer: Peer) -> None: ...
    def call(self, peer: Peer, call_id: int, target: str, method: str, params: Any, timeout: float) -> None: ...
    def answer(self, peer: Peer, call_id: int, kind: Kind, body: list[Any]) -> None: ...
    def values(self, peer: Peer, batch: list[Any]) -> None: ...
    def state(self, peer: Peer, topic: str, payload: bytes) -> None: ...
    def subscribed(self, peer: Peer, topic: str) -> None: ...
    def tick(self) -> None: ...
    def due(self) -> float | None: ...
    def flush(self) -> None: ...


class Broker:
    """Reads, checks who speaks, and hands on; every send is non-blocking and bounded."""

    def __init__(self, run_dir: Path, handler: Handler) -> None:
        self._run_dir = run_dir
        self._handler = handler
        self._secret = identity.read_secret(run_dir)
        self._grants = identity.read_grants(run_dir)
        self._context = zmq.Context()
        self._context.set(zmq.MAX_SOCKETS, 4096)
        self._zap = self._context.socket(zmq.REP)
        self._zap.bind("inproc://zeromq.zap.01")
        self._calls = self._bind(zmq.ROUTER, "calls")
        self._calls.router_mandatory = True
        self._topics = self._bind(zmq.XPUB, "topics")
        self._publish = self._bind(zmq.PULL, "publish")
        self._denials = Denials(run_dir / "topics.sock")
        self._deaths = DefaultSelector()
        self._spoken_on: dict[zmq.Socket[bytes], Reader] = {}
        self._unfinished: set[Reader] = set()
        self._complained: set[str] = set()
        self._running = True
        self.epoch = time.monotonic_ns()
        self.peers: dict[str, Peer] = {}
        self.refused = 0
        self.garbage = 0

    def _bind(self, kind: int, name: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.linger = 0
        socket.zap_domain = b"core"
        socket.plain_server = True
        socket.maxmsgsize = wire.MAX_MESSAGE
        socket.handshake_ivl = 2000
        socket.sndhwm = socket.rcvhwm = wire.HIGH_WATER
        if kind == zmq.XPUB:
            socket.setsockopt(zmq.XPUB_MANUAL, 1)
            socket.maxmsgsize = MAX_SUBSCRIPTION
        socket.bind(wire.endpoint(self._run_dir, name))
        return socket

    # -- the loop ----------------------------------------------------------------------------------------------------

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`; ``beat`` is called at every tick to show that the loop turns."""
        next_tick = 0.0
        with DefaultSelector() as selector:
            selector.register(self._zap.FD, EVENT_READ, self._read_zap)
            selector.register(self._calls.FD, EVENT_READ, self._read_calls)
            selector.register(self._topics.FD, EVENT_READ, self._read_subscriptions)
            selector.register(self._publish.FD, EVENT_READ, self._read_publications)
            if descriptor := getattr(self._deaths, "fileno", None):
                selector.register(descriptor(), EVENT_READ, self._read_deaths)
            while self._running:
                due = self._handler.due()
                until = next_tick if due is None else min(next_tick, due)
                for read in self._stirred(selector, until - time.monotonic()):
                    read()
                if self._handler.due() is not None:
                    self._handler.flush()
                if time.monotonic() >= next_tick:
                    next_tick = time.monotonic() + TICK
                    self.bury()
                    self._handler.tick()
                    self._complained.clear()
                    beat()

    def _stirred(self, selector: BaseSelector, seconds: float) -> set[Reader]:
        """Wait for something to read; who has it.

        libzmq's descriptors are edge-triggered: a send may swallow the edge of its socket, and a reader that stopped
        at `BATCH` hears nothing of the rest. Only these are asked; a `zmq.Poller` would ask every socket thrice a turn.
        """
        again, self._unfinished = self._unfinished, set()
        again.update(read for socket, read in self._spoken_on.items() if _has_message(socket))
        self._spoken_on.clear()
        return again.union(key.data for key, _ in selector.select(0 if again else seconds))

    def stop(self) -> None:
        """End the loop at its next turn; safe from a signal handler or another thread."""
        self._running = False

    def close(self) -> None:
        for peer in self.peers.values():
            self._stop_watching(peer)
        self.peers.clear()
        self._deaths.close()
        self._context.destroy(linger=0)

    # -- who is there ------------------------------------------------------------------------------------------------

    def _read_zap(self) -> None:
        while True:
            try:
                frames = self._zap.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            version, request, _domain, address, _routing, mechanism, *credentials = frames
            user, status = "", b"400"
            if mechanism == b"PLAIN" and len(credentials) == 2 and kernel.same_user(address.decode(errors="replace")):
                user, token = (c.decode(errors="replace") for c in credentials)
                good = identity.token_is_good(self._secret, user.partition("#")[0], token)
                if good and user not in self._denials.banned:
                    status = b"200"
            if status != b"200":
                self.refused += 1
                self._complain("refused a connection", f"{address.decode(errors='replace')} as '{user}'")
            self._zap.send_multipart([version, request, status, b"", user.encode(), b""])

    def _hello(self, frame: zmq.Frame, routing: bytes, user: str, version: Any) -> None:
        name = user.partition("#")[0]
        if name not in self._grants:
            self._grants = identity.read_grants(self._run_dir)
        grants = self._grants.get(name, identity.Grants())
        pid = kernel.pid_of(str(frame.get("Peer-Address")))
        if old := self.peers.pop(user, None):
            self._forget(old)
        peer = Peer(user, name, routing, pid, Rights(name, grants))
        if not isinstance(version, int) or version < 1:
            text = f"version {version!r:.40} is not spoken here; this hub speaks 1 to {wire.VERSION}"
            self.send(peer, [Kind.ERROR, 0, "UNSUPPORTED", text, {}])
            return
        self.peers[user] = peer
        if (pidfd := kernel.pidfd(pid)) is not None:
            peer.pidfd = pidfd
            self._deaths.register(pidfd, EVENT_READ, peer)
        self.send(peer, [Kind.WELCOME, min(version, wire.VERSION), self.epoch])
        self._handler.joined(peer)

    def bury(self) -> None:
        """Notice the dead now instead of at the loop's next turn."""
        self._read_deaths()
        for peer in [p for p in self.peers.values() if p.pidfd is None and not kernel.is_alive(p.pid)]:
            self.drop(peer)

    def _read_deaths(self) -> None:
        for key, _ in self._deaths.select(0):
            self._denials.forget(key.data.pid)
            self.drop(key.data)

    def _stop_watching(self, peer: Peer) -> None:
        if peer.pidfd is not None:
            self._deaths.unregister(peer.pidfd)
            os.close(peer.pidfd)
            peer.pidfd = None

    def drop(self, peer: Peer) -> None:
        """The peer is gone: its process died or it said goodbye."""
        if self.peers.get(peer.user) is peer:
            del self.peers[peer.user]
            self._forget(peer)

    def _forget(self, peer: Peer) -> None:
        self._stop_watching(peer)
        self._handler.left(peer)

    def _complain(self, offence: str, text: str) -> None:
        """Log the first of each offence in a tick; a flood of garbage must not become a flood of lines."""
        if offence not in self._complained:
            self._complained.add(offence)
            log.warning("%s: %s", offence, text[:MAX_LOGGED])

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read_calls(self) -> None:
        for _ in range(BATCH):
            try:
                frames = self._calls.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            try:
                self._read_call(frames)
            except wire.BAD_INPUT as error:
                self.garbage += 1
                self._complain("dropped a message nobody can read", str(error))
        self._unfinished.add(self._read_calls)

    def _read_call(self, frames: list[zmq.Frame]) -> None:
        if len(frames) != 2:
            raise ValueError(f"{len(frames)} frames instead of 2")
        frame, routing = frames[1], frames[0].bytes
        user = str(frame.get("User-Id"))
        kind, *body = wire.unpack(frame.bytes)
        if kind == Kind.HELLO:
            self._hello(frame, routing, user, body[0])
            return
        peer = self.peers.get(user)
        if peer is None or peer.routing != routing:
            raise ValueError(f"'{user}' spoke before its hello")
        peer.received += 1
        if kind == Kind.CALL:
            call_id, target, method, params, timeout_ms = body[:5]
            peer.calls += 1
            self._handler.call(peer, int(call_id), str(target), str(method), params, float(timeout_ms) / 1000)
        elif kind in (Kind.REPLY, Kind.ERROR):
            self._handler.answer(peer, int(body[0]), Kind(kind), body)
        elif kind == Kind.REPORT:
            peer.drops = int(body[0])
        elif kind == Kind.BYE:
            self.drop(peer)
        else:
            self.send(peer, [Kind.ERROR, 0, "UNSUPPORTED", f"the hub knows no message kind {kind!r:.40}", {}])

    def _read_publications(self) -> None:
        handler, peers, receive = self._handler, self.peers, self._publish.recv
        for _ in range(BATCH):
            try:
                frame = receive(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            peer = peers.get(frame.get("User-Id"))  # type: ignore[arg-type]  # it is text
            if peer is None:
                continue
            peer.received += 1
            data = frame.bytes
            try:
                if data[:1] == wire.VALUES:
                    handler.values(peer, wire.decode(data[1:]))
                elif data[:1] == wire.STATE:
                    topic, nul, payload = data[1:].partition(wire.NUL)
                    if not nul:
                        raise ValueError("no topic")
                    handler.state(peer, topic.decode(), payload)
                else:
                    raise ValueError(f"unknown publication {data[:1]!r}")
            except wire.BAD_INPUT as error:
                self.garbage += 1
                self._complain(f"dropped a publication of {peer.name}", str(error))
            if not _has_message(self._publish):  # mostly it was the only one, and an empty read is dear
                return
        self._unfinished.add(self._read_publications)

    def _read_subscriptions(self) -> None:
        for _ in range(BATCH):
            try:
                frame = self._topics.recv(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            data = frame.bytes
            try:
                user = str(frame.get("User-Id"))
            except zmq.ZMQError:
                continue  # libzmq's own goodbye for a vanished peer carries no identity and needs no answer
            if data[:1] == b"\x00":
                self._topics.setsockopt(zmq.UNSUBSCRIBE, data[1:])
                continue
            peer = self.peers.get(user)
            topic = data[1:-1].decode(errors="replace")
            # Not granted by a `subscribe` call before: silence is the denial. Without the NUL it would be a prefix.
            if data[:1] == b"\x01" and data[-1:] == wire.NUL and peer is not None and topic in peer.topics:
                self._topics.setsockopt(zmq.SUBSCRIBE, data[1:])
                self._handler.subscribed(peer, topic)
            else:
                self._denials.count(user, kernel.pid_of(str(frame.get("Peer-Address"))), len(data))
        self._unfinished.add(self._read_subscriptions)

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(self, peer: Peer, message: list[Any]) -> bool:
        """Send on the call socket; False when the peer is gone or does not read. Raises ValueError (`wire.pack`)."""
        self._spoken_on[self._calls] = self._read_calls
        try:
            self._calls.send_multipart((peer.routing, wire.pack(message)), zmq.NOBLOCK, copy=True)
        except zmq.ZMQError as error:  # EHOSTUNREACH: its connection is gone; EAGAIN: it does not read
            log.info("cannot reach %s: %s", peer.user, error)
            return False
        return True

    def publish(self, frame: bytes) -> None:
        """Fan out one ``topic NUL payload`` frame; libzmq drops for a subscriber whose queue is full."""
        self._spoken_on[self._topics] = self._read_subscriptions
        self._topics.send(frame, zmq.NOBLOCK)


def _has_message(socket: zmq.Socket[bytes]) -> bool:
    return bool(int(socket.getsockopt(zmq.EVENTS)) & wire.READABLE)
