"""What the hub answers itself: configs, subscriptions, reads, sets, announcements and the figures of `bus top`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError

from carservices.bus import wire
from carservices.bus.broker import Peer
from carservices.bus.errors import CallError
from carservices.bus.sethandle import same
from carservices.bus.wire import Kind
from carservices.hub.filter import Filter
from carservices.signals import Access, ChangeMode, Code, Datum, Status
from carservices.signals.check import InvalidValue

if TYPE_CHECKING:
    from carservices.hub.hub import Hub

Answer = Callable[[Kind, list[Any]], None]

SYNC_SECONDS = 2.0
YOUTH_SECONDS = 2.0
"""After its own start the hub says "try again" instead of "unknown": HALs may still have to announce themselves."""
MAX_SUBSCRIPTIONS = 5000
"""Topics one connection may watch."""
MAX_UNCONFIRMED = 100
"""Sets of one signal that may wait for their echo."""
MAX_CALL_SECONDS = 60.0

WORDS = {
    Code.ACCESS_DENIED: "PERMISSION_DENIED",
    Code.NOT_AVAILABLE: "UNAVAILABLE",
    Code.TRY_AGAIN: "UNAVAILABLE",
}


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
class Sync:
    """A client that waits until the hub has seen its subscriptions, to get the last values without a gap."""

    peer: Peer
    topics: list[str]
    missing: set[str]
    answer: Answer
    deadline: float


class Requests:
    """One method per request, ``_do_NAME(peer, params, answer)``; it returns the result or `LATER`."""

    LATER = object()

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._born = time.monotonic()
        self._arrived: set[tuple[str, str]] = set()
        self._syncs: list[Sync] = []

    def handle(self, peer: Peer, method: str, params: Any, answer: Answer) -> Any:
        request = getattr(self, f"_do_{method}", None)
        if request is None:
            raise Refused("UNSUPPORTED", f"the hub has no request '{method}'")
        return request(peer, params, answer)

    # -- signals -----------------------------------------------------------------------------------------------------

    def _do_configs(self, peer: Peer, _params: Any, _answer: Answer) -> Any:
        signals = self._hub.registry.signals
        return [s.raw for path, s in signals.items() if peer.rights.may_read(path)]

    def _do_get(self, peer: Peer, paths: list[str], _answer: Answer) -> Any:
        """Last values as (value, t_ns, status), or an error code word in place of one."""
        result: list[Any] = []
        for path in paths:
            signal = self._hub.registry.signals.get(path)
            if signal is None:
                result.append("TRY_AGAIN" if self._is_young() else "NOT_FOUND")
            elif not peer.rights.may_read(path) or signal.config.access is Access.WRITE:
                result.append("PERMISSION_DENIED")
            elif signal.status is None:
                result.append("TRY_AGAIN")
            else:
                result.append([signal.value, signal.timestamp, int(signal.status)])
        return result

    def _do_set(self, peer: Peer, params: list[Any], answer: Answer) -> Any:
        path, value, timeout = params[0], params[1], bounded(params[2])
        signal = self._hub.registry.signals.get(path)
        if signal is None:
            if self._is_young():
                raise Refused("NOT_FOUND", f"no HAL offers {path}", status=int(Code.TRY_AGAIN))
            self._refuse(peer, path, value, Code.INVALID_ARG, f"no HAL offers {path}", "NOT_FOUND")
        if not peer.rights.may_actuate(path):
            self._refuse(peer, path, value, Code.ACCESS_DENIED, f"{peer.name} has no grant to actuate it")
        if signal.config.access is Access.READ:
            self._refuse(peer, path, value, Code.ACCESS_DENIED, "it is read-only")
        try:
            value = signal.check(value)
        except InvalidValue as error:
            self._refuse(peer, path, value, Code.INVALID_ARG, str(error))
        source = signal.source
        if source is None:
            self._refuse(peer, path, value, Code.NOT_AVAILABLE, "its HAL has stopped")
        hub = self._hub
        if len(hub.sets.of(path)) >= MAX_UNCONFIRMED:
            self._refuse(peer, path, value, Code.TRY_AGAIN, f"{MAX_UNCONFIRMED} sets of it are not confirmed yet")
        pending = hub.sets.add(peer, path, value, time.monotonic() + timeout)

        def answered(kind: Kind, body: list[Any]) -> None:
            if kind is Kind.ERROR:
                hub.sets.remove(pending)
                error = CallError(*body)
                code = error.status(Code.INTERNAL_ERROR if error.code == "INTERNAL" else Code.NOT_AVAILABLE)
                hub.audit.record(peer.name, "refused", path=path, value=value, code=code.name, reason=error.message)
                answer(kind, [error.code, error.message, {**error.details, "status": int(code)}])
                return
            hub.audit.record(peer.name, "set", path=path, value=value)
            pending.accepted = True
            answer(Kind.REPLY, [pending.id])
            if pending.confirmed or signal.config.access is Access.WRITE or self._holds(path, value):
                hub.sets.remove(pending)
                hub.set_confirmed(peer, pending.id, path, value)

        try:
            hub.ask(source.peer, "set", [signal.index, value], answered, timeout, client=peer)
        except Refused:
            hub.sets.remove(pending)
            raise
        return self.LATER

    def _is_young(self) -> bool:
        return time.monotonic() - self._born < YOUTH_SECONDS

    def _holds(self, path: str, wanted: Datum) -> bool:
        signal = self._hub.registry.signals[path]
        return signal.status is Status.AVAILABLE and same(wanted, signal.value)

    def _refuse(self, peer: Peer, path: str, value: Any, code: Code, reason: str, word: str | None = None) -> NoReturn:
        self._hub.audit.record(peer.name, "refused", path=path, value=value, code=code.name, reason=reason)
        raise Refused(word or WORDS.get(code, "INVALID_ARGUMENT"), reason, status=int(code))

    def _do_inject(self, peer: Peer, params: list[Any], _answer: Answer) -> Any:
        """Pretend that the source had said so; AAOS' inject-vhal-event and inject-error-event."""
        path, value, status = params[:3]
        self._need_control(peer)
        signal = self._hub.registry.signals.get(path)
        if signal is None:
            raise Refused("NOT_FOUND", f"no HAL offers {path}")
        state = Status(status)
        self._hub.inject(signal, signal.check(value) if state is Status.AVAILABLE else None, state)
        self._hub.audit.record(peer.name, "injected", path=path, value=value, status=state.name)
        return None

    # -- subscriptions -----------------------------------------------------------------------------------------------

    def _do_subscribe(self, peer: Peer, params: list[Any], _answer: Answer) -> Any:
        """Grant ways of seeing signals: (paths, rate or None for the highest, resolution, variable rate) → topics."""
        paths, rate, resolution, variable = params[:4]
        self._need_room(peer, len(paths))
        return [self._subscribe(peer, str(p), rate, float(resolution), bool(variable)) for p in paths]

    def _subscribe(self, peer: Peer, path: str, rate: float | None, resolution: float, variable: bool) -> Any:
        hub = self._hub
        signal = hub.registry.signals.get(path)
        if not peer.rights.may_read(path) or (signal is not None and signal.config.access is Access.WRITE):
            return ["PERMISSION_DENIED"]
        if signal is None:
            return ["NOT_FOUND"]
        config = signal.config
        filter_: Filter | None = None
        clamped = 0.0
        name = path
        if config.change_mode is ChangeMode.CONTINUOUS:
            clamped = min(max(config.max_rate if rate is None else float(rate), config.min_rate), config.max_rate)
            variable = variable and config.variable_rate
            filter_ = Filter(clamped, resolution, variable)
            name = wire.topic_name(path, clamped, resolution, variable)
        topic = hub.registry.topic(name, signal, filter_, clamped)
        topic.users.add(peer.user)
        peer.topics.add(name)
        hub.tell_rate(signal)
        return name

    def _do_subscribe_states(self, peer: Peer, names: list[str], _answer: Answer) -> Any:
        """Grant streams of services, also of those that are not there yet."""
        self._need_room(peer, len(names))
        result: list[Any] = []
        for name in names:
            if not self._may_read_stream(peer, name):
                result.append(["PERMISSION_DENIED"])
                continue
            self._hub.registry.topic(name, None, None, 0).users.add(peer.user)
            peer.topics.add(name)
            result.append(name)
        return result

    def _may_read_stream(self, peer: Peer, name: str) -> bool:
        """Streams only: a signal's topic carries its rate after the @, and grants are for paths."""
        topic = self._hub.registry.topics.get(name)
        return peer.rights.may_read(name) and "@" not in name and (topic is None or topic.signal is None)

    def _need_room(self, peer: Peer, topics: int) -> None:
        if len(peer.topics) + topics > MAX_SUBSCRIPTIONS:
            raise Refused("PERMISSION_DENIED", f"more than {MAX_SUBSCRIPTIONS} subscriptions on one connection")

    def _do_unsubscribe(self, peer: Peer, names: list[str], _answer: Answer) -> Any:
        for name in names:
            self._arrived.discard((peer.user, name))
            if name in peer.topics:
                self._hub.release(peer, name)

    def _do_sync(self, peer: Peer, names: list[str], answer: Answer) -> Any:
        """Answered once the hub has seen the subscriptions: (topic, last payload) for each that has one."""
        if not peer.topics.issuperset(names):
            raise Refused("NOT_FOUND", "subscribe first: one of these topics is not yours")
        missing = {name for name in names if (peer.user, name) not in self._arrived}
        self._syncs.append(Sync(peer, names, missing, answer, time.monotonic() + SYNC_SECONDS))
        self._settle()
        return self.LATER

    def arrived(self, peer: Peer, topic: str) -> None:
        self._arrived.add((peer.user, topic))
        for sync in self._syncs:
            if sync.peer is peer:
                sync.missing.discard(topic)
        self._settle()

    def _settle(self) -> None:
        for sync in [s for s in self._syncs if not s.missing]:
            self._syncs.remove(sync)
            topics = (self._hub.registry.topics.get(name) for name in sync.topics)
            sync.answer(Kind.REPLY, [[[t.name, t.payload] for t in topics if t is not None and t.payload]])

    def _do_last(self, peer: Peer, name: str, _answer: Answer) -> Any:
        """The last payload of a stream, None when nothing was said yet."""
        if not self._may_read_stream(peer, name):
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not read {name}")
        topic = self._hub.registry.topics.get(name)
        return topic.payload if topic is not None and topic.payload else None

    # -- HALs and services -------------------------------------------------------------------------------------------

    def _do_announce(self, peer: Peer, configs: list[dict[str, Any]], _answer: Answer) -> Any:
        """A HAL says what it offers; returns the paths refused because another HAL offers them."""
        if not peer.name.startswith("hal."):
            raise Refused("PERMISSION_DENIED", f"{peer.name} is not a HAL")
        self._hub.broker.bury()  # a restarted HAL may be back before its death was noticed
        if self._hub.registry.hal(peer.name.removeprefix("hal.")) is not None:
            raise Refused("INVALID_ARGUMENT", f"a {peer.name} is already running")
        try:
            source, taken = self._hub.registry.announce(peer, configs)
        except ValidationError as error:
            detail = error.errors()[0]
            raise Refused("INVALID_ARGUMENT", f"{peer.name} offers a bad config: {detail['msg']}") from None
        for signal in source.signals:
            if signal is not None and signal.topics:
                self._hub.tell_rate(signal)
        self._hub.notify_all("configs", self._hub.registry.generation)
        return taken

    def _do_provide(self, peer: Peer, name: str, _answer: Answer) -> Any:
        """A service takes its name; only the process of that name may."""
        if name != peer.name:
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not provide {name}")
        self._hub.broker.bury()
        if self._hub.services.get(name) not in (None, peer):
            raise Refused("INVALID_ARGUMENT", f"a {name} is already running")
        self._hub.services[name] = peer
        return None

    def _do_control(self, peer: Peer, params: list[Any], answer: Answer) -> Any:
        """A developer's command to a HAL itself."""
        hal, verb, arguments = params[:3]
        self._need_control(peer)
        source = self._hub.registry.hal(hal)
        if source is None:
            raise Refused("UNAVAILABLE", f"no HAL '{hal}' is running")
        self._hub.audit.record(peer.name, "control", hal=hal, verb=verb)
        self._hub.ask(source.peer, "control", [verb, arguments], answer, client=peer)
        return self.LATER

    def _need_control(self, peer: Peer) -> None:
        if not peer.rights.grants.control:
            raise Refused("PERMISSION_DENIED", f"{peer.name} is not a developer tool")

    # -- figures -----------------------------------------------------------------------------------------------------

    def _do_top(self, _peer: Peer, _params: Any, _answer: Answer) -> Any:
        """Counters for `carservices bus top`; totals since start, seconds and messages."""
        hub = self._hub
        sources = hub.registry.sources
        peers = [
            {
                "name": p.user,
                "pid": p.pid,
                "received": p.received,
                "values": sources[p.user].values if p.user in sources else 0,
                "calls": p.calls,
                "topics": len(p.topics),
                "drops": p.drops,
                "seconds": time.monotonic() - p.since,
            }
            for p in hub.broker.peers.values()
        ]
        return {
            "published": hub.published,
            "signals": len(hub.registry.signals),
            "topics": len(hub.registry.topics),
            "invalid": sum(s.invalid for s in hub.registry.signals.values()),
            "garbage": hub.broker.garbage,
            "refused": hub.broker.refused,
            "peers": peers,
        }

    def _do_audit(self, peer: Peer, count: int, _answer: Answer) -> Any:
        self._need_control(peer)
        return list(self._hub.audit.entries)[-int(count) :]

    def _do_hals(self, _peer: Peer, _params: Any, _answer: Answer) -> Any:
        return [
            {"name": s.peer.name.removeprefix("hal."), "pid": s.peer.pid, "signals": len(s.signals), "values": s.values}
            for s in self._hub.registry.sources.values()
        ]

    # -- housekeeping ------------------------------------------------------------------------------------------------

    def forget(self, peer: Peer) -> None:
        self._arrived = {key for key in self._arrived if key[0] != peer.user}
        self._syncs = [s for s in self._syncs if s.peer is not peer]

    def tick(self, now: float) -> None:
        for sync in [s for s in self._syncs if s.deadline <= now]:
            self._syncs.remove(sync)
            sync.answer(Kind.ERROR, ["TIMEOUT", "the subscriptions did not arrive at the hub", {}])
