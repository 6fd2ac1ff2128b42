"""The hub's end of the core bus: three sockets, one synchronous loop, and who is at the other end of each message."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import index
from pathlib import Path
from typing import Any, Protocol

from carservices.bus import identity, kernel, wire, zmtp
from carservices.bus.poller import Poller
from carservices.bus.rights import Rights
from carservices.bus.server import End, Line, Server, named
from carservices.bus.wire import Kind

log = logging.getLogger(__name__)

MAX_SUBSCRIPTION = 1024
"""Bytes of one subscription; the longest topic of a signal is far below."""
TOPICS_WAITING = 1 << 20
"""Bytes that wait for a subscriber that does not read; of what is lost then it gets the last word of each topic."""
CALLS_WAITING = 2 * wire.MAX_MESSAGE
"""Bytes of calls and answers that wait for a peer that does not read; then it is out of reach."""
MAX_CONNECTIONS = 300
"""Of one name, which is a hundred clients: what it opens beyond would cost the others their descriptors."""
MAX_LOGGED = 300
"""Characters of a complaint in the log."""
TICK = 0.25
"""Seconds between looks at deadlines, dead processes and the heartbeat."""


@dataclass(slots=True, eq=False)
class Peer:
    """One connection that has proven its name and said hello."""

    user: str
    name: str
    end: End
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
    def last(self, topic: str) -> bytes: ...
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
        self._poller = Poller()
        self._server = Server(self._poller, self._admit, self._garbled, self._drained)
        self._listen("calls", "ROUTER", self._read_call, self._hung_up, wire.MAX_MESSAGE, CALLS_WAITING)
        self._listen("topics", "XPUB", self._read_subscription, self._unfollow_all, MAX_SUBSCRIPTION, TOPICS_WAITING)
        self._listen("publish", "PULL", self._read_publication, lambda _end: None, wire.MAX_MESSAGE, 0)
        self._followers: dict[bytes, set[End]] = {}
        self._deaths = Poller()
        self._poller.watch(self._deaths.fileno(), lambda _events: self._deaths.turn(0))
        self._complained: set[str] = set()
        self._running = True
        self.peers: dict[str, Peer] = {}
        self.refused = 0
        self.garbage = 0

    def _listen(
        self,
        name: str,
        kind: str,
        take: Callable[[End, bytes], None],
        gone: Callable[[End], None],
        largest: int,
        waiting: int,
    ) -> None:
        self._server.listen(Line(wire.socket_path(self._run_dir, name), kind, take, gone, largest, waiting))

    # -- the loop ----------------------------------------------------------------------------------------------------

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`; ``beat`` is called at every tick to show that the loop turns."""
        next_tick = 0.0
        while self._running:
            due = self._handler.due()
            until = next_tick if due is None else min(next_tick, due)
            if self._server.behind:
                self._server.go_on()
            self._poller.turn(0 if self._server.behind else until - time.monotonic())
            if due is not None:
                self._handler.flush()
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + TICK
                self.bury()
                self._server.tick()
                self._handler.tick()
                self._complained.clear()
                beat()
            self._server.flush()

    def stop(self) -> None:
        """End the loop at its next turn; safe from a signal handler or another thread."""
        self._running = False

    def close(self) -> None:
        for peer in self.peers.values():
            self._stop_watching(peer)
        self.peers.clear()
        self._server.close()
        self._deaths.close()
        self._poller.close()

    # -- who is there ------------------------------------------------------------------------------------------------

    def _admit(self, user: str, token: str, uid: int, pid: int) -> bytes:
        name = named(user)
        if not (kernel.is_same_user(uid) and identity.token_is_good(self._secret, name, token)):
            self.refused += 1
            self._complain("refused a connection", f"process {pid} of user {uid} as '{user}'")
            return zmtp.REFUSAL
        if self._server.held[name] >= MAX_CONNECTIONS:
            self.refused += 1
            self._complain(f"'{name}' has {MAX_CONNECTIONS} connections, refused one more", f"of process {pid}")
            return zmtp.FULL
        return b""

    def _hung_up(self, end: End) -> None:
        peer = self.peers.get(end.user)
        if peer is not None and peer.end is end:
            self.drop(peer)

    def _garbled(self, end: End, why: str) -> None:
        if end.user:  # noise before the handshake is nobody's
            self.garbage += 1
            self._complain(f"dropped a message of {end.user} that nobody can read", why)

    def _hello(self, end: End, version: Any) -> None:
        user, pid = end.user, end.pid
        name = named(user)
        if name not in self._grants:
            try:
                self._grants = identity.read_grants(self._run_dir)
            except OSError as error:  # no descriptor left: it may come again
                self._complain("cannot read the grants", str(error))
                self._server.cut(end)
                return
        grants = self._grants.get(name, identity.Grants())
        if old := self.peers.pop(user, None):
            self._forget(old)
        peer = Peer(user, name, end, pid, Rights(name, grants))
        if not isinstance(version, int) or version < 1:
            text = f"version {version!r:.40} is not spoken here; this hub speaks 1 to {wire.VERSION}"
            self.send(peer, [Kind.ERROR, 0, "UNSUPPORTED", text, {}])
            return
        self.peers[user] = peer
        if (pidfd := kernel.pidfd(pid)) is not None:
            peer.pidfd = pidfd
            self._deaths.watch(pidfd, lambda _events: self.drop(peer))
        self.send(peer, [Kind.WELCOME, min(version, wire.VERSION)])
        self._handler.joined(peer)

    def bury(self) -> None:
        """Notice the dead now instead of at the loop's next turn."""
        self._deaths.turn(0)
        for peer in [p for p in self.peers.values() if p.pidfd is None and not kernel.is_alive(p.pid)]:
            self.drop(peer)

    def _stop_watching(self, peer: Peer) -> None:
        if peer.pidfd is not None:
            self._deaths.forget(peer.pidfd)
            os.close(peer.pidfd)
            peer.pidfd = None

    def drop(self, peer: Peer) -> None:
        """The peer is gone: its process or its connection has ended."""
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
            line = f"{offence}: {text[:MAX_LOGGED]}"
            log.warning("%s", " ".join(line.splitlines()))  # names and texts are a peer's own words

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read_call(self, end: End, message: bytes) -> None:
        try:
            self._call(end, message)
        except wire.BAD_INPUT as error:
            self._garbled(end, str(error))

    def _call(self, end: End, message: bytes) -> None:
        kind, *body = wire.unpack(message)
        if kind == Kind.HELLO:
            self._hello(end, body[0])
            return
        user = end.user
        peer = self.peers.get(user)
        if peer is None or peer.end is not end:
            raise ValueError(f"'{user}' spoke before its hello")
        peer.received += 1
        if kind == Kind.CALL:
            call_id, target, method, params, timeout_ms = body[:5]
            peer.calls += 1
            self._handler.call(peer, index(call_id), str(target), str(method), params, float(timeout_ms) / 1000)
        elif kind in (Kind.REPLY, Kind.ERROR):
            self._handler.answer(peer, index(body[0]), Kind(kind), body)
        elif kind == Kind.REPORT:
            peer.drops = index(body[0])
        else:
            self.send(peer, [Kind.ERROR, 0, "UNSUPPORTED", f"the hub knows no message kind {kind!r:.40}", {}])

    def _read_publication(self, end: End, data: bytes) -> None:
        peer = self.peers.get(end.user)
        if peer is None:
            return
        peer.received += 1
        try:
            if data[:1] == wire.VALUES:
                self._handler.values(peer, wire.decode(data[1:]))
            elif data[:1] == wire.STATE:
                topic, nul, payload = data[1:].partition(wire.NUL)
                if not nul:
                    raise ValueError("no topic")
                self._handler.state(peer, topic.decode(), payload)
            else:
                raise ValueError(f"unknown publication {data[:1]!r}")
        except wire.BAD_INPUT as error:
            self._garbled(end, str(error))

    def _read_subscription(self, end: End, message: bytes) -> None:
        sign, topic = message[:1], message[1:]
        if sign == zmtp.UNSUBSCRIBE:
            self._unfollow(end, topic)
            return
        peer = self.peers.get(end.user)
        name = topic[:-1].decode(errors="replace")
        # Not granted by a `subscribe` call before: silence is the denial. Without the NUL it would be a prefix.
        if sign == zmtp.SUBSCRIBE and topic[-1:] == wire.NUL and peer is not None and name in peer.topics:
            end.topics.add(topic)
            self._followers.setdefault(topic, set()).add(end)
            self._handler.subscribed(peer, name)

    def followed(self, peer: Peer) -> set[str]:
        """The topics whose subscriptions have been seen."""
        return {topic[:-1].decode() for end in self._server.ends if end.user == peer.user for topic in end.topics}

    def revoke(self, peer: Peer, name: str) -> None:
        """The peer gets no more of this topic, whether it gives it up itself or not."""
        peer.topics.discard(name)
        topic = name.encode() + wire.NUL
        for end in [follower for follower in self._followers.get(topic, ()) if follower.user == peer.user]:
            self._unfollow(end, topic)

    def _unfollow(self, end: End, topic: bytes) -> None:
        end.topics.discard(topic)
        if followers := self._followers.get(topic):
            followers.discard(end)
            if not followers:
                del self._followers[topic]

    def _unfollow_all(self, end: End) -> None:
        for topic in list(end.topics):
            self._unfollow(end, topic)

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(self, peer: Peer, message: list[Any]) -> bool:
        """Send on the call socket; False when the peer is gone or does not read. Raises ValueError (`wire.pack`)."""
        if self._server.send(peer.end, zmtp.framed(wire.pack(message))):
            return True
        log.info("cannot reach %s: its connection is gone, or it does not read", peer.user)
        return False

    def publish(self, topic: bytes, payload: bytes) -> None:
        """Say it to all who follow the topic (with its NUL); who does not keep up loses it."""
        if followers := self._followers.get(topic):
            for end in self._server.spread(followers, zmtp.framed(topic + payload)):
                end.missed.add(topic)

    def _drained(self, end: End, missed: set[bytes]) -> None:
        for topic in missed & end.topics:
            payload = self._handler.last(topic[:-1].decode())
            if payload and not self._server.send(end, zmtp.framed(topic + payload)):
                end.missed.add(topic)
