"""What a connection says on its streams: the newest of each reaches the hub, however long that does not read."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from carservices.bus import wire

RETRY_SECONDS = 0.05
"""When to try again after the hub did not take a state."""


class States:
    """The last state of each stream; newest wins while the hub's queue is full."""

    def __init__(self, publish: Callable[[bytes], bool]) -> None:
        self._publish = publish
        self._frames: dict[str, bytes] = {}
        self._unsent: dict[str, None] = {}  # streams in their order
        self._retry: asyncio.TimerHandle | None = None
        self._held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """What is said meanwhile leaves at the end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._send()

    def say(self, stream: str, packed: bytes) -> None:
        """The new state of a stream, packed."""
        self._frames[stream] = wire.STATE + stream.encode() + wire.NUL + packed
        self._unsent[stream] = None
        if self._retry is None:
            self._send()

    def say_again(self) -> None:
        """A new hub knows none of them."""
        self._unsent = dict.fromkeys(self._frames)
        self._send()

    def close(self) -> None:
        if self._retry is not None:
            self._retry.cancel()

    def _send(self) -> None:
        self.close()
        self._retry = None
        while self._unsent and not self._held:
            stream = next(iter(self._unsent))
            if not self._publish(self._frames[stream]):
                self._retry = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._send)
                return
            del self._unsent[stream]
