"""What `view()` read, so that it is called again when that has changed, and only then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Source:
    """Something a view can read. Its owner calls `read` when it is read and `changed` when it has changed."""

    __slots__ = ("_readers",)

    def __init__(self) -> None:
        self._readers: set[Tracker] = set()

    def read(self) -> None:
        """Note that the view being made depends on this; outside a view it does nothing."""
        if (tracker := Tracker.current) is not None:
            tracker.sources.add(self)
            self._readers.add(tracker)

    def changed(self) -> None:
        for tracker in tuple(self._readers):
            tracker.on_stale()

    def forget(self, tracker: "Tracker") -> None:
        self._readers.discard(tracker)


class Tracker:
    """The sources that one screen's view read when it was made last; ``on_stale`` is called when one changes."""

    current: "Tracker | None" = None

    def __init__(self, on_stale: Callable[[], None]) -> None:
        self.on_stale = on_stale
        self.sources: set[Source] = set()

    @contextmanager
    def tracking(self) -> Iterator[None]:
        """Begin anew: what is read inside belongs to this tracker."""
        self.drop()
        Tracker.current = self
        try:
            yield
        finally:
            Tracker.current = None

    def drop(self) -> None:
        for source in self.sources:
            source.forget(self)
        self.sources = set()
