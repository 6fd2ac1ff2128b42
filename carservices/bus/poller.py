"""Waits for descriptors, each with what to do when it stirs.

`selectors` would do, but its Python between the kernel and the hub costs a value a sixth of its way through it.
"""

import select
import selectors
import sys
from collections.abc import Callable

READ, WRITE = 1, 4
"""Bits of events as epoll has them; its others, of an end or an error, are for who reads."""
AT_ONCE = 64
"""Descriptors served before the kernel is asked again."""

Stirred = Callable[[int], None]
"""Gets the events; it may watch and forget what it likes."""

if sys.platform == "linux":
    Epoll = select.epoll
else:

    class Epoll:
        """What is used of `select.epoll`, where there is none."""

        def __init__(self) -> None:
            self._selector = selectors.DefaultSelector()
            self.unregister = self._selector.unregister
            self.close = self._selector.close
            self.fileno = self._selector.fileno

        def register(self, fd: int, events: int) -> None:
            self._selector.register(fd, events & READ | (selectors.EVENT_WRITE if events & WRITE else 0))

        def modify(self, fd: int, events: int) -> None:
            self.unregister(fd)
            self.register(fd, events)

        def poll(self, timeout: float, _at_once: int) -> list[tuple[int, int]]:
            return [
                (key.fd, events & READ | (WRITE if events & selectors.EVENT_WRITE else 0))
                for key, events in self._selector.select(timeout)
            ]


class Poller:
    """Descriptors and their callbacks."""

    def __init__(self) -> None:
        self._epoll = Epoll()
        self._stirred: dict[int, Stirred] = {}

    def watch(self, fd: int, stirred: Stirred) -> None:
        """Have it called when there is something to read, or the end. Raises OSError."""
        self._epoll.register(fd, READ)
        self._stirred[fd] = stirred

    def want(self, fd: int, events: int) -> None:
        """From now on these events of a descriptor that is watched."""
        self._epoll.modify(fd, events)

    def forget(self, fd: int) -> None:
        """Before it is closed."""
        self._epoll.unregister(fd)
        del self._stirred[fd]

    def turn(self, timeout: float) -> None:
        """Wait for at most ``timeout`` s and serve all that stirs."""
        for fd, events in self._epoll.poll(max(0.0, timeout), AT_ONCE):
            if stirred := self._stirred.get(fd):  # else another one has just ended it
                stirred(events)

    def fileno(self) -> int:
        """Stirs when one of ours does."""
        return self._epoll.fileno()

    def close(self) -> None:
        self._epoll.close()
