"""What the hub answers itself: configs, subscriptions, reads, sets, announcements and the figures of `bus top`."""

import math
import time
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from carservices.api.audit import Audit
from carservices.bus import wire
from carservices.bus.broker import Broker, Peer
from carservices.bus.wire import Kind
from carservices.hal.diagnose import only_reads
from carservices.hub.calls import Answer, Calls, Refused, bounded
from carservices.hub.commands import Commands
from carservices.hub.fanout import Fanout
from carservices.hub.filter import Filter
from carservices.hub.reads import Reads
from carservices.hub.registry import Registry
from carservices.signals import Access, ChangeMode, Code, Status

SYNC_SECONDS = 2.0
YOUTH_SECONDS = 2.0
"""After its own start the hub says "try again" instead of "unknown": HALs may still have to announce themselves."""
LOOKS = frozenset(("status", "ecus"))
"""The verbs of a HAL that only look; the audit log is for what changes something."""
MAX_SYNCS = 10
"""Syncs of one connection that may wait; our clients have one at a time."""
MAX_SUBSCRIPTIONS = 5000
"""Topics one connection may watch."""


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

    def __init__(
        self, broker: Broker, registry: Registry, calls: Calls, commands: Commands, fanout: Fanout, audit: Audit
    ) -> None:
        self._broker = broker
        self._registry = registry
        self._calls = calls
        self._commands = commands
        self._fanout = fanout
        self._audit = audit
        self._reads = Reads(fanout)
        self._born = time.monotonic()
        self._syncs: list[Sync] = []

    def handle(self, peer: Peer, method: str, params: Any, answer: Answer) -> Any:
        request = getattr(self, f"_do_{method}", None)
        if request is None:
            raise Refused("UNSUPPORTED", f"the hub has no request '{method}'")
        return request(peer, params, answer)

    # -- signals -----------------------------------------------------------------------------------------------------

    def _do_configs(self, peer: Peer, _params: Any, _answer: Answer) -> Any:
        signals = self._registry.signals
        return [s.raw for path, s in signals.items() if peer.rights.may_read(path)]

    def _do_get(self, peer: Peer, paths: list[str], answer: Answer) -> Any:
        """Values as (value, t_ns, status), or an error code word in place of one; what nobody watches is sampled."""
        signals = self._registry.signals
        known = [signals[path] for path in paths if path in signals and peer.rights.may_read(path)]
        self._reads.read(peer, known, lambda: answer(Kind.REPLY, [self._values(peer, paths)]))
        return self.LATER

    def _values(self, peer: Peer, paths: list[str]) -> list[Any]:
        result: list[Any] = []
        for path in paths:
            signal = self._registry.signals.get(path)
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
        signal = self._registry.signals.get(path)
        if signal is None:
            if self._is_young():
                raise Refused("NOT_FOUND", f"no HAL offers {path}", status=int(Code.TRY_AGAIN))
            self._commands.refuse(peer, path, value, Code.INVALID_ARG, f"no HAL offers {path}", "NOT_FOUND")
        self._commands.set(peer, signal, value, timeout, answer)
        return self.LATER

    def _is_young(self) -> bool:
        return time.monotonic() - self._born < YOUTH_SECONDS

    def _do_inject(self, peer: Peer, params: list[Any], _answer: Answer) -> Any:
        """Pretend that the source had said so; AAOS' inject-vhal-event and inject-error-event."""
        path, value, status = params[:3]
        self._need_control(peer, "hub.inject")
        signal = self._registry.signals.get(path)
        if signal is None:
            raise Refused("NOT_FOUND", f"no HAL offers {path}")
        state = Status(status)
        self._fanout.inject(signal, signal.check(value) if state is Status.AVAILABLE else None, state)
        self._audit.record(peer.name, "injected", path=path, value=value, status=state.name)
        return None

    # -- subscriptions -----------------------------------------------------------------------------------------------

    def _do_subscribe(self, peer: Peer, params: list[Any], _answer: Answer) -> Any:
        """Grant ways of seeing signals: (paths, rate or None for the highest, resolution, variable rate) → topics."""
        paths, rate, resolution, variable = params[:4]
        self._need_room(peer, len(paths))
        return [self._subscribe(peer, str(p), rate, float(resolution), bool(variable)) for p in paths]

    def _subscribe(self, peer: Peer, path: str, rate: float | None, resolution: float, variable: bool) -> Any:
        signal = self._registry.signals.get(path)
        if not peer.rights.may_read(path) or (signal is not None and signal.config.access is Access.WRITE):
            return ["PERMISSION_DENIED"]
        if signal is None:
            return ["NOT_FOUND"]
        config = signal.config
        filter_: Filter | None = None
        clamped = 0.0
        name = path
        if config.change_mode is ChangeMode.CONTINUOUS:
            wanted = config.max_rate if rate is None else float(rate)
            if math.isnan(wanted):  # as every comparison with it is false, it would be clamped to nothing
                raise ValueError(f"rate {wanted!r}: give Hz, or none for the highest")
            clamped = min(max(wanted, config.min_rate), config.max_rate)
            variable = variable and config.variable_rate
            limit = clamped if clamped < config.max_rate else 0.0  # a HAL keeps to its own highest rate by contract
            filter_ = Filter(limit, resolution, variable)
            name = wire.topic_name(path, clamped, resolution, variable)
        topic = self._registry.topic(name, signal, filter_, clamped)
        topic.users.add(peer.user)
        peer.topics.add(name)
        self._fanout.tell_rate(signal)
        return name

    def _do_subscribe_states(self, peer: Peer, names: list[str], _answer: Answer) -> Any:
        """Grant streams of services, also of those that are not there yet."""
        self._need_room(peer, len(names))
        result: list[Any] = []
        for name in names:
            if not self._may_read_stream(peer, name):
                result.append(["PERMISSION_DENIED"])
                continue
            self._registry.topic(name, None, None, 0).users.add(peer.user)
            peer.topics.add(name)
            result.append(name)
        return result

    def _may_read_stream(self, peer: Peer, name: str) -> bool:
        """Streams only: a signal's topic carries its rate after the @, and grants are for paths."""
        topic = self._registry.topics.get(name)
        return peer.rights.may_read(name) and "@" not in name and (topic is None or topic.signal is None)

    def _need_room(self, peer: Peer, topics: int) -> None:
        if len(peer.topics) + topics > MAX_SUBSCRIPTIONS:
            raise Refused("PERMISSION_DENIED", f"more than {MAX_SUBSCRIPTIONS} subscriptions on one connection")

    def _do_unsubscribe(self, peer: Peer, names: list[str], _answer: Answer) -> Any:
        for name in names:
            if name in peer.topics:
                self._fanout.release(peer, name)

    def _do_sync(self, peer: Peer, names: list[str], answer: Answer) -> Any:
        """Answered once the hub has seen the subscriptions: (topic, last payload) for each that has one."""
        if not peer.topics.issuperset(names):
            raise Refused("NOT_FOUND", "subscribe first: one of these topics is not yours")
        if sum(sync.peer is peer for sync in self._syncs) >= MAX_SYNCS:
            raise Refused("UNAVAILABLE", f"{MAX_SYNCS} syncs of {peer.name} wait already")
        topics = list(dict.fromkeys(names))
        missing = set(topics) - self._broker.followed(peer)
        self._syncs.append(Sync(peer, topics, missing, answer, time.monotonic() + SYNC_SECONDS))
        self._settle()
        return self.LATER

    def arrived(self, peer: Peer, topic: str) -> None:
        for sync in self._syncs:
            if sync.peer is peer:
                sync.missing.discard(topic)
        self._settle()

    def _settle(self) -> None:
        for sync in [s for s in self._syncs if not s.missing]:
            self._syncs.remove(sync)
            topics = (self._registry.topics.get(name) for name in sync.topics)
            sync.answer(Kind.REPLY, [[[t.name, t.payload] for t in topics if t is not None and t.payload]])

    def _do_last(self, peer: Peer, name: str, _answer: Answer) -> Any:
        """The last payload of a stream, None when nothing was said yet."""
        if not self._may_read_stream(peer, name):
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not read {name}")
        topic = self._registry.topics.get(name)
        return topic.payload if topic is not None and topic.payload else None

    # -- HALs and services -------------------------------------------------------------------------------------------

    def _do_announce(self, peer: Peer, configs: list[dict[str, Any] | None], _answer: Answer) -> Any:
        """A HAL, or who else may, says what it offers; returns the paths refused because another one offers them."""
        if not peer.rights.provides:
            raise Refused("PERMISSION_DENIED", f"{peer.name} is not a HAL")
        for path in (str(config.get("path")) for config in configs if isinstance(config, dict)):
            if not peer.rights.may_provide(path):
                raise Refused("PERMISSION_DENIED", f"{peer.name} may not provide {path[:80]}")
        self._broker.bury()  # a restarted one may be back before its death was noticed
        running = self._registry.of(peer.name)
        if running is not None and running.peer is not peer:
            raise Refused("INVALID_ARGUMENT", f"a {peer.name} is already running")
        try:
            source, taken, left = self._registry.announce(peer, configs)
        except ValidationError as error:
            detail = error.errors()[0]
            raise Refused("INVALID_ARGUMENT", f"{peer.name} offers a bad config: {detail['msg']}") from None
        self._fanout.lost(left)
        self._commands.lost(left, f"{peer.name} offers it no more")
        for signal in source.signals:
            if signal is not None and signal.topics:
                self._fanout.tell_rate(signal)
        for other in self._broker.peers.values():
            self._broker.send(other, [Kind.NOTICE, "configs", self._registry.generation])
        return taken

    def _do_provide(self, peer: Peer, name: str, _answer: Answer) -> Any:
        """A service takes its name; only the process of that name may."""
        if name != peer.name:
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not provide {name}")
        self._broker.bury()
        if self._calls.services.get(name) not in (None, peer):
            raise Refused("INVALID_ARGUMENT", f"a {name} is already running")
        self._calls.services[name] = peer
        return None

    def _do_control(self, peer: Peer, params: list[Any], answer: Answer) -> Any:
        """A command to a HAL itself."""
        hal, verb, arguments = params[:3]
        self._need_control(peer, f"hal.{hal}.{verb}")
        hals = self._registry.hals
        source = hals.get(hal)
        if source is None:
            running = ", ".join(sorted(hals)) or "none"
            raise Refused("UNAVAILABLE", f"no HAL '{hal!s:.80}' is running; running: {running}")
        if verb not in LOOKS and not (verb == "diagnose" and only_reads(arguments)):
            self._audit.record(peer.name, "control", hal=hal, verb=verb, arguments=arguments)
        self._calls.ask(source.peer, "control", [verb, arguments], answer, client=peer)
        return self.LATER

    def _need_control(self, peer: Peer, verb: str) -> None:
        if not peer.rights.may_control(verb):
            raise Refused("PERMISSION_DENIED", f"{peer.name} may not {verb[:80]}")

    # -- figures -----------------------------------------------------------------------------------------------------

    def _do_top(self, _peer: Peer, _params: Any, _answer: Answer) -> Any:
        """Counters for `carservices bus top`; totals since start, seconds and messages."""
        sources = self._registry.sources
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
            for p in self._broker.peers.values()
        ]
        return {
            "published": self._fanout.published,
            "signals": len(self._registry.signals),
            "topics": len(self._registry.topics),
            "invalid": sum(s.invalid for s in self._registry.signals.values()),
            "garbage": self._broker.garbage,
            "refused": self._broker.refused,
            "peers": peers,
        }

    def _do_audit(self, peer: Peer, count: int, _answer: Answer) -> Any:
        self._need_control(peer, "hub.audit")
        return list(self._audit.entries)[-int(count) :]

    def _do_hals(self, _peer: Peer, _params: Any, _answer: Answer) -> Any:
        return [
            {"name": name, "pid": source.peer.pid, "signals": len(source.signals), "values": source.values}
            for name, source in self._registry.hals.items()
        ]

    # -- housekeeping ------------------------------------------------------------------------------------------------

    def forget(self, peer: Peer) -> None:
        self._reads.forget(peer)
        self._syncs = [s for s in self._syncs if s.peer is not peer]

    def tick(self, now: float) -> None:
        self._reads.tick(now)
        for sync in [s for s in self._syncs if s.deadline <= now]:
            self._syncs.remove(sync)
            sync.answer(Kind.ERROR, ["TIMEOUT", "the subscriptions did not arrive at the hub", {}])
