"""The shell's side of the bus: latest values in, one drain per frame; sets and calls out. Thread-safe, without kivy."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from carservices.signals import Datum, Status, Value

Unbind = Callable[[], None]


@dataclass(frozen=True)
class Outcome:
    """How a set or call ended: confirmed with a `result`, or refused; with neither code nor reason there is no car.

    ``code`` is one of VHAL's for a set and of the bus for a call, ``reason`` a sentence in ``language``.
    """

    ok: bool
    result: Any = None
    code: str = ""
    reason: str = ""
    blocking: str | None = None
    language: str = "en"


OnOutcome = Callable[[Outcome], None]


class Backend(Protocol):
    """What carries sets and calls to the car; `Link` on the road, a fake in tests."""

    def set(self, path: str, value: Datum, on_outcome: OnOutcome) -> None: ...
    def call(self, contract: type, method: str, arguments: dict[str, Any], on_outcome: OnOutcome) -> None: ...


class Store:
    """Latest value per signal path and per stream.

    `put`, `put_stream`, `put_link` and `post` may be called from any thread; they wake the frame once.
    Everything else belongs to the user interface's thread. Callbacks run in `drain`, once per key and frame.
    """

    def __init__(self) -> None:
        self.backend: Backend | None = None
        self.wake: Callable[[], Any] = lambda: None
        """Called from any thread when something came in; it must see to it that `drain` runs with the next frame."""
        self.linked = False
        self.grown = time.monotonic()
        """When something came for the first time that had never come before."""
        self._lock = Lock()
        self._inbox: dict[str, Any] = {}
        self._posted: list[Callable[[], None]] = []
        self._latest: dict[str, Any] = {}
        self._heard: set[str] = set()
        self._callbacks: dict[str, list[Callable[[Any], None]]] = {}
        self._recordings: list[list[Unbind]] = []

    # any thread

    def put(self, value: Value) -> None:
        """A signal's new value; replaces one not yet shown."""
        self._receive(value.path, value)

    def put_stream(self, name: str, state: Any) -> None:
        """A service's new state, named like its topic: ``driving.state``; None while the service is away."""
        if state is not None:
            self._heard.add(name)
        self._receive(f"stream:{name}", state)

    def put_link(self, up: bool) -> None:
        """Whether there is a car at the other end."""
        self._receive("link", up)

    def post(self, function: Callable[[], None]) -> None:
        """Run `function` in the user interface's thread with the next frame."""
        with self._lock:
            self._posted.append(function)
        self.wake()

    # the user interface's thread

    def drain(self, *_: Any) -> None:
        """Hand everything received since the last frame to its callbacks."""
        with self._lock:
            inbox, self._inbox = self._inbox, {}
            posted, self._posted = self._posted, []
        if not inbox.keys() <= self._latest.keys():
            self.grown = time.monotonic()
        self._latest.update(inbox)
        self.linked = bool(self._latest.get("link"))
        for key, item in inbox.items():
            for callback in tuple(self._callbacks.get(key, ())):
                callback(item)
        for function in posted:
            function()

    def value(self, path: str) -> Value | None:
        """The last value of a signal with its status; None when it never came."""
        value: Value | None = self._latest.get(path)
        return value

    def get(self, path: str) -> Datum | None:
        """What can be shown of a signal: None when it is unavailable, in error or never came."""
        return datum(self.value(path))

    def stream(self, name: str) -> Any:
        """The last state of a service's stream; None while the service is away."""
        return self._latest.get(f"stream:{name}")

    def gone(self, name: str) -> bool:
        """Whether a service was there and is away now."""
        return name in self._heard and self.stream(name) is None

    def bind(self, path: str, callback: Callable[[Datum | None], None]) -> Unbind:
        """Call back now and with each change of the signal; None means there is nothing to show."""
        return self._bind(path, lambda value: callback(datum(value)))

    def bind_stream(self, name: str, callback: Callable[[Any], None]) -> Unbind:
        """Call back now and with each state of a service's stream."""
        return self._bind(f"stream:{name}", callback)

    def bind_link(self, callback: Callable[[bool], None]) -> Unbind:
        """Call back now and whenever the car comes or goes."""
        return self._bind("link", lambda up: callback(bool(up)))

    @contextmanager
    def recording(self) -> Iterator[list[Unbind]]:
        """Collect the unbinds of everything bound inside, so that a screen can be dropped as a whole."""
        self._recordings.append([])
        try:
            yield self._recordings[-1]
        finally:
            self._recordings.pop()

    def at_end(self, end: Unbind) -> None:
        """Have `end` called with the unbinds of the screen that is being built, if one is."""
        if self._recordings:
            self._recordings[-1].append(end)

    def set(self, path: str, value: Datum, on_outcome: OnOutcome) -> None:
        """Actuate a signal; `on_outcome` comes once, in this thread."""
        if self.backend is None:
            on_outcome(Outcome(False))
        else:
            self.backend.set(path, value, self._in_frame(on_outcome))

    def call(self, contract: type, method: str, on_outcome: OnOutcome, **arguments: Any) -> None:
        """Call a service by its contract class; `on_outcome` comes once, in this thread."""
        if self.backend is None:
            on_outcome(Outcome(False))
        else:
            self.backend.call(contract, method, arguments, self._in_frame(on_outcome))

    def _in_frame(self, on_outcome: OnOutcome) -> OnOutcome:
        return lambda outcome: self.post(lambda: on_outcome(outcome))

    def _receive(self, key: str, item: Any) -> None:
        with self._lock:
            self._inbox[key] = item
        self.wake()

    def _bind(self, key: str, callback: Callable[[Any], None]) -> Unbind:
        callbacks = self._callbacks.setdefault(key, [])
        callbacks.append(callback)

        def unbind() -> None:
            if callback in callbacks:
                callbacks.remove(callback)

        self.at_end(unbind)
        callback(self._latest.get(key))
        return unbind


def datum(value: Value | None) -> Datum | None:
    """The usable part of a value."""
    return value.value if value is not None and value.status is Status.AVAILABLE else None
