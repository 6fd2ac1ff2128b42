"""The hub's memory: which HAL offers which signal, its last value, and the topics people watch it on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from carservices.bus import wire
from carservices.bus.broker import Peer
from carservices.bus.rights import HAL
from carservices.hub.filter import Filter
from carservices.signals import ChangeMode, Datum, SignalConfig, Status
from carservices.signals.check import Check, compile_check

Row = tuple[Datum | None, int, Status, int]
"""One value on a topic: (value, t_ns, status, seq)."""
ONE_ROW = b"\x91\x94"
"""How msgpack begins an array of one array of four."""


class Topic:
    """One way of seeing something: its name on the wire, who watches it, and the last thing said."""

    __slots__ = ("_last", "_state", "filter", "head", "name", "rate", "seq", "signal", "users")

    def __init__(self, name: str, signal: "Signal | None", filter_: Filter | None, rate: float, seq: int) -> None:
        self.name = name
        self.head = name.encode() + wire.NUL
        self.signal = signal
        self.filter = filter_
        self.rate = rate
        self.seq = seq
        self._last: Row | None = None
        self._state = b""
        self.users: set[str] = set()

    @property
    def payload(self) -> bytes:
        """What a newcomer gets: the last thing said, nothing when nothing was."""
        return self._state if self._last is None else wire.encode((self._last,))

    def row(self, value: Datum | None, timestamp: int, status: Status) -> Row:
        """The next value of this topic as it travels."""
        self.seq = seq = self.seq + 1
        self._last = row = (value, timestamp, status, seq)
        return row

    def state(self, packed: bytes, timestamp: int, status: Status) -> bytes:
        """The next payload of a service's stream; its value is passed on as it came."""
        self.seq += 1
        self._state = ONE_ROW + packed + b"".join(map(wire.encode, (timestamp, status, self.seq)))
        return self._state


class Signal:
    """One signal on offer: its config, its source, the value last known, and its topics."""

    __slots__ = (
        "check",
        "config",
        "index",
        "invalid",
        "rate",
        "raw",
        "readers",
        "source",
        "static",
        "status",
        "timestamp",
        "topics",
        "value",
    )

    def __init__(self, config: SignalConfig, source: "Source", index: int) -> None:
        self.topics: list[Topic] = []
        self.readers: list[Callable[[Signal], None]] = []  # who waits for its next value
        self.invalid = 0
        self.adopt(config, source, index)

    def adopt(self, config: SignalConfig, source: "Source", index: int) -> None:
        """Take a (new) source; nothing is known of the value until it speaks."""
        self.config = config
        self.raw = config.model_dump(mode="json")
        self.rate = 0.0  # as the source was told last
        self.source: Source | None = source
        self.index = index
        self.check: Check = compile_check(config)
        self.static = config.change_mode is ChangeMode.STATIC
        self.value: Datum | None = None
        self.status: Status | None = None
        self.timestamp = 0


@dataclass(eq=False)
class Source:
    """One HAL: the connection it speaks on and its signals in the order of its `open`."""

    peer: Peer
    signals: list[Signal | None] = field(default_factory=list)
    batches: int = 0
    values: int = 0


class Registry:
    """Signals by path, HALs by connection, topics by name."""

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        self.sources: dict[str, Source] = {}
        self.topics: dict[str, Topic] = {}
        self.generation = 0
        self._used_seq = 0

    def announce(self, peer: Peer, configs: Iterable[dict[str, Any] | None]) -> tuple[Source, list[str], list[Signal]]:
        """A HAL says what it offers; returns the paths that another living HAL already offers, and what is left behind.

        It may say so again with more at the end: what it has it keeps, what was taken it gets when it is free by then,
        and what is None now it offers no more.
        """
        offered = [None if raw is None else SignalConfig.model_validate(raw) for raw in configs]  # all or nothing
        source = self.sources.get(peer.user) or Source(peer)
        source.signals += [None] * (len(offered) - len(source.signals))
        taken: list[str] = []
        left: list[Signal] = []
        for index, config in enumerate(offered):
            had = source.signals[index]
            if config is None and had is not None:
                left.append(had)
                source.signals[index] = None
            if config is None or had is not None:
                continue
            signal = self.signals.get(config.path)
            if signal is None:
                signal = self.signals[config.path] = Signal(config, source, index)
            elif signal.source is None:
                signal.adopt(config, source, index)
            else:
                taken.append(config.path)
                continue
            source.signals[index] = signal
        self.sources[peer.user] = source
        self.generation += 1
        return source, taken, left

    @property
    def hals(self) -> dict[str, Source]:
        """The sources that are HALs, by the HAL's name; who else provides signals takes no commands."""
        return {s.peer.name.removeprefix(HAL): s for s in self.sources.values() if s.peer.name.startswith(HAL)}

    def of(self, name: str) -> Source | None:
        """The source with this name on the bus."""
        return next((s for s in self.sources.values() if s.peer.name == name), None)

    def topic(self, name: str, signal: Signal | None, filter_: Filter | None, rate: float) -> Topic:
        """The topic of this name, made on first use with the value known by then."""
        topic = self.topics.get(name)
        if topic is None:
            topic = self.topics[name] = Topic(name, signal, filter_, rate, self._used_seq)
            if signal is not None:
                signal.topics.append(topic)
                if signal.status is not None:
                    if filter_ is not None:
                        filter_.offer(signal.value, signal.status, signal.timestamp)
                    topic.row(filter_.last if filter_ else signal.value, signal.timestamp, signal.status)
        return topic

    def drop_topic(self, topic: Topic) -> None:
        """Forget it; one of the same name goes on counting above it, as its old frames may still be under way."""
        self._used_seq = max(self._used_seq, topic.seq)
        del self.topics[topic.name]
        if topic.signal is not None:
            topic.signal.topics.remove(topic)
