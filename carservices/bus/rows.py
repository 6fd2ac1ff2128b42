"""The way of a HAL's values to the hub: in bounded batches, and newest wins while the hub does not read."""

from collections.abc import Callable, Sequence
from typing import Protocol

from carservices.bus import wire
from carservices.signals import Datum, Status

MAX_ROWS = 1000
"""Values in one frame; at the longest string each (4096) it stays below the largest message."""
Row = tuple[int, Datum | None, int, Status]
"""One value on its way to the hub: (signal index, value, t_ns, status)."""


class Pusher(Protocol):
    """The connection: `carservices.bus.Car`."""

    def push(self, frame: bytes) -> bool:
        """Hand a frame to the hub; False when its queue is full."""

    def on_room(self, listener: Callable[[], None]) -> None:
        """Call back when it is no longer full."""


class Rows:
    """Sends values once the hub knows their signals (``announced``); until then they are the caller's to keep."""

    def __init__(self, car: Pusher) -> None:
        self.announced = False
        self._car = car
        self._unsent: dict[int, Row] = {}
        car.on_room(lambda: self.send(()))

    @property
    def unsent(self) -> int:
        """Signals whose newest value waits for the hub to read."""
        return len(self._unsent)

    def send(self, rows: Sequence[Row]) -> None:
        """Bounded, and nothing stale afterwards. Raises ValueError for a value that cannot travel."""
        if not self.announced:
            return
        if self._unsent:
            self._unsent.update((row[0], row) for row in rows)
            rows = list(self._unsent.values())
            self._unsent = {}
        for start in range(0, len(rows), MAX_ROWS):
            if not self._car.push(wire.VALUES + wire.pack(rows[start : start + MAX_ROWS])):
                self._unsent = {row[0]: row for row in rows[start:]}
                return
