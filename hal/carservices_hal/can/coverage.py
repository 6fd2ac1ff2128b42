"""How much of a log a database and a mapping explain: ids and frames, signals never seen, out of range, not mapped."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from carservices.signals import Status
from carservices_hal.can.codec import ShortFrame
from carservices_hal.can.dbc import EXTENDED, Message
from carservices_hal.can.explain import Explainer
from carservices_hal.can.mapping import CarMapping
from carservices_hal.can.receiver import Receiver


@dataclass(slots=True)
class Seen:
    """What the log holds of one id; times in s."""

    id: str
    frames: int = 0
    first: float = 0.0
    last: float = 0.0
    message: str | None = None
    signals: int = 0
    mapped: int = 0
    short: int = 0
    out_of_range: dict[str, int] = field(default_factory=dict)

    @property
    def period_ms(self) -> float | None:
        """Mean time between two frames."""
        return 1000 * (self.last - self.first) / (self.frames - 1) if self.frames > 1 else None


class Coverage:
    """Feed it the frames of a log in their order, then ask for the `report`."""

    def __init__(self, messages: dict[int, Message], mapping: CarMapping | None) -> None:
        self._messages = messages
        self._explainer = Explainer(messages)
        self._mapping = mapping or CarMapping()
        self._receiver = Receiver(messages, self._mapping)
        self._mapped = Counter(reading.key for reading in self._mapping.readings)
        self._seen: dict[int, Seen] = {}
        self._values: dict[str, Counter[Status]] = {path: Counter() for path in self._receiver.paths()}

    def feed(self, stamp: float, key: int, payload: bytes | bytearray) -> None:
        """One frame, at ``stamp`` s."""
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = self._begin(key, stamp)
        seen.frames += 1
        seen.last = stamp
        try:
            for reading in self._explainer.readings(key, payload):
                if not reading.in_range:
                    name = reading.signal.name
                    seen.out_of_range[name] = seen.out_of_range.get(name, 0) + 1
        except ShortFrame:
            seen.short += 1
        for path, _, status in self._receiver.feed(key, payload, round(stamp * 1e9)):
            self._values[path][status] += 1

    def report(self) -> dict[str, Any]:
        """Plain data: totals, a row an id, and lists of what is missing."""
        rows = sorted(self._seen.values(), key=lambda seen: -seen.frames)
        frames = sum(seen.frames for seen in rows)
        explained = sum(seen.frames for seen in rows if seen.message)
        mapped = sum(seen.frames for seen in rows if seen.mapped)
        never = [message.name for key, message in self._messages.items() if key not in self._seen]
        return {
            "frames": frames,
            "ids": len(rows),
            "explained": {"frames": explained, "share": _share(explained, frames), "ids": _count(rows, "message")},
            "mapped": {"frames": mapped, "share": _share(mapped, frames), "ids": _count(rows, "mapped")},
            "rows": [
                asdict(seen) | {"period_ms": seen.period_ms, "share": _share(seen.frames, frames)} for seen in rows
            ],
            "messages_never_seen": never,
            "paths": {path: {s.name.lower(): n for s, n in counts.items()} for path, counts in self._values.items()},
            "paths_never_available": [p for p, counts in self._values.items() if not counts[Status.AVAILABLE]],
            "corrupt": self._receiver.corrupt,
        }

    def _begin(self, key: int, stamp: float) -> Seen:
        message = self._messages.get(key)
        name, signals = (message.name, len(message.signals)) if message else (None, 0)
        return Seen(f"0x{key & ~EXTENDED:X}", 0, stamp, stamp, name, signals, self._mapped[key])


def _count(rows: list[Seen], what: str) -> int:
    return sum(bool(getattr(seen, what)) for seen in rows)


def _share(part: int, whole: int) -> float:
    """%, with two digits."""
    return round(100 * part / whole, 2) if whole else 0.0
