"""What a connection says on its streams: the newest of each reaches the hub, however long that does not read."""

import contextlib
from collections.abc import Callable, Iterator

from carservices.bus import wire


class States:
    """The last state of each stream; newest wins while the hub's queue is full."""

    def __init__(self, publish: Callable[[bytes], bool]) -> None:
        self._publish = publish
        self._frames: dict[str, bytes] = {}
        self._unsent: dict[str, None] = {}  # streams in their order
        self._held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """What is said meanwhile leaves at the end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.go_on()

    def say(self, stream: str, packed: bytes) -> None:
        """The new state of a stream, packed."""
        self._frames[stream] = wire.STATE + stream.encode() + wire.NUL + packed
        self._unsent[stream] = None
        self.go_on()

    def say_again(self) -> None:
        """A new hub knows none of them."""
        self._unsent = dict.fromkeys(self._frames)
        self.go_on()

    def go_on(self) -> None:
        """Send what waits, as far as the hub's queue has room."""
        while self._unsent and not self._held:
            stream = next(iter(self._unsent))
            if not self._publish(self._frames[stream]):
                return
            del self._unsent[stream]
