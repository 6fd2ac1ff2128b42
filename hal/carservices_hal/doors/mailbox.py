"""Updates on their way to one foreign client: bounded, and the newest of each signal is never the one that is lost."""

import asyncio
from collections import deque
from collections.abc import Iterable

from carservices.signals import Value

MAX_BUFFER = 1000
"""Batches kept at most (`kuksa.val.v2`: a larger ``buffer_size`` is an invalid argument)."""


class Mailbox:
    """Batches of values by path, or by another key.

    A batch has one value of a signal. While a client does not read, ``size`` further batches wait behind the first;
    then the oldest goes, and only those of its values stay that are still the newest of their signal.
    """

    def __init__(self, size: int = 0) -> None:
        self._size = size
        self._batches: deque[dict[str, Value]] = deque()
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, value: Value, key: str | None = None) -> None:
        """Add an update; with a key of its own it does not stand for the signal itself."""
        key, batches = key or value.path, self._batches
        if not batches:
            batches.append({})
            self._filled.set()
        elif key in batches[-1]:
            if len(batches) > self._size:
                self._give_way()
            else:
                batches.append({})
        batches[-1][key] = value

    def put_all(self, values: Iterable[Value]) -> None:
        for value in values:
            self.put(value)

    async def take(self) -> dict[str, Value]:
        """The next batch, once there is one."""
        while not self._batches:
            self._filled.clear()
            await self._filled.wait()
        return self._batches.popleft()

    def _give_way(self) -> None:
        """Room for one more value of a signal that is in the last batch already."""
        self.dropped += 1
        if len(self._batches) > 1:
            oldest = self._batches.popleft()
            self._batches[0] = oldest | self._batches[0]
            self._batches.append({})
